package dev.eckart.linalg;

import dev.eckart.backend.Backend;
import dev.eckart.backend.SvdDriver;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Singular value decomposition A = U·diag(s)·Vᵀ of a dense matrix, or of each matrix of a batch.
 *
 * <p>Singular values descend. In each right singular vector the first entry whose magnitude is within a factor 1 − √ε of the largest
 * is positive, so that results are reproducible; vectors of clustered singular values are defined only up to a rotation. Best
 * approximation of rank r in the spectral and the Frobenius norm: the first r triplets (Eckart and Young 1936, Mirsky 1960).
 *
 * @param u (m, k) left singular vectors as columns, k = min(m, n); (m, m) when full; (b, m, k) for a batch
 * @param s (k) singular values; (b, k) for a batch
 * @param vt (k, n) right singular vectors as rows; (n, n) when full; (b, k, n) for a batch
 * @param certificate how good it is; for a batch, the worst
 */
public record Svd(Tensor u, Tensor s, Tensor vt, Certificate certificate) implements AutoCloseable {
    /**
     * The thin decomposition; the input is not changed.
     *
     * @param a (m, n) or (b, m, n), F64 or F32, finite
     * @throws IllegalArgumentException for another rank or type, NaN or infinity (named with its index)
     * @throws dev.eckart.memory.MemoryLimitException when it would not fit
     * @throws ArithmeticException when no driver converges, or a singular value overflows
     * @throws java.util.concurrent.CancellationException when this thread is interrupted; a LAPACK call under way ends first
     */
    public static Svd of(Tensor a) {
        return options().of(a);
    }

    /** The singular values alone, (k) or (b, k), descending; as {@link #of} otherwise. */
    public static Tensor values(Tensor a) {
        return options().values(a);
    }

    /** Choices other than the default. */
    public static Options options() {
        return new Options();
    }

    /** The drivers for all triplets on the device of {@code a}, first the one that AUTO takes. */
    static List<Driver> drivers(Tensor a) {
        return a.backend().svdDrivers().stream()
                .map(d -> Driver.valueOf(d.name()))
                .toList();
    }

    /** What AUTO takes. */
    static Driver best(Tensor a) {
        return drivers(a).get(0);
    }

    /** U·diag(s)·Vᵀ. */
    public Tensor reconstruct() {
        return reconstruct(s.dim(-1));
    }

    /**
     * The best approximation of rank {@code rank}: the sum of its first triplets. For a single matrix.
     *
     * @throws IllegalArgumentException when there are fewer triplets
     */
    public Tensor reconstruct(long rank) {
        if (rank < 0 || rank > s.dim(-1)) {
            throw new IllegalArgumentException("reconstruct: rank " + rank + " is outside 0.." + s.dim(-1));
        }
        try (Scope scope = Scope.open()) {
            Tensor left = u.slice(-1, 0, rank).multiply(s.slice(-1, 0, rank).reshape(rowOf(rank)));
            return scope.keep(left.matmul(vt.slice(-2, 0, rank)));
        }
    }

    private long[] rowOf(long rank) {
        return s.shape().rank() == 1 ? new long[] {1, rank} : new long[] {s.dim(0), 1, rank};
    }

    @Override
    public void close() {
        u.close();
        s.close();
        vt.close();
    }

    /** How to decompose. Each method returns this object. Not thread-safe. */
    public static final class Options {
        /** Of kernels and libraries on a GPU for a matrix: copies to and fro, scale, signs, certificate. */
        private static final double CALLS_OF_A_MATRIX = 20;

        private static final double CALLS_OF_A_BATCH = 10;

        private Driver driver = Driver.AUTO;
        private boolean full;
        private boolean overwrite;
        private Certificate.Level level = Certificate.Level.ESTIMATE;
        private OptionalLong seed = OptionalLong.empty();

        /** Does the factorization in place of A's own; for tests of what happens when a driver fails. */
        private Backend backend;

        private Options() {}

        Options backend(Backend other) {
            this.backend = other;
            return this;
        }

        /** {@code AUTO}, {@code QR}, or one that A's device has; for those of leading triplets see {@link TruncatedSvd}. */
        public Options driver(Driver choice) {
            if (choice.leading()) {
                throw new IllegalArgumentException("svd: driver " + choice
                        + " computes leading triplets only: give a rank (TruncatedSvd.rank, --rank)");
            }
            this.driver = choice;
            return this;
        }

        /** All columns of U (m, m) and rows of Vᵀ (n, n). */
        public Options full() {
            this.full = true;
            return this;
        }

        /**
         * Computes in the memory of the input, whose content is lost: saves one copy, and with driver gesvd the larger of the results
         * is put there too. Takes effect on a contiguous matrix that is no batch. The certificate's A·ω are then taken beforehand; level EXACT gives an ESTIMATE. A driver that does not converge has
         * no second try.
         */
        public Options overwrite() {
            this.overwrite = true;
            return this;
        }

