package dev.eckart.backend;

import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryStatistics;
import dev.eckart.memory.Precision;
import java.nio.LongBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Everything a device has to be able to do. Outputs are allocated by the caller; arguments were checked by the facade, and all views
 * of a call lie on this device. An output may be one of the inputs (the same layout), otherwise they do not overlap. Matrices are
 * the last two dimensions, row-major. Thread-safe.
 */
public interface Backend {
    /** The device this backend drives. */
    Device device();

    /** One line for a person: hardware, kernels, libraries. */
    String describe();

    /** Bytes that may still be allocated. */
    long available();

    /** Fresh memory of unknown content, 64-byte aligned; throws MemoryLimitException rather than overcommit. */
    Buffer allocate(long bytes);

    /** Fresh host memory that this device copies from and to by itself. */
    default Buffer allocatePinned(long bytes) {
        return allocate(bytes);
    }

    /** Gives freed memory that is kept for reuse back to the system; how many bytes. */
    default long trim() {
        return 0;
    }

    /** The account of the memory; zeros from a backend that keeps none. */
    default MemoryStatistics memory() {
        return new MemoryStatistics(0, 0, 0, 0, 0);
    }

    /** Copies a Java buffer (direct or not) to the bytes from {@code offset} on. */
    void upload(java.nio.Buffer source, Buffer target, long offset);

    /** Fills a Java buffer from the bytes from {@code offset} on. */
    void download(Buffer source, long offset, java.nio.Buffer target);

    /** The {@code bytes} from {@code offset} on as a direct buffer; host memory only, and only while the caller holds a share. */
    java.nio.ByteBuffer map(Buffer buffer, long offset, int bytes);

    /** The address of the first remaining element of a direct buffer; host memory only. */
    default long address(java.nio.Buffer direct) {
        throw new UnsupportedOperationException("address: " + device() + " has no host memory");
    }

    /** Element-wise copy between strided views of one shape, casting as Java does. */
    void copy(View source, View target);

    /** Sets every element. */
    void fill(View target, double value);

    /** out = op(a). */
    void unary(UnaryOp op, View a, View out);

    /** out = op(a, b); a and b already stretched to the shape of out. */
    void binary(BinaryOp op, View a, View b, View out);

    /** y = alpha·x + beta·y. */
    void axpby(double alpha, View x, double beta, View y);

    /** Reduces a over the axes where {@code out}, stretched to the shape of a, has stride 0. */
    void reduce(ReduceOp op, View a, View out);

    /** Softmax of the last dimension, or its logarithm. F64, F32, BF16. */
    void softmax(boolean log, View a, View out);

    /**
     * (a − mean) / √(variance + epsilon) · scale + shift, with mean and variance (divisor n) over the last {@code axes} dimensions, 1
     * or 2; scale and shift already stretched to the shape of a. F64, F32, BF16.
     */
    void normalize(int axes, double epsilon, View a, Optional<View> scale, Optional<View> shift, View out);

    /**
     * y = f(y + bias) for contiguous y (rows, n) and bias (n), in one pass. F64, F32.
     *
     * @return whether it was done: where it is not, the caller composes it
     */
    default boolean finish(Finish f, View y, View bias) {
        return false;
    }

    /**
     * y = f(x·Wᵀ + bias) in one call, for contiguous x (rows, in), W (out, in), bias (out) and y (rows, out), by a device whose product
     * takes the bias along; of factors that may be rounded as in {@link #gemm(Precision, double, View, View, double, View)}.
     *
     * @return as {@link #finish}
     */
    default boolean linear(Precision precision, Finish f, View x, View weight, View bias, View y) {
        return false;
    }

    /**
     * x += gate·(y + bias) for contiguous x and y (samples, tokens, n), a gate (samples, n) with adjacent columns and a bias (n). F64, F32.
     *
     * @return as {@link #finish}
     */
    default boolean addGated(View x, View gate, View y, View bias) {
        return false;
    }

    /**
     * out = softmax(scale·Q·Kᵀ)·V for each batch and head of (batch, heads, n, d), whose last strides are 1, without the n×n scores in
     * memory. F64, F32.
     *
     * @return as {@link #finish}; it is for rows too short or too long for the kernels that it is not done
     */
    default boolean attention(double scale, View q, View k, View v, View out) {
        return false;
    }

    /** The row-major index of the first NaN or infinity, or -1. */
    long firstNonFinite(View a);

