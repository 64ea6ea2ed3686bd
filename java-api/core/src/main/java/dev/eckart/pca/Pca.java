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
    private final Handling handling;

    /**
     * What a model does beside the projection.
     *
     * @param missing what stands in for NaN
     * @param imputation how the missing values of the fit were filled in, or null
     * @param whitened whether scores have unit variance
     */
    record Handling(Missing missing, Imputation imputation, boolean whitened) {}

    Pca(
            Tensor components,
            Tensor mean,
            Optional<Tensor> scale,
            Tensor explainedVariance,
            double totalVariance,
            long constantColumns,
            Certificate certificate) {
        this(
                components,
                mean,
                scale,
                explainedVariance,
                totalVariance,
                constantColumns,
                certificate,
                new Handling(Missing.REFUSE, null, false));
    }

    Pca(
            Tensor components,
            Tensor mean,
            Optional<Tensor> scale,
            Tensor explainedVariance,
            double totalVariance,
            long constantColumns,
            Certificate certificate,
            Handling handling) {
        this.components = components;
        this.mean = mean;
        this.scale = scale;
        this.explainedVariance = explainedVariance;
        this.totalVariance = totalVariance;
        this.constantColumns = constantColumns;
        this.certificate = certificate;
        this.handling = handling;
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
        return of(components, mean, scale, explainedVariance, totalVariance, Missing.REFUSE);
    }

    /** As above; {@code missing} says what {@link #transform} does about NaN. */
    public static Pca of(
            Tensor components,
            Tensor mean,
            Optional<Tensor> scale,
            Tensor explainedVariance,
            double totalVariance,
            Missing missing) {
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
        Handling handling = new Handling(missing, null, false);
        return new Pca(components, mean, scale, explainedVariance, totalVariance, 0, null, handling);
    }

    /** The components as rows, (k, d), orthonormal, by descending variance. */
    public Tensor components() {
        return components;
    }

    /** Mean of each variable, (d). */
    public Tensor mean() {
        return mean;
    }

    /**
     * What each variable was divided by, (d), when the fit was scaled: its standard deviation (divisor n − 1), or √(2p(1 − p)) of
     * genotypes; 1 for a constant one.
     */
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

    /** How many variables were constant in a scaled fit (or variants of genotypes not known at all); they stay zero after centring. */
    public long constantColumns() {
        return constantColumns;
    }

    /** How good the factorization behind the fit is; empty for a model from its parts. */
    public Optional<Certificate> certificate() {
        return Optional.ofNullable(certificate);
    }

    /** What {@link #transform} does about NaN: what the fit did. */
    public Missing missing() {
        return handling.missing();
    }

    /** How missing values were filled in, when the fit was allowed some. */
    public Optional<Imputation> imputation() {
        return Optional.ofNullable(handling.imputation());
    }

    /** Whether scores are divided by their standard deviations. */
    public boolean whitened() {
        return handling.whitened();
    }

    /**
     * Scores z = W·((x − mean)/scale): coordinates along the components. NaN is first replaced as {@link #impute} does, when the fit was
     * one with missing values. Of a whitened fit each score is divided by √(explained variance); one whose deviation is below d·ε of
     * the first component's is 0, as nothing but rounding varies there.
     *
     * @param x (n, d)
     * @return (n, k)
     * @throws IllegalArgumentException when d or the type differs from the fit
     */
    public Tensor transform(Tensor x) {
        require("pca transform", x.shape(), x.dtype(), mean.dim(0));
        try (Scope scope = Scope.open()) {
            Tensor plain = scores(known(x));
            return scope.keep(whitened() ? plain.multiply(deviations(true)) : plain);
        }
    }

    private Tensor scores(Tensor x) {
        try (Scope scope = Scope.open()) {
            // (x − μ)·D⁻¹·Wᵀ = x·(W·D⁻¹)ᵀ − μ·(W·D⁻¹)ᵀ would save a copy, but cancels when means are large.
            Tensor centred = x.subtract(mean);
            Tensor scaled = scale.map(centred::divide).orElse(centred);
            return scope.keep(scaled.matmul(components.transpose()));
        }
    }

    /** √(explained variance), (k), or one over it; 0 in both cases where that is nothing but rounding. */
    private Tensor deviations(boolean inverted) {
        double[] out = explainedVariance.toArray();
        double least = out.length == 0 ? 0 : mean.dim(0) * mean.dtype().epsilon() * Math.sqrt(Math.max(0, out[0]));
        for (int i = 0; i < out.length; i++) {
            double deviation = Math.sqrt(Math.max(0, out[i]));
            out[i] = deviation <= least ? 0 : inverted ? 1 / deviation : deviation;
        }
        return Tensor.of(out).to(mean.dtype()).to(mean.device());
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
        try (Scope scope = Scope.open()) {
            Tensor plain =
                    LinearOperator.standardized(x, mean, scale.orElse(null)).multiply(components.transpose());
            return scope.keep(whitened() ? plain.multiply(deviations(true)) : plain);
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
            return scope.keep(points(whitened() ? z.multiply(deviations(false)) : z));
        }
    }

    private Tensor points(Tensor z) {
        try (Scope scope = Scope.open()) {
            Tensor centred = z.matmul(components);
            Tensor scaled = scale.map(centred::multiply).orElse(centred);
            return scope.keep(scaled.add(mean));
        }
    }

    /**
     * The nearest points of the components' subspace: what {@link #inverse} makes of {@link #transform}. Takes noise away: of noise
     * that is alike in all directions only the share k/d comes through.
     *
     * @param x (n, d)
     * @return (n, d)
     */
    public Tensor project(Tensor x) {
        require("pca project", x.shape(), x.dtype(), mean.dim(0));
        try (Scope scope = Scope.open()) {
            return scope.keep(nearest(known(x)));
        }
    }

    /** The nearest points of what is known throughout. */
    Tensor nearest(Tensor x) {
        try (Tensor z = scores(x)) {
            return points(z);
        }
    }

    private Tensor known(Tensor x) {
        return handling.missing() == Missing.REFUSE ? x : impute(x);
    }

    /**
     * The observations with each NaN replaced: by the variable's mean; of a fit with {@link Missing#ITERATIVE} by the value of the
     * point in the components' subspace that is nearest in what is known. A fit that refused NaN leaves it.
     *
     * @param x (n, d)
     * @return (n, d)
     */
    public Tensor impute(Tensor x) {
        require("pca impute", x.shape(), x.dtype(), mean.dim(0));
        if (handling.missing() == Missing.REFUSE) {
            return x.copy();
        }
        Gaps gaps = Gaps.of(x, mean);
        Tensor filled = gaps.filled();
        if (handling.missing() == Missing.ITERATIVE) {
            gaps.settle(filled, () -> {}, this::nearest);
        }
        return filled;
    }

    /**
     * What it costs and loses to keep scores and components instead of observations; the loss is measured, not inferred.
     *
     * @param x (n, d), n ≥ 1, finite
     */
    public Compression compression(Tensor x) {
        require("pca compression", x.shape(), x.dtype(), mean.dim(0));
        double lost = 0;
        double all = 0;
        long height = Math.max(1, (1 << 20) / Math.max(1, x.dim(1)));
        for (long from = 0; from < x.dim(0); from += height) {
            try (Scope scope = Scope.open()) {
                Tensor rows = x.slice(0, from, Math.min(x.dim(0), from + height));
                lost = Math.hypot(lost, rows.subtract(nearest(rows)).norm());
                all = Math.hypot(all, rows.subtract(mean).norm());
            }
        }
        long n = x.dim(0);
        long k = components.dim(0);
        long d = mean.dim(0);
        long kept = n * k + k * d + d + (scale.isPresent() ? d : 0);
        return new Compression(
                k,
                kept * x.dtype().bytes(),
                n * d * x.dtype().bytes(),
                n * d == 0 ? 0 : lost / Math.sqrt((double) n * d),
                all == 0 ? 0 : lost / all);
    }

    /**
     * New observations like those of the fit: scores drawn from N(0, explained variance), then {@link #inverse}. What the
     * normal distribution with the fit's mean and, within the components, its covariance generates.
     *
     * @return (count, d)
     */
    public Tensor sample(long count, long seed) {
        try (Scope scope = Scope.open()) {
            Tensor normal =
                    Tensor.normal(mean.dtype(), seed, count, components.dim(0)).to(mean.device());
            return scope.keep(points(normal.multiply(deviations(false))));
        }
    }

    /**
     * The model of the first {@code k} components, with copies of the tensors.
     *
     * @throws IllegalArgumentException when there are fewer
     */
    public Pca first(long k) {
        if (k < 0 || k > components.dim(0)) {
            throw new IllegalArgumentException("pca: the first " + k + " of " + components.dim(0) + " components");
        }
        try (Scope scope = Scope.open()) {
            return new Pca(
                    scope.keep(components.slice(0, 0, k).copy()),
                    scope.keep(mean.copy()),
                    scale.map(s -> scope.keep(s.copy())),
                    scope.keep(explainedVariance.slice(0, 0, k).copy()),
                    totalVariance,
                    constantColumns,
                    certificate,
                    handling);
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
