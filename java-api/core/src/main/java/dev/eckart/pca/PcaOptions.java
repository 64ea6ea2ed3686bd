package dev.eckart.pca;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Driver;
import dev.eckart.linalg.Eigh;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/** How to fit a {@link Pca}. Each method returns this object. Not thread-safe. */
public final class PcaOptions {
    private static final long BLOCK_ELEMENTS = 1 << 20;

    private final long count;
    private final double fraction;
    private boolean scaled;
    private Pca.Solver solver = Pca.Solver.AUTO;
    private long seed;
    private Certificate.Level level = Certificate.Level.ESTIMATE;

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

    /** How the components are found; AUTO by default. */
    public PcaOptions solver(Pca.Solver choice) {
        this.solver = choice;
        return this;
    }

    /** Seed of the randomized solver; 0 by default. */
    public PcaOptions seed(long value) {
        this.seed = value;
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
     * @param x (n, d), F64 or F32, finite, n ≥ 2
     * @throws IllegalArgumentException for fewer than two observations, another type, NaN or infinity, or more components than
     *     min(n, d)
     * @throws java.util.concurrent.CancellationException when this thread is interrupted; a native call under way ends first
     */
    public Pca fit(Tensor x) {
        if (x.shape().rank() != 2 || x.dim(0) < 2) {
            throw new IllegalArgumentException("pca: needs at least two observations (n,d), shape is " + x.shape());
        }
        long n = x.dim(0);
        long most = Math.min(n, x.dim(1));
        if (count > most) {
            throw new IllegalArgumentException(
                    "pca: " + count + " components are more than min(n,d) = " + most + " of shape " + x.shape());
        }
        LinearOperator.of(x); // refuses NaN and infinity
        try (Scope scope = Scope.open()) {
            Tensor mean = columnMeans(x);
            Tensor variance = columnVariances(x, mean);
            long constant = 0;
            Optional<Tensor> scale = Optional.empty();
            double total = sum(variance.toArray());
            if (scaled) {
                double[] deviation = variance.sqrt().toArray();
                double[] means = mean.toArray();
                constant = replaceConstant(deviation, means, n, x.dtype());
                scale = Optional.of(Tensor.of(deviation).to(x.dtype()).to(x.device()));
                total = x.dim(1) - constant;
            }
            LinearOperator operator = LinearOperator.standardized(x, mean, scale.orElse(null));
            Found found = find(x, operator, total);
            Tensor kept = found.variance.slice(0, 0, found.count).copy();
            Pca pca = new Pca(
                    scope.keep(found.components.slice(0, 0, found.count).copy()),
                    scope.keep(mean),
                    scale,
                    scope.keep(kept),
                    total,
                    constant,
                    found.certificate);
            scale.ifPresent(scope::keep);
            return pca;
        }
    }

    /** The solver that {@link #fit} would use for observations of this shape; never AUTO. */
    public Pca.Solver solverFor(Tensor x) {
        return choose(x.dim(0), x.dim(1));
    }

    private record Found(Tensor components, Tensor variance, long count, Certificate certificate) {}

    private Found find(Tensor x, LinearOperator operator, double total) {
        long n = x.dim(0);
        long d = x.dim(1);
        return switch (choose(n, d)) {
            case RANDOMIZED -> {
                TruncatedSvd.Options options = count >= 0
                        ? TruncatedSvd.rank(count)
                        : TruncatedSvd.tolerance(Math.sqrt(Math.max(0, 1 - fraction)));
                Svd svd = options.seed(seed).certify(level).of(operator);
                yield new Found(svd.vt(), variances(svd.s(), n), svd.s().dim(0), svd.certificate());
            }
            case COVARIANCE -> {
                long start = System.nanoTime();
                Eigh eigen = Eigh.of(covariance(operator, x));
                Tensor variance = eigen.w().maximum(Tensor.zeros(x.dtype()).to(x.device()));
                long k = enough(variance.toArray(), total, Math.min(n, d));
                Certificate certificate = certify(operator, eigen.vt().slice(0, 0, k), variance.slice(0, 0, k));
                yield new Found(
                        eigen.vt(), variance, k, certificate.by(Driver.GRAM, 2, (System.nanoTime() - start) / 1e9));
            }
            default -> {
                Tensor standardized = operator.columns(0, d);
                Svd svd = Svd.options().certify(level).overwrite().of(standardized);
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
        double[] divisor = s.clone();
        for (int i = 0; i < s.length; i++) {
            divisor[i] = s[i] == 0 ? 1 : s[i];
        }
        Tensor u = scores.divide(Tensor.of(divisor).to(operator.dtype()).to(operator.device()));
        return Certificate.of(operator, u, Tensor.of(s).to(operator.dtype()).to(operator.device()), components, level);
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
    private static Tensor covariance(LinearOperator operator, Tensor x) {
        long d = x.dim(1);
        Tensor c = Tensor.zeros(x.dtype(), d, d).to(x.device());
        long height = Math.max(1, BLOCK_ELEMENTS / Math.max(1, d));
        for (long from = 0; from < x.dim(0); from += height) {
            Interrupts.check("pca");
            try (Scope scope = Scope.open()) {
                Tensor rows = operator.rows(from, Math.min(x.dim(0), from + height));
                x.backend().gram(1.0 / (x.dim(0) - 1), rows.view(), 1, c.view());
            }
        }
        return c;
    }

    /** Means, corrected once by the mean of the differences: exact to the last digits. */
    private static Tensor columnMeans(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor first = x.mean(0);
            Tensor rest = Tensor.zeros(x.dtype(), x.dim(1)).to(x.device());
            forEachBlock(x, rows -> rest.assign(rest.add(rows.subtract(first).sum(0))));
            return scope.keep(first.add(rest.multiply(1.0 / x.dim(0))));
        }
    }

    private static Tensor columnVariances(Tensor x, Tensor mean) {
        try (Scope scope = Scope.open()) {
            Tensor sum = Tensor.zeros(x.dtype(), x.dim(1)).to(x.device());
            forEachBlock(
                    x, rows -> sum.assign(sum.add(rows.subtract(mean).square().sum(0))));
            return scope.keep(sum.multiply(1.0 / (x.dim(0) - 1)));
        }
    }

    private static void forEachBlock(Tensor x, java.util.function.Consumer<Tensor> action) {
        long height = Math.max(1, BLOCK_ELEMENTS / Math.max(1, x.dim(1)));
        for (long from = 0; from < x.dim(0); from += height) {
            Interrupts.check("pca");
            try (Scope scope = Scope.open()) {
                action.accept(x.slice(0, from, Math.min(x.dim(0), from + height)));
            }
        }
    }

    /** Sets the deviation of constant variables to 1 (what is left of them is rounding of the mean); returns how many. */
    private static long replaceConstant(double[] deviation, double[] means, long n, DType type) {
        long constant = 0;
        for (int j = 0; j < deviation.length; j++) {
            if (deviation[j] <= 4 * type.epsilon() * Math.abs(means[j])) {
                deviation[j] = 1;
                constant++;
            }
        }
        return constant;
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double v : values) {
            sum += v;
        }
        return sum;
    }
}
