package dev.eckart.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.backend.Finish;
import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.Driver;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.memory.MemoryStatistics;
import dev.eckart.memory.Precision;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Products;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What a user does, on the first GPU. Run as {@link dev.eckart.backend.CudaContract} is. */
class OnDevice {
    private static final Device GPU = Device.cuda(0);

    @Test
    void is_the_device_that_best_chooses() {
        assertThat(Devices.available()).startsWith(GPU).contains(Device.cpu());
        assertThat(Devices.best()).isEqualTo(GPU);
        assertThat(Devices.missing()).isEmpty();
        assertThat(Devices.available(GPU)).isPositive();
        assertThat(Devices.describe(GPU)).contains("compute capability").contains("driver for CUDA 13");
        // Measured rates are kept under it.
        String before = Devices.describe(GPU);
        try (Tensor taken = Tensor.empty(GPU, DType.U8, 1 << 24)) {
            assertThat(Devices.describe(taken.device())).isEqualTo(before);
        }
        // A double is no card.
        assertThat(Devices.describe(GPU).startsWith("NVIDIA")).isEqualTo(Boolean.getBoolean("require.cuda"));
        assertThatThrownBy(() -> Devices.describe(Device.cuda(99)))
                .hasMessageContaining("cuda:99 is not available")
                .hasMessageContaining("[cuda:0, cpu]");
    }

