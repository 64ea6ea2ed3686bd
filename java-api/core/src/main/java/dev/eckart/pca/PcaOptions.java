package dev.eckart.pca;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.ColumnStatistics;
import dev.eckart.linalg.Driver;
import dev.eckart.linalg.Eigh;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;

/** How to fit a {@link Pca}. Each method returns this object. Not thread-safe. */
public final class PcaOptions {
    private final long count;
    private final double fraction;
    private boolean scaled;
    private Pca.Solver solver = Pca.Solver.AUTO;
    private OptionalLong seed = OptionalLong.empty();
    private Certificate.Level level = Certificate.Level.ESTIMATE;
    private Missing missing = Missing.REFUSE;
    private boolean genotypes;
    private boolean whitened;

    private PcaOptions(long count, double fraction) {
        this.count = count;
        this.fraction = fraction;
    }

    static PcaOptions components(long k) {
        if (k < 0) {
            throw new IllegalArgumentException("pca: " + k + " components; the number is negative");
        }
        return new PcaOptions(k, Double.NaN);
    }

    static PcaOptions variance(double fraction) {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException("pca: variance fraction " + fraction + " is outside (0, 1]");
        }
        return new PcaOptions(-1, fraction);
    }

    /** Divides each variable by its standard deviation (divisor n − 1); constant ones stay zero and are counted. */
    public PcaOptions scale() {
        this.scaled = true;
        return this;
    }

    /**
     * Takes the data for counts of an allele, 0 to 2, NaN where missing, and scales each variant by what its frequency p (half of the
     * mean) lets expect: (g − 2p)/√(2p(1 − p)), missing counts at the mean (Patterson, Price and Reich 2006, eqs. 1–3). Variants that
     * do not vary or are missing throughout stay zero in all components and scores, as if left out, and are counted.
     */
    public PcaOptions genotypes() {
        this.genotypes = true;
        return this;
    }

    /** What to do about NaN; REFUSE by default. */
    public PcaOptions missing(Missing choice) {
        this.missing = choice;
        return this;
    }

    /** Divides each score by its standard deviation, so that the scores of the data have unit covariance; see {@link Pca#transform}. */
    public PcaOptions whiten() {
        this.whitened = true;
        return this;
    }

    /** How the components are found; AUTO by default. */
    public PcaOptions solver(Pca.Solver choice) {
        this.solver = choice;
        return this;
    }

    /** Seed of the randomized solver, 0 by default, and of the certificate, which draws one otherwise. */
    public PcaOptions seed(long value) {
        this.seed = OptionalLong.of(value);
        return this;
    }

    /** How much to spend on the certificate. */
    public PcaOptions certify(Certificate.Level choice) {
        this.level = choice;
        return this;
    }

    /**
     * Fits to observations; the input is not changed.
     *
     * @param x (n, d), F64 or F32, finite but for what {@link #missing} allows, n ≥ 2
     * @throws IllegalArgumentException for fewer than two observations, another type, NaN or infinity, more components than
     *     min(n, d), or options that do not go together
     * @throws java.util.concurrent.CancellationException when this thread is interrupted; a native call under way ends first
     */
    public Pca fit(Tensor x) {
        if (x.shape().rank() != 2) {
            throw new IllegalArgumentException("pca: needs at least two observations (n,d), shape is " + x.shape());
        }
        checkShape(x.shape());
        if (genotypes && (scaled || missing == Missing.ITERATIVE)) {
            throw new IllegalArgumentException(
                    "pca: genotypes have their own scale, and means in place of missing counts;" + " leave out "
                            + (scaled ? "scale()" : "missing(ITERATIVE)"));
        }
        if (missing == Missing.ITERATIVE && count < 0) {
            throw new IllegalArgumentException(
                    "pca: a share of the variance does not say how many components fill in what is"
                            + " missing; give their number, or use missing(MEAN)");
        }
        return !genotypes && missing == Missing.REFUSE ? fitComplete(x, null) : fitAround(x);
    }

    /**
     * Fits to observations that are sparse ({@link dev.eckart.linalg.Csr}) or lie in a file ({@link dev.eckart.io.NpyOperator}), which
     * are never made dense or read whole: centring and scaling are part of the products. Solvers are COVARIANCE and RANDOMIZED.
     *
     * @param x (n, d), n ≥ 2
     * @throws IllegalArgumentException for fewer than two observations, more components than min(n, d), solver SVD, genotypes or
     *     missing values
     * @throws java.util.concurrent.CancellationException when this thread is interrupted, after the block under way
     */
    public Pca fit(LinearOperator x) {
        checkShape(Shape.of(x.rows(), x.columns()));
        if (genotypes || missing != Missing.REFUSE) {
            throw new IllegalArgumentException(
                    "pca: genotypes and missing values need the observations in memory, as a tensor");
        }
        return fit(x, solverFor(x), null);
    }

    private void checkShape(Shape shape) {
        if (shape.dim(0) < 2) {
            throw new IllegalArgumentException("pca: needs at least two observations (n,d), shape is " + shape);
        }
        long most = Math.min(shape.dim(0), shape.dim(1));
        if (count > most) {
            throw new IllegalArgumentException(
                    "pca: " + count + " components are more than min(n,d) = " + most + " of shape " + shape);
        }
    }

    /** Fits to observations in which values may be missing. */
    private Pca fitAround(Tensor x) {
        if (x.dtype() != DType.F64 && x.dtype() != DType.F32) {
            LinearOperator.of(x); // says which types there are
        }
        Gaps gaps = Gaps.of(x);
        if (genotypes) {
            gaps.requireWithin(0, 2, "counts of an allele");
        } else {
            gaps.requireColumns();
        }
        try (Scope scope = Scope.open()) {
            Tensor filled = gaps.count() == 0 ? x : gaps.filled();
            Imputation how = new Imputation(gaps.count(), 0, 0, true);
            if (missing == Missing.ITERATIVE && gaps.count() > 0) {
                how = iterate(gaps, filled);
            }
            Pca pca = fitComplete(filled, how);
            scope.keep(pca.components());
            scope.keep(pca.mean());
            pca.scale().ifPresent(scope::keep);
            scope.keep(pca.explainedVariance());
            return pca;
        }
    }

    private Imputation iterate(Gaps gaps, Tensor filled) {
        Certificate.Level asked = level;
        AtomicReference<Pca> step = new AtomicReference<>();
        level = Certificate.Level.NONE;
        try {
            return gaps.settle(
                    filled,
                    () -> closeOld(step.getAndSet(fitComplete(filled, null))),
                    rows -> step.get().nearest(rows));
        } finally {
            level = asked;
            closeOld(step.get());
        }
    }

    private static void closeOld(Pca pca) {
        if (pca != null) {
            pca.close();
        }
    }

    private Pca fitComplete(Tensor x, Imputation imputation) {
        LinearOperator all = LinearOperator.of(x); // refuses NaN and infinity
        return fit(all, choose(x.dim(0), x.dim(1)), imputation);
    }

    private Pca fit(LinearOperator x, Pca.Solver with, Imputation imputation) {
        try (Scope scope = Scope.open()) {
            ColumnStatistics statistics = x.columnStatistics();
            Tensor mean = statistics.mean(x.dtype(), x.device());
            double[] variance = statistics.variance();
            long constant = 0;
            Optional<Tensor> scale = Optional.empty();
            double total = sum(variance);
            if (scaled || genotypes) {
                double[] deviation = Arrays.stream(variance).map(Math::sqrt).toArray();
                constant = replaceConstant(deviation, statistics.mean(), x.dtype(), genotypes);
                scale = Optional.of(tensor(deviation, x));
                total = genotypes ? sumOfScaled(variance, deviation) : x.columns() - constant;
            }
            LinearOperator operator = LinearOperator.standardized(x, statistics, mean, scale.orElse(null));
            Found found = find(operator, with, total);
            Tensor kept = found.variance.slice(0, 0, found.count).copy();
            Pca pca = new Pca(
                    scope.keep(found.components.slice(0, 0, found.count).copy()),
                    scope.keep(mean),
                    scale,
                    scope.keep(kept),
                    total,
                    constant,
                    found.certificate,
                    new Pca.Handling(genotypes ? Missing.MEAN : missing, imputation, whitened));
            scale.ifPresent(scope::keep);
            return pca;
        }
    }

    /** The solver that {@link #fit} would use for observations of this shape; never AUTO. */
    public Pca.Solver solverFor(Tensor x) {
        return choose(x.dim(0), x.dim(1));
    }

    /**
     * The solver that {@link #fit(LinearOperator)} would use; COVARIANCE or RANDOMIZED.
     *
     * @throws IllegalArgumentException for solver SVD, which needs a tensor
     */
    public Pca.Solver solverFor(LinearOperator x) {
        if (solver == Pca.Solver.SVD) {
            throw new IllegalArgumentException(
                    "pca: solver svd needs the observations in memory, as a tensor; covariance and "
                            + "randomized take a file or a sparse matrix");
        }
        // The covariance of a sparse matrix is dense: products with few vectors are far less work.
        boolean sparse = x.flops() < 0.5 * x.rows() * x.columns();
        Pca.Solver choice = choose(x.rows(), x.columns());
        boolean small = choice == Pca.Solver.COVARIANCE && !sparse;
        return solver == Pca.Solver.COVARIANCE || small ? Pca.Solver.COVARIANCE : Pca.Solver.RANDOMIZED;
    }

    private record Found(Tensor components, Tensor variance, long count, Certificate certificate) {}

    private Found find(LinearOperator operator, Pca.Solver with, double total) {
        long n = operator.rows();
        long d = operator.columns();
        return switch (with) {
            case RANDOMIZED -> {
                TruncatedSvd.Options options = count >= 0
                        ? TruncatedSvd.rank(count)
                        : TruncatedSvd.tolerance(Math.sqrt(Math.max(0, 1 - fraction)));
                seed.ifPresent(options::seed);
                Svd svd = options.certify(level).of(operator);
                yield new Found(svd.vt(), variances(svd.s(), n), svd.s().dim(0), svd.certificate());
            }
            case COVARIANCE -> {
                long start = System.nanoTime();
                Eigh eigen = Eigh.of(covariance(operator));
                Tensor variance =
                        eigen.w().maximum(Tensor.zeros(operator.dtype()).to(operator.device()));
                long k = enough(variance.toArray(), total, Math.min(n, d));
                Certificate certificate = certify(operator, eigen.vt().slice(0, 0, k), variance.slice(0, 0, k));
                yield new Found(
                        eigen.vt(), variance, k, certificate.by(Driver.GRAM, 2, (System.nanoTime() - start) / 1e9));
            }
            default -> {
                Tensor standardized = operator.columns(0, d);
                Svd.Options options = Svd.options().certify(level).overwrite();
                seed.ifPresent(options::seed);
                Svd svd = options.of(standardized);
                Tensor variance = variances(svd.s(), n);
                yield new Found(
                        svd.vt(), variance, enough(variance.toArray(), total, Math.min(n, d)), svd.certificate());
            }
        };
    }

    private Pca.Solver choose(long n, long d) {
        if (solver != Pca.Solver.AUTO) {
            return solver;
        }
        if (d <= 4096 && n >= 4 * d) {
            return Pca.Solver.COVARIANCE;
        }
        return count >= 0 && Math.min(n, d) > 500 && count * 10 < Math.min(n, d)
                ? Pca.Solver.RANDOMIZED
                : Pca.Solver.SVD;
    }

    /** The singular triplets behind components found from the covariance have u = X·v/σ; made for the certificate alone. */
    private Certificate certify(LinearOperator operator, Tensor components, Tensor variance) {
        if (level == Certificate.Level.NONE) {
            return Certificate.of(operator, components, variance, components, level);
        }
        Tensor scores = operator.multiply(components.transpose());
        double[] s = variance.multiply(operator.rows() - 1.0).sqrt().toArray();
        double[] divisor = Arrays.stream(s).map(v -> v == 0 ? 1 : v).toArray();
        Tensor u = scores.divide(tensor(divisor, operator));
        Tensor values = tensor(s, operator);
        return seed.isPresent()
                ? Certificate.of(operator, u, values, components, level, seed.getAsLong())
                : Certificate.of(operator, u, values, components, level);
    }

    /** s² / (n − 1). */
    private static Tensor variances(Tensor s, long n) {
        return s.multiply(1 / Math.sqrt(n - 1.0)).square();
    }

    private long enough(double[] variance, double total, long most) {
        if (count >= 0) {
            return count;
        }
        double sum = 0;
        int k = 0;
        // The fraction is met up to rounding: 1.0 asks for all components that vary.
        double target = fraction * total * (1 - 1e-12);
        while (k < most && sum < target) {
            sum += variance[k++];
        }
        return k;
    }

    /** By blocks of rows, which are centred before they are multiplied: XᵀX − n·μμᵀ would cancel. */
    private static Tensor covariance(LinearOperator operator) {
        long d = operator.columns();
        Tensor c = Tensor.zeros(operator.dtype(), d, d).to(operator.device());
        double share = 1.0 / (operator.rows() - 1);
        operator.forEachRows(
                (from, rows) -> c.backend().gram(share, rows.contiguous().view(), 1, c.view()));
        return c;
    }

    private static Tensor tensor(double[] values, LinearOperator like) {
        try (Scope scope = Scope.open()) {
            return scope.keep(Tensor.of(values, values.length).to(like.dtype()).to(like.device()));
        }
    }

    /**
     * Sets the deviation of constant variables to 1 (what is left of them is rounding of the mean), of genotypes that of the others to
     * √(2p(1 − p)); returns how many are constant.
     */
    private static long replaceConstant(double[] deviation, double[] means, DType type, boolean genotypes) {
        long constant = 0;
        for (int j = 0; j < deviation.length; j++) {
            if (deviation[j] <= 4 * type.epsilon() * Math.abs(means[j])) {
                deviation[j] = 1;
                constant++;
            } else if (genotypes) {
                double p = means[j] / 2;
                deviation[j] = Math.sqrt(2 * p * (1 - p));
            }
        }
        return constant;
    }

    /** Sum of the variances after division by the deviations. */
    private static double sumOfScaled(double[] variance, double[] deviation) {
        double sum = 0;
        for (int j = 0; j < variance.length; j++) {
            sum += variance[j] / (deviation[j] * deviation[j]);
        }
        return sum;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double v : values) {
            sum += v;
        }
        return sum;
    }
}