        /** How much to spend on the certificate. */
        public Options certify(Certificate.Level choice) {
            this.level = choice;
            return this;
        }

        /** Seed of the certificate's random vectors; by default they are drawn anew for each matrix, and its bounds differ by run. */
        public Options seed(long value) {
            this.seed = OptionalLong.of(value);
            return this;
        }

        private Certifier certifier() {
            return seed.isPresent() ? new Certifier(level, seed.getAsLong()) : new Certifier(level);
        }

        /** What {@link #of} would do; A is not read. */
        public SvdPlan explain(Tensor a) {
            return plan(a, true);
        }

        /**
         * As {@link #explain}, and says which variant driver cholesky-qr will take, and why: A's condition decides, for which A is
         * factored, if memory lets it.
         *
         * @throws IllegalArgumentException for NaN or infinity in an A that is read
         */
        public SvdPlan probe(Tensor a) {
            SvdPlan plan = explain(a);
            boolean depends = plan.driver() == Driver.CHOLESKY_QR && a.shape().rank() == 2 && plan.rank() > 0;
            if (!depends || plan.bytes() > Devices.available(a.device())) {
                return plan;
            }
            Matrices.check("svd", a);
            return plan.with(QrFirst.variant(a));
        }

        /** Decomposes; see {@link Svd#of}. */
        public Svd of(Tensor a) {
            if (a.shape().rank() == 3) {
                return batch(a);
            }
            Matrices.check("svd", a);
            SvdPlan plan = plan(a, true);
            Matrices.requireMemory("svd", a, plan.bytes(), remedy(plan));
            boolean reuse = inPlace(a) && plan.driver() == Driver.GESVD && !full;
            boolean tall = a.dim(0) >= a.dim(1);
            Tensor u = reuse && tall
                    ? a.contiguous()
                    : Tensor.empty(a.device(), a.dtype(), a.dim(0), full ? a.dim(0) : plan.rank());
            Tensor s = Tensor.empty(a.device(), a.dtype(), plan.rank());
            Tensor vt = reuse && !tall
                    ? a.contiguous()
                    : Tensor.empty(a.device(), a.dtype(), full ? a.dim(1) : plan.rank(), a.dim(1));
            try {
                return new Svd(u, s, vt, factor(a, plan, u, s, vt));
            } catch (RuntimeException | Error e) {
                u.close();
                s.close();
                vt.close();
                throw e;
            }
        }

        /** Singular values only; see {@link Svd#values}. */
        public Tensor values(Tensor a) {
            if (a.shape().rank() == 3) {
                return valuesOfBatch(a);
            }
            Matrices.check("svd", a);
            SvdPlan plan = plan(a, false);
            Matrices.requireMemory("svd", a, plan.bytes(), remedy(plan));
            Tensor s = Tensor.empty(a.device(), a.dtype(), plan.rank());
            try {
                if (plan.rank() > 0) {
                    run(a, s, Optional.empty(), order(a, plan.driver()), new ArrayList<>());
                }
                return s;
            } catch (RuntimeException | Error e) {
                s.close();
                throw e;
            }
        }

        private Certificate factor(Tensor a, SvdPlan plan, Tensor u, Tensor s, Tensor vt) {
            List<String> fallbacks = new ArrayList<>();
            try (Scope scope = Scope.open()) {
                Certifier certifier = certifier();
                LinearOperator operator = new DenseOperator(a);
                if (plan.rank() == 0) {
                    fillIdentity(u);
                    fillIdentity(vt);
                    return certifier.certify(
                            operator, u.slice(1, 0, 0), s, vt.slice(0, 0, 0), plan.driver(), fallbacks, 0);
                }
                if (inPlace(a)) {
                    certifier.observe(operator);
                }
                Backend.Vectors vectors = new Backend.Vectors(u.view(), vt.view());
                AtomicReference<String> variant = new AtomicReference<>("");
                QrFirst first = new QrFirst(a, u, s, vt, fallbacks);
                Driver used = switch (plan.driver()) {
                    case QR -> first.householder();
                    case CHOLESKY_QR -> first.cholesky(variant::set);
                    default -> run(a, s, Optional.of(vectors), order(a, plan.driver()), fallbacks);
                };
                Tensor thinU = u.slice(1, 0, plan.rank());
                Tensor thinV = vt.slice(0, 0, plan.rank());
                return certifier
                        .certify(operator, thinU, s, thinV, used, fallbacks, 1)
                        .by(variant.get());
            }
        }

