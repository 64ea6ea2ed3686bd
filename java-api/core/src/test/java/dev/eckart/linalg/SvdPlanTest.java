package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.memory.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Counted work, the machine's rates and the choice that follows. */
class SvdPlanTest {
    private static final Shape SMALL = Shape.of(9, 5);

    @TempDir
    Path folder;

    private static SvdPlan plan(Driver driver, Work work, long bytes) {
        return SvdPlan.of(Device.cpu(), DType.F64, SMALL, 5, driver, "all of it", work, bytes, 0);
    }

    @Test
    void each_kind_of_work_has_its_rate() {
        Work work = new Work(6, 4, 10).plus(new Work(0, 2, 0)).times(2);
        assertThat(work).isEqualTo(new Work(12, 12, 20));
        assertThat(work.flops()).isEqualTo(24);
        assertThat(new Rates(4, 3, 2).seconds(work.plus(Work.calls(2e5)))).isCloseTo(17 + 1, within(1e-9));
        assertThat(new Rates(4, 3, 2).seconds(work)).isEqualTo(3 + 4 + 10);
        assertThat(plan(Driver.GESDD, Work.products(2e9), 0).seconds())
                .isCloseTo(2e9 / Rates.NOMINAL.blas3(), within(1e-12));
    }

    @Test
    void the_fastest_that_fits_is_taken() {
        List<SvdPlan> plans = List.of(
                plan(Driver.GESDD, Work.products(0.3 * Rates.NOMINAL.blas3()), 3 << 20),
                plan(Driver.QR, Work.products(0.1 * Rates.NOMINAL.blas3()), 7 << 20),
                plan(Driver.GESVD, new Work(0, 4.5 * Rates.NOMINAL.blas2(), 0), 1 << 20));
        SvdPlan free = SvdPlan.best(plans, Long.MAX_VALUE);
        assertThat(free.driver()).isEqualTo(Driver.QR);
        assertThat(free.reason()).isEqualTo("all of it, predicted to be the fastest of 3");
        assertThat(free.candidates())
                .extracting(SvdPlan.Candidate::driver)
                .containsExactly(Driver.GESDD, Driver.QR, Driver.GESVD);
        assertThat(free.toString()).contains("compared   gesdd 0.300 s, qr 0.100 s, gesvd 4.50 s");

        SvdPlan tight = SvdPlan.best(plans, 5 << 20);
        assertThat(tight.driver()).isEqualTo(Driver.GESDD);
        assertThat(tight.reason())
                .isEqualTo("all of it; qr, predicted to take 0.100 s, would need 7.0 MiB of the 5.0 MiB there are");

        assertThat(SvdPlan.best(plans, 100).driver()).isEqualTo(Driver.GESVD);
        assertThat(SvdPlan.best(plans.subList(0, 1), 100).reason()).isEqualTo("all of it");
        List<SvdPlan> equal = List.of(plan(Driver.GESVD, Work.NONE, 0), plan(Driver.GESDD, Work.NONE, 0));
        assertThat(SvdPlan.best(equal, 100).driver()).isEqualTo(Driver.GESVD);
    }

    @Test
    void work_grows_as_the_algorithms_do() {
        Work square = DenseWork.of(Driver.GESDD, DType.F64, 1000, 1000, true);
        assertThat(square.blas3()).isCloseTo(8e9, within(1e-3));
        assertThat(square.blas2()).isCloseTo(2e9 / 3, within(1e-3));
        for (Driver driver : List.of(
                Driver.GESDD,
                Driver.GESVD,
                Driver.GEJSV,
                Driver.QR,
                Driver.CHOLESKY_QR,
                Driver.JACOBI,
                Driver.GESVDJ,
                Driver.GESVDP,
                Driver.GESVDA)) {
            for (long[] shape : new long[][] {{200, 200}, {3000, 200}, {200, 3000}, {200, 230}}) {
                Work one = DenseWork.of(driver, DType.F64, shape[0], shape[1], true);
                Work twice = DenseWork.of(driver, DType.F64, 2 * shape[0], 2 * shape[1], true);
                assertThat(twice.flops() / one.flops())
                        .as("%s of (%s)", driver, shape)
                        .isBetween(7.9, 8.1);
                assertThat(DenseWork.of(driver, DType.F64, shape[0], shape[1], false)
                                .flops())
                        .isBetween(0.0, one.flops());
            }
            assertThat(DenseWork.of(driver, DType.F32, 0, 5, true)).isEqualTo(Work.NONE);
        }
        // A batch of long matrices in one call: none is shortened first.
        assertThat(DenseWork.ofBatch(Driver.GESVDJ, DType.F32, 5, 30, 2, true))
                .isEqualTo(DenseWork.of(Driver.JACOBI, DType.F32, 30, 2, true).times(5))
                .isNotEqualTo(
                        DenseWork.of(Driver.GESVDJ, DType.F32, 30, 2, true).times(5));
    }

