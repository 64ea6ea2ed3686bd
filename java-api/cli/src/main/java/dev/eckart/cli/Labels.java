package dev.eckart.cli;

import dev.eckart.io.Idx;
import dev.eckart.io.Npy;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads labels: one per line of a text file, or a one-dimensional IDX or .npy file. */
public final class Labels {
    private Labels() {}

    /**
     * The labels as text, in order.
     *
     * @throws UsageException naming the file, when it cannot be read or does not hold {@code count} labels
     */
    public static List<String> read(Path file, long count) {
        List<String> labels;
        try {
            String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
            if (name.endsWith(".npy")) {
                labels = numbers(file, Npy.read(file));
            } else if (name.endsWith("-ubyte") || name.endsWith("-ubyte.gz")) {
                labels = numbers(file, Idx.read(file));
            } else {
                labels = Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                        .map(String::strip)
                        .toList();
            }
        } catch (CharacterCodingException e) {
            throw new UsageException(file + ": is no UTF-8 text; labels come one per line, as IDX or as .npy", e);
        } catch (IOException e) {
            throw new UsageException(Errors.text(e), e);
        }
        if (labels.size() != count) {
            throw new UsageException(file + ": holds " + labels.size() + " labels for " + count + " observations");
        }
        return labels;
    }

    private static List<String> numbers(Path file, Tensor values) {
        try (values) {
            if (values.shape().rank() != 1) {
                throw new UsageException(file + ": labels need one dimension, its shape is " + values.shape());
            }
            List<String> labels = new ArrayList<>();
            for (double value : values.toArray()) {
                labels.add(value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value));
            }
            return labels;
        }
    }
}
