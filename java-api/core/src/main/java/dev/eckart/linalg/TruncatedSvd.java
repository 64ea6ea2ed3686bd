package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The leading singular triplets of a matrix or linear operator: of a given number, or as many as a given error needs.
 *
 * <pre>{@code
 * Svd few = TruncatedSvd.rank(50).of(a);
 * Svd enough = TruncatedSvd.tolerance(0.01).of(a);   // smallest rank with ‖A − A_k‖F ≤ 0.01·‖A‖F
 * }</pre>
 *
 * <p>Randomized subspace iteration: Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.1. Signs and order as {@link Svd}.
 */
public final class TruncatedSvd {
    private TruncatedSvd() {}

    /**
     * The first {@code k} triplets.
     *
     * @throws IllegalArgumentException for a negative rank
     */
    public static Options rank(long k) {
        if (k < 0) {
            throw new IllegalArgumentException("truncated svd: rank " + k + " is negative");
        }
        return new Options(k, Double.NaN);
    }

    /**
     * The fewest triplets with ‖A − A_k‖F ≤ error·‖A‖F.
     *
     * @param error in [0, 1]
     * @throws IllegalArgumentException outside that, or for NaN
     */
    public static Options tolerance(double error) {
        if (!(error >= 0 && error <= 1)) {
            throw new IllegalArgumentException("truncated svd: tolerance " + error + " is outside 0..1");
        }
        return new Options(-1, error);
    }

    /** How to compute. Each method returns this object. Not thread-safe. */
    public static final class Options {
        private final long rank;
        private final double tolerance;
        private Driver driver = Driver.AUTO;
        private int oversampling = 10;
        private int powerIterations = -1;
        private long seed;
        private boolean seeded;
        private Certificate.Level level = Certificate.Level.ESTIMATE;

        private Options(long rank, double tolerance) {
            this.rank = rank;
            this.tolerance = tolerance;
        }

        /** The driver; AUTO by default. */
        public Options driver(Driver choice) {
            this.driver = choice;
            return this;
        }

        /** Extra columns p of the random block; 10 by default. */
        public Options oversampling(int p) {
            if (p < 0) {
                throw new IllegalArgumentException("truncated svd: oversampling " + p + " is negative");
            }
            this.oversampling = p;
            return this;
        }

        /** Power iterations q; by default 7 for a rank below a tenth of the short side, else 4. Each is two passes over A. */
        public Options powerIterations(int q) {
            if (q < 0) {
                throw new IllegalArgumentException("truncated svd: powerIterations " + q + " is negative");
            }
            this.powerIterations = q;
            return this;
        }

        /** Seed of the random block, 0 by default, and of the certificate, which draws one otherwise. */
        public Options seed(long value) {
            this.seed = value;
            this.seeded = true;
            return this;
        }

        private Certifier certifier() {
            return seeded ? new Certifier(level, seed) : new Certifier(level);
        }

        /** How much to spend on the certificate. */
        public Options certify(Certificate.Level choice) {
            this.level = choice;
            return this;
        }

        /** What {@link #of(Tensor)} would do; A is not read. */
        public SvdPlan explain(Tensor a) {
            checkRank(a.dim(0), a.dim(1));
            return plan(a.dim(0), a.dim(1), a);
        }

        /** What {@link #of(LinearOperator)} would do. */
        public SvdPlan explain(LinearOperator a) {
            checkRank(a.rows(), a.columns());
            Sketch sketch = new Sketch(a.rows(), a.columns(), a.flops());
            return SvdPlan.of(
                    a.device(),
                    a.dtype(),
                    Shape.of(a.rows(), a.columns()),
                    sketch.rank,
                    Driver.RANDOMIZED,
                    "an operator is known by its products alone; " + sketch,
                    Work.products(sketch.flops),
                    sketch.workspace(a.dtype())
                            + sketch.rank
                                    * (a.rows() + a.columns() + 1)
                                    * a.dtype().bytes(),
                    sketch.workspace(a.dtype()));
        }