    /** The same, put into {@code place} (1), I64, and not waited for. */
    default void firstNonFinite(View a, View place) {
        fill(place, firstNonFinite(a));
    }

    /** The place (I64) of the MIN or MAX along the middle of three dimensions, where out has 1; NaN wins, then the first of equals. */
    void argReduce(ReduceOp op, View a, View out);

    /** Running totals along the middle of three dimensions; sums and products of integers are I64. */
    void scan(ScanOp op, View a, View out);

    /**
     * out[o, i, :] = a[o, index[i], :], for a contiguous index, I64 or I32.
     *
     * @return the place of the first index outside of a, or -1; nothing was written in the former case
     */
    long gather(View a, View index, View out);

    /** target[o, index[i], :] += source[o, i, :] for each i in turn, whatever the number of threads; returns as {@link #gather}. */
    long scatterAdd(View target, View index, View source);

    /**
     * The k largest of each row descending, or the smallest ascending, and their places (I64), for A (rows, n) with adjacent columns
     * and contiguous (rows, k). NaN counts as largest; equals, and zeros of both signs, come in the order of the row.
     */
    void topK(boolean largest, View a, Optional<View> values, View indices);

    /** Fills a contiguous view with random numbers; element i depends on (seed, stream, offset + i) alone. */
    void random(Distribution distribution, double a, double b, long seed, long stream, long offset, View out);

    /**
     * Fills each row of a contiguous view (rows, n) from the beginning of a stream of its own.
     *
     * @param streams (rows), I64, contiguous: row i is from stream {@code streams[i] + stream}
     */
    default void random(Distribution distribution, double a, double b, long seed, View streams, long stream, View out) {
        LongBuffer numbers = LongBuffer.allocate(Math.toIntExact(streams.shape().size()));
        download(streams.buffer(), streams.layout().offset() * Long.BYTES, numbers);
        for (int i = 0; i < numbers.capacity(); i++) {
            View row = out.with(out.layout().select(0, i));
            random(distribution, a, b, seed, numbers.get(i) + stream, 0, row);
        }
    }

    /** C = alpha·A·B + beta·C for (batch, m, k) × (batch, k, n); transposes are strides; the columns of C are adjacent. */
    void gemm(double alpha, View a, View b, double beta, View c);

    /** The same of F32 factors that may be rounded first, by a device that gains from it. */
    default void gemm(Precision precision, double alpha, View a, View b, double beta, View c) {
        gemm(alpha, a, b, beta, c);
    }

    /** Cᵢ = Aᵢ·Bᵢ of products of any shapes, each as {@link #gemm(Precision, double, View, View, double, View)} takes it; one type. */
    default void gemmAll(Precision precision, List<Product> products) {
        products.forEach(p -> gemm(precision, 1, p.a(), p.b(), 0, p.c()));
    }

    /** C = alpha·AᵀA + beta·C, for A (m, n) with adjacent columns. */
    void gram(double alpha, View a, double beta, View c);

    /** B = T⁻¹·B, or B·T⁻¹ from the right; T is triangular, and transposed when asked. */
    void triangularSolve(boolean right, boolean upper, boolean transposed, View t, View b);

    /** C = A·X for (m, p) = (m, n) × (n, p); columns of X and C are adjacent. */
    void spmm(Sparse a, View x, View c);

    /** Coordinates (I32) to compressed rows in a single tile; the entries of a row stay in their order. */
    void sparseCompress(View row, View column, View values, Sparse out);

    /**
     * Aᵀ, for A (m, n) in a single tile with the entries of a row in any order, to {@code out} (n, m) in tiles of
     * {@code tileHeight} columns. There columns ascend and entries of one place are added up.
     *
     * @return the number of entries left, which are the first of {@code out}
     */
    long sparseTranspose(Sparse a, long tileHeight, Sparse out);

    /** A = L·Lᵀ in place; false when A is not positive definite. */
    boolean cholesky(View a);

    /** A (m, n) becomes Q in its first k = min(m, n) columns; R (k, n), diagonal not negative. */
    void qr(View a, View r);

    /** Symmetric A (destroyed; its upper triangle is read) = Σ wᵢ·vᵢ·vᵢᵀ, w descending, vᵢ the rows of {@code vt} when present; false: not converged. */
    boolean eigh(View a, View w, Optional<View> vt);

