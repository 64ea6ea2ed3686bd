package dev.eckart.linalg;

import dev.eckart.backend.Distribution;
import dev.eckart.linalg.Certificate.Norm;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;

/**
 * Leading singular triplets of a matrix whose rows come by once, in blocks, and are not kept: from three random sketches (Tropp, Yurtsever,
 * Udell and Cevher 2019, Streaming Low-Rank Matrix Approximation with an Application to Scientific Simulation, algorithms 3.1 to 4.2).
 *
 * <pre>{@code
 * try (StreamingSvd sketch = StreamingSvd.rank(20, 784, DType.F64)) {
 *     for (Tensor rows : blocks) {
 *         sketch.add(rows);
 *     }
 *     Svd svd = sketch.svd();
 * }
 * }</pre>
 *
 * <p>With sketches of size r = 4k + 1 and 2r + 1, as here, E‖A − Â‖F² is at most 10/3 of ‖A − A_k‖F² (theorem 5.1); the triplets are the
 * leading k of Â. Several passes are far more accurate where singular values decay
 * slowly: take {@link TruncatedSvd} when A can be read again. Memory: (m + n)·(4k + 1) elements and (8k + 3)² beside; the result does not
 * depend on how the rows are cut into blocks, but for rounding. Not thread-safe; belongs to no {@link Scope}: close it.
 */
public final class StreamingSvd implements AutoCloseable {
    /** Streams of random numbers: Υ and Φ by rows, Ω and Ψ by columns of A, Θ for the certificate. */
    private enum Stream {
        RANGE,
        CORANGE,
        CORE_LEFT,
        CORE_RIGHT,
        ERROR
    }

    private final long rank;
    private final long columns;
    private final DType type;
    private final long seed;
    private final long width;
    private final long core;
    private final Tensor omega;
    private final Tensor psi;
    /** X = Υ·A (r, n), Z = Φ·A·Ψᵀ (c, c), and Θ·A (10, n). */
    private final Tensor corange;

    private final Tensor center;
    private final Tensor seen;
    /** Y = A·Ωᵀ (m, r), row by row. */
    private Tensor range;

    private long rows;
    private final long start = System.nanoTime();

    private StreamingSvd(long rank, long columns, DType type, long seed) {
        this.rank = rank;
        this.columns = columns;
        this.type = type;
        this.seed = seed;
        this.width = Math.min(columns, 4 * rank + 1);
        this.core = 2 * width + 1;
        this.omega = normal(Stream.RANGE, 0, columns, width);
        this.psi = normal(Stream.CORE_RIGHT, 0, columns, core);
        this.corange = Tensor.zeros(type, width, columns);
        this.center = Tensor.zeros(type, core, core);
        this.seen = Tensor.zeros(type, Certifier.PROBES, columns);
        this.range = Tensor.empty(Device.cpu(), type, Math.max(1, width), width);
    }

    /** A sketch for {@code k} triplets of a matrix of that many columns, on the host; seed 0. */
    public static StreamingSvd rank(long k, long columns, DType type) {
        return rank(k, columns, type, 0);
    }

    /**
     * A sketch for {@code k} triplets.
     *
     * @param k at most the number of columns, and in the end of rows
     * @param columns n
     * @param type F64 or F32
     * @param seed of the random matrices
     * @throws IllegalArgumentException for a rank or type that does not suit
     * @throws dev.eckart.memory.MemoryLimitException when the sketches would not fit
     */
    public static StreamingSvd rank(long k, long columns, DType type, long seed) {
        Matrices.checkType("streaming svd", type);
        if (k < 0 || columns < 0 || k > columns) {
            throw new IllegalArgumentException(
                    "streaming svd: rank " + k + " is outside 0.." + columns + ", the number of columns");
        }
        long width = Math.min(columns, 4 * k + 1);
        long core = 2 * width + 1;
        Matrices.requireMemory(
                "streaming svd of rank " + k + " over " + columns + " columns",
                Device.cpu(),
                ((2 * width + core + Certifier.PROBES) * columns + core * core + width * width) * type.bytes(),
                "ask for a smaller rank");
        return Scope.outside(() -> new StreamingSvd(k, columns, type, seed));
    }

    /** The number of rows so far. */
    public long rows() {
        return rows;
    }

    /**
     * Takes the next rows of A, which are not kept.
     *
     * @param block (r, n), of the sketch's type, on the host, finite
     * @throws IllegalArgumentException for another shape, type or device, NaN or infinity; the sketch stays as it was
     */
    public void add(Tensor block) {
        Matrices.check("streaming svd", block);
        if (block.dim(1) != columns || block.dtype() != type || !block.device().equals(Device.cpu())) {
            throw new IllegalArgumentException("streaming svd: rows " + block.shape() + " " + block.dtype() + " on "
                    + block.device() + "; the sketch takes (r," + columns + ") " + type
                    + " on the cpu: cast with to(dtype), move with to(device)");
        }
        Interrupts.check("streaming svd");
        if (block.dim(0) == 0) {
            return;
        }
        try (Scope scope = Scope.open()) {
            long count = block.dim(0);
            Tensor image = block.matmul(omega);
            Tensor left = normal(Stream.CORE_LEFT, rows, count, core);
            Tensor middle = left.transpose().matmul(block.matmul(psi));
            Tensor right =
                    normal(Stream.CORANGE, rows, count, width).transpose().matmul(block);
            Tensor probe = normal(Stream.ERROR, rows, count, Certifier.PROBES)
                    .transpose()
                    .matmul(block);
            grow(rows + count);
            range.slice(0, rows, rows + count).assign(image);
            addTo(corange, right);
            addTo(center, middle);
            addTo(seen, probe);
            rows += count;
        }
    }