        /**
         * Decomposes a matrix; the input is not changed.
         *
         * @param a (m, n), F64 or F32, finite
         * @return u (m, k), s (k), vt (k, n)
         * @throws IllegalArgumentException for another rank or type, NaN or infinity, or a rank above min(m, n)
         * @throws java.util.concurrent.CancellationException when this thread is interrupted, after the pass under way
         */
        public Svd of(Tensor a) {
            Matrices.check("truncated svd", a);
            checkRank(a.dim(0), a.dim(1));
            SvdPlan plan = plan(a.dim(0), a.dim(1), a);
            Matrices.requireMemory("truncated svd", a, plan.bytes(), "ask for a smaller rank");
            LinearOperator operator = new DenseOperator(a);
            return switch (plan.driver()) {
                case RANDOMIZED -> randomized(operator);
                case GRAM -> throughGram(a, operator);
                default -> cut(a, operator, plan.driver(), List.of());
            };
        }

        /** Decomposes an operator; always randomized. As {@link #of(Tensor)} otherwise. */
        public Svd of(LinearOperator a) {
            checkRank(a.rows(), a.columns());
            if (driver != Driver.AUTO && driver != Driver.RANDOMIZED) {
                throw new IllegalArgumentException(
                        "truncated svd: driver " + driver + " needs a dense matrix; an operator takes randomized");
            }
            Matrices.requireMemory(
                    "truncated svd of " + Shape.of(a.rows(), a.columns()) + " " + a.dtype(),
                    a.device(),
                    explain(a).bytes(),
                    "ask for a smaller rank");
            return randomized(a);
        }

        // ---- randomized

        private Svd randomized(LinearOperator a) {
            Certifier certifier = certifier();
            long small = Math.min(a.rows(), a.columns());
            try (Scope scope = Scope.open()) {
                Triplets found;
                if (rank >= 0) {
                    found = subspaceIteration(a, rank);
                } else {
                    double norm = a.frobeniusNorm()
                            .orElseThrow(() -> new IllegalArgumentException(
                                    "truncated svd: a tolerance needs the operator's Frobenius norm, which it does not know;"
                                            + " give a rank"));
                    long guess = Math.min(small, 32);
                    found = subspaceIteration(a, guess);
                    while (guess < small && rankFor(found.s.toArray(), norm) < 0) {
                        found.close();
                        guess = Math.min(small, 2 * guess);
                        found = subspaceIteration(a, guess);
                    }
                    long enough = rankFor(found.s.toArray(), norm);
                    found = found.first(enough < 0 ? found.s.dim(0) : enough);
                }
                Certificate certificate =
                        certifier.certify(a, found.u, found.s, found.vt, Driver.RANDOMIZED, List.of(), found.passes);
                return result(scope, found, certificate);
            }
        }

        /** The fewest leading values whose rest is within the tolerance, or -1: ‖A − A_k‖² = ‖A‖² − Σσ̂². */
        private long rankFor(double[] s, double norm) {
            double scale = norm == 0 ? 1 : norm;
            double rest = norm == 0 ? 0 : 1;
            double allowed = tolerance * tolerance;
            for (int k = 0; k <= s.length; k++) {
                if (rest <= allowed) {
                    return k;
                }
                if (k < s.length) {
                    rest = Math.max(0, rest - (s[k] / scale) * (s[k] / scale));
                }
            }
            return -1;
        }