    @Test
    void rates_are_measured_once_for_a_type_and_a_number_of_threads() {
        Shape large = Shape.of(500, 500);
        Rates rates = Rates.of(Device.cpu(), DType.F64, large);
        assertThat(Rates.of(Device.cpu(), DType.F64, Shape.of(3000, 400))).isSameAs(rates);
        assertThat(rates.blas3()).isBetween(1e8, 1e14).isGreaterThan(rates.blas2());
        assertThat(rates.blas2()).isBetween(1e7, 1e13);
        assertThat(rates.copy()).isBetween(1e8, 1e13);
        assertThat(Rates.of(Device.cpu(), DType.F32, large)).isNotSameAs(rates);
        try (Threads one = Threads.use(1)) {
            assertThat(Rates.of(Device.cpu(), DType.F64, large)).isNotSameAs(rates);
        }
        assertThat(Rates.of(Device.cpu(), DType.F64, SMALL)).isSameAs(Rates.NOMINAL);
    }

    @Test
    void without_memory_for_a_measurement_rates_are_nominal_until_there_is() {
        long max = MemoryBudget.max();
        try (Threads three = Threads.use(3)) {
            MemoryBudget.setMax(MemoryBudget.used() + (1 << 20));
            assertThat(Rates.of(Device.cpu(), DType.F64, Shape.of(500, 500))).isSameAs(Rates.NOMINAL);
            MemoryBudget.setMax(max);
            assertThat(Rates.of(Device.cpu(), DType.F64, Shape.of(500, 500))).isNotSameAs(Rates.NOMINAL);
        } finally {
            MemoryBudget.setMax(max);
        }
    }

    @Test
    void rates_are_kept_in_a_file() throws IOException {
        Rates rates = new Rates(1.5e11, 6.25e9, 1.0 / 3);
        RatesFile file = RatesFile.in(folder.resolve("a/b"), "0.1.0; some processor");
        assertThat(file.read()).isEmpty();
        file.write(rates);
        assertThat(file.read()).contains(rates);
        try (var names = Files.list(folder.resolve("a/b"))) {
            assertThat(names).containsExactly(file.path());
        }
        assertThat(RatesFile.in(folder.resolve("a/b"), "0.1.0; another").read()).isEmpty();

        String whole = Files.readString(file.path());
        for (int length = 0; length < whole.length(); length++) {
            Files.writeString(file.path(), whole.substring(0, length));
            assertThat(file.read()).as("torn after %d characters", length).isEmpty();
        }
        for (String bad : List.of("1 2 3 4", "1 2", "1 2 NaN", "1 0 3", "1 2 Infinity", "1 two 3", "-1 2 3")) {
            Files.writeString(file.path(), file.what() + "\n" + bad + "\n");
            assertThat(file.read()).as(bad).isEmpty();
        }
        Files.writeString(file.path(), whole.replace("some", "other"));
        assertThat(file.read()).isEmpty();
        Files.write(file.path(), new byte[] {(byte) 0xff, (byte) 0xfe, 10});
        assertThat(file.read()).isEmpty();
    }

    @Test
    void a_folder_that_can_not_be_written_keeps_nothing() throws IOException {
        Path plain = Files.writeString(folder.resolve("file"), "no folder");
        RatesFile file = RatesFile.in(plain, "what");
        file.write(Rates.NOMINAL);
        assertThat(file.read()).isEmpty();
        assertThat(plain).hasContent("no folder");
    }
}
