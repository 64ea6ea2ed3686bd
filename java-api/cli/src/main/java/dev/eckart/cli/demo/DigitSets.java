package dev.eckart.cli.demo;

import dev.eckart.cli.UsageException;
import dev.eckart.io.Idx;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** The data sets that the demo knows. */
enum DigitSets {
    /** 1,797 digits of 8×8 pixels (UCI, "Optical Recognition of Handwritten Digits"), from the program itself. */
    DIGITS {
        @Override
        DigitSet load(DType dtype, Device device) throws IOException {
            double[][] rows = csv();
            int[] labels = new int[rows.length];
            double[] pixels = new double[rows.length * 64];
            for (int i = 0; i < rows.length; i++) {
                labels[i] = (int) rows[i][64];
                System.arraycopy(rows[i], 0, pixels, i * 64, 64);
            }
            try (Scope scope = Scope.open()) {
                Tensor images =
                        Tensor.of(pixels, rows.length, 64).divide(Tensor.of(new double[] {16})); // grey levels 0..16
                LabelledImages all =
                        new LabelledImages(scope.keep(images.to(dtype).to(device)), labels);
                return new DigitSet(
                        "digits",
                        "Handwritten digits, 8 × 8 pixels (UCI optical recognition)",
                        all,
                        Optional.empty(),
                        8,
                        8);
            }
        }

        private double[][] csv() throws IOException {
            try (InputStream raw = DigitSets.class.getResourceAsStream("/dev/eckart/cli/digits.csv.gz");
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(new GZIPInputStream(raw), StandardCharsets.US_ASCII))) {
                return in.lines()
                        .map(line -> Arrays.stream(line.split(",", -1))
                                .mapToDouble(Double::parseDouble)
                                .toArray())
                        .toArray(double[][]::new);
            }
        }
    },
    /** 60,000 + 10,000 digits of 28×28 pixels (MNIST), from the data folder. */
    MNIST {
        @Override
        DigitSet load(DType dtype, Device device) throws IOException {
            Path folder = dataFolder().resolve("mnist");
            LabelledImages train = idx(folder, "train", dtype, device);
            LabelledImages test = idx(folder, "t10k", dtype, device);
            return new DigitSet(
                    "mnist", "Handwritten digits, 28 × 28 pixels (MNIST)", train, Optional.of(test), 28, 28);
        }

        private LabelledImages idx(Path folder, String part, DType dtype, Device device) throws IOException {
            try (Scope scope = Scope.open()) {
                Tensor bytes = Idx.read(file(folder, part + "-images-idx3-ubyte"));
                long[] numbers =
                        Idx.read(file(folder, part + "-labels-idx1-ubyte")).toLongArray();
                int[] labels = Arrays.stream(numbers).mapToInt(Math::toIntExact).toArray();
                if (bytes.shape().rank() != 3 || bytes.dim(1) != 28 || bytes.dim(2) != 28) {
                    throw new UsageException(folder + ": " + part + "-images has shape " + bytes.shape()
                            + ", MNIST has (n,28,28); run ci/data mnist");
                }
                Tensor values = bytes.reshape(bytes.dim(0), 28 * 28).to(dtype);
                Tensor unit = values.divide(Tensor.full(dtype, 255, 1));
                return new LabelledImages(scope.keep(unit.to(device)), labels);
            }
        }
    };

    /** Reads the pictures. */
    abstract DigitSet load(DType dtype, Device device) throws IOException;

    /**
     * The data set of a name as {@code --data} has it.
     *
     * @throws UsageException listing the names
     */
    static DigitSets parse(String name) {
        return switch (name) {
            case "digits" -> DIGITS;
            case "mnist" -> MNIST;
            default ->
                throw new UsageException("--data " + name + ": is none of digits, mnist, ehgdp, airports, speeches");
        };
    }

    /** Where {@code ci/data} puts what it brings. */
    static Path dataFolder() {
        String set = System.getenv("ECKART_DATA");
        return set == null || set.isEmpty()
                ? Path.of(System.getProperty("user.home"), ".cache", "eckart")
                : Path.of(set);
    }

    private static Path file(Path folder, String name) {
        return List.of(name, name + ".gz").stream()
                .map(folder::resolve)
                .filter(Files::isReadable)
                .findFirst()
                .orElseThrow(() -> new UsageException(folder.resolve(name) + ": is missing; run ci/data mnist"));
    }
}
