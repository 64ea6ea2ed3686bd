package dev.eckart.embedding;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * The recipe behind every embedding here: a matrix M of similarities, dense, sparse or known by its products, and the nearest matrix
 * of low rank, M ≈ U·Σ·Vᵀ. Its factors are vectors of the rows and of the columns, whose inner products are the similarities:
 * M_ij ≈ ⟨wᵢ, cⱼ⟩ with wᵢ a row of U·Σ^p and cⱼ one of V·Σ^(1−p).
 *
 * <pre>{@code
 * try (Embedding e = Embedding.rank(100).of(similarities);
 *         Tensor vectors = e.vectors(Embedding.Combine.LEFT, 0.5)) { … }
 * }</pre>
 *
 * <p>For a matrix X of objects by features, U·Σ and V·Σ are vectors of both: XXᵀ ≈ (UΣ)(UΣ)ᵀ and XᵀX ≈ (VΣ)(VΣ)ᵀ.
 *
 * <p>One vector per object is enough, M ≈ Y·Yᵀ with Y = U·Σ^½, when M is symmetric positive semidefinite. When it is not, no Y does it:
 * with Y = U·Σ^½ of a symmetric M, Y·Yᵀ is near |M| = (M²)^½, which takes the eigenvectors of negative eigenvalues for positive ones.
 * Then left and right vectors together say what M does, ⟨wᵢ, cⱼ⟩; either alone, their sum or their concatenation [w, c] is a choice
 * made for use, and their inner products are no longer entries of M.
 */
public final class Embedding implements AutoCloseable {
    /** Which vectors an object gets that is both a row and a column of M. */
    public enum Combine {
        /** wᵢ, of the rows. */
        LEFT,
        /** cᵢ, of the columns. */
        RIGHT,
        /** wᵢ + cᵢ. */
        SUM,
        /** [wᵢ, cᵢ], twice as long. */
        CONCAT
    }

    private final Svd svd;

    private Embedding(Svd svd) {
        this.svd = svd;
    }

    /** From a decomposition, which becomes this object's to close. */
    public static Embedding of(Svd svd) {
        return new Embedding(svd);
    }

    /**
     * Vectors of {@code k} numbers.
     *
     * @throws IllegalArgumentException when k is below 1
     */
    public static Options rank(long k) {
        if (k < 1) {
            throw new IllegalArgumentException("embedding: " + k + " dimensions; at least 1 is needed");
        }
        return new Options(k);
    }

    /** How to compute. Each method returns this object. Not thread-safe. */
    public static final class Options {
        private final TruncatedSvd.Options svd;
        private final long rank;

        private Options(long rank) {
            this.rank = rank;
            this.svd = TruncatedSvd.rank(rank);
        }

        /** Seed of the random block; 0 by default. */
        public Options seed(long value) {
            svd.seed(value);
            return this;
        }

        /** Power iterations, as {@link TruncatedSvd.Options#powerIterations}. */
        public Options powerIterations(int q) {
            svd.powerIterations(q);
            return this;
        }

        /** How much to spend on the certificate. */
        public Options certify(Certificate.Level level) {
            svd.certify(level);
            return this;
        }

        /**
         * Factors a matrix of similarities.
         *
         * @param m (m, n)
         * @throws IllegalArgumentException when there are fewer rows or columns than dimensions
         * @throws java.util.concurrent.CancellationException when this thread is interrupted
         */
        public Embedding of(LinearOperator m) {
            check(m);
            return new Embedding(svd.of(m));
        }

        /** What {@link #of} would do, and what it costs. */
        public SvdPlan explain(LinearOperator m) {
            check(m);
            return svd.explain(m);
        }

        private void check(LinearOperator m) {
            long most = Math.min(m.rows(), m.columns());
            if (rank > most) {
                throw new IllegalArgumentException(
                        "embedding: " + rank + " dimensions are more than the matrix has, which is "
                                + Shape.of(m.rows(), m.columns()) + "; ask for at most " + most);
            }
        }
    }

    /** U, Σ and Vᵀ, and the certificate. */
    public Svd svd() {
        return svd;
    }

    /** U·Σ^power, (m, k): the vectors of the rows. */
    public Tensor left(double power) {
        return scaled(svd.u(), power);
    }

    /** V·Σ^power, (n, k): the vectors of the columns. */
    public Tensor right(double power) {
        try (Tensor v = svd.vt().transpose()) {
            return scaled(v, power);
        }
    }

    private Tensor scaled(Tensor vectors, double power) {
        if (!(power >= 0 && power <= 16)) {
            throw new IllegalArgumentException("embedding: power " + power + " is outside 0..16");
        }
        try (Tensor weights = svd.s().pow(power)) {
            return vectors.multiply(weights);
        }
    }

    /**
     * One vector for each object that is both a row and a column.
     *
     * @param power of the singular values, in both
     * @return (n, k), for CONCAT (n, 2k)
     * @throws IllegalArgumentException for SUM and CONCAT when M is not square
     */
    public Tensor vectors(Combine combine, double power) {
        if (combine == Combine.LEFT) {
            return left(power);
        }
        if (combine == Combine.RIGHT) {
            return right(power);
        }
        if (svd.u().dim(0) != svd.vt().dim(1)) {
            throw new IllegalArgumentException("embedding: " + combine + " needs a square matrix, it is "
                    + Shape.of(svd.u().dim(0), svd.vt().dim(1)) + "; take LEFT or RIGHT");
        }
        try (Scope scope = Scope.open()) {
            Tensor w = left(power);
            Tensor c = right(power);
            return scope.keep(combine == Combine.SUM ? w.add(c) : Vectors.beside(w, c));
        }
    }

    @Override
    public void close() {
        svd.close();
    }
}
