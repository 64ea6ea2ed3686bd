package dev.eckart.benchmarks;

import dev.eckart.io.Npy;
import dev.eckart.io.Safetensors;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * Reading and writing large files against plain copies, in turns in one JVM. A plain read is {@code pread} of the same file, which
 * stands in the page cache, into memory that has been written before; a plain write is {@code write} of that memory to a new
 * file. Eckart's own work beside that is the memory of the new tensor, the header, and the file's renaming.
 *
 * <p>Prints a line per round and format: format, seconds of Eckart's and of the plain read, of Eckart's and of the plain write,
 * separated by tabs.
 */
public final class FileRates {
    private FileRates() {}

    /** How a format is read and written. */
    private interface Format {
        void write(Path file, Tensor tensor) throws IOException;

        Tensor read(Path file) throws IOException;
    }

    private record Safe() implements Format {
        @Override
        public void write(Path file, Tensor tensor) throws IOException {
            Safetensors.write(file, Map.of("a", tensor), Map.of());
        }

        @Override
        public Tensor read(Path file) throws IOException {
            return Safetensors.read(file).get("a");
        }
    }

    private record Array() implements Format {
        @Override
        public void write(Path file, Tensor tensor) throws IOException {
            Npy.write(file, tensor);
        }

        @Override
        public Tensor read(Path file) throws IOException {
            return Npy.read(file);
        }
    }

    private record Named(String name, Format format) {}

    /** Arguments: a folder, MiB, rounds. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        long rows = Long.parseLong(args[1]);
        try (Tensor tensor = Tensor.uniform(DType.F32, 1, rows, 1 << 18)) {
            for (Named named : List.of(new Named("npy", new Array()), new Named("safetensors", new Safe()))) {
                compare(named, folder, tensor, Integer.parseInt(args[2]));
            }
        }
    }

    private static void compare(Named named, Path folder, Tensor tensor, int rounds) throws IOException {
        Path file = folder.resolve("a." + named.name);
        Path plain = folder.resolve("plain");
        named.format.write(file, tensor);
        for (int i = -1; i < rounds; i++) {
            double readPlain = seconds(() -> readInto(file, tensor));
            double read = seconds(() -> named.format.read(file).close());
            Files.deleteIfExists(plain);
            double writePlain = seconds(() -> writeFrom(plain, tensor));
            Files.delete(plain);
            double write = seconds(() -> named.format.write(plain, tensor));
            if (i >= 0) {
                System.out.printf("%s\t%s\t%s\t%s\t%s%n", named.name, read, readPlain, write, writePlain);
            }
        }
        try (Tensor again = named.format.read(file)) {
            if (again.subtract(tensor).norm() != 0) {
                throw new IllegalStateException(file + ": what was read is not what was written");
            }
        }
        Files.delete(file);
        Files.delete(plain);
    }

    private interface Step {
        void run() throws IOException;
    }

    private static double seconds(Step step) throws IOException {
        long start = System.nanoTime();
        step.run();
        return (System.nanoTime() - start) / 1e9;
    }

    /** Overwrites the tensor with the last bytes of the file, which are its own. */
    private static void readInto(Path file, Tensor warm) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long[] at = {channel.size() - warm.shape().size() * warm.dtype().bytes()};
            warm.<IOException>withBuffers(part -> {
                while (part.hasRemaining()) {
                    at[0] += channel.read(part, at[0]);
                }
            });
        }
    }

    private static void writeFrom(Path file, Tensor warm) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
            warm.<IOException>withBuffers(part -> writeFully(channel, part));
        }
    }

    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