        /** Algorithm 4.4, with a well-conditioned basis at each half step and an orthonormal one at the last; then algorithm 5.1. */
        private Triplets subspaceIteration(LinearOperator a, long k) {
            long small = Math.min(a.rows(), a.columns());
            long block = block(small, k);
            int q = powers(small, k);
            if (block == 0) {
                return new Triplets(
                        Tensor.empty(a.device(), a.dtype(), a.rows(), 0),
                        Tensor.empty(a.device(), a.dtype(), 0),
                        Tensor.empty(a.device(), a.dtype(), 0, a.columns()),
                        0);
            }
            try (Scope scope = Scope.open()) {
                Tensor omega =
                        Tensor.normal(a.dtype(), seed, a.columns(), block).to(a.device());
                Tensor basis = q == 0 ? Basis.orthonormal(a.multiply(omega)) : Basis.any(a.multiply(omega));
                omega.close();
                for (int i = 0; i < q; i++) {
                    Interrupts.check("truncated svd");
                    try (Scope step = Scope.open()) {
                        Tensor right = Basis.any(a.multiplyTransposed(basis));
                        Tensor image = a.multiply(right);
                        Tensor next = step.keep(i == q - 1 ? Basis.orthonormal(image) : Basis.any(image));
                        basis.close();
                        basis = next;
                    }
                }
                Tensor bt = a.multiplyTransposed(basis);
                Svd inner = Svd.options().certify(Certificate.Level.NONE).of(bt.transpose());
                Tensor u = basis.matmul(inner.u());
                return new Triplets(u, inner.s(), inner.vt(), 2 * q + 2)
                        .first(k)
                        .keepIn(scope);
            }
        }

        // ---- through a dense factorization

        private Svd throughGram(Tensor a, LinearOperator operator) {
            Certifier certifier = certifier();
            boolean wide = a.dim(0) < a.dim(1);
            try (Scope scope = Scope.open()) {
                Tensor tall = wide ? a.transpose() : a;
                Tensor square = Tensor.empty(a.device(), a.dtype(), tall.dim(1), tall.dim(1));
                a.backend().gram(1, tall.contiguous().view(), 0, square.view());
                if (a.backend().firstNonFinite(square.view()) >= 0) {
                    return kept(scope, cut(a, operator, Svd.best(a), List.of("gram: AᵀA overflows")));
                }
                Eigh eigen = Eigh.of(square);
                Tensor s = eigen.w()
                        .maximum(Tensor.zeros(a.dtype()).to(a.device()))
                        .sqrt();
                double[] values = s.toArray();
                long k = rank >= 0 ? rank : rankFor(values, a.norm());
                double floor = Math.sqrt(a.dtype().epsilon()) * (values.length == 0 ? 0 : values[0]);
                if (k < 0 || k > 0 && !(values[(int) k - 1] > 10 * floor)) {
                    return kept(
                            scope,
                            cut(a, operator, Svd.best(a), List.of("gram: singular values below √ε·σ₁ are lost")));
                }
                Tensor v = eigen.vt().slice(0, 0, k);
                Tensor kept = s.slice(0, 0, k).contiguous();
                Tensor u = tall.matmul(v.transpose()).divide(kept);
                Tensor left = wide ? v.transpose().contiguous() : u;
                Tensor right = wide ? u.transpose().contiguous() : v;
                if (k > 0) {
                    a.backend().orientVectors(left.view(), right.view());
                }
                Triplets found = new Triplets(left, kept, right, 2);
                return result(scope, found, certifier.certify(operator, left, kept, right, Driver.GRAM, List.of(), 2));
            }
        }

        private Svd cut(Tensor a, LinearOperator operator, Driver with, List<String> before) {
            Certifier certifier = certifier();
            try (Scope scope = Scope.open()) {
                Svd all = Svd.options()
                        .driver(with)
                        .certify(Certificate.Level.NONE)
                        .of(a);
                long k = rank >= 0 ? rank : tail(all.s().toArray());
                Triplets found = new Triplets(all.u(), all.s(), all.vt(), 1).first(k);
                List<String> fallbacks = new ArrayList<>(before);
                fallbacks.addAll(all.certificate().fallbacks());
                Driver used = all.certificate().driver();
                return result(
                        scope, found, certifier.certify(operator, found.u, found.s, found.vt, used, fallbacks, 1));
            }
        }

        /** The fewest values whose rest is within the tolerance, from all values: summed from the smallest, nothing cancels. */
        private long tail(double[] s) {
            double total = 0;
            double largest = s.length == 0 || s[0] == 0 ? 1 : s[0];
            for (double value : s) {
                total = Math.hypot(total, value / largest);
            }
            int k = s.length;
            double rest = 0;
            while (k > 0 && Math.hypot(rest, s[k - 1] / largest) <= tolerance * total) {
                rest = Math.hypot(rest, s[--k] / largest);
            }
            return k;
        }

