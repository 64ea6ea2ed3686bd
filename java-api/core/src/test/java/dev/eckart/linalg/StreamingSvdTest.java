package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Settled;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StreamingSvdTest {
    private static final int M = 230;
    private static final int N = 120;
    private static final int K = 6;

    private static Svd stream(Tensor a, long k, long seed, int... heights) {
        try (StreamingSvd sketch = StreamingSvd.rank(k, a.dim(1), a.dtype(), seed)) {
            long from = 0;
            for (int i = 0; from < a.dim(0); i++) {
                long to = Math.min(a.dim(0), from + heights[i % heights.length]);
                sketch.add(a.slice(0, from, to));
                from = to;
            }
            assertThat(sketch.rows()).isEqualTo(a.dim(0));
            return sketch.svd();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32"})
    void should_find_a_matrix_of_its_rank_exactly(DType type) {
        try (Scope scope = Scope.open()) {
            double[] s = new double[N];
            for (int i = 0; i < K; i++) {
                s[i] = K - i;
            }
            Tensor a = Spectra.matrix(s, M, N).to(type);
            Svd svd = stream(a, K, 1, 50, 1, 7);
            assertThat(LeadingDriversTest.residual(a, svd)).isLessThan(1e4 * type.epsilon());
            assertThat(svd.s().toArray())
                    .usingComparatorWithPrecision(1e4 * type.epsilon())
                    .containsExactly(6, 5, 4, 3, 2, 1);
            SvdTest.assertSigns(svd.vt());
        }
    }

    @ParameterizedTest
    @EnumSource(Spectra.class)
    void should_come_within_the_bound_of_the_theorem_and_of_its_certificate(Spectra spectrum) {
        try (Scope scope = Scope.open()) {
            Tensor a = spectrum.matrix(DType.F64, M, N);
            double optimum = spectrum.rest(N, K);
            for (int seed = 0; seed < 5; seed++) {
                Svd svd = stream(a, K, seed, 64);
                assertThat(svd.u().shape()).isEqualTo(Shape.of(M, K));
                double left = LeadingDriversTest.residual(a, svd);
                // ‖A − [Â]_k‖ ≤ ‖A − A_k‖ + 2·‖A − Â‖ and E‖A − Â‖² ≤ 10/3·‖A − A_k‖²; 1.5 for what is no expectation.
                assertThat(left).isLessThan(optimum * (1 + 2 * Math.sqrt(10.0 / 3)) * 1.5 + 1e-12);
                Certificate c = svd.certificate();
                Tensor rest = a.subtract(svd.reconstruct());
                assertThat(Svd.values(rest).get(0)).isLessThanOrEqualTo(c.residual());
                assertThat(c.residual()).isLessThan(20 * left + 1e-12);
                assertThat(c.orthogonalityU()).isLessThan(1e-12);
                assertThat(c.orthogonalityV()).isLessThan(1e-12);
                assertThat(c.passes()).isEqualTo(1);
            }
        }
    }

    @Test
    void should_not_depend_on_the_blocks_and_go_on_after_a_result() {
        try (Scope scope = Scope.open()) {
            Tensor a = Spectra.FAST.matrix(DType.F64, M, N);
            double[] whole = stream(a, K, 3, M).s().toArray();
            assertThat(stream(a, K, 3, 1, 13, 2).s().toArray())
                    .usingComparatorWithPrecision(1e-13)
                    .containsExactly(whole);
            try (StreamingSvd sketch = StreamingSvd.rank(K, N, DType.F64, 3)) {
                assertThat(sketch.svd().u().shape()).isEqualTo(Shape.of(0, 0));
                sketch.add(a.slice(0, 0, 3));
                assertThat(sketch.svd().s().dim(0)).isEqualTo(3);
                sketch.add(a.slice(0, 3, M));
                assertThat(sketch.svd().s().toArray())
                        .usingComparatorWithPrecision(1e-13)
                        .containsExactly(whole);
            }
        }
    }

    @Test
    void should_take_edge_cases_and_give_its_memory_back() throws InterruptedException {
        long before = Settled.memoryInUse();
        try (Scope scope = Scope.open()) {
            for (long k : new long[] {0, 1, 5}) {
                Svd zero = stream(Tensor.zeros(DType.F64, 9, 5), k, 0, 4);
                assertThat(zero.s().toArray()).hasSize((int) k).containsOnly(k == 0 ? new double[0] : new double[] {0});
                assertThat(zero.certificate().residual()).isZero();
            }
            Tensor row = Tensor.normal(DType.F64, 1, 1, 30);
            assertThat(LeadingDriversTest.residual(row, stream(row, 4, 0, 1))).isLessThan(1e-12);
            Tensor column = Tensor.normal(DType.F64, 1, 30, 1);
            assertThat(LeadingDriversTest.residual(column, stream(column, 1, 0, 8)))
                    .isLessThan(1e-12);
        }
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void should_refuse_what_does_not_suit() {
        assertThatThrownBy(() -> StreamingSvd.rank(6, 5, DType.F64))
                .hasMessage("streaming svd: rank 6 is outside 0..5, the number of columns");
        assertThatThrownBy(() -> StreamingSvd.rank(1, 5, DType.I32)).hasMessageContaining("needs f64 or f32");
        try (Scope scope = Scope.open();
                StreamingSvd sketch = StreamingSvd.rank(2, 5, DType.F64)) {
            assertThatThrownBy(() -> sketch.add(Tensor.zeros(DType.F64, 3, 4)))
                    .hasMessageContaining("streaming svd: rows (3,4) f64 on cpu")
                    .hasMessageContaining("takes (r,5) f64");
            assertThatThrownBy(() -> sketch.add(Tensor.zeros(DType.F32, 3, 5))).hasMessageContaining("to(dtype)");
            assertThatThrownBy(() -> sketch.add(Tensor.full(DType.F64, Double.NaN, 3, 5)))
                    .hasMessageContaining("is NaN");
            assertThat(sketch.rows()).isZero();
            sketch.add(Tensor.full(DType.F64, 1, 3, 5));
            Thread.currentThread().interrupt();
            assertThatThrownBy(sketch::svd).isInstanceOf(CancellationException.class);
            assertThatThrownBy(() -> sketch.add(Tensor.full(DType.F64, 1, 3, 5)))
                    .isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(sketch.rows()).isEqualTo(3);
        }
    }
}
