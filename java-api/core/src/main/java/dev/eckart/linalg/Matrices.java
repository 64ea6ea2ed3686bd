package dev.eckart.linalg;

import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.View;
import dev.eckart.memory.Bytes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;

/** Argument checks that the factorizations share. */
final class Matrices {
    /** How much of a matrix is taken at a time, where it goes by blocks. */
    static final long BLOCK_ELEMENTS = 1 << 20;
    /** Inner sides of products up to which nothing is packed. */
    private static final long SHORT = 256;
    /** Sums of squares below it may have lost some. */
    private static final double SMALLEST_SQUARE = 0x1p-900;

    private Matrices() {}

    /** Refuses what is no matrix of real floating-point numbers, and NaN or infinity (on which LAPACK may not return). */
    static void check(String operation, Tensor a) {
        if (a.shape().rank() != 2) {
            throw new IllegalArgumentException(operation + ": needs a matrix, shape is " + a.shape());
        }
        checkType(operation, a.dtype());
        long bad = a.backend().firstNonFinite(a.view());
        if (bad >= 0) {
            long[] at = index(a.shape(), bad);
            throw new IllegalArgumentException(operation + ": element " + Shape.of(at) + " of " + a.shape() + " is "
                    + a.get(at) + "; a factorization needs finite numbers: replace or drop it");
        }
    }

    static void checkType(String operation, DType dtype) {
        if (dtype != DType.F64 && dtype != DType.F32) {
            throw new IllegalArgumentException(
                    operation + ": needs f64 or f32, not " + dtype + "; cast with to(DType.F64)");
        }
    }

    /** A matrix as the batch of one that a product takes. */
    static View single(Tensor t) {
        return t.view().broadcastTo(Shape.of(1, t.dim(0), t.dim(1)));
    }

    static void square(String operation, Tensor a) {
        if (a.dim(0) != a.dim(1)) {
            throw new IllegalArgumentException(operation + ": needs a square matrix, shape is " + a.shape());
        }
    }

    private static long[] index(Shape shape, long linear) {
        long[] at = new long[shape.rank()];
        long rest = linear;
        for (int i = at.length - 1; i >= 0; i--) {
            at[i] = rest % shape.dim(i);
            rest /= shape.dim(i);
        }
        return at;
    }

    /** Refuses a request that would not fit, before anything is allocated for it. */
    static void requireMemory(String operation, Tensor a, long bytes, String remedy) {
        requireMemory(operation + " of " + a.shape() + " " + a.dtype(), a.device(), bytes, remedy);
    }

    static void requireMemory(String what, Device device, long bytes, String remedy) {
        long available = Devices.available(device);
        if (bytes > available) {
            throw new MemoryLimitException(what, bytes, available, remedy);
        }
    }

    /**
     * Products of A with that many vectors, in so many calls: a dense A is packed by each, a sparse one's entries meet rows in memory.
     */
    static Work products(LinearOperator a, double vectors, double calls) {
        double flops = a.flops() * vectors;
        double packed = (double) a.rows() * a.columns() * a.dtype().bytes();
        return a.flops() >= 1.0 * a.rows() * a.columns()
                ? new Work(flops, 0, packed * calls)
                : new Work(0, flops / 2, 0);
    }

    static String gib(long bytes) {
        return Bytes.text(bytes);
    }

    /** The identity-padded diagonal matrix is never built: columns of {@code u} are scaled by {@code s} instead. */
    static Tensor scaleColumns(Tensor u, Tensor s) {
        return u.multiply(s);
    }

    /** Columns from (included) to (excluded) of the identity of order {@code n}, where the operands of {@code a} lie. */
    static Tensor unitColumns(LinearOperator a, long n, long from, long to) {
        Tensor unit = Tensor.zeros(a.dtype(), n, to - from);
        unit.slice(0, from, to).assign(Tensor.eye(a.dtype(), to - from));
        return unit.to(a.device());
    }

    /** C += A·B; a side of A has stride 1, B and C are contiguous. By short inner sides: those products read A where it stands. */
    static void addProduct(Tensor a, Tensor b, Tensor c) {
        for (long from = 0; from < a.dim(1); from += SHORT) {
            long to = Math.min(a.dim(1), from + SHORT);
            try (Scope scope = Scope.open()) {
                Tensor left = a.slice(1, from, to).reshape(1, a.dim(0), to - from);
                Tensor right = b.slice(0, from, to).reshape(1, to - from, b.dim(1));
                a.backend()
                        .gemm(
                                1,
                                left.view(),
                                right.view(),
                                1,
                                c.reshape(1, c.dim(0), c.dim(1)).view());
            }
        }
    }

    /** Euclidean norms of the columns. */
    static double[] columnNorms(Tensor a) {
        double[] norms = new double[Math.toIntExact(a.dim(1))];
        if (norms.length == 0) {
            return norms;
        }
        try (Scope scope = Scope.open()) {
            Tensor squares = Tensor.empty(a.device(), DType.F64, 1, norms.length);
            a.backend().reduce(ReduceOp.SUM_OF_SQUARES, a.view(), squares.view());
            double[] sums = squares.toArray();
            for (int j = 0; j < norms.length; j++) {
                boolean safe = sums[j] > SMALLEST_SQUARE && sums[j] < Double.POSITIVE_INFINITY;
                norms[j] = safe ? Math.sqrt(sums[j]) : a.slice(1, j, j + 1).norm();
            }
        }
        return norms;
    }

    static double largest(double[] values) {
        return Arrays.stream(values).reduce(0, (x, y) -> x >= y || Double.isNaN(x) ? x : y);
    }
}
