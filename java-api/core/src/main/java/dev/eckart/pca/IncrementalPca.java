package dev.eckart.pca;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.ColumnStatistics;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;

/**
 * Principal component analysis of observations that come in batches, each seen once, or that were seen by several of these, which are
 * then merged (Ross, Lim, Lin and Yang 2008, algorithm 1; means by Chan, Golub and LeVeque 1983).
 *
 * <pre>{@code
 * try (IncrementalPca some = IncrementalPca.components(50)) {
 *     for (Tensor batch : batches) {
 *         some.partialFit(batch);
 *     }
 *     Tensor z = some.transform(x);
 *     Pca model = some.toPca();
 * }
 * }</pre>
 *
 * <p>Scatter about the mean is kept as k directions with their singular values: XᵀX = VᵀS²V + E. While the observations span at most k
 * directions, nothing is left out, and the result is {@link Pca}'s but for rounding: 10·ε·√max(n,d)·σ₁ in the singular values, for
 * whatever cut into batches. Afterwards each step drops what is beyond the first k, all of which is positive semi-definite: so
 * variances are too small by at most the sum of what was dropped, {@link #totalVariance} minus the sum of
 * {@link #explainedVariance}, which are exact for mean and total. Order of batches and merges matters only within that.
 *
 * <p>Memory: k + 1 + (rows of a batch) rows of d numbers, and their SVD. Not thread-safe; several may be filled by a thread each.
 */
public final class IncrementalPca implements AutoCloseable {
    private final long most;
    private ColumnStatistics statistics;
    /** diag(s)·Vᵀ, (k, d); outside of all scopes. */
    private Tensor weighted;

    private IncrementalPca(long most) {
        this.most = most;
    }

    /**
     * With the first {@code k} components, or as many as there are observations or variables.
     *
     * @throws IllegalArgumentException for k below 1
     */
    public static IncrementalPca components(long k) {
        if (k < 1) {
            throw new IllegalArgumentException("incremental pca: " + k + " components; at least 1 is kept");
        }
        return new IncrementalPca(k);
    }

    /**
     * Takes observations, any number of them; the input is not changed.
     *
     * @param batch (n, d), F64 or F32, finite; d, type and device as in the first
     * @return this
     * @throws IllegalArgumentException for another shape, type or device, NaN or infinity; what was taken before stays
     */
    public IncrementalPca partialFit(Tensor batch) {
        LinearOperator.of(batch); // refuses what is no matrix, NaN and infinity
        require("partialFit", batch.dim(1), batch.dtype(), batch.device());
        if (batch.dim(0) == 0) {
            return this;
        }
        ColumnStatistics rows = ColumnStatistics.of(batch);
        try (Scope scope = Scope.open()) {
            Tensor mean = rows.mean(batch.dtype(), batch.device());
            join(rows, batch.subtract(mean), batch);
        }
        return this;
    }

    /**
     * Takes the observations of another one, which stays as it is.
     *
     * @return this
     * @throws IllegalArgumentException when d, type or device differ
     */
    public IncrementalPca merge(IncrementalPca other) {
        if (other.weighted != null) {
            require("merge", other.weighted.dim(1), other.weighted.dtype(), other.weighted.device());
            try (Scope scope = Scope.open()) {
                join(other.statistics, other.weighted.slice(0, 0, other.weighted.dim(0)), other.weighted);
            }
        }
        return this;
    }

    private void require(String operation, long d, DType dtype, Device device) {
        if (weighted == null) {
            return;
        }
        if (d != weighted.dim(1) || dtype != weighted.dtype() || !device.equals(weighted.device())) {
            throw new IllegalArgumentException(
                    "incremental pca: " + operation + ": " + d + " variables " + dtype + " on "
                            + device + " given, the observations before have " + weighted.dim(1) + " "
                            + weighted.dtype() + " on "
                            + weighted.device());
        }
    }

