package dev.eckart.linalg;

import dev.eckart.memory.DType;
import java.util.function.Function;

/**
 * What the drivers for all triplets do, counted from their algorithms (Golub and Van Loan 4th ed., §5.2, §8.6; LAPACK Working Note
 * 41). n is the short side and m the long one, k triplets have vectors or not.
 */
final class DenseWork {
    /** Sweeps of one-sided Jacobi rotations until a random matrix has converged. */
    private static final int SWEEPS = 7;

    private final double m;
    private final double n;
    private final boolean wide;
    private final boolean vectors;
    private final int size;

    private DenseWork(double m, double n, boolean wide, boolean vectors, int size) {
        this.m = m;
        this.n = n;
        this.wide = wide;
        this.vectors = vectors;
        this.size = size;
    }

    /** Of those of a batch in one call: each matrix is decomposed as it is. */
    static Work ofBatch(Driver driver, DType dtype, long count, long rows, long columns, boolean vectors) {
        Driver same = driver == Driver.GESVDJ ? Driver.JACOBI : driver;
        return of(same, dtype, rows, columns, vectors).times(count);
    }

    /** Of the thin decomposition of one matrix. */
    static Work of(Driver driver, DType dtype, long rows, long columns, boolean vectors) {
        DenseWork count =
                new DenseWork(Math.max(rows, columns), Math.min(rows, columns), rows < columns, vectors, dtype.bytes());
        return switch (driver) {
            case GESVD -> count.gesvd();
            case GEJSV -> count.gejsv();
            case JACOBI -> Work.products(count.rotations());
            case GESVDJ -> count.onGpu(square -> Work.products(square.rotations()));
            case GESVDA -> count.gram();
            case GESVDP -> count.onGpu(DenseWork::polar);
            case QR -> count.householder().plus(count.square());
            case CHOLESKY_QR -> count.longSide().plus(count.square());
            default -> count.gesdd();
        };
    }

    /** LongSvd of eckart-cuda: from 4 times as long as wide through CholeskyQR2. */
    private Work onGpu(Function<DenseWork, Work> driver) {
        if (n <= 1 || m < 4 * n) {
            return driver.apply(this);
        }
        return longSide().plus(driver.apply(new DenseWork(n, n, wide, vectors, size)));
    }

    /**
     * gesvdp: QDWH of two QR-based steps, each 6·m·n² + 8/3·n³ operations, and four Cholesky-based ones, each 3·m·n² + n³/3 (Nakatsukasa
     * and Higham 2013, §4); H = U'A; its eigenvalues by syevd, of whose tridiagonal form half is products with a vector; U times its
     * vectors.
     */
    private Work polar() {
        double decomposition = 26 * m * n * n + 20.0 / 3 * n * n * n;
        double half = 2.0 / 3 * n * n * n;
        double both = vectors ? 2 * m * n * n + (8.0 / 3 + 2) * n * n * n : 0;
        return new Work(decomposition + half + both, half, (m + n) * n * size);
    }

    /** Aᵀ·A, of which half is needed; its eigenvectors as in {@link #polar}; A·V, of columns to be divided by σ. */
    private Work gram() {
        double half = 2.0 / 3 * n * n * n;
        double both = vectors ? 2 * m * n * n + (8.0 / 3 + 2) * n * n * n : 0;
        return new Work(m * n * n + half + both, half, 2 * m * n * size);
    }

    /** svd.cpp: through CholeskyQR2 (tall.cpp) but for a square matrix and one not much wider than tall. */
    private Work gesdd() {
        return m == n || wide && m < 1.5 * n
                ? bidiagonal(m).plus(vectors ? vectorsOf(m) : Work.NONE)
                : longSide().plus(square());
    }

    /** The small problem of a long matrix. */
    private Work square() {
        return bidiagonal(n).plus(vectors ? vectorsOf(n) : Work.NONE);
    }

    /**
     * bidiagonal.cpp: of 4·(m − n/3)·n² operations half are products with a vector; both of a step read the matrix once, which is
     * what one costs.
     */
    private Work bidiagonal(double length) {
        double half = 2 * (length - n / 3) * n * n;
        return new Work(half, half / 2, 2 * length * n * size);
    }

    /** divide.cpp: 8/3·n³ for both sides' vectors; 2·(2m − n)·n² and 2·n³ to apply the reflections of either side. */
    private Work vectorsOf(double length) {
        double divide = 8.0 / 3 * n * n * n;
        double apply = 2 * (2 * length - n) * n * n + 2 * n * n * n;
        return new Work(divide + apply, 0, (10 * n * n + length * n) * size);
    }

    /** CholeskyQR2: two Gram matrices, of symmetric ones half, a solve between them; then the long side's vectors. */
    private Work longSide() {
        double gram = m * n * n;
        double small = 2 * n * n * n / 3 + 2 * n * n * n + (vectors ? n * n * n : 0);
        return new Work(2 * gram + m * n * n + (vectors ? 2 * m * n * n : 0) + small, 0, m * n * size);
    }

    /** Q explicit, 2·(m − n/3)·n² twice, and Q times the small problem's vectors. */
    private Work householder() {
        double flops = 4 * (m - n / 3) * n * n + (vectors ? 2 * m * n * n : 0);
        return new Work(flops, 0, 3 * m * n * size);
    }

    /** LAPACK's: a QR first from 1.6 times as long as wide; two products a step; n² rotations of both sides' vectors, each 6·n operations, on rows and columns in memory. */
    private Work gesvd() {
        boolean first = m > 1.6 * n;
        double length = first ? n : m;
        double half = 2 * (length - n / 3) * n * n;
        Work work = new Work(half, half, 2 * length * n * size);
        if (first) {
            work = work.plus(householder());
        }
        if (!vectors) {
            return work;
        }
        double generate = 2 * (length - n / 3) * n * n + 4.0 / 3 * n * n * n;
        return work.plus(new Work(generate, 6 * (length + n) * n * n, length * n * size));
    }

    /** LAPACK's: QR with column pivoting, half of it products with a vector, LQ of R, rotations of its rows, a solve and a product for the vectors. */
    private Work gejsv() {
        double pivoted = (m - n / 3) * n * n;
        double others = 4.0 / 3 * n * n * n + (vectors ? 2 * (m - n / 3) * n * n + 3 * n * n * n : 0);
        double sweeps = pairs() * 8 * n;
        return new Work(pivoted + others, pivoted + sweeps, 3 * m * n * size);
    }

    /** Of each pair a dot product and a rotation of two columns of A, and one of two of V. */
    private double rotations() {
        return pairs() * (8 * m + (vectors ? 6 * n : 0));
    }

    private double pairs() {
        return SWEEPS * n * Math.max(0, n - 1) / 2;
    }
}
