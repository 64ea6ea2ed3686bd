package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** AᵀA of any operator. */
final class GramMatrix {
    /** Of a block of rows that is read at once: long enough for a product at full rate. */
    private static final long BLOCK_ELEMENTS = 1L << 24;
    /** Columns of the identity at once, where A is known by its products alone. */
    private static final long WIDTH = 256;

    private GramMatrix() {}

    /**
     * AᵀA, (n, n); by blocks of rows of a stored or streamed A, each read once, else from Aᵀ·(A·I).
     *
     * @param type of the result; another than A's where {@link #passes} is 1: each block of rows is cast
     */
    static Tensor of(LinearOperator a, DType type) {
        long n = a.columns();
        try (Scope scope = Scope.open()) {
            Tensor square = Tensor.empty(a.device(), type, n, n);
            square.fill(0);
            if (a.isStreamed()) {
                a.forEachRows((from, rows) -> add(rows, square));
                return scope.keep(square);
            }
            long step = a.isStored() ? Math.max(1, BLOCK_ELEMENTS / Math.max(1, n)) : WIDTH;
            long end = a.isStored() ? a.rows() : n;
            for (long from = 0; from < end; from += step) {
                Interrupts.check("gram");
                long to = Math.min(end, from + step);
                try (Scope block = Scope.open()) {
                    if (a.isStored()) {
                        add(a.rows(from, to), square);
                    } else {
                        square.slice(1, from, to).assign(a.gram(Matrices.unitColumns(a, n, from, to)));
                    }
                }
            }
            return scope.keep(square);
        }
    }

    private static void add(Tensor rows, Tensor square) {
        square.backend().gram(1, rows.to(square.dtype()).view(), 1, square.view());
    }

    /** Whether A is read once, or twice for each block of the identity. */
    static int passes(LinearOperator a) {
        return a.isStored() || a.isStreamed() ? 1 : 2;
    }

    /** What it takes: of a symmetric matrix half is computed. */
    static Work work(LinearOperator a) {
        double n = a.columns();
        return passes(a) == 1 ? Work.products(a.rows() * n * n) : Matrices.products(a, 2 * n, 2 * n / WIDTH);
    }

    /** Bytes beside the matrix itself. */
    static long workspace(LinearOperator a) {
        long n = a.columns();
        long elements =
                passes(a) == 1 ? Math.min(a.rows() * n, BLOCK_ELEMENTS + n) : Math.min(n, WIDTH) * (2 * n + a.rows());
        return elements * a.dtype().bytes();
    }
}