    /** SVD of the directions so far, rows about their own mean, and √(n·m/(n+m)) times the difference of the means. */
    private void join(ColumnStatistics added, Tensor rows, Tensor like) {
        boolean first = weighted == null;
        long before = first ? 0 : weighted.dim(0);
        Tensor all = Tensor.empty(like.device(), like.dtype(), before + rows.dim(0) + (first ? 0 : 1), like.dim(1));
        all.slice(0, before, before + rows.dim(0)).assign(rows);
        if (!first) {
            all.slice(0, 0, before).assign(weighted);
            double earlier = statistics.rows();
            double root = Math.sqrt(earlier / (earlier + added.rows()) * added.rows());
            double[] shift = Arrays.stream(statistics.meanDifference(added))
                    .map(difference -> root * difference)
                    .toArray();
            all.slice(0, all.dim(0) - 1, all.dim(0))
                    .assign(Tensor.of(shift, 1, shift.length).to(like.dtype()).to(like.device()));
        }
        long n = observations() + added.rows();
        Tensor joined = first && rows.dim(0) <= most ? all : leading(all, Math.min(most, n));
        Tensor old = weighted;
        weighted = Scope.outside(joined::copy);
        statistics = first ? added : statistics.merge(added);
        if (old != null) {
            old.close();
        }
    }

    /** diag(s)·Vᵀ of at most {@code count} triplets. */
    private static Tensor leading(Tensor rows, long count) {
        Svd svd = Svd.options().certify(Certificate.Level.NONE).of(rows);
        long k = Math.min(count, svd.s().dim(0));
        return svd.vt().slice(0, 0, k).multiply(svd.s().slice(0, 0, k).reshape(-1, 1));
    }

    /** How many observations were taken. */
    public long observations() {
        return statistics == null ? 0 : statistics.rows();
    }

    /** Mean of each variable, (d). */
    public Tensor mean() {
        return started("mean").statistics.mean(weighted.dtype(), weighted.device());
    }

    /** Variance along each component, (k), divisor n − 1, descending. */
    public Tensor explainedVariance() {
        try (Pca pca = toPca()) {
            return pca.explainedVariance().slice(0, 0, pca.explainedVariance().dim(0));
        }
    }

    /** Total variance of the observations, over all d variables, divisor n − 1; exact whatever was dropped. */
    public double totalVariance() {
        return Arrays.stream(started("totalVariance").statistics.variance()).sum();
    }

    /** The components as rows, (k, d), orthonormal, by descending variance; signs as {@link Pca}. */
    public Tensor components() {
        try (Pca pca = toPca()) {
            return pca.components().slice(0, 0, pca.components().dim(0));
        }
    }

    /**
     * Scores of observations on the components so far.
     *
     * @param x (n, d)
     * @return (n, k)
     */
    public Tensor transform(Tensor x) {
        try (Pca pca = toPca()) {
            return pca.transform(x);
        }
    }

    /**
     * The model as it stands, to be closed on its own; of min(k, n, d) components.
     *
     * @throws IllegalStateException for fewer than two observations
     */
    public Pca toPca() {
        if (started("toPca").statistics.rows() < 2) {
            throw new IllegalStateException("incremental pca: toPca: there is one observation; at least two vary");
        }
        long n = statistics.rows();
        try (Scope scope = Scope.open()) {
            Svd svd = Svd.options().certify(Certificate.Level.NONE).of(weighted);
            Tensor variance = svd.s().multiply(1 / Math.sqrt(n - 1.0)).square();
            return new Pca(
                    scope.keep(svd.vt()),
                    scope.keep(mean()),
                    Optional.empty(),
                    scope.keep(variance),
                    totalVariance(),
                    0,
                    null);
        }
    }

    private IncrementalPca started(String operation) {
        if (weighted == null) {
            throw new IllegalStateException(
                    "incremental pca: " + operation + ": there are no observations yet; call partialFit first");
        }
        return this;
    }

    @Override
    public void close() {
        if (weighted != null) {
            weighted.close();
        }
    }
}
