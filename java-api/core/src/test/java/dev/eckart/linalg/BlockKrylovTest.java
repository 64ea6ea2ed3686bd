package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Settled;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockKrylovTest {
    private static final int N = 400;

    /** S = diag(λ) with λᵢ = 1/(1 + i), in F64. */
    private static Tensor diagonal() {
        double[] values = new double[N];
        for (int i = 0; i < N; i++) {
            values[i] = 1.0 / (1 + i);
        }
        return Tensor.of(values).reshape(N, 1);
    }

    private static BlockKrylov.Leading find(int k, int width, double excess, long products, long columns) {
        Tensor d = diagonal();
        BlockKrylov.Goal goal =
                new BlockKrylov.Goal(Wanted.rank(k), OptionalDouble.empty(), excess, 0, 1, products, columns);
        return BlockKrylov.find(x -> x.multiply(d), Tensor.normal(DType.F64, 5, N, width), goal);
    }

    @ParameterizedTest
    @CsvSource({"10, 8, 400", "10, 8, 40", "10, 3, 30", "25, 8, 60", "1, 1, 8", "40, 16, 400"})
    void should_find_leading_eigenpairs_also_when_the_basis_is_cut_again_and_again(int k, int width, long columns)
            throws InterruptedException {
        long before = Settled.memoryInUse();
        try (Scope scope = Scope.open()) {
            BlockKrylov.Leading found = find(k, width, 1e-12, 100_000, columns);
            assertThat(found.converged()).isTrue();
            assertThat(found.values()).hasSize(k);
            Tensor v = found.vectors();
            for (int i = 0; i < k; i++) {
                assertThat(found.values()[i]).isBetween(1.0 / (1 + i) - 1e-9, 1.0 / (1 + i) + 1e-13);
                // λ leaves θ only by the square of what the vector has of others
                assertThat(Math.abs(v.get(i, i))).isBetween(1 - 1e-5, 1 + 1e-12);
            }
            assertThat(v.transpose()
                            .matmul(v)
                            .subtract(Tensor.eye(DType.F64, k))
                            .norm())
                    .isLessThan(1e-12);
            if (columns < 100) {
                assertThat(found.steps() * (long) width)
                        .as("columns multiplied")
                        .isGreaterThan(columns);
            }
        }
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void should_stop_early_for_a_modest_excess_and_at_the_most_products() {
        try (Scope scope = Scope.open()) {
            BlockKrylov.Leading exact = find(20, 8, 1e-13, 100_000, N);
            BlockKrylov.Leading modest = find(20, 8, 1e-3, 100_000, N);
            assertThat(modest.steps()).isLessThan(exact.steps());
            double missed = 0;
            double rest = 0;
            double all = 0;
            for (int i = 0; i < N; i++) {
                all += 1.0 / (1 + i);
                if (i < 20) {
                    missed += 1.0 / (1 + i) - modest.values()[i];
                } else {
                    rest += 1.0 / (1 + i);
                }
            }
            assertThat(missed / (2 * rest)).isBetween(0.0, 1e-3 * (1 + 30 * rest / all));
            BlockKrylov.Leading cut = find(20, 8, 1e-13, 32, N);
            assertThat(cut.converged()).isFalse();
            assertThat(cut.steps()).isEqualTo(4);
        }
    }

    @Test
    void should_end_in_an_invariant_space() {
        try (Scope scope = Scope.open()) {
            for (double scale : new double[] {0, 1, 1e-5}) {
                BlockKrylov.Goal goal =
                        new BlockKrylov.Goal(Wanted.rank(12), OptionalDouble.empty(), 1e-5, -1, 1, 10_000, 100);
                BlockKrylov.Leading found =
                        BlockKrylov.find(x -> x.multiply(scale), Tensor.normal(DType.F64, 5, 100, 8), goal);
                assertThat(found.converged()).isTrue();
                assertThat(found.values()).usingComparatorWithPrecision(1e-14).containsOnly(scale);
            }
        }
    }
}
