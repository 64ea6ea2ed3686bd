package dev.eckart.io;

import dev.eckart.linalg.LinearOperator;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The matrix of a {@code .npy} file that may be far larger than the memory: its products read the file in blocks, and one block is
 * filled by a thread of its own while the other is computed on.
 *
 * <pre>{@code
 * NpyOperator a = NpyOperator.open(Path.of("big.npy"));
 * Svd svd = TruncatedSvd.rank(50).of(a);
 * }</pre>
 *
 * <p>A call of {@link #multiply}, {@link #multiplyTransposed}, {@link #gram}, {@link #forEachRows} or {@link #columns} reads the file
 * once, and so does the first {@link #frobeniusNorm} unless one of the others came before, which take the norm along. Memory: two
 * blocks (a third where elements have to be cast) beside the operands. Only a column-major file with so many columns that a block has
 * less than 4 KiB of each is read by columns, and then {@code gram} takes two passes. The file is opened by each call and never
 * mapped; every block is checked to come from the file that was opened first.
 *
 * <p>All calls throw {@link java.io.UncheckedIOException} of a {@link BadFileException}, with the file and the offset, when the file
 * ends early, was changed or is gone; {@code IllegalArgumentException} with the first NaN or infinity that the first pass meets; and
 * {@link java.util.concurrent.CancellationException} when the thread is interrupted. Thread-safe; callers read separately.
 */
public final class NpyOperator implements LinearOperator {
    /** What a core's share of the cache holds from the read to the last product: twice as fast as 64 MiB. */
    private static final long BLOCK_BYTES = 8L << 20;

    private static final long LARGEST_BLOCK = 64L << 20;
    private static final long SMALLEST_BLOCK = 1L << 20;
    /** Of the memory that is available: two blocks and a cast one leave more than half to the operands. */
    private static final long SHARE = 8;
    /** Inner sides of products up to which nothing is packed; blocks have as many rows where they may. */
    private static final long SHORT = 256;
    /** Shorter runs cost more than the bytes between them. */
    private static final long SHORTEST_RUN = 4096;

    /** Told about each block that has been used. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param pass over the file, from 1
         * @param bytes of it that are done
         * @param total bytes of a pass
         */
        void block(int pass, long bytes, long total);
    }

    /** How to read. Each method returns this object. Not thread-safe. */
    public static final class Options {
        private DType dtype;
        private long blockBytes;
        private Progress progress = (pass, bytes, total) -> {};

        private Options() {}

        /** F64 or F32; by default F32 for f4 and f2, else F64. */
        public Options dtype(DType type) {
            if (type != DType.F64 && type != DType.F32) {
                throw new IllegalArgumentException("npy operator: computes in f64 or f32, not " + type);
            }
            this.dtype = type;
            return this;
        }

        /** Bytes of a block; by default 8 MiB, up to 64 for wide matrices, or an eighth of the available memory where that is less. */
        public Options blockBytes(long bytes) {
            if (bytes < 1) {
                throw new IllegalArgumentException("npy operator: blocks of " + bytes + " bytes; give at least 1");
            }
            this.blockBytes = bytes;
            return this;
        }

        /** Called after each block, by the thread that computes. */
        public Options progress(Progress listener) {
            this.progress = listener;
            return this;
        }

        /** Opens a file; see {@link NpyOperator#open}. */
        public NpyOperator open(Path path) throws IOException {
            NpyBlocks blocks = NpyBlocks.open(new InputFile("npy", path));
            if (blocks.header().shape().rank() != 2) {
                throw new BadFileException(
                        "npy", path, -1, "has the shape " + blocks.header().shape() + "; a matrix (m,n) is needed");
            }
            return new NpyOperator(path, blocks, this);
        }
    }

    private final Path path;
    private final NpyBlocks blocks;
    private final DType dtype;
    private final Progress progress;
    private final boolean byRows;
    private final long blockBytes;
    private final AtomicInteger passes = new AtomicInteger();
    /** Of the first whole pass; NaN until then. */
    private volatile double norm = Double.NaN;

    private NpyOperator(Path path, NpyBlocks blocks, Options options) {
        DType own = blocks.dtype() == DType.F32 ? DType.F32 : DType.F64;
        this.path = path;
        this.blocks = blocks;
        this.dtype = options.dtype == null ? own : options.dtype;
        this.progress = options.progress;
        this.blockBytes = options.blockBytes > 0 ? options.blockBytes : usualBlock();
        this.byRows = !blocks.columnMajor()
                || blocks.run(true, blocks.height(true, blockBytes)) >= SHORTEST_RUN
                || blocks.height(true, blockBytes) == rows();
    }

    private long usualBlock() {
        long bytes = blocks.header().type().bytes();
        long rows = blocks.columnMajor() ? Math.max(SHORT, SHORTEST_RUN / bytes) : SHORT;
        long wanted = Math.min(
                LARGEST_BLOCK,
                Math.max(BLOCK_BYTES, rows * columns() * blocks.dtype().bytes()));
        return Math.max(SMALLEST_BLOCK, Math.min(wanted, Devices.available(Device.cpu()) / SHARE));
    }

    /**
     * Opens a file of any real element type, in either order.
     *
     * @throws BadFileException when it is missing, torn, no matrix, or of a type that tensors do not have
     */
    public static NpyOperator open(Path path) throws IOException {
        return options().open(path);
    }

    /** Choices other than the default. */
    public static Options options() {
        return new Options();
    }

    /** The file. */
    public Path path() {
        return path;
    }

    /** (m, n). */
    public Shape shape() {
        return blocks.header().shape();
    }

    /** What reading the matrix into memory would take; elements of another type stand there once more while they are cast. */
    public long bytesInMemory() {
        DType raw = blocks.dtype();
        return shape().size() * (dtype.bytes() + (raw == dtype ? 0 : raw.bytes()));
    }

    /** How often the file has been read from its begin to its end. */
    public int passes() {
        return passes.get();
    }

    @Override
    public long rows() {
        return shape().dim(0);
    }

    @Override
    public long columns() {
        return shape().dim(1);
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public Device device() {
        return Device.cpu();
    }

    @Override
    public boolean isStreamed() {
        return true;
    }

    @Override
    public Tensor multiply(Tensor x) {
        requireFactor("multiply", x, columns());
        return result(
                rows(),
                x.dim(1),
                (factor, product) -> pass("multiply", byRows, (from, to, block) -> {
                    if (byRows) {
                        multiply(block, factor, product.slice(0, from, to));
                    } else {
                        add(block, factor.slice(0, from, to), product);
                    }
                }),
                x);
    }

    @Override
    public Tensor multiplyTransposed(Tensor y) {
        requireFactor("multiplyTransposed", y, rows());
        return result(
                columns(),
                y.dim(1),
                (factor, product) -> pass("multiplyTransposed", byRows, (from, to, block) -> {
                    if (byRows) {
                        add(block.transpose(), factor.slice(0, from, to), product);
                    } else {
                        multiply(block.transpose(), factor, product.slice(0, from, to));
                    }
                }),
                y);
    }

    @Override
    public Tensor gram(Tensor x) {
        requireFactor("gram", x, columns());
        if (!byRows) {
            return LinearOperator.super.gram(x);
        }
        return result(
                columns(),
                x.dim(1),
                (factor, product) -> pass("gram", true, (from, to, block) -> {
                    add(block.transpose(), block.matmul(factor), product);
                }),
                x);
    }

    @Override
    public void forEachRows(RowAction action) {
        pass("rows", true, (from, to, block) -> action.accept(from, block));
    }

    @Override
    public Tensor rows(long from, long to) {
        return part(true, from, to);
    }

    /** Where columns lie far apart in the file, all of it is read. */
    @Override
    public Tensor columns(long from, long to) {
        if (blocks.columnMajor() || blocks.run(false, to - from) >= SHORTEST_RUN) {
            return part(false, from, to);
        }
        try (Scope scope = Scope.open()) {
            Tensor columns = Tensor.empty(device(), dtype, rows(), to - from);
            forEachRows((start, block) ->
                    columns.slice(0, start, start + block.dim(0)).assign(block.slice(1, from, to)));
            return scope.keep(columns);
        }
    }

    private Tensor part(boolean rows, long from, long to) {
        try (Tensor part = blocks.read("npy operator", rows, from, to)) {
            return part.dtype() == dtype ? part.slice(0, 0, part.dim(0)) : part.to(dtype);
        }
    }

    /** Exact, summed in f64; takes a pass unless there has been one. */
    @Override
    public OptionalDouble frobeniusNorm() {
        if (Double.isNaN(norm)) {
            if (shape().size() == 0) {
                norm = 0;
            } else {
                pass("norm", byRows, (from, to, block) -> {});
            }
        }
        return OptionalDouble.of(norm);
    }

    // ---- passes

    /** Works out (rows, width) from a contiguous factor, in a scope of its own. */
    private Tensor result(long rows, long width, java.util.function.BiConsumer<Tensor, Tensor> work, Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor product = Tensor.zeros(dtype, rows, width);
            work.accept(x.contiguous(), product);
            return scope.keep(product);
        }
    }

    /** C = A·B. */
    private static void multiply(Tensor a, Tensor b, Tensor c) {
        product(a, b, 0, c);
    }

    /** C += A·B, by short inner sides: those products read A where it stands. */
    private static void add(Tensor a, Tensor b, Tensor c) {
        for (long from = 0; from < a.dim(1); from += SHORT) {
            long to = Math.min(a.dim(1), from + SHORT);
            try (Scope scope = Scope.open()) {
                product(a.slice(1, from, to), b.slice(0, from, to), 1, c);
            }
        }
    }

    private static void product(Tensor a, Tensor b, double beta, Tensor c) {
        a.backend()
                .gemm(
                        1,
                        a.reshape(1, a.dim(0), a.dim(1)).view(),
                        b.reshape(1, b.dim(0), b.dim(1)).view(),
                        beta,
                        c.reshape(1, c.dim(0), c.dim(1)).view());
    }

    private void pass(String operation, boolean rows, NpyBlocks.Action action) {
        int number = passes.incrementAndGet();
        long total = shape().size() * blocks.header().type().bytes();
        long side = rows ? rows() : columns();
        boolean first = Double.isNaN(norm);
        double[] sum = {0};
        blocks.forEach("npy operator: " + operation, rows, blocks.height(rows, blockBytes), (from, to, block) -> {
            try (Scope scope = Scope.open()) {
                Tensor cast = block.dtype() == dtype ? block : block.to(dtype);
                if (first) {
                    sum[0] = Math.hypot(sum[0], finiteNorm(cast, rows ? from : 0, rows ? 0 : from));
                }
                action.accept(from, to, cast);
            }
            progress.block(number, to == side ? total : total / side * to, total);
        });
        if (first) {
            norm = sum[0];
        }
    }

    /** The norm of a block, whose first element is (row, column) of the matrix. */
    private double finiteNorm(Tensor block, long row, long column) {
        double blockNorm = block.norm();
        long bad = Double.isFinite(blockNorm) ? -1 : block.backend().firstNonFinite(block.view());
        if (bad >= 0) {
            long i = bad / block.dim(1);
            long j = bad % block.dim(1);
            throw new IllegalArgumentException("npy operator: " + path + ": element (" + (row + i) + "," + (column + j)
                    + ") of " + shape() + " is " + block.get(i, j)
                    + "; a factorization needs finite numbers: replace or drop it");
        }
        return blockNorm;
    }

    private void requireFactor(String operation, Tensor x, long height) {
        if (x.shape().rank() != 2 || x.dim(0) != height) {
            throw new IllegalArgumentException("npy operator: " + operation + ": the matrix is " + shape()
                    + ", the factor " + x.shape() + "; it needs " + height + " rows");
        }
        if (x.dtype() != dtype) {
            throw new IllegalArgumentException("npy operator: " + operation + ": the matrix is " + dtype
                    + ", the factor " + x.dtype() + "; cast one with to(dtype)");
        }
        if (!x.device().equals(device())) {
            throw new IllegalArgumentException("npy operator: " + operation + ": the factor lies on " + x.device()
                    + "; move it with to(Device.cpu())");
        }
    }

    @Override
    public String toString() {
        return "npy " + path + " " + shape() + " " + dtype + ", read by " + (byRows ? "rows" : "columns");
    }
}
