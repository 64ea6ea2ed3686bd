package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/** What the tests of file formats share; the golden files are those of {@code formats/make.py}. */
final class Formats {
    static final double[][] DENSE = {{0, 1.5, 0, -2}, {0, 0, 0, 0}, {3, 0, 0.25, 0}};
    static final double[][] SQUARE = {{4, 1, 0}, {1, 0, -2}, {0, -2, 9}};
    static final double[][] SKEW = {{0, -1, 0}, {1, 0, 2}, {0, -2, 0}};

    private Formats() {}

    /** Reads a file and closes what it holds. */
    interface Reader {
        void read(Path file) throws IOException;
    }

    static Path golden(String name) throws URISyntaxException {
        return Path.of(Formats.class.getResource("/formats/" + name).toURI());
    }

    static double[][] dense(Csr matrix) {
        try (matrix;
                Tensor unit = Tensor.eye(matrix.dtype(), matrix.columns());
                Tensor product = matrix.multiply(unit);
                Tensor wide = product.to(DType.F64)) {
            return wide.toMatrix();
        }
    }

    static void close(Map<String, Tensor> tensors) {
        tensors.values().forEach(Tensor::close);
    }

    /** The message of a refusal, which left no memory behind and named the file. */
    static String refusal(Path file, Reader reader) {
        long used = MemoryBudget.used();
        Throwable thrown = catchThrowable(() -> reader.read(file));
        assertThat(thrown).isInstanceOf(BadFileException.class).hasMessageContaining(file.toString());
        assertThat(thrown.getMessage()).doesNotContain("\n");
        assertThat(MemoryBudget.used()).as("memory left behind").isEqualTo(used);
        return thrown.getMessage();
    }

    /** A compressed file of {@code start} and then {@code mebibytes} of one character: about a thousandth as large. */
    static byte[] bomb(String start, char filler, int mebibytes) throws IOException {
        byte[] block = gzip(String.valueOf(filler).repeat(1 << 20).getBytes(StandardCharsets.US_ASCII));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(gzip(start.getBytes(StandardCharsets.US_ASCII)));
        for (int i = 0; i < mebibytes; i++) {
            all.writeBytes(block);
        }
        return all.toByteArray();
    }

    static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    /** A golden file, cut at each byte, is refused each time. */
    static void refusesEveryCut(Path whole, Path scratch, Reader reader) throws IOException {
        byte[] bytes = Files.readAllBytes(whole);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(scratch, Arrays.copyOf(bytes, length));
            refusal(scratch, reader);
        }
    }
}
