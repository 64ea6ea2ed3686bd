package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/**
 * A sparse matrix in compressed rows (CSR): row i holds {@code values[e]} in column {@code indices[e]} for e from {@code starts[i]}
 * (included) to {@code starts[i + 1]} (excluded), columns ascending, each at most once. F64 or F32, at most 2^31 − 1 rows and
 * columns, on the device of what it is made from. Immutable and thread-safe.
 *
 * <p>Aᵀ·Y works on a transposed copy, made by the first such call and kept: the memory of the matrix once more. A {@code Csr}
 * belongs to no {@link Scope}: close it.
 */
public final class Csr implements LinearOperator, AutoCloseable {
    private static final long BLOCK = 256;

    private final long columns;
    private final Compressed entries;
    private final Tensor starts;
    private Compressed transposed;

    private Csr(long columns, Compressed entries) {
        this.columns = columns;
        this.entries = entries;
        this.starts = entries.starts().select(0, 0);
    }

    /**
     * From coordinates in any order. Entries of one place are added up in their order; sums that are zero stay.
     *
     * @param row (nnz) I32 or I64, from 0
     * @param column (nnz) I32 or I64, from 0
     * @param values (nnz) F64 or F32
     * @throws IllegalArgumentException when lengths or devices differ, an index is out of range or a value is NaN or infinite: the first is named
     * @throws dev.eckart.memory.MemoryLimitException when there is not the memory for the matrix, before any is taken
     */
    public static Csr ofCoordinates(long rows, long columns, Tensor row, Tensor column, Tensor values) {
        CompressedChecks.size(rows, columns);
        CompressedChecks.values(values);
        Compressed.requireMemory(rows, columns, values);
        CompressedChecks.indices("row", row, rows, values);
        CompressedChecks.indices("column", column, columns, values);
        return Scope.outside(() -> sorted(columns, () -> Compressed.ofCoordinates(rows, row, column, values)));
    }

    /** {@link #ofCoordinates(long, long, Tensor, Tensor, Tensor)} from arrays, in F64. */
    public static Csr ofCoordinates(long rows, long columns, int[] row, int[] column, double[] values) {
        return Scope.outside(() -> {
            try (Tensor i = Tensor.of(row);
                    Tensor j = Tensor.of(column);
                    Tensor v = Tensor.of(values)) {
                return ofCoordinates(rows, columns, i, j, v);
            }
        });
    }

    /**
     * From compressed rows, whose entries may stand in any order within a row; entries of one place are added up.
     *
     * @param starts (m + 1) I32 or I64: 0, never falling, the last is nnz
     * @param indices (nnz) I32 or I64, columns from 0
     * @param values (nnz) F64 or F32
     * @throws IllegalArgumentException when something of this does not hold, or a value is NaN or infinite: the first is named
     * @throws dev.eckart.memory.MemoryLimitException when there is not the memory for the matrix, before any is taken
     */
    public static Csr ofCompressed(long columns, Tensor starts, Tensor indices, Tensor values) {
        CompressedChecks.values(values);
        CompressedChecks.starts(starts, values);
        CompressedChecks.size(starts.dim(0) - 1, columns);
        Compressed.requireMemory(starts.dim(0) - 1, columns, values);
        CompressedChecks.indices("column", indices, columns, values);
        return Scope.outside(() -> sorted(
                columns,
                () -> new Compressed(starts.to(DType.I64).reshape(1, -1), indices.to(DType.I32), values.contiguous())));
    }

    /** Transposed twice, which sorts. */
    private static Csr sorted(long columns, Supplier<Compressed> made) {
        Compressed sorted;
        try (Scope scope = Scope.open()) {
            Compressed unsorted = made.get();
            long rows = unsorted.rows();
            sorted = unsorted.transpose(columns, Math.max(1, rows))
                    .transpose(rows, Math.max(1, columns))
                    .keepIn(scope);
        }
        return new Csr(columns, sorted);
    }

