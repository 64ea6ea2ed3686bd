package dev.eckart.pca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Qr;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Settled;
import dev.eckart.testkit.Tolerance;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IncrementalPcaTest {
    private static final long[][] CUTS = {{0, 300}, {0, 1, 2, 4, 300}, {0, 7, 150, 151, 290, 300}, {0, 299, 300}};

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** 300 observations of 12 variables with deviations 2^-i, whose mean wanders and lies far from the origin. */
    private static Tensor data(DType type) {
        double[] deviations = new double[12];
        for (int i = 0; i < 12; i++) {
            deviations[i] = Math.pow(2, -i);
        }
        Tensor mixing = Qr.of(Tensor.normal(DType.F64, 3, 12, 12)).q();
        Tensor x = Tensor.normal(DType.F64, 4, 300, 12)
                .multiply(Tensor.of(deviations))
                .matmul(mixing);
        double[] steps = new double[300];
        for (int i = 0; i < 300; i++) {
            steps[i] = i / 100.0;
        }
        return x.add(Tensor.of(steps, 300, 1))
                .add(Tensor.uniform(DType.F64, 5, 12).multiply(100))
                .to(type);
    }

    private static IncrementalPca fit(long k, Tensor x, long... cuts) {
        IncrementalPca pca = IncrementalPca.components(k);
        for (int i = 1; i < cuts.length; i++) {
            pca.partialFit(x.slice(0, cuts[i - 1], cuts[i]));
        }
        return pca;
    }

    private static void assertSame(IncrementalPca some, Pca all, Tensor x) {
        DType type = x.dtype();
        double largest = Math.sqrt(all.explainedVariance().get(0) * (x.dim(0) - 1));
        double tolerance = Tolerance.factorization(type, x.dim(0), x.dim(1), largest);
        Tensor s = all.explainedVariance().multiply(x.dim(0) - 1.0).sqrt();
        assertThat(some.explainedVariance()
                        .multiply(x.dim(0) - 1.0)
                        .sqrt()
                        .subtract(s)
                        .abs()
                        .max()
                        .get())
                .isLessThan(tolerance);
        assertThat(some.mean().subtract(all.mean()).abs().max().get()).isLessThan(200 * type.epsilon());
        assertThat(some.totalVariance())
                .isCloseTo(all.totalVariance(), within(1e3 * type.epsilon() * all.totalVariance()));
        assertThat(some.observations()).isEqualTo(x.dim(0));
        // The angle to a direction is the error over the gap.
        Tensor differences = some.components().subtract(all.components()).slice(0, 0, 4);
        assertThat(differences.norm()).isLessThan(30 * tolerance / largest * 16);
    }

    @ParameterizedTest
    @CsvSource({"F64, 12", "F64, 40", "F32, 12"})
    void should_agree_with_pca_when_nothing_is_dropped(DType type, long k) {
        Tensor x = data(type);
        Pca all = Pca.components(12).solver(Pca.Solver.SVD).fit(x);
        for (long[] cuts : CUTS) {
            try (IncrementalPca some = fit(k, x, cuts)) {
                assertSame(some, all, x);
                assertThat(some.transform(x).shape()).isEqualTo(Shape.of(300, 12));
                if (type == DType.F64) {
                    assertThat(some.transform(x)
                                    .slice(1, 0, 4)
                                    .subtract(all.transform(x).slice(1, 0, 4))
                                    .norm())
                            .isLessThan(1e-10);
                }
            }
        }
    }

    @Test
    void should_agree_after_merging() {
        Tensor x = data(DType.F64);
        Pca all = Pca.components(12).solver(Pca.Solver.SVD).fit(x);
        try (IncrementalPca first = fit(12, x, 0, 100, 101);
                IncrementalPca second = fit(12, x, 101, 150, 250);
                IncrementalPca third = fit(12, x, 250, 300);
                IncrementalPca none = IncrementalPca.components(12)) {
            second.merge(third).merge(none);
            assertThat(third.observations()).as("stays as it is").isEqualTo(50);
            assertSame(first.merge(second), all, x);
            assertSame(none.merge(first), all, x);
        }
    }

    @Test
    void should_bound_what_it_drops() {
        Tensor x = data(DType.F64);
        double[] exact = Pca.components(12).fit(x).explainedVariance().toArray();
        try (IncrementalPca some = fit(3, x, 0, 20, 45, 46, 120, 300);
                IncrementalPca other = fit(3, x, 0, 150).merge(fit(3, x, 150, 300))) {
            for (IncrementalPca pca : new IncrementalPca[] {some, other}) {
                double[] variance = pca.explainedVariance().toArray();
                double dropped =
                        pca.totalVariance() - pca.explainedVariance().sum().get();
                assertThat(variance).hasSize(3);
                for (int i = 0; i < 3; i++) {
                    assertThat(variance[i]).isBetween(exact[i] - dropped, exact[i] * (1 + 1e-12));
                }
                assertThat(variance[0]).isCloseTo(exact[0], within(0.01 * exact[0]));
                assertThat(pca.components()
                                .matmul(pca.components().transpose())
                                .subtract(Tensor.eye(DType.F64, 3))
                                .norm())
                        .isLessThan(1e-14);
                assertThat(pca.mean().subtract(x.mean(0)).norm()).isLessThan(1e-12);
            }
        }
    }

    @Test
    void should_have_no_more_components_than_observations() {
        Tensor x = data(DType.F64);
        try (IncrementalPca one = fit(5, x, 0, 1, 2, 3)) {
            Pca all = Pca.components(3).fit(x.slice(0, 0, 3));
            assertThat(one.components().shape()).isEqualTo(Shape.of(3, 12));
            assertThat(one.explainedVariance().subtract(all.explainedVariance()).norm())
                    .isLessThan(1e-12);
        }
    }

    @Test
    void should_give_its_memory_back() throws InterruptedException {
        Tensor x = data(DType.F64);
        long before = Settled.memoryInUse();
        IncrementalPca pca;
        try (Scope inner = Scope.open()) {
            pca = fit(4, x, 0, 100, 200, 300);
        }
        assertThat(pca.observations()).isEqualTo(300);
        assertThat(MemoryBudget.used()).isEqualTo(before + 4 * 12 * 8);
        pca.close();
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void should_fail_if_the_request_makes_no_sense() {
        Tensor x = data(DType.F64);
        assertThatThrownBy(() -> IncrementalPca.components(0)).hasMessageContaining("at least 1 is kept");
        try (IncrementalPca pca = IncrementalPca.components(2)) {
            assertThatThrownBy(() -> pca.transform(x))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("incremental pca: toPca: there are no observations yet; call partialFit first");
            pca.partialFit(x.slice(0, 0, 0));
            assertThat(pca.observations()).isZero();
            pca.partialFit(x.slice(0, 0, 1));
            assertThatThrownBy(pca::toPca).hasMessageContaining("at least two vary");
            assertThatThrownBy(() -> pca.partialFit(x.slice(1, 0, 5)))
                    .hasMessage(
                            "incremental pca: partialFit: 5 variables f64 on cpu given, the observations before have 12"
                                    + " f64 on cpu");
            assertThatThrownBy(() -> pca.partialFit(x.to(DType.F32))).hasMessageContaining("12 variables f32");
            assertThatThrownBy(() -> pca.partialFit(Tensor.full(DType.F64, Double.NaN, 2, 12)))
                    .hasMessageContaining("(0,0)");
            assertThat(pca.observations()).isEqualTo(1);
        }
    }
}