        /** Tries the drivers in turn on a working copy. */
        private Driver run(
                Tensor a, Tensor s, Optional<Backend.Vectors> vectors, List<Driver> order, List<String> fallbacks) {
            for (Driver candidate : order) {
                Interrupts.check("svd");
                SvdDriver lapack = SvdDriver.valueOf(candidate.name());
                try (Tensor work = inPlace(a) ? a.contiguous() : a.copy()) {
                    if ((backend == null ? a.backend() : backend).svd(lapack, work.view(), s.view(), vectors)) {
                        checkFinite(a, s);
                        return candidate;
                    }
                }
                fallbacks.add(candidate + " did not converge");
                if (inPlace(a)) {
                    break;
                }
            }
            throw new ArithmeticException("svd of " + a.shape() + ": " + String.join(", ", fallbacks)
                    + (inPlace(a) ? "; the input was overwritten: try again with driver gesvd" : ""));
        }

        /** The driver asked for, and those that its device would try after it; after the last one, the others. */
        private static List<Driver> order(Tensor a, Driver first) {
            List<Driver> order = new ArrayList<>(drivers(a));
            Collections.rotate(order, -Math.max(0, order.indexOf(first)));
            return order;
        }

        private static void checkFinite(Tensor a, Tensor s) {
            if (!Double.isFinite(s.get(0))) {
                throw new ArithmeticException("svd of " + a.shape() + ": the largest singular value overflows "
                        + a.dtype() + "; scale the matrix down");
            }
        }

        private static void fillIdentity(Tensor t) {
            if (t.shape().size() > 0) {
                t.assign(Tensor.eye(t.dtype(), t.dim(0)).to(t.device()));
            }
        }

        private boolean inPlace(Tensor a) {
            return overwrite && a.view().layout().isContiguous() && !driver.factorsFirst();
        }

        private SvdPlan plan(Tensor a, boolean vectors) {
            Shape shape = a.shape();
            Matrices.checkType("svd", a.dtype());
            if (shape.rank() != 2 && shape.rank() != 3) {
                throw new IllegalArgumentException("svd: needs a matrix or a batch of matrices, shape is " + shape);
            }
            if (driver != Driver.AUTO) {
                checkDriver(a);
                return plan(a, vectors, driver, "as asked");
            }
            if (shape.rank() == 3 && !full && BatchedSvd.rotates(a)) {
                return plan(a, vectors, Driver.JACOBI, "a batch of small matrices, one in each lane of a vector");
            }
            List<Driver> inOneCall = full ? List.of() : BatchedSvd.onGpu(a);
            String reason = "all " + Math.min(shape.dim(-2), shape.dim(-1)) + " triplets at full accuracy";
            // Of matrices that small nothing is predicted of calls for each: their rates are those of large ones.
            Stream<Driver> others = drivers(a).stream()
                    .filter(d -> !inOneCall.contains(Driver.GESVDJ))
                    .filter(d -> d != Driver.GEJSV) // slower, and its accuracy is asked for by name
                    .filter(d -> d != Driver.GESVDP || Rates.areMeasured(shape)); // may have to be done again
            List<SvdPlan> plans = Stream.concat(inOneCall.stream(), others)
                    .map(d -> plan(a, vectors, d, reason))
                    .toList();
            return SvdPlan.best(plans, Devices.available(a.device()));
        }

        /** Refuses a driver that A's device does not have, or that does not give what is asked for. */
        private void checkDriver(Tensor a) {
            boolean many = a.shape().rank() == 3;
            if (full && driver.factorsFirst()) {
                throw new IllegalArgumentException(
                        "svd: driver " + driver + " gives the thin decomposition only; use gesdd for a full one");
            }
            if (driver == Driver.GESVDA && (!many || full || !BatchedSvd.can(a, driver))) {
                throw new IllegalArgumentException(
                        "svd: driver gesvda gives the thin decomposition of a batch (b, m, n) on a GPU, not of "
                                + a.shape() + (full ? ", full" : "") + " on " + a.device() + "; use auto");
            }
            if (driver == Driver.JACOBI && (!many || full || !BatchedSvd.can(a, driver))) {
                throw new IllegalArgumentException(
                        "svd: driver jacobi gives the thin decomposition of a batch (b, m, n) with min(m, n) up to 64 on the CPU,"
                                + " not of " + a.shape() + (full ? ", full" : "") + " on " + a.device() + "; use auto");
            }
            if (!driver.factorsFirst() && !driver.forBatches() && !drivers(a).contains(driver)) {
                throw new IllegalArgumentException("svd: driver " + driver + " does not exist on " + a.device()
                        + "; there are auto, qr, cholesky-qr and " + drivers(a));
            }
        }

