package dev.eckart.linalg;

import dev.eckart.backend.Backend;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * The arrays of a sparse matrix, as {@link Backend.Sparse} has them. Closing closes all three.
 *
 * @param starts (tiles, m + 1) I64
 * @param indices (nnz) I32
 * @param values (nnz)
 */
record Compressed(Tensor starts, Tensor indices, Tensor values) implements AutoCloseable {
    /** Rows of X that a tile meets: 112 columns of F64 are 7 MiB, which stays in a third-level cache. */
    private static final long TILE = 8192;
    /** Fewer entries than this for each row of a tile, and its starts would cost more than the tile saves. */
    private static final long ENTRIES_PER_START = 8;

    /** How many columns a tile of (n, m) should have. */
    static long tileHeight(long m, long n, long entries) {
        long most = Math.max(1, entries / (ENTRIES_PER_START * Math.max(1, n)));
        long tiles = Math.min(most, ceilDiv(Math.max(1, m), TILE));
        return ceilDiv(Math.max(1, m), tiles);
    }

    /** Refuses a matrix whose making would not fit: its entries in three orders, starts of rows and columns, and the sort's own. */
    static void requireMemory(long rows, long columns, Tensor values) {
        long bytes = 16 * rows
                + 8 * columns
                + 12 * Math.max(rows, columns)
                + 3 * values.dim(0) * (Integer.BYTES + values.dtype().bytes());
        Matrices.requireMemory(
                "csr of " + Shape.of(rows, columns) + ", " + values.dim(0) + " entries",
                values.device(),
                bytes,
                "leave out rows and columns without entries");
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }

    static Compressed ofCoordinates(long rows, Tensor row, Tensor column, Tensor values) {
        try (Scope scope = Scope.open()) {
            Compressed made = empty(1, rows, values);
            Tensor i = row.to(DType.I32);
            Tensor j = column.to(DType.I32);
            Tensor v = values.contiguous();
            v.backend().sparseCompress(i.view(), j.view(), v.view(), made.sparse());
            return made.keepIn(scope);
        }
    }

    private static Compressed empty(long tiles, long rows, Tensor values) {
        long count = values.dim(0);
        return new Compressed(
                Tensor.empty(values.device(), DType.I64, tiles, rows + 1),
                Tensor.empty(values.device(), DType.I32, count),
                Tensor.empty(values.device(), values.dtype(), count));
    }

    /** Moves all three to the enclosing scope, or out of all scopes. */
    Compressed keepIn(Scope scope) {
        scope.keep(starts);
        scope.keep(indices);
        scope.keep(values);
        return this;
    }

    long rows() {
        return starts.dim(1) - 1;
    }

    /** Aᵀ for this A (m, n) of one tile, in tiles of {@code tileHeight} columns; its rows are sorted and have each place once. */
    Compressed transpose(long n, long tileHeight) {
        try (Scope scope = Scope.open()) {
            Compressed made = empty(Math.max(1, ceilDiv(rows(), tileHeight)), n, values);
            long left = values.backend().sparseTranspose(sparse(), tileHeight, made.sparse());
            return (left == values.dim(0) ? made : made.first(left)).keepIn(scope);
        }
    }

    /** With the first entries alone, in memory of their own. */
    private Compressed first(long count) {
        return new Compressed(
                starts,
                indices.slice(0, 0, count).copy(),
                values.slice(0, 0, count).copy());
    }

    /** A·X for X (n, p). */
    Tensor multiply(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor product = Tensor.empty(x.device(), x.dtype(), rows(), x.dim(1));
            x.backend().spmm(sparse(), x.contiguous().view(), product.view());
            return scope.keep(product);
        }
    }

    /** With entries in F32; the places are shared. */
    Compressed single() {
        return new Compressed(
                starts.slice(0, 0, starts.dim(0)), indices.slice(0, 0, indices.dim(0)), values.to(DType.F32));
    }

    private Backend.Sparse sparse() {
        return new Backend.Sparse(starts.view(), indices.view(), values.view());
    }

    @Override
    public void close() {
        starts.close();
        indices.close();
        values.close();
    }
}
