package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ColumnStatisticsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Against sums without rounding. */
    private static void assertExact(ColumnStatistics statistics, double[][] rows, double tolerance) {
        int n = rows.length;
        assertThat(statistics.rows()).isEqualTo(n);
        for (int j = 0; j < rows[0].length; j++) {
            BigDecimal sum = BigDecimal.ZERO;
            for (double[] row : rows) {
                sum = sum.add(new BigDecimal(row[j]));
            }
            BigDecimal mean = sum.divide(BigDecimal.valueOf(n), MathContext.DECIMAL128);
            BigDecimal squares = BigDecimal.ZERO;
            for (double[] row : rows) {
                BigDecimal deviation = new BigDecimal(row[j]).subtract(mean);
                squares = squares.add(deviation.multiply(deviation));
            }
            double expected = mean.doubleValue();
            assertThat(statistics.mean()[j]).isCloseTo(expected, within(2 * Math.ulp(expected)));
            assertThat(statistics.squaredDeviations()[j])
                    .isCloseTo(squares.doubleValue(), within(tolerance * squares.doubleValue()));
            assertThat(statistics.variance()[j])
                    .isCloseTo(squares.doubleValue() / (n - 1), within(tolerance * squares.doubleValue()));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32"})
    void should_lose_nothing_to_a_large_mean(DType type) {
        Tensor x = Tensor.normal(DType.F64, 1, 500, 3)
                .multiply(0.01)
                .add(Tensor.of(new double[] {1e4, -3, 0}))
                .to(type);
        double tolerance = 100 * type.epsilon();
        double[][] rows = x.to(DType.F64).toMatrix();
        ColumnStatistics whole = ColumnStatistics.of(x);
        assertThat(whole.mean(type, x.device()).dtype()).isEqualTo(type);
        if (type == DType.F64) {
            assertExact(whole, rows, tolerance);
        }
        ColumnStatistics merged = ColumnStatistics.of(x.slice(0, 0, 1))
                .merge(ColumnStatistics.of(x.slice(0, 1, 1)))
                .merge(ColumnStatistics.of(x.slice(0, 1, 120)))
                .merge(ColumnStatistics.of(x.slice(0, 120, 500)));
        for (int j = 0; j < 3; j++) {
            assertThat(merged.mean()[j]).isCloseTo(whole.mean()[j], within(1e-7 * 0.01));
            assertThat(merged.variance()[j]).isCloseTo(whole.variance()[j], within(tolerance * whole.variance()[j]));
        }
        if (type == DType.F64) {
            assertExact(merged, rows, tolerance);
        }
    }

    @Test
    void should_go_by_blocks_through_a_long_matrix() {
        Tensor x = Tensor.normal(DType.F64, 1, 2500, 1000).add(5);
        ColumnStatistics statistics = ColumnStatistics.of(x);
        Tensor mean = x.mean(0);
        assertThat(statistics.mean(DType.F64, x.device()).subtract(mean).norm()).isLessThan(1e-13);
        assertThat(Tensor.of(statistics.squaredDeviations())
                        .subtract(x.subtract(mean).square().sum(0))
                        .norm())
                .isLessThan(1e-9);
    }

    @Test
    void should_count_the_zeros_of_a_sparse_matrix() {
        double[][] rows = {{0, 1e6, 0}, {2, 1e6 + 1, 0}, {0, 0, 0}, {-1, 1e6, 0}, {0, 3, 0}};
        int[] row = {1, 3, 0, 1, 3, 4};
        int[] column = {0, 0, 1, 1, 1, 1};
        double[] values = {2, -1, 1e6, 1e6 + 1, 1e6, 3};
        try (Csr a = Csr.ofCoordinates(5, 3, row, column, values)) {
            assertExact(a.columnStatistics(), rows, 1e-13);
            assertThat(a.rows(1, 4).toMatrix()).isDeepEqualTo(new double[][] {rows[1], rows[2], rows[3]});
            assertThat(a.rows(2, 3).toMatrix()).isDeepEqualTo(new double[][] {rows[2]});
            assertThat(a.rows(5, 5).shape().dim(0)).isZero();
        }
    }

    @Test
    void should_know_the_norm_of_the_standardized_matrix() {
        Tensor x = Tensor.normal(DType.F64, 1, 90, 4).add(1e3);
        Tensor mean = x.mean(0);
        Tensor scale = Tensor.of(new double[] {1, 2, 3, 4});
        double expected = x.subtract(mean).divide(scale).norm();
        ColumnStatistics statistics = ColumnStatistics.of(x);
        assertThat(LinearOperator.standardized(LinearOperator.of(x), statistics, mean, scale)
                        .frobeniusNorm()
                        .getAsDouble())
                .isCloseTo(expected, within(1e-12 * expected));
        double far = x.add(-7).norm();
        assertThat(LinearOperator.standardized(x, Tensor.full(DType.F64, 7, 4), null)
                        .frobeniusNorm()
                        .getAsDouble())
                .isCloseTo(far, within(1e-12 * far));
    }

    @Test
    void should_refuse_other_columns() {
        ColumnStatistics three = ColumnStatistics.of(Tensor.zeros(DType.F64, 2, 3));
        assertThatThrownBy(() -> three.merge(ColumnStatistics.of(Tensor.zeros(DType.F64, 2, 4))))
                .hasMessage("column statistics: merge: 3 and 4 columns; both need the same number");
        assertThatThrownBy(() -> ColumnStatistics.of(Tensor.zeros(DType.F64, 2)))
                .hasMessageContaining("needs a matrix");
    }
}