    /** Makes room for that many rows of Y. */
    private void grow(long needed) {
        if (needed > range.dim(0)) {
            Tensor larger = Scope.outside(
                    () -> Tensor.empty(Device.cpu(), type, Math.max(needed, 3 * range.dim(0) / 2), width));
            larger.slice(0, 0, rows).assign(range.slice(0, 0, rows));
            range.close();
            range = larger;
        }
    }

    private static void addTo(Tensor sum, Tensor term) {
        sum.backend().axpby(1, term.view(), 1, sum.view());
    }

    /** Row i of a random matrix depends on the seed and i alone. */
    private Tensor normal(Stream stream, long from, long count, long of) {
        Tensor random = Tensor.empty(Device.cpu(), type, count, of);
        random.backend().random(Distribution.NORMAL, 0, 1, seed, stream.ordinal(), from * of, random.view());
        return random;
    }

    /**
     * The leading triplets of the rows so far; more may follow.
     *
     * @return u (m, k), s (k), vt (k, n) with k the rank, or the number of rows where that is smaller. The certificate bounds
     *     ‖A − USVᵀ‖₂ from ten more random combinations of the rows, as Halko, Martinsson and Tropp 2011 (4.3)
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public Svd svd() {
        long k = Math.min(rank, rows);
        try (Scope scope = Scope.open()) {
            Triplets found = k == 0 ? empty() : triplets().first(k).oriented();
            Certificate certificate = certificate(found);
            found.keepIn(scope);
            return new Svd(found.u(), found.s(), found.vt(), certificate);
        }
    }

    private Triplets empty() {
        return new Triplets(Tensor.zeros(type, rows, 0), Tensor.zeros(type, 0), Tensor.zeros(type, 0, columns), 1);
    }

    /** Y = Q·R₁, Xᵀ = P·R₂, C = (Φ·Q)⁺·Z·((Ψ·P)⁺)ᵀ, A ≈ Q·C·Pᵀ. */
    private Triplets triplets() {
        Tensor q = Qr.of(range.slice(0, 0, rows)).q();
        Tensor p = Qr.of(corange.transpose()).q();
        Tensor left = Tensor.zeros(type, core, q.dim(1));
        long step = Math.max(1, (1 << 20) / core);
        for (long from = 0; from < rows; from += step) {
            Interrupts.check("streaming svd");
            long to = Math.min(rows, from + step);
            try (Scope block = Scope.open()) {
                addTo(
                        left,
                        normal(Stream.CORE_LEFT, from, to - from, core)
                                .transpose()
                                .matmul(q.slice(0, from, to)));
            }
        }
        Tensor half = leastSquares(left, center);
        Tensor middle =
                leastSquares(psi.transpose().matmul(p), half.transpose()).transpose();
        Svd inner = Svd.options().certify(Certificate.Level.NONE).of(middle);
        return new Triplets(q.matmul(inner.u()), inner.s(), inner.vt().matmul(p.transpose()), 1);
    }

    /** M⁺·B for a tall M of full rank. */
    private static Tensor leastSquares(Tensor m, Tensor b) {
        Qr qr = Qr.of(m);
        Tensor x = qr.q().transpose().matmul(b);
        x.backend().triangularSolve(false, true, false, qr.r().view(), x.view());
        return x;
    }

    /** max ‖(A − U·S·Vᵀ)ᵀθᵢ‖ bounds the spectral norm as the certificate of any factorization does. */
    private Certificate certificate(Triplets t) {
        Tensor theta = normal(Stream.ERROR, 0, rows, Certifier.PROBES);
        Tensor product =
                t.vt().transpose().matmul(t.u().transpose().matmul(theta).multiply(t.s().reshape(-1, 1)));
        double residual = Certifier.FACTOR
                * Matrices.largest(Matrices.columnNorms(seen.transpose().subtract(product)));
        double scale = t.s().dim(0) == 0 ? 0 : t.s().get(0);
        Certifier certifier = new Certifier(Certificate.Level.ESTIMATE, seed);
        return new Certificate(
                Norm.SPECTRAL,
                residual,
                residual == 0 ? 0 : residual / scale,
                false,
                1 - Math.pow(10, -Certifier.PROBES),
                Certifier.FACTOR * certifier.loss(t.u()),
                Certifier.FACTOR * certifier.loss(t.vt().transpose()),
                Driver.RANDOMIZED,
                "",
                List.of(),
                1,
                (System.nanoTime() - start) / 1e9);
    }

    @Override
    public void close() {
        for (Tensor t : List.of(omega, psi, corange, center, seen, range)) {
            t.close();
        }
    }

    @Override
    public String toString() {
        return "streaming svd of rank " + rank + ", " + Shape.of(rows, columns) + " so far";
    }
}
