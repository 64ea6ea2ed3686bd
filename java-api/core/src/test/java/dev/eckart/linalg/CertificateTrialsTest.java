package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.linalg.Certificate.Level;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** That certificates hold as often as they say, and show what is wrong. */
class CertificateTrialsTest {
    private static final int TRIALS = 10_000;
    private static final int M = 30;
    private static final int N = 20;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** One huge entry, one heavy row, flat spectra, heavy tails, plain normal numbers; in turns. */
    private static Tensor operators() {
        double[] all = Tensor.normal(DType.F64, 1, TRIALS, M, N).toArray();
        double[] flat = Svd.of(Tensor.normal(DType.F64, 2, TRIALS, M, N)).u().toArray();
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < TRIALS; i++) {
            int start = i * M * N;
            int row = random.nextInt(M);
            switch (i % 5) {
                case 0 -> all[start + random.nextInt(M * N)] = 1e6;
                case 1 -> {
                    for (int j = 0; j < N; j++) {
                        all[start + row * N + j] *= 1e4;
                    }
                }
                case 2 -> System.arraycopy(flat, start, all, start, M * N);
                case 3 -> {
                    for (int j = 0; j < M * N; j++) {
                        all[start + j] /= Math.max(1e-12, random.nextDouble());
                    }
                }
                default -> {}
            }
        }
        return Tensor.of(all, TRIALS, M, N);
    }

    /**
     * Approximations of three kinds in turns: by a random subspace, which misses nearly everything, by the range of A·Ω, and the best
     * of rank 18, whose rest is two values.
     */
    private static Svd[] approximations(Tensor a) {
        Tensor poor = Svd.of(Tensor.normal(DType.F64, 4, TRIALS, M, 3)).u();
        Tensor range = Svd.of(a.matmul(Tensor.normal(DType.F64, 5, N, 6))).u();
        Svd[] kinds = {projected(a, poor), projected(a, range), Svd.of(a)};
        kinds[2] = new Svd(
                kinds[2].u().slice(2, 0, N - 2),
                kinds[2].s().slice(1, 0, N - 2),
                kinds[2].vt().slice(1, 0, N - 2),
                null);
        return kinds;
    }

    /** Q·(QᵀA) as a decomposition. */
    private static Svd projected(Tensor a, Tensor q) {
        Svd inner = Svd.of(q.permute(0, 2, 1).matmul(a));
        return new Svd(q.matmul(inner.u()), inner.s(), inner.vt(), null);
    }

    private static Tensor product(Svd svd) {
        return svd.u().matmul(svd.vt().multiply(svd.s().reshape(TRIALS, svd.s().dim(1), 1)));
    }

    /** A matrix that keeps its norm to itself, so that it is the bound that is used. */
    private record Reticent(Tensor a) implements LinearOperator {
        @Override
        public long rows() {
            return a.dim(0);
        }

        @Override
        public long columns() {
            return a.dim(1);
        }

        @Override
        public DType dtype() {
            return a.dtype();
        }

        @Override
        public Device device() {
            return a.device();
        }

        @Override
        public Tensor multiply(Tensor x) {
            return a.matmul(x);
        }

        @Override
        public Tensor multiplyTransposed(Tensor y) {
            return a.transpose().matmul(y);
        }
    }

    @Test
    void should_hold_as_often_as_it_says() {
        Tensor a = operators();
        Svd[] kinds = approximations(a);
        double[][] exact = new double[kinds.length][];
        for (int kind = 0; kind < kinds.length; kind++) {
            exact[kind] =
                    Svd.values(a.subtract(product(kinds[kind]))).slice(1, 0, 1).toArray();
        }
        for (int probes : new int[] {1, 2, Certifier.PROBES}) {
            int failures = 0;
            for (int i = 0; i < TRIALS; i++) {
                int kind = i % 3;
                try (Scope inner = Scope.open()) {
                    Certificate certificate = new Certifier(Level.ESTIMATE, probes, 1000L * probes + i)
                            .certify(
                                    new Reticent(a.select(0, i)),
                                    kinds[kind].u().select(0, i),
                                    kinds[kind].s().select(0, i),
                                    kinds[kind].vt().select(0, i),
                                    Driver.AUTO,
                                    List.of(),
                                    0);
                    assertThat(certificate.norm()).isEqualTo(Certificate.Norm.SPECTRAL);
                    failures += certificate.residual() < exact[kind][i] ? 1 : 0;
                }
            }
            double chance = Math.pow(10, -probes);
            double most = TRIALS * chance + 3 * Math.sqrt(TRIALS * chance * (1 - chance));
            assertThat((double) failures).as(probes + " probes").isLessThanOrEqualTo(most);
            if (probes == 1) {
                // Where the rest is one value, the bound is as tight as it says: what is counted here does happen.
                assertThat(failures).isGreaterThan(TRIALS / 200);
            }
        }
    }

    @Test
    void should_draw_other_vectors_each_time_unless_told_not_to() {
        Tensor a = MatrixKinds.normal(DType.F64, 40, 30);
        Svd svd = Svd.of(a);
        LinearOperator operator = LinearOperator.of(a);
        double first = Certificate.of(operator, svd.u(), svd.s(), svd.vt(), Level.ESTIMATE)
                .residual();
        double second = Certificate.of(operator, svd.u(), svd.s(), svd.vt(), Level.ESTIMATE)
                .residual();
        assertThat(second).isNotEqualTo(first).isBetween(first / 5, first * 5);
        TruncatedSvd.Options few = TruncatedSvd.rank(25).seed(3);
        assertThat(few.of(new Reticent(a)).certificate().residual())
                .isEqualTo(few.of(new Reticent(a)).certificate().residual());
        for (long seed : new long[] {0, 7}) {
            assertThat(Svd.options().seed(seed).of(a).certificate().residual())
                    .isEqualTo(Svd.options().seed(seed).of(a).certificate().residual());
        }
        assertThat(Certificate.of(operator, svd.u(), svd.s(), svd.vt(), Level.ESTIMATE, 7)
                        .residual())
                .isEqualTo(Certificate.of(operator, svd.u(), svd.s(), svd.vt(), Level.ESTIMATE, 7)
                        .residual())
                .isNotEqualTo(Certificate.of(operator, svd.u(), svd.s(), svd.vt(), Level.ESTIMATE, 8)
                        .residual());
    }

    private interface Corruption {
        void spoil(Tensor u, Tensor s, Tensor vt);
    }

    private record Spoiled(String name, Corruption corruption) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static void scale(Tensor row) {
        row.assign(row.multiply(1.5));
    }

    static Stream<Spoiled> corruptions() {
        return Stream.of(
                new Spoiled("a column of U has the wrong sign", (u, s, vt) -> {
                    Tensor column = u.slice(-1, 1, 2);
                    column.assign(column.negate());
                }),
                new Spoiled("a column of U is another vector", (u, s, vt) -> {
                    Tensor column = u.slice(-1, 0, 1);
                    column.fill(1 / Math.sqrt(u.dim(-2)));
                }),
                new Spoiled("two singular values are swapped", (u, s, vt) -> {
                    Tensor last = s.slice(-1, 2, 3).copy();
                    s.slice(-1, 2, 3).assign(s.slice(-1, 0, 1));
                    s.slice(-1, 0, 1).assign(last);
                }),
                new Spoiled("a row of U is scaled", (u, s, vt) -> scale(u.slice(-2, 5, 6))),
                new Spoiled("a row of Vᵀ is scaled", (u, s, vt) -> scale(vt.slice(-2, 1, 2))));
    }

    private static boolean shows(double bad, double good) {
        return !(bad <= Math.max(0.02, 3 * good));
    }

    /** Whether a figure of the certificate says that the result is bad. */
    private static boolean shows(Certificate bad, Certificate good) {
        return shows(bad.relativeResidual(), good.relativeResidual())
                || shows(bad.orthogonalityU(), good.orthogonalityU())
                || shows(bad.orthogonalityV(), good.orthogonalityV());
    }

    private static void assertShows(LinearOperator a, Svd svd, Corruption corruption, String where) {
        for (Level level : new Level[] {Level.ESTIMATE, Level.EXACT}) {
            Certificate good = Certificate.of(a, svd.u(), svd.s(), svd.vt(), level);
            Tensor u = svd.u().copy();
            Tensor s = svd.s().copy();
            Tensor vt = svd.vt().copy();
            corruption.spoil(u, s, vt);
            Certificate bad = Certificate.of(a, u, s, vt, level);
            assertThat(good.orthogonalityU()).isLessThan(1e-4);
            assertThat(shows(bad, good))
                    .as(where + " " + level + ": " + bad + " after " + good)
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("corruptions")
    void should_show_a_corrupted_factorization_of_any_driver(Spoiled spoiled) {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            Tensor a = TruncatedSvdTest.decaying(type, 60, 40);
            LinearOperator operator = LinearOperator.of(a);
            for (Driver driver :
                    new Driver[] {Driver.GESDD, Driver.GESVD, Driver.GEJSV, Driver.QR, Driver.CHOLESKY_QR}) {
                Svd svd = Svd.options().driver(driver).of(a);
                assertShows(operator, svd, spoiled.corruption, driver + " " + type);
            }
            int k = type == DType.F64 ? 8 : 5;
            for (Driver driver : new Driver[] {Driver.RANDOMIZED, Driver.GRAM, Driver.KRYLOV, Driver.AUTO}) {
                Svd svd = TruncatedSvd.rank(k).driver(driver).of(a);
                assertShows(operator, svd, spoiled.corruption, driver + " " + type);
            }
            Svd ofOperator = TruncatedSvd.rank(k).of(new Reticent(a));
            assertShows(new Reticent(a), ofOperator, spoiled.corruption, "products " + type);
            Tensor batch = Tensor.normal(type, 3, 9, 24, 8);
            Svd all = Svd.of(batch);
            Tensor u = all.u().copy();
            Tensor s = all.s().copy();
            Tensor vt = all.vt().copy();
            spoiled.corruption.spoil(u.select(0, 4), s.select(0, 4), vt.select(0, 4));
            for (Level level : new Level[] {Level.ESTIMATE, Level.EXACT}) {
                Svd bad = new Svd(u, s, vt, all.certificate());
                Certificate good = BatchedSvd.certify(batch, all, new Certifier(level));
                assertThat(good.relativeResidual()).isLessThan(1e-4);
                assertThat(shows(BatchedSvd.certify(batch, bad, new Certifier(level)), good))
                        .isTrue();
            }
        }
    }
}
