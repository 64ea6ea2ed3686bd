package dev.eckart.soak;

import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The program of {@link SoakTest} for tensors of very many elements: counts, indices, strides and file offsets beyond 2^31 when the
 * first argument is. Holds about three bytes per element at once.
 */
final class LargeTensors {
    private LargeTensors() {}

    /** Arguments: elements, a multiple of 1000; a folder for a file of as many bytes. */
    public static void main(String[] args) throws Exception {
        long n = Long.parseLong(args[0]);
        // As f32 they take the memory that three bytes per element do; of 3·10^9 elements these are more than 2^31.
        long m = n * 3 / 4 / 1000 * 1000;
        for (Part part : List.<Part>of(
                () -> bytes(n, Path.of(args[1])),
                () -> floats(m),
                () -> random(m),
                () -> product((long) Math.sqrt(m)))) {
            long start = System.nanoTime();
            try (Scope scope = Scope.open()) {
                System.out.println(part.run() + ": " + scope.peak() + " bytes at most, "
                        + (System.nanoTime() - start) / 1_000_000 + " ms");
            }
            check("memory given back", MemoryBudget.used(), 0);
        }
    }

    private interface Part {
        String run() throws Exception;
    }

    private static void check(String what, double found, double expected) {
        if (found != expected) {
            throw new AssertionError(what + ": " + found + " instead of " + expected);
        }
    }

    private static String bytes(long n, Path folder) throws Exception {
        Path file = folder.resolve("large.npy");
        try (Tensor ones = Tensor.full(DType.U8, 1, n);
                Tensor end = ones.slice(0, n - 5, n)) {
            check("sum of u8", ones.sum().get(), n);
            end.fill(7);
            check("last", ones.get(n - 1), 7);
            check("before the end", ones.get(n - 6), 1);
            check("sum of the end", end.sum().get(), 35);
            check("max", ones.max().get(), 7);
            check("columns", ones.reshape(n / 1000, 1000).sum(0).get(999), n / 1000 + 6.0);
            check("rows", ones.reshape(n / 1000, 1000).sum(1).get(n / 1000 - 1), 1030);
            Npy.write(file, ones);
            try (Tensor turned = ones.flip(0).copy()) {
                check("first of the reverse", turned.get(4), 7);
                check("last of the reverse", turned.get(n - 1), 1);
                check("sum of the reverse", turned.sum().get(), n + 30.0);
            }
        }
        check("size of the file", Files.size(file) - 128, n);
        try (Tensor read = Npy.read(file)) {
            check("last read", read.get(n - 1), 7);
            check("sum read", read.sum().get(), n + 30.0);
        } finally {
            Files.delete(file);
        }
        return n + " u8";
    }

    private static String floats(long m) {
        try (Tensor ones = Tensor.full(DType.F32, 1, m)) {
            check("sum of f32", ones.sum().get(), (float) m);
            check("norm", (float) ones.norm(), (float) Math.sqrt(m));
            ones.slice(0, m - 3, m).fill(-2);
            check("min", ones.min().get(), -2);
            check("columns", ones.reshape(m / 8, 8).sum(0).get(7), (float) (m / 8 - 3));
            Tensor far = ones.slice(0, m - 1000, m).copy();
            check("sum of the end", far.sum().get(), 997 - 6);
            ones.slice(0, m - 1000, m - 500).assign(ones.slice(0, m - 500, m));
            check("assigned", ones.get(m - 501), -2);
            check("sum of both", ones.slice(0, m - 1000, m).sum().get(), 2 * (497 - 6));
        }
        return m + " f32";
    }

    /** Were indices cut to 32 bits, the numbers would come again. */
    private static String random(long m) {
        try (Tensor uniform = Tensor.uniform(DType.F32, 5, m)) {
            for (long distance : new long[] {m / 2, m - 1000}) {
                Tensor first = uniform.slice(0, 0, 1000);
                Tensor again = uniform.slice(0, distance, distance + 1000);
                double apart = first.subtract(again).abs().sum().get();
                if (apart < 200 || apart > 500) {
                    throw new AssertionError("random numbers at " + distance + " differ by " + apart + " per 1000");
                }
            }
            double mean = uniform.mean().get();
            if (Math.abs(mean - 0.5) > 3 / Math.sqrt(m)) {
                throw new AssertionError("the mean of uniform numbers is " + mean);
            }
        }
        return m + " random f32";
    }

    private static String product(long side) {
        int inner = 4;
        try (Tensor a = Tensor.integers(DType.I32, -9, 10, 1, side, inner).to(DType.F32);
                Tensor b = Tensor.integers(DType.I32, -9, 10, 2, inner, side).to(DType.F32);
                Tensor c = a.matmul(b)) {
            for (long i : new long[] {0, side / 2, side - 1}) {
                for (long j : new long[] {0, side / 3, side - 1}) {
                    double sum = 0;
                    for (int k = 0; k < inner; k++) {
                        sum += a.get(i, k) * b.get(k, j);
                    }
                    check("product " + i + ", " + j, c.get(i, j), sum);
                }
            }
            check(
                    "row",
                    c.select(0, side - 1).sum().get(),
                    a.select(0, side - 1).reshape(1, inner).matmul(b).sum().get());
            check("turned", c.transpose().get(side - 1, 0), c.get(0, side - 1));
        }
        return "product of " + side + "×" + inner + " and " + inner + "×" + side + " f32";
    }
}