    /** The drivers that {@link #svd} has, in the order in which they are tried. */
    List<SvdDriver> svdDrivers();

    /** A (destroyed) = U·diag(s)·Vᵀ, descending, signs by the rule of {@link #orientVectors}; false: not converged. */
    boolean svd(SvdDriver driver, View a, View s, Optional<Vectors> vectors);

    /** The drivers that {@link #svdLeading} has. */
    default List<SvdDriver> svdLeadingDrivers() {
        return List.of();
    }

    /**
     * Leading triplets of A (m, n) (destroyed), approximately, signs as for {@link #svd}: u (m, k), s (k) and vt (k, n) are contiguous.
     *
     * @param driver one of {@link #svdLeadingDrivers}
     * @param oversampling extra columns of the random block; k and these are below min(m, n)
     */
    default void svdLeading(SvdDriver driver, View a, long oversampling, int iterations, View s, Vectors vectors) {
        throw new UnsupportedOperationException("svdLeading: not on " + device());
    }

    /** The drivers that {@link #svdBatch} has; none where batches are decomposed one by one. */
    List<SvdDriver> svdBatchDrivers();

    /**
     * The thin {@link #svd} of each matrix of a (b, m, n), which stays as it is; u (b, m, k), s (b, k) and vt (b, k, n) are contiguous.
     *
     * @param driver one of {@link #svdBatchDrivers}; JACOBI for min(m, n) up to 64, GESVDJ for max(m, n) up to 32; GESVDA to some √ε
     * @return the first matrix for which it did not converge, or -1
     */
    long svdBatch(SvdDriver driver, View a, View s, Optional<Vectors> vectors);

    /** Bytes that {@link #svdBatch} takes beside its operands on this device; 0 where it is the memory of a core's cache. */
    default long svdBatchWorkspace(SvdDriver driver, boolean vectors, DType dtype, long count, long m, long n) {
        return 0;
    }

    /**
     * How good {@link #svdBatch} was, for matrices with sides up to 64: of each ‖A − U·diag(s)·Vᵀ‖F over σ₁, ‖I − UᵀU‖F and ‖I − VᵀV‖F.
     *
     * @param errors (b, 3), F64, contiguous
     */
    void svdBatchErrors(View a, View s, Vectors vectors, View errors);

    /** Bytes that {@link #svd} takes beside its operands. */
    long svdWorkspace(SvdDriver driver, boolean vectors, DType dtype, long m, long n);

    /** Makes the first entry of each row of vt that is within a factor 1 − √ε of its largest positive; columns of u follow. */
    void orientVectors(View u, View vt);

    /** Whether {@link #record} gains anything over running the work again. */
    default boolean records() {
        return false;
    }

    /**
     * Runs {@code work} once, and remembers what it asked of this device, with the addresses and numbers that it had; the work may be run
     * more than once for that. By default it is run again at each {@link Recorded#replay}.
     */
    default Recorded record(Runnable work) {
        work.run();
        return new Recorded() {
            @Override
            public void replay() {
                work.run();
            }

            @Override
            public void close() {}
        };
    }

    /** Does something that is no part of what this thread {@link #record}s; not where that is done for a second time. */
    default <T> T unrecorded(Supplier<T> work) {
        return work.get();
    }

    /** Waits for all work that was started. */
    void synchronize();

    /**
     * One of several products.
     *
     * @param a (batch, m, k)
     * @param b (batch, k, n)
     * @param c (batch, m, n), not read
     */
    record Product(View a, View b, View c) {}

    /** Work that can be done again. Thread-safe. */
    interface Recorded extends AutoCloseable {
        /** Does it again, in order with what was asked of its memory before. */
        void replay();

        /** Gives its memory back; what was started goes on. */
        @Override
        void close();
    }

    /**
     * Sparse (m, n) in compressed rows: row i of tile t has the entries from {@code starts[t][i]} to {@code starts[t][i + 1]}. A tile
     * holds adjacent columns, and its entries follow those of the tile before.
     *
     * @param starts (tiles, m + 1) I64
     * @param indices (nnz) I32, columns
     * @param values (nnz)
     */
    record Sparse(View starts, View indices, View values) {}

    /**
     * Where {@link #svd} puts singular vectors.
     *
     * @param u (m, k), or (m, m) for the full factorization
     * @param vt (k, n), or (n, n)
     */
    record Vectors(View u, View vt) {}
}
