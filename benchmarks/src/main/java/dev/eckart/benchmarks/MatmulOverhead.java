package dev.eckart.benchmarks;

import dev.eckart.jni.Native;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * What {@code matmul} of two 64×64 f64 matrices costs above the bare native call: result allocated and closed, arguments checked,
 * views and leases taken. Batches of both take turns in one JVM, at one thread.
 *
 * <p>Prints nanoseconds per call, separated by tabs: median of matmul, median of the native call, then median and quartiles of
 * their difference in neighbouring batches, then the largest difference between the two results.
 */
public final class MatmulOverhead {
    private static final int N = 64;
    private static final int CALLS = 50;
    private static final int WARM_UP = 600;

    private MatmulOverhead() {}

    /** Argument: the number of batches. */
    public static void main(String[] args) {
        int batches = Integer.parseInt(args[0]);
        double[] facade = new double[batches];
        double[] bare = new double[batches];
        try (Tensor a = Tensor.normal(DType.F64, 1, N, N);
                Tensor b = Tensor.normal(DType.F64, 2, N, N);
                Tensor c = Tensor.zeros(DType.F64, N, N)) {
            for (int i = -WARM_UP; i < batches; i++) {
                double native1 = nativeCalls(a, b, c) / 2;
                double matmul = matmulCalls(a, b);
                double native2 = nativeCalls(a, b, c) / 2;
                if (i >= 0) {
                    facade[i] = matmul;
                    bare[i] = native1 + native2;
                }
            }
            double[] difference = IntStream.range(0, batches)
                    .mapToDouble(i -> facade[i] - bare[i])
                    .toArray();
            System.out.printf(
                    "%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%.3g%n",
                    quantile(facade, 0.5),
                    quantile(bare, 0.5),
                    quantile(difference, 0.5),
                    quantile(difference, 0.25),
                    quantile(difference, 0.75),
                    deviation(a, b, c));
        }
    }

    private static double matmulCalls(Tensor a, Tensor b) {
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            a.matmul(b).close();
        }
        return (System.nanoTime() - start) / (double) CALLS;
    }

    private static double nativeCalls(Tensor a, Tensor b, Tensor c) {
        long pa = a.view().address();
        long pb = b.view().address();
        long pc = c.view().address();
        int type = DType.F64.ordinal();
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            Native.gemm(type, 1, N, N, N, 1, pa, N, 1, N * N, pb, N, 1, N * N, 0, pc, N, N * N, 1);
        }
        return (System.nanoTime() - start) / (double) CALLS;
    }

    private static double deviation(Tensor a, Tensor b, Tensor c) {
        try (Tensor product = a.matmul(b);
                Tensor difference = product.subtract(c)) {
            return difference.norm();
        }
    }

    private static double quantile(double[] values, double q) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(q * (sorted.length - 1))];
    }
}