        private SvdPlan plan(Tensor a, boolean vectors, Driver choice, String reason) {
            Shape shape = a.shape();
            long m = shape.dim(-2);
            long n = shape.dim(-1);
            long k = Math.min(m, n);
            DType type = a.dtype();
            boolean many = shape.rank() == 3;
            long count = many ? shape.dim(0) : 1;
            Optional<SvdDriver> batch = many && !full ? BatchedSvd.kernel(a.device(), shape, choice) : Optional.empty();
            boolean onGpu = a.device().kind() != Device.Kind.CPU;
            // On the host a batch goes one by one behind one call, but for Jacobi.
            boolean together = batch.isPresent() && (onGpu || choice == Driver.JACOBI);
            long work = k == 0
                    ? 0
                    : together
                            ? a.backend().svdBatchWorkspace(batch.get(), vectors, type, count, m, n)
                            : workspace(a, vectors, choice);
            long copy = inPlace(a) ? 0 : m * n * type.bytes();
            boolean reuse = vectors && !full && inPlace(a) && choice == Driver.GESVD;
            long elements = full ? m * m + n * n : (m + n) * k - (reuse ? m * n : 0);
            long results = ((vectors ? elements : 0) + k) * type.bytes() * count;
            Work counted = together
                    ? DenseWork.ofBatch(choice, type, count, m, n, vectors)
                    : DenseWork.of(choice, type, m, n, vectors).times(count);
            if (many && onGpu) {
                counted = counted.plus(Work.calls(together ? CALLS_OF_A_BATCH : CALLS_OF_A_MATRIX * count));
            }
            return SvdPlan.of(a.device(), type, shape, k, choice, reason, counted, copy + work + results, copy + work);
        }

        private static long workspace(Tensor a, boolean vectors, Driver choice) {
            long m = a.dim(-2);
            long n = a.dim(-1);
            long k = Math.min(m, n);
            if (!vectors || !choice.factorsFirst()) {
                Driver inner = choice.factorsFirst() ? best(a) : choice;
                return a.backend().svdWorkspace(SvdDriver.valueOf(inner.name()), vectors, a.dtype(), m, n);
            }
            // Q·U' before it goes to its place, R and its triplets; Cholesky factors of a few kinds.
            long own = m * n + (choice == Driver.CHOLESKY_QR ? 9 : 5) * k * k;
            return own * a.dtype().bytes()
                    + a.backend().svdWorkspace(SvdDriver.valueOf(best(a).name()), true, a.dtype(), k, k);
        }

        private static String remedy(SvdPlan plan) {
            return plan.driver() == Driver.GESVD
                    ? "compute a few leading triplets (TruncatedSvd, --rank) or raise -Deckart.memory.max"
                    : "driver gesvd (--driver gesvd) needs half of it, leading triplets alone (TruncatedSvd, --rank) far less";
        }

        private Tensor valuesOfBatch(Tensor a) {
            Driver choice = plan(a, false).driver();
            Driver kernel = choice.factorsFirst() ? best(a) : choice;
            if (BatchedSvd.can(a, kernel)) {
                return BatchedSvd.values(a, kernel);
            }
            Tensor s = Tensor.empty(a.device(), a.dtype(), a.dim(0), Math.min(a.dim(1), a.dim(2)));
            for (long i = 0; i < a.dim(0); i++) {
                try (Tensor one = a.select(0, i);
                        Tensor values = values(one);
                        Tensor target = s.select(0, i)) {
                    target.assign(values);
                } catch (RuntimeException | Error e) {
                    s.close();
                    throw e;
                }
            }
            return s;
        }

        private Svd batch(Tensor a) {
            SvdPlan plan = plan(a, true);
            if (!full && backend == null && BatchedSvd.can(a, plan.driver())) {
                Matrices.requireMemory("svd", a, plan.bytes(), remedy(plan));
                return BatchedSvd.of(a, plan.driver(), certifier());
            }
            long b = a.dim(0);
            long m = a.dim(1);
            long n = a.dim(2);
            long k = Math.min(m, n);
            Tensor u = Tensor.empty(a.device(), a.dtype(), b, m, full ? m : k);
            Tensor s = Tensor.empty(a.device(), a.dtype(), b, k);
            Tensor vt = Tensor.empty(a.device(), a.dtype(), b, full ? n : k, n);
            Certificate worst = Certificate.none(driver, List.of(), 0, 0);
            for (long i = 0; i < b; i++) {
                try (Scope scope = Scope.open()) {
                    Svd one = of(a.select(0, i));
                    u.select(0, i).assign(one.u());
                    s.select(0, i).assign(one.s());
                    vt.select(0, i).assign(one.vt());
                    worst = i == 0 ? one.certificate() : worst.worse(one.certificate());
                } catch (RuntimeException | Error e) {
                    u.close();
                    s.close();
                    vt.close();
                    if (e instanceof IllegalArgumentException) {
                        throw new IllegalArgumentException("matrix " + i + " of the batch: " + e.getMessage(), e);
                    }
                    throw e;
                }
            }
            return new Svd(u, s, vt, worst);
        }
    }
}