    @Override
    public long rows() {
        return entries.rows();
    }

    @Override
    public long columns() {
        return columns;
    }

    /** The number of entries stored. */
    public long entries() {
        return values().dim(0);
    }

    @Override
    public DType dtype() {
        return values().dtype();
    }

    @Override
    public Device device() {
        return values().device();
    }

    /** Where each row starts, (m + 1) I64; belongs to the matrix, not to be written. */
    public Tensor starts() {
        return starts;
    }

    /** The column of each entry, (nnz) I32; belongs to the matrix, not to be written. */
    public Tensor indices() {
        return entries.indices();
    }

    /** The entries, (nnz); belongs to the matrix, not to be written. */
    public Tensor values() {
        return entries.values();
    }

    @Override
    public Tensor multiply(Tensor x) {
        requireFactor("multiply", x, columns);
        return entries.multiply(x);
    }

    @Override
    public Tensor multiplyTransposed(Tensor y) {
        requireFactor("multiplyTransposed", y, rows());
        return transposed().multiply(y);
    }

    /** Aᵀ, to be closed on its own. */
    public Csr transpose() {
        return Scope.outside(() -> new Csr(rows(), entries.transpose(columns, Math.max(1, rows()))));
    }

    private synchronized Compressed transposed() {
        if (transposed == null) {
            long height = Compressed.tileHeight(rows(), columns, entries());
            Compressed.requireMemory(0, columns, values());
            transposed = Scope.outside(() -> entries.transpose(columns, height));
        }
        return transposed;
    }

    /** The entries in F32, for products; indices are shared, and all of it belongs to the current scope. */
    LinearOperator single() {
        Compressed forward = entries.single();
        Compressed backward = transposed().single();
        return new CsrProducts(rows(), columns, forward, backward);
    }

    /** The matrix with all its zeros, (m, n). */
    public Tensor toDense() {
        try (Scope scope = Scope.open()) {
            Tensor dense = Tensor.empty(device(), dtype(), rows(), columns);
            for (long from = 0; from < columns; from += BLOCK) {
                long to = Math.min(columns, from + BLOCK);
                try (Tensor block = columns(from, to);
                        Tensor target = dense.slice(1, from, to)) {
                    target.assign(block);
                }
            }
            return scope.keep(dense);
        }
    }

    @Override
    public Tensor rows(long from, long to) {
        boolean few = (to - from) * columns <= Matrices.BLOCK_ELEMENTS;
        return few ? CsrRows.dense(this, from, to) : LinearOperator.super.rows(from, to);
    }

    /** Exact to rounding in f64; the zeros that are not stored count. */
    @Override
    public ColumnStatistics columnStatistics() {
        return CsrRows.statistics(this);
    }

    @Override
    public double flops() {
        return 2.0 * entries();
    }

    @Override
    public OptionalDouble frobeniusNorm() {
        return OptionalDouble.of(values().norm());
    }

    @Override
    public synchronized void close() {
        starts.close();
        entries.close();
        if (transposed != null) {
            transposed.close();
        }
    }

    @Override
    public String toString() {
        return "csr " + Shape.of(rows(), columns) + " " + dtype() + ", " + entries() + " entries";
    }

    private void requireFactor(String operation, Tensor x, long height) {
        if (x.shape().rank() != 2 || x.dim(0) != height) {
            throw new IllegalArgumentException("csr: " + operation + ": the matrix is " + Shape.of(rows(), columns)
                    + ", the factor " + x.shape() + "; it needs " + height + " rows");
        }
        if (x.dtype() != dtype()) {
            throw new IllegalArgumentException("csr: " + operation + ": the matrix is " + dtype() + ", the factor "
                    + x.dtype() + "; cast one with to(dtype)");
        }
        if (!x.device().equals(device())) {
            throw new IllegalArgumentException("csr: " + operation + ": the matrix lies on " + device()
                    + ", the factor on " + x.device() + "; move it with to(device)");
        }
    }
}