    /** The README's program with its one line changed. */
    @Test
    void the_readmes_program_prints_the_same() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.of(new double[][] {{3, 0}, {4, 5}}).to(GPU);
            Svd svd = Svd.of(a);
            assertThat(svd.s()).hasToString("Tensor (2) f64 cuda:0 [6.70820, 2.23607]");
            assertThat(svd.reconstruct(1))
                    .hasToString("Tensor (2,2) f64 cuda:0\n[[1.50000, 1.50000]\n [4.50000, 4.50000]]");
            assertThat(svd.certificate().driver()).isEqualTo(Driver.GESVDJ);
        }
    }

    @Test
    void an_svd_is_as_good_as_its_certificate_says_and_agrees_with_the_host() {
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            for (long[] size : new long[][] {{60, 40}, {40, 60}, {50, 50}, {3, 3}}) {
                try (Scope scope = Scope.open()) {
                    Tensor host = Tensor.normal(dtype, 5, size);
                    for (Driver driver :
                            List.of(Driver.AUTO, Driver.GESVD, Driver.GESVDP, Driver.QR, Driver.CHOLESKY_QR)) {
                        for (Certificate.Level level : Certificate.Level.values()) {
                            Svd svd =
                                    Svd.options().driver(driver).certify(level).of(host.to(GPU));
                            Svd expected = Svd.of(host);
                            double tolerance = 100 * dtype.epsilon() * 60;
                            assertThat(largestDifference(svd.s(), expected.s()))
                                    .isLessThan(tolerance * expected.s().get(0));
                            assertThat(largestDifference(svd.reconstruct(), host))
                                    .isLessThan(tolerance * 10);
                            if (level != Certificate.Level.NONE) {
                                assertThat(svd.certificate().relativeResidual()).isLessThan(tolerance);
                                assertThat(svd.certificate().orthogonalityU()).isLessThan(tolerance * 10);
                            }
                        }
                    }
                    assertThat(Svd.options().full().of(host.to(GPU)).u().dim(1)).isEqualTo(size[0]);
                    assertThat(Svd.values(host.to(GPU)).device()).isEqualTo(GPU);
                }
            }
        }
    }

    private static double largestDifference(Tensor a, Tensor b) {
        double[] x = a.toArray();
        double[] y = b.toArray();
        return IntStream.range(0, x.length)
                .mapToDouble(i -> Math.abs(x[i] - y[i]))
                .max()
                .orElse(0);
    }

    /** Of factors that lose their last bits the product is off by some of them, and of none else; both layouts. */
    @Test
    void products_are_as_precise_as_is_asked() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.normal(DType.F32, 1, 2, 40, 30);
            Tensor b = Tensor.normal(DType.F32, 2, 2, 50, 30).transpose();
            Tensor exact = a.to(DType.F64).matmul(b.to(DType.F64));
            double full = error(a, b, Precision.FULL, exact);
            double tf32 = error(a, b, Precision.TF32, exact);
            double bf16 = error(a, b, Precision.BF16, exact);
            assertThat(full).isLessThan(1e-6);
            assertThat(tf32).isBetween(1e-5, 1e-3);
            assertThat(bf16).isBetween(4 * tf32, 1e-2);
            assertThat(largestDifference(
                            a.to(DType.F64).to(GPU).matmul(b.to(DType.F64).to(GPU), Precision.BF16), exact))
                    .isLessThan(1e-12);
            assertThat(a.matmul(b, Precision.BF16).toArray())
                    .isEqualTo(a.matmul(b).toArray());
        }
    }

    /** ‖A·B − exact‖ / ‖exact‖. */
    private static double error(Tensor a, Tensor b, Precision precision, Tensor exact) {
        Tensor product = a.to(GPU).matmul(b.to(GPU), precision).to(Device.cpu());
        return product.to(DType.F64).subtract(exact).norm() / exact.norm();
    }

    /** Against plain Java; where cuBLASLt would not take it, the caller is told. */
    @Test
    void linear_layers_are_one_call() {
        try (Scope scope = Scope.open()) {
            for (long rows : new long[] {1, 37}) {
                Tensor x = Tensor.normal(DType.F32, 1, rows, 24);
                Tensor w = Tensor.normal(DType.F32, 2, 19, 24);
                Tensor b = Tensor.normal(DType.F32, 3, 19);
                double[] sums = x.to(DType.F64)
                        .matmul(w.to(DType.F64).transpose())
                        .add(b.to(DType.F64))
                        .toArray();
                for (Finish f : Finish.values()) {
                    Tensor y = Tensor.full(DType.F32, Double.NaN, rows, 19).to(GPU);
                    assertThat(y.backend()
                                    .linear(
                                            Precision.FULL,
                                            f,
                                            x.to(GPU).view(),
                                            w.to(GPU).view(),
                                            b.to(GPU).view(),
                                            y.view()))
                            .isTrue();
                    double[] found = y.toArray();
                    for (int i = 0; i < found.length; i++) {
                        assertThat(found[i]).as("%s", f).isCloseTo(finished(f, sums[i]), within(2e-5));
                    }
                    Tensor wide = Tensor.empty(GPU, DType.F64, rows, 19);
                    assertThat(wide.backend()
                                    .linear(
                                            Precision.FULL,
                                            f,
                                            x.to(DType.F64).to(GPU).view(),
                                            w.to(DType.F64).to(GPU).view(),
                                            b.to(DType.F64).to(GPU).view(),
                                            wide.view()))
                            .isFalse();
                }
            }
            Tensor all = Tensor.zeros(DType.F32, 3, 24).to(GPU);
            assertThat(all.backend()
                            .linear(
                                    Precision.FULL,
                                    Finish.NONE,
                                    all.slice(0, 1, 3).view(),
                                    Tensor.zeros(DType.F32, 19, 24).to(GPU).view(),
                                    Tensor.zeros(DType.F32, 19).to(GPU).view(),
                                    Tensor.empty(GPU, DType.F32, 2, 19).view()))
                    .isFalse();
        }
    }

    private static double finished(Finish f, double x) {
        return switch (f) {
            case NONE -> x;
            case GELU_TANH -> x / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + .044715 * x * x * x)));
            case SILU -> x / (1 + Math.exp(-x));
            case GELU -> x * normalBelow(x);
        };
    }

    /** Φ by Simpson's rule on its density. */
    private static double normalBelow(double x) {
        double sum = 0;
        int cells = 2000;
        for (int i = 0; i <= cells; i++) {
            double t = x * i / cells;
            sum += Math.exp(-t * t / 2) * (i == 0 || i == cells ? 1 : i % 2 == 1 ? 4 : 2);
        }
        return .5 + sum * x / cells / 3 / Math.sqrt(2 * Math.PI);
    }

    @Test
    void truncated_svd_and_pca_run_there() {
        try (Scope scope = Scope.open()) {
            Tensor host = Tensor.normal(DType.F64, 1, 300, 8).matmul(Tensor.normal(DType.F64, 2, 8, 60));
            for (Driver driver : List.of(Driver.RANDOMIZED, Driver.GRAM, Driver.AUTO)) {
                Svd svd = TruncatedSvd.rank(8).driver(driver).of(host.to(GPU));
                assertThat(svd.u().device()).isEqualTo(GPU);
                assertThat(svd.certificate().relativeResidual()).isLessThan(1e-6);
                assertThat(largestDifference(svd.s(), Svd.of(host).s().slice(0, 0, 8)))
                        .isLessThan(1e-5);
            }
            Pca pca = Pca.components(3).fit(host.to(GPU));
            assertThat(pca.transform(host.to(GPU)).device()).isEqualTo(GPU);
            assertThat(largestDifference(
                            pca.components(), Pca.components(3).fit(host).components()))
                    .isLessThan(1e-8);
        }
    }

    @Test
    void leading_triplets_come_from_one_call_of_cusolver() {
        try (Scope scope = Scope.open()) {
            for (DType type : List.of(DType.F64, DType.F32)) {
                for (long[] size : new long[][] {{90, 60}, {60, 90}}) {
                    Tensor host = Tensor.normal(type, 1, size[0], 5)
                            .matmul(Tensor.normal(type, 2, 5, size[1]))
                            .add(Tensor.normal(type, 3, size).multiply(1e-3));
                    Svd svd = TruncatedSvd.rank(5)
                            .driver(Driver.GESVDR)
                            .certify(Certificate.Level.EXACT)
                            .of(host.to(GPU));
                    Svd expected = TruncatedSvd.rank(5).driver(Driver.GESDD).of(host);
                    double tolerance = 1000 * type.epsilon();
                    assertThat(svd.certificate().driver()).isEqualTo(Driver.GESVDR);
                    assertThat(svd.certificate().fallbacks()).isEmpty();
                    assertThat(svd.certificate().orthogonalityU()).isLessThan(tolerance);
                    assertThat(largestDifference(svd.s(), expected.s()))
                            .isLessThan(tolerance * expected.s().get(0));
                    assertThat(largestDifference(svd.reconstruct(), expected.reconstruct()))
                            .isLessThan(10 * tolerance * expected.s().get(0));
                    Svd all = TruncatedSvd.rank(55).driver(Driver.GESVDR).of(host.to(GPU));
                    assertThat(all.certificate().fallbacks())
                            .containsExactly("gesvdr: a block of 60 columns is not below min(m,n) = 60");
                }
            }
            assertThatThrownBy(() -> TruncatedSvd.rank(1).driver(Driver.GESVDR).of(Tensor.zeros(DType.F64, 9, 9)))
                    .hasMessageContaining("gesvdr does not exist on cpu");
        }
    }

    @Test
    void batches_and_views_are_decomposed() {
        try (Scope scope = Scope.open()) {
            Tensor host = Tensor.normal(DType.F64, 3, 4, 7, 5);
            Svd svd = Svd.of(host.to(GPU));
            assertThat(largestDifference(svd.reconstruct(), host)).isLessThan(1e-12);
            Tensor turned = host.select(0, 1).transpose();
            assertThat(largestDifference(Svd.of(turned.to(GPU)).s(), svd.s().select(0, 1)))
                    .isLessThan(1e-12);
            Tensor there = host.to(GPU).select(0, 2).transpose().slice(0, 1, 4).flip(1);
            assertThat(Svd.of(there).reconstruct().toArray())
                    .hasSize(21)
                    .satisfies(x -> assertThat(largestDifference(Tensor.of(x), there.reshape(21)))
                            .isLessThan(1e-12));
        }
    }

    @Test
    void sparse_matrices_are_multiplied_and_decomposed_there() {
        try (Scope scope = Scope.open()) {
            Tensor row = Tensor.integers(DType.I32, 0, 90, 1, 900);
            Tensor column = Tensor.integers(DType.I32, 0, 70, 2, 900);
            Tensor values = Tensor.normal(DType.F64, 3, 900);
            try (Csr host = Csr.ofCoordinates(90, 70, row, column, values);
                    Csr there = Csr.ofCoordinates(90, 70, row.to(GPU), column.to(GPU), values.to(GPU))) {
                assertThat(there.toDense().toArray()).isEqualTo(host.toDense().toArray());
                Tensor x = Tensor.normal(DType.F64, 4, 90, 5);
                assertThat(largestDifference(there.multiplyTransposed(x.to(GPU)), host.multiplyTransposed(x)))
                        .isLessThan(1e-12);
                assertThat(largestDifference(
                                TruncatedSvd.rank(4).of(there).s(),
                                TruncatedSvd.rank(4).of(host).s()))
                        .isLessThan(1e-6);
            }
        }
    }

    /** By all that does a batch in one call, under one certificate: views, scales far apart, a matrix of rank 1, one of zeros. */
    @Test
    void batches_are_decomposed_by_each_driver_for_them() {
        try (Scope scope = Scope.open()) {
            for (DType type : List.of(DType.F64, DType.F32)) {
                for (long[] size : new long[][] {{9, 20}, {20, 9}, {12, 12}}) {
                    Tensor host = Tensor.normal(type, 6, 7, size[1], size[0]).transpose();
                    double far = type == DType.F64 ? 1e150 : 1e30;
                    host.select(0, 1).assign(host.select(0, 1).multiply(far));
                    host.select(0, 2).assign(host.select(0, 2).multiply(1 / far));
                    host.select(0, 3).fill(0);
                    host.select(0, 4).fill(1);
                    Tensor there = host.to(GPU).slice(0, 0, 6);
                    for (Driver driver : List.of(Driver.JACOBI, Driver.GESVDJ, Driver.GESVDA)) {
                        Svd svd = Svd.options().driver(driver).of(there);
                        double limit = driver == Driver.GESVDA ? 10 * Math.sqrt(type.epsilon()) : 200 * type.epsilon();
                        assertThat(svd.certificate().driver()).isEqualTo(driver);
                        assertThat(svd.certificate().relativeResidual()).isLessThan(limit);
                        assertThat(svd.certificate().orthogonalityU()).isLessThan(limit);
                        assertThat(svd.certificate().orthogonalityV()).isLessThan(limit);
                        Tensor values = Svd.options().driver(driver).values(there);
                        for (int i = 0; i < 6; i++) {
                            double[] exact = Svd.values(host.select(0, i)).toArray();
                            double[] one = svd.s().select(0, i).toArray();
                            double[] alone = values.select(0, i).toArray();
                            for (int j = 0; j < exact.length; j++) {
                                assertThat(one[j]).isCloseTo(exact[j], within(limit * exact[0]));
                                assertThat(alone[j]).isCloseTo(exact[j], within(limit * exact[0]));
                            }
                        }
                        for (long b : new long[] {0, 1}) {
                            assertThat(Svd.options()
                                            .driver(driver)
                                            .of(there.slice(0, 0, b))
                                            .u()
                                            .dim(0))
                                    .isEqualTo(b);
                        }
                    }
                }
            }
            Tensor large = Tensor.normal(DType.F64, 6, 3, 33, 4).to(GPU);
            Svd svd = Svd.options().driver(Driver.GESVDJ).of(large); // one by one
            assertThat(largestDifference(svd.reconstruct(), large)).isLessThan(1e-12);
            assertThatThrownBy(() -> Svd.options().driver(Driver.GESVDA).of(large.select(0, 0)))
                    .hasMessage("svd: driver gesvda gives the thin decomposition of a batch (b, m, n) on a GPU, not of"
                            + " (33,4) on cuda:0; use auto");
            assertThatThrownBy(() -> Svd.options().driver(Driver.GESVDA).full().of(large))
                    .hasMessageContaining("not of (3,33,4), full on cuda:0");
            assertThatThrownBy(() -> TruncatedSvd.rank(2).driver(Driver.GESVDA).of(large.select(0, 0)))
                    .hasMessageContaining("gesvda gives the thin decomposition of a batch");
        }
    }

    @Test
    void products_of_several_shapes_are_one_call() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.normal(DType.F32, 1, 40, 30);
            List<Tensor> a = List.of(x, x.transpose(), x.flip(0), x.slice(1, 1, 9), Tensor.zeros(DType.F32, 2, 0));
            List<Tensor> b = List.of(
                    x.transpose(), x, x.transpose(), Tensor.normal(DType.F32, 2, 8, 3), Tensor.zeros(DType.F32, 0, 3));
            List<Tensor> expected = Products.matmulAll(a, b);
            for (Precision precision : Precision.values()) {
                List<Tensor> there = Products.matmulAll(
                        a.stream().map(t -> t.to(GPU)).toList(),
                        b.stream().map(t -> t.to(GPU)).toList(),
                        precision);
                for (int i = 0; i < a.size(); i++) {
                    assertThat(there.get(i).device()).isEqualTo(GPU);
                    assertThat(largestDifference(there.get(i), expected.get(i)))
                            .isLessThan(precision == Precision.FULL ? 1e-5 : .2);
                }
            }
            assertThatThrownBy(() -> Products.matmulAll(
                            List.of(x.to(GPU), x.to(GPU)), List.of(x.transpose().to(GPU), x)))
                    .hasMessage("matmul 1: (40,30)·(40,30): factors lie on cuda:0 and cpu; move them with to(device)");
        }
    }

    /** Enough of them for Jacobi in one call, under one certificate. */
    @Test
    void batches_of_small_matrices_are_decomposed_in_one_call() {
        try (Scope scope = Scope.open()) {
            Tensor host = Tensor.normal(DType.F32, 6, 40, 12, 9);
            Svd svd = Svd.of(host.to(GPU));
            assertThat(svd.certificate().driver()).isEqualTo(Driver.JACOBI);
            assertThat(svd.certificate().relativeResidual()).isLessThan(1e-5);
            assertThat(largestDifference(svd.reconstruct(), host)).isLessThan(1e-5);
        }
    }

    @Test
    void long_matrices_are_decomposed_through_products() {
        try (Scope scope = Scope.open()) {
            for (long[] size : new long[][] {{3000, 20}, {20, 3000}}) {
                Tensor host = Tensor.normal(DType.F32, 8, size);
                Svd svd = Svd.of(host.to(GPU));
                Tensor u = svd.u().to(Device.cpu()).to(DType.F64);
                Tensor vt = svd.vt().to(Device.cpu()).to(DType.F64);
                Tensor identity = Tensor.eye(DType.F64, 20);
                assertThat(largestDifference(u.transpose().matmul(u), identity)).isLessThan(1e-5);
                assertThat(largestDifference(vt.matmul(vt.transpose()), identity))
                        .isLessThan(1e-5);
                assertThat(svd.certificate().relativeResidual()).isLessThan(1e-4);
                assertThat(largestDifference(svd.s(), Svd.of(host).s())).isLessThan(1e-3);
            }
        }
    }

    @Test
    void should_refuse_with_a_line_what_is_not_there() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.of(new double[][] {{1, 0}, {0, Double.NaN}}).to(GPU);
            assertThatThrownBy(() -> Svd.of(a))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("element (1,1)");
            assertThatThrownBy(() -> Svd.options().driver(Driver.GESDD).of(a.slice(0, 0, 1)))
                    .hasMessage(
                            "svd: driver gesdd does not exist on cuda:0; there are auto, qr, cholesky-qr and [gesvdj, gesvd, gesvdp]");
            assertThatThrownBy(() -> a.add(Tensor.zeros(DType.F64, 2, 2)))
                    .hasMessageContaining("cuda:0 and cpu")
                    .hasMessageContaining("to(device)");
            assertThatThrownBy(() -> a.withBuffers(part -> {})).hasMessageContaining(".to(Device.cpu())");
        }
    }

    @Test
    void should_refuse_what_does_not_fit_and_go_on() {
        long all = Devices.available(GPU);
        assertThatThrownBy(() -> Tensor.empty(GPU, DType.U8, all * 2))
                .isInstanceOf(MemoryLimitException.class)
                .hasMessageContaining("cuda:0")
                .hasMessageContaining(".to(Device.cpu())");
        try (Tensor small = Tensor.empty(GPU, DType.F64, 10)) {
            small.fill(2);
            assertThat(small.sum().get()).isEqualTo(20);
        }
        assertThat(Devices.available(GPU)).isGreaterThan(all / 2);
    }

    @Test
    void large_tensors_come_back_as_they_went() {
        try (Scope scope = Scope.open()) {
            // Several parts of the two pinned halves, the last not full.
            Tensor host = Tensor.uniform(DType.F32, 9, 3, 1_234_567);
            Tensor back = host.to(GPU).to(Device.cpu());
            assertThat(back.toFloatArray()).isEqualTo(host.toFloatArray());
            assertThat(host.to(GPU).select(0, 1).to(Device.cpu()).toFloatArray())
                    .isEqualTo(host.select(0, 1).toFloatArray());
        }
    }

    @Test
    void several_threads_share_the_device() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            Callable<Double> work = () -> {
                try (Scope scope = Scope.open()) {
                    Tensor a = Tensor.normal(DType.F64, 7, 30, 30).to(GPU);
                    double sum = 0;
                    for (int i = 0; i < 20; i++) {
                        sum += Svd.of(a).reconstruct().matmul(a).add(1).sum().get();
                    }
                    return sum;
                }
            };
            List<Future<Double>> results = threads.invokeAll(List.of(work, work, work, work));
            double first = results.get(0).get();
            for (Future<Double> result : results) {
                assertThat(result.get()).isCloseTo(first, within(1e-9 * Math.abs(first)));
            }
        } finally {
            threads.shutdown();
        }
    }

    /** What one thread has started, another goes on with; memory that one has freed, another takes. Nobody waits in between. */
    @Test
    void tensors_and_memory_pass_from_thread_to_thread_in_order() throws Exception {
        ExecutorService one = Executors.newSingleThreadExecutor();
        ExecutorService two = Executors.newSingleThreadExecutor();
        try {
            Tensor now =
                    one.submit(() -> Tensor.full(DType.F64, 1, 5000).to(GPU)).get();
            for (int i = 0; i < 30; i++) {
                Tensor last = now;
                now = (i % 2 == 0 ? two : one)
                        .submit(() -> {
                            try (last;
                                    Tensor unused = last.multiply(3)) {
                                return last.multiply(2);
                            }
                        })
                        .get();
            }
            try (Tensor end = now) {
                assertThat(end.sum().get()).isEqualTo(5000 * 0x1p30);
            }
        } finally {
            one.shutdown();
            two.shutdown();
        }
    }

    /** Closing is for any thread at any time: what computes on a tensor, or beside it, goes on, or says that it is closed. */
    @Test
    void memory_may_be_closed_and_given_back_while_others_compute() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            long before = Memory.statistics(GPU).used();
            for (int round = 0; round < 5; round++) {
                Tensor shared = Tensor.full(DType.F64, 2, 60, 60).to(GPU);
                CountDownLatch busy = new CountDownLatch(2);
                Callable<Void> work = () -> {
                    while (true) {
                        try (Tensor product = shared.matmul(shared)) {
                            busy.countDown();
                            assertThat(product.get(7, 7)).isEqualTo(240);
                        } catch (IllegalStateException e) {
                            assertThat(e).hasMessageContaining("closed");
                            return null;
                        }
                    }
                };
                List<Future<Void>> results = List.of(threads.submit(work), threads.submit(work));
                busy.await();
                Memory.trim(GPU);
                shared.close();
                for (Future<Void> result : results) {
                    result.get();
                }
            }
            assertThat(Memory.statistics(GPU).used()).isEqualTo(before);
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void freed_memory_is_kept_counted_and_given_back() {
        Memory.trim(GPU);
        MemoryStatistics before = Memory.statistics(GPU);
        assertThat(before.kept()).isZero();
        for (int i = 0; i < 10; i++) {
            Tensor.empty(GPU, DType.F32, 100_000).close();
        }
        MemoryStatistics after = Memory.statistics(GPU);
        assertThat(after.allocations() - before.allocations()).isEqualTo(10);
        assertThat(after.reused() - before.reused()).isEqualTo(9);
        assertThat(after.used()).isEqualTo(before.used());
        assertThat(after.peak()).isGreaterThanOrEqualTo(before.used() + 400_000);
        assertThat(after.kept()).isBetween(400_000L, 460_000L);
        assertThat(Memory.trim(GPU)).isEqualTo(after.kept());
        assertThat(Memory.statistics(GPU).kept()).isZero();
    }
}
