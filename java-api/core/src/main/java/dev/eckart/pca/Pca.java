package dev.eckart.pca;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/**
 * Principal component analysis: the orthogonal directions of largest variance of n observations of d variables, and the linear
 * autoencoder that goes with them (Pearson 1901, Hotelling 1933; Baldi and Hornik 1989).
 *
 * <pre>{@code
 * try (Pca pca = Pca.components(50).fit(x);
 *         Tensor z = pca.transform(x)) { … }
 * }</pre>
 *
 * <p>Signs as {@link dev.eckart.linalg.Svd}: in each component the first entry within a factor 1 − √ε of the largest magnitude is
 * positive. Immutable; thread-safe for reading.
 */
public final class Pca implements AutoCloseable {
    /** How the components are found. */
    public enum Solver {
        /** COVARIANCE where observations far outnumber variables, RANDOMIZED for a few of many components, else SVD. */
        AUTO,
        /** Singular value decomposition of the standardized data. */
        SVD,
        /** Eigen-decomposition of the (d, d) covariance: one product over the data; squares the condition number. */
        COVARIANCE,
        /** Randomized truncated SVD; the data is centred implicitly. */
        RANDOMIZED
    }

    private final Tensor components;
    private final Tensor mean;
    private final Optional<Tensor> scale;
    private final Tensor explainedVariance;
    private final double totalVariance;
    private final long constantColumns;
    private final Certificate certificate;

    Pca(
            Tensor components,
            Tensor mean,
            Optional<Tensor> scale,
            Tensor explainedVariance,
            double totalVariance,
            long constantColumns,
            Certificate certificate) {
        this.components = components;
        this.mean = mean;
        this.scale = scale;
        this.explainedVariance = explainedVariance;
        this.totalVariance = totalVariance;
        this.constantColumns = constantColumns;
        this.certificate = certificate;
    }

    /** A fit with the first {@code k} components. */
    public static PcaOptions components(long k) {
        return PcaOptions.components(k);
    }

    /** A fit with the fewest components whose variance is at least {@code fraction} (in (0, 1]) of the total. */
    public static PcaOptions variance(double fraction) {
        return PcaOptions.variance(fraction);
    }

    /**
     * A model from its parts, as read from files. The tensors become this object's to close.
     *
     * @param components (k, d), orthonormal rows
     * @param mean (d)
     * @param scale (d), none of them 0, or empty
     * @param explainedVariance (k)
     * @param totalVariance sum over all components
     * @throws IllegalArgumentException when the shapes do not fit together
     */
    public static Pca of(
            Tensor components, Tensor mean, Optional<Tensor> scale, Tensor explainedVariance, double totalVariance) {
        boolean fits = components.shape().rank() == 2
                && mean.shape().rank() == 1
                && explainedVariance.shape().rank() == 1
                && mean.dim(0) == components.dim(1)
                && explainedVariance.dim(0) == components.dim(0)
                && scale.map(s -> s.shape().equals(mean.shape())).orElse(true);
        if (!fits) {
            throw new IllegalArgumentException("pca: components " + components.shape() + ", mean " + mean.shape()
                    + scale.map(s -> ", scale " + s.shape()).orElse("") + " and explained variance "
                    + explainedVariance.shape() + " do not fit together; needed are (k,d), (d), (d), (k)");
        }
        return new Pca(components, mean, scale, explainedVariance, totalVariance, 0, null);
    }

    /** The components as rows, (k, d), orthonormal, by descending variance. */
    public Tensor components() {
        return components;
    }

    /** Mean of each variable, (d). */
    public Tensor mean() {
        return mean;
    }

    /** Standard deviation of each variable (divisor n − 1; 1 for a constant one), (d), when the fit was scaled. */
    public Optional<Tensor> scale() {
        return scale;
    }

    /** Variance of the data along each component, (k), divisor n − 1. */
    public Tensor explainedVariance() {
        return explainedVariance;
    }

    /** {@link #explainedVariance} over {@link #totalVariance}; zeros when the data does not vary. */
    public double[] explainedVarianceRatio() {
        double[] ratio = explainedVariance.toArray();
        for (int i = 0; i < ratio.length; i++) {
            ratio[i] = totalVariance == 0 ? 0 : ratio[i] / totalVariance;
        }
        return ratio;
    }

    /** Total variance of the (scaled) data, over all d components, divisor n − 1. */
    public double totalVariance() {
        return totalVariance;
    }

    /** How many variables were constant in a scaled fit; they stay zero after centring. */
    public long constantColumns() {
        return constantColumns;
    }

    /** How good the factorization behind the fit is; empty for a model from its parts. */
    public Optional<Certificate> certificate() {
        return Optional.ofNullable(certificate);
    }

    /**
     * Scores z = W·((x − mean)/scale): coordinates along the components.
     *
     * @param x (n, d)
     * @return (n, k)
     * @throws IllegalArgumentException when d or the type differs from the fit
     */
    public Tensor transform(Tensor x) {
        require("pca transform", x.shape(), x.dtype(), mean.dim(0));
        try (Scope scope = Scope.open()) {
            // (x − μ)·D⁻¹·Wᵀ = x·(W·D⁻¹)ᵀ − μ·(W·D⁻¹)ᵀ would save a copy, but cancels when means are large.
            Tensor centred = x.subtract(mean);
            Tensor scaled = scale.map(centred::divide).orElse(centred);
            return scope.keep(scaled.matmul(components.transpose()));
        }
    }

    /**
     * Scores of observations that are sparse or lie in a file, which is read once.
     *
     * @param x (n, d)
     * @return (n, k)
     * @throws IllegalArgumentException when d or the type differs from the fit
     */
    public Tensor transform(LinearOperator x) {
        require("pca transform", Shape.of(x.rows(), x.columns()), x.dtype(), mean.dim(0));
        try (Tensor directions = components.transpose()) {
            return LinearOperator.standardized(x, mean, scale.orElse(null)).multiply(directions);
        }
    }

    /**
     * The observations x̃ = Wᵀ·z·scale + mean that scores stand for: after {@link #transform}, the nearest points of the components'
     * subspace.
     *
     * @param z (n, k)
     * @return (n, d)
     */
    public Tensor inverse(Tensor z) {
        require("pca inverse", z.shape(), z.dtype(), components.dim(0));
        try (Scope scope = Scope.open()) {
            Tensor centred = z.matmul(components);
            Tensor scaled = scale.map(centred::multiply).orElse(centred);
            return scope.keep(scaled.add(mean));
        }
    }

    private void require(String operation, Shape shape, DType dtype, long width) {
        if (shape.rank() != 2 || shape.dim(1) != width) {
            throw new IllegalArgumentException(
                    operation + ": shape " + shape + " given, the model needs (n," + width + ")");
        }
        if (dtype != mean.dtype()) {
            throw new IllegalArgumentException(operation + ": data is " + dtype + ", the model " + mean.dtype()
                    + "; cast with to(DType." + mean.dtype().name() + ")");
        }
    }

    @Override
    public void close() {
        components.close();
        mean.close();
        scale.ifPresent(Tensor::close);
        explainedVariance.close();
    }
}