        private static Svd result(Scope scope, Triplets found, Certificate certificate) {
            return kept(scope, new Svd(found.u, found.s, found.vt, certificate));
        }

        private static Svd kept(Scope scope, Svd svd) {
            scope.keep(svd.u());
            scope.keep(svd.s());
            scope.keep(svd.vt());
            return svd;
        }

        private void checkRank(long m, long n) {
            if (rank > Math.min(m, n)) {
                throw new IllegalArgumentException("truncated svd: rank " + rank + " is above min(m,n) = "
                        + Math.min(m, n) + " of shape (" + m + "," + n + ")");
            }
        }

        private SvdPlan plan(long m, long n, Tensor a) {
            DType type = a.dtype();
            Matrices.checkType("truncated svd", type);
            Sketch sketch = new Sketch(m, n, 2.0 * m * n);
            long small = Math.min(m, n);
            long k = sketch.rank;
            Work all = DenseWork.of(Svd.best(a), type, m, n, true);
            double dense = all.flops();
            Driver choice = driver;
            String reason = "as asked";
            if (choice == Driver.AUTO) {
                choice = rank >= 0 && sketch.flops < dense ? Driver.RANDOMIZED : Svd.best(a);
                reason = rank < 0
                        ? "the rank is known only after all values are"
                        : sketch + String.format(Locale.ROOT, ", against %.3g for a full decomposition", dense / 1e9);
            }
            long copy = m * n * type.bytes();
            long triplets = (m + n + 1) * type.bytes();
            long workspace = switch (choice) {
                case RANDOMIZED -> sketch.workspace(type);
                case GRAM -> 6 * small * small * type.bytes() + (m >= n ? 0 : copy);
                default ->
                    small == 0
                            ? 0
                            : copy
                                    + small * (m + n) * type.bytes()
                                    + a.backend()
                                            .svdWorkspace(
                                                    a.backend().svdDrivers().get(0), true, type, m, n);
            };
            Work work = choice == Driver.RANDOMIZED
                    ? Work.products(sketch.flops)
                    : choice == Driver.GRAM ? Work.products(1.0 * m * n * small + 9.0 * small * small * small) : all;
            return SvdPlan.of(
                    a.device(), type, a.shape(), k, choice, reason, work, workspace + k * triplets, workspace);
        }

        /** The cost of subspace iteration, for A with this many operations for a product with one vector. */
        private final class Sketch {
            final long rank;
            final double flops;
            private final long sides;
            private final long block;
            private final int passes;

            Sketch(long m, long n, double product) {
                long small = Math.min(m, n);
                rank = Options.this.rank >= 0 ? Options.this.rank : small;
                sides = m + n;
                block = block(small, rank);
                int q = powers(small, rank);
                passes = 2 * q + 2;
                flops = product * block * passes + 4.0 * sides * block * block * (q + 1);
            }

            long workspace(DType type) {
                return 3 * sides * block * type.bytes();
            }

            @Override
            public String toString() {
                return String.format(Locale.ROOT, "%.3g Gflop in %d passes", flops / 1e9, passes);
            }
        }

        private long block(long small, long k) {
            return Math.min(small, k + oversampling);
        }

        private int powers(long small, long k) {
            return powerIterations >= 0 ? powerIterations : k * 10 < small ? 7 : 4;
        }
    }

    /** Singular triplets while they are being computed. */
    private record Triplets(Tensor u, Tensor s, Tensor vt, int passes) {
        /** The first k, in memory of their own. */
        Triplets first(long k) {
            return k == s.dim(0)
                    ? this
                    : new Triplets(
                            u.slice(1, 0, k).copy(),
                            s.slice(0, 0, k).copy(),
                            vt.slice(0, 0, k).copy(),
                            passes);
        }

        Triplets keepIn(Scope scope) {
            scope.keep(u);
            scope.keep(s);
            scope.keep(vt);
            return this;
        }

        void close() {
            u.close();
            s.close();
            vt.close();
        }
    }
}
