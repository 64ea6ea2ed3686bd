package dev.eckart.linalg;

import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The leading singular triplets of a matrix or linear operator: of a given number, or as many as a given error needs.
 *
 * <pre>{@code
 * Svd few = TruncatedSvd.rank(50).of(a);
 * Svd enough = TruncatedSvd.tolerance(0.01).of(a);   // smallest rank with ‖A − A_k‖F ≤ 0.01·‖A‖F
 * }</pre>
 *
 * <p>By block Krylov iteration, eigenvectors of AᵀA, randomized subspace iteration or a full decomposition that is cut, whichever is
 * predicted to be fastest; what squares singular values looks afterwards whether that lost some, and leaves the work to what does not.
 * The certificate names the driver and those given up before it. Signs and order as {@link Svd}. For rows that come by once, see
 * {@link StreamingSvd}.
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
        return new Options(Wanted.rank(k));
    }

    /**
     * The fewest triplets with ‖A − A_k‖F ≤ error·‖A‖F, as far as the driver finds them: randomized may give a few more. Below 10·√ε (1.5e-7 in F64, 3.5e-3 in F32) only a full decomposition can show
     * that, and is what does it.
     *
     * @param error in [0, 1]
     * @throws IllegalArgumentException outside that, or for NaN
     */
    public static Options tolerance(double error) {
        if (!(error >= 0 && error <= 1)) {
            throw new IllegalArgumentException("truncated svd: tolerance " + error + " is outside 0..1");
        }
        return new Options(Wanted.tolerance(error));
    }

    /** How to compute. Each method returns this object. Not thread-safe. */
    public static final class Options {
        private final Wanted wanted;
        private Driver driver = Driver.AUTO;
        private int oversampling = 10;
        private int powerIterations = -1;
        private long seed;
        private boolean seeded;
        private Certificate.Level level = Certificate.Level.ESTIMATE;

        private Options(Wanted wanted) {
            this.wanted = wanted;
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

        /**
         * Power iterations q of driver randomized; by default 7 for a rank below a tenth of the short side, else 4, and 2 for each block of
         * a tolerance. Each is two passes over A. Driver krylov stops at the products that they would take.
         */
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
            Matrices.checkType("truncated svd", a.dtype());
            return explain(new DenseOperator(a));
        }

        /** What {@link #of(LinearOperator)} would do. */
        public SvdPlan explain(LinearOperator a) {
            checkRank(a);
            return choice(a).plan();
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
            return of(new DenseOperator(a));
        }

        /**
         * Decomposes an operator, as {@link #of(Tensor)} otherwise.
         *
         * @throws IllegalArgumentException also for a driver that needs a dense matrix, and for a tolerance where ‖A‖F is unknown
         */
        public Svd of(LinearOperator a) {
            checkRank(a);
            TruncatedChoice choice = choice(a);
            SvdPlan plan = choice.plan();
            Matrices.requireMemory(
                    "truncated svd of " + Shape.of(a.rows(), a.columns()) + " " + a.dtype(),
                    a.device(),
                    plan.bytes(),
                    "ask for a smaller rank");
            KnownNorm known = new KnownNorm(a);
            if (!wanted.byRank() && known.frobeniusNorm().isEmpty()) {
                throw new IllegalArgumentException(
                        "truncated svd: a tolerance needs the operator's Frobenius norm, which it"
                                + " does not know; give a rank");
            }
            return decompose(known, choice, plan.driver());
        }

        /** The driver of the plan, then what is left when one gives up. */
        private Svd decompose(KnownNorm a, TruncatedChoice choice, Driver planned) {
            Certifier certifier = certifier();
            List<String> fallbacks = new ArrayList<>();
            try (Scope scope = Scope.open()) {
                Driver used = planned;
                Optional<Found> found = run(a, choice, used, fallbacks);
                while (found.isEmpty()) {
                    used = choice.after(used);
                    found = run(a, choice, used, fallbacks);
                }
                Triplets t = found.get().triplets;
                Certificate certificate =
                        certifier.certify(a, t.u(), t.s(), t.vt(), found.get().driver, fallbacks, t.passes());
                t.keepIn(scope);
                return new Svd(t.u(), t.s(), t.vt(), certificate);
            }
        }

        /** Triplets, and the driver that found them: gesdd may have left them to gesvd. */
        private record Found(Triplets triplets, Driver driver) {}

        private Optional<Found> run(KnownNorm a, TruncatedChoice choice, Driver with, List<String> fallbacks) {
            if (TruncatedChoice.isFull(with)) {
                return Optional.of(cut(choice, with, fallbacks));
            }
            if (!wanted.certifiable(a.dtype())) {
                fallbacks.add(with + ": ‖A‖² − Σσ² shows no tolerance below 10·√ε");
                return Optional.empty();
            }
            Sketching how = how();
            Optional<Triplets> found = switch (with) {
                case KRYLOV -> KrylovSvd.of(a, wanted, how, fallbacks);
                case GRAM -> GramSvd.of(a, wanted, how, fallbacks);
                case GESVDR -> SubspaceIteration.ofDevice(choice.dense(), wanted.rank(), how, fallbacks);
                default ->
                    wanted.byRank()
                            ? Optional.of(SubspaceIteration.of(a, wanted.rank(), how))
                            : RangeFinder.of(a, wanted, choice.mostColumns(), how, fallbacks);
            };
            return found.map(t -> new Found(t, with));
        }

        /** A full decomposition, of which the rest is thrown away. */
        private Found cut(TruncatedChoice choice, Driver with, List<String> fallbacks) {
            Svd all = Svd.options().driver(with).certify(Certificate.Level.NONE).of(choice.dense());
            fallbacks.addAll(all.certificate().fallbacks());
            Triplets found = new Triplets(all.u(), all.s(), all.vt(), 1)
                    .first(wanted.amongAll(all.s().toArray()));
            return new Found(found, all.certificate().driver());
        }

        private TruncatedChoice choice(LinearOperator a) {
            return new TruncatedChoice(a, wanted, how(), driver);
        }

        private Sketching how() {
            return new Sketching(oversampling, powerIterations, seed);
        }

        private void checkRank(LinearOperator a) {
            long small = Math.min(a.rows(), a.columns());
            if (wanted.rank() > small) {
                throw new IllegalArgumentException("truncated svd: rank " + wanted.rank() + " is above min(m,n) = "
                        + small + " of shape (" + a.rows() + "," + a.columns() + ")");
            }
        }
    }
}
