package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.memory.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Products of a large matrix with one of few columns or rows. */
interface NarrowProductContract extends ProductContract {
    /** The sides of the large matrix: more than a mebibyte in every type, some pieces of a product each way; rows a page apart. */
    int[][] LARGE = {{601, 509}, {509, 601}, {303, 1024}};

    /** Less than a vector, and a few of them with a rest. */
    int[] NARROW = {3, 51};

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    default void gemmOfFewColumnsAndRows(int threads) {
        Storage[] storages = Storage.values();
        int turn = 0;
        try (Threads setting = Threads.use(threads)) {
            for (DType dtype : REAL) {
                for (int[] large : LARGE) {
                    for (int few : NARROW) {
                        for (int i = threads - 1; i < storages.length; i += 2) {
                            Storage other = storages[turn++ % storages.length];
                            double alpha = turn % 2 == 0 ? 1 : -1.5;
                            double beta = turn % 3 == 0 ? 0.5 : 0;
                            checkGemm(dtype, new int[] {large[0], few, large[1]}, 1, alpha, beta, storages[i], other);
                            checkGemm(dtype, new int[] {few, large[0], large[1]}, 1, alpha, beta, other, storages[i]);
                        }
                    }
                }
            }
        }
    }

    /** A NaN of the large matrix reaches its row of the product and no other, one of the narrow one its column. */
    @Test
    default void gemmOfFewColumnsPassesNaN() {
        for (DType dtype : REAL) {
            for (int[] large : LARGE) {
                for (int few : NARROW) {
                    Values a = Values.random(dtype, (long) large[0] * large[1], 1);
                    Values b = Values.random(dtype, (long) large[1] * few, 2);
                    a.floats()[300 * large[1] + large[1] - 1] = Double.NaN;
                    b.floats()[4 * few + few - 1] = Double.POSITIVE_INFINITY;
                    a.floats()[7 * large[1] + 4] = 0;
                    try (Operands operands = new Operands(backend())) {
                        Operand c = operands.empty(dtype, Form.PADDED, 1, large[0], few);
                        View left = Storage.ROWS.place(operands, a, 1, large[0], large[1]);
                        backend().gemm(1, left, Storage.ROWS.place(operands, b, 1, large[1], few), 0, c.view());
                        double[] got = c.read().floats();
                        for (int i = 0; i < got.length; i++) {
                            int row = i / few;
                            boolean last = i % few == few - 1;
                            assertThat(Double.isNaN(got[i]))
                                    .as("%s: (%d,%d)", dtype, row, i % few)
                                    .isEqualTo(row == 300 || last && row == 7);
                            assertThat(Double.isFinite(got[i])).isEqualTo(row != 300 && !last);
                        }
                    }
                }
            }
        }
    }
}
