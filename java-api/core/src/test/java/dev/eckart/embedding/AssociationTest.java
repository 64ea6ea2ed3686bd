package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AssociationTest {
    private static final double[][] COUNTS = {{0, 4, 1}, {4, 2, 0}, {1, 0, 8}};

    private static Csr csr(double[][] dense) {
        int[] rows = new int[dense.length * dense[0].length];
        int[] columns = new int[rows.length];
        double[] values = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = i / dense[0].length;
            columns[i] = i % dense[0].length;
            values[i] = dense[rows[i]][columns[i]];
        }
        return Csr.ofCoordinates(dense.length, dense[0].length, rows, columns, values);
    }

    private static double[][] of(Association association, double[][] counts) {
        try (Csr sparse = csr(counts);
                Csr result = association.of(sparse, DType.F64);
                Tensor dense = result.toDense()) {
            return dense.toMatrix();
        }
    }

    /** Sums: rows and columns 5, 6, 9; all 20. */
    @Test
    void mutual_information_is_that_by_hand() {
        double[][] pmi = of(Association.pmi(), COUNTS);
        assertThat(pmi[0])
                .containsExactly(new double[] {0, Math.log(4 * 20 / 30.0), Math.log(20 / 45.0)}, within(1e-15));
        assertThat(pmi[1]).containsExactly(new double[] {Math.log(80 / 30.0), Math.log(40 / 36.0), 0}, within(1e-15));
        assertThat(pmi[2]).containsExactly(new double[] {Math.log(20 / 45.0), 0, Math.log(160 / 81.0)}, within(1e-15));
        double[][] ppmi = of(Association.ppmi(), COUNTS);
        assertThat(ppmi[0]).containsExactly(new double[] {0, Math.log(80 / 30.0), 0}, within(1e-15));
        double[][] shifted = of(Association.ppmi().shift(2), COUNTS);
        assertThat(shifted[0]).containsExactly(new double[] {0, Math.log(40 / 30.0), 0}, within(1e-15));
        assertThat(shifted[2]).containsExactly(new double[] {0, 0, 0}, within(1e-15));
        assertThat(of(Association.count(), COUNTS)).isDeepEqualTo(COUNTS);
        assertThat(of(Association.log(), COUNTS)[2])
                .containsExactly(new double[] {Math.log(2), 0, Math.log(9)}, within(1e-15));
    }

    @Test
    void smoothing_is_of_the_columns() {
        double sum = Math.pow(5, .75) + Math.pow(6, .75) + Math.pow(9, .75);
        double[][] smoothed = of(Association.pmi().smoothing(0.75).shift(5), COUNTS);
        assertThat(smoothed[0][1]).isCloseTo(Math.log(4 / 5.0 / (Math.pow(6, .75) / sum)) - Math.log(5), within(1e-14));
        assertThat(smoothed[1][0]).isCloseTo(Math.log(4 / 6.0 / (Math.pow(5, .75) / sum)) - Math.log(5), within(1e-14));
    }

    @Test
    void what_has_no_entries_keeps_its_place() {
        double[][] result = of(Association.pmi(), new double[][] {{0, 0}, {0, 3}, {0, 0}});
        assertThat(result).isDeepEqualTo(new double[][] {{0, 0}, {0, 0}, {0, 0}});
    }

    @Test
    void a_matrix_of_several_blocks_is_that_of_its_rows() {
        int n = 1500;
        double[][] counts = new double[n][n];
        Random random = new Random(1);
        double[] rows = new double[n];
        double[] columns = new double[n];
        double all = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                counts[i][j] = random.nextInt(4);
                rows[i] += counts[i][j];
                columns[j] += counts[i][j];
                all += counts[i][j];
            }
        }
        double[][] pmi = of(Association.ppmi(), counts);
        for (int i = 0; i < n; i += 7) {
            for (int j = 0; j < n; j++) {
                double expected =
                        counts[i][j] == 0 ? 0 : Math.max(0, Math.log(counts[i][j] * all / (rows[i] * columns[j])));
                assertThat(pmi[i][j]).isCloseTo(expected, within(1e-12));
            }
        }
    }

    @Test
    void should_refuse_negative_counts_and_settings_that_are_none() {
        assertThatThrownBy(() -> of(Association.ppmi(), new double[][] {{1, 0}, {-2, 1}}))
                .hasMessageContaining("row 1, column 0 is -2.0");
        assertThatThrownBy(() -> Association.ppmi().shift(0.5)).hasMessageContaining("0.5");
        assertThatThrownBy(() -> Association.ppmi().smoothing(0)).hasMessageContaining("0.0");
        assertThatThrownBy(() -> Association.ppmi().smoothing(Double.NaN)).hasMessageContaining("NaN");
    }
}
