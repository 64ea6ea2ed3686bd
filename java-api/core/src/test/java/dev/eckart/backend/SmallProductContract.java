package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.memory.Threads;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Products of small matrices, and batches of them: every edge of the tiles that they are computed in. */
interface SmallProductContract extends ProductContract {
    @Test
    default void gemmOfEveryEdge() {
        Storage[] storages = Storage.values();
        for (DType dtype : REAL) {
            for (int edge = 1; edge <= 70; edge++) {
                double alpha = edge % 3 == 0 ? 1 : -1.5;
                double beta = edge % 2 == 0 ? 0 : 0.5;
                for (Storage right : storages) {
                    Storage left = storages[(edge + right.ordinal()) % storages.length];
                    checkGemm(dtype, new int[] {edge, 19, 13}, 3, alpha, beta, left, right);
                    checkGemm(dtype, new int[] {19, edge, 13}, 3, alpha, beta, left, right);
                    checkGemm(dtype, new int[] {13, 19, edge}, 3, alpha, beta, left, right);
                }
                checkGemm(dtype, new int[] {edge, edge, edge}, 1, 1, 0, Storage.ROWS, Storage.ROWS);
            }
        }
    }

    /** Beyond what one block of rows or one stretch of the inner dimension takes, and just not. */
    @Test
    default void gemmOfSeveralBlocks() {
        int[][] sizes = {
            {256, 16, 9}, {257, 16, 9}, {600, 7, 40}, {17, 600, 31}, {9, 33, 256}, {9, 33, 257}, {263, 270, 40}
        };
        for (DType dtype : REAL) {
            for (int[] size : sizes) {
                for (int batch : new int[] {1, 2}) {
                    checkGemm(dtype, size, batch, 1, 0, Storage.ROWS, Storage.ROWS);
                    checkGemm(dtype, size, batch, 2, -1, Storage.PADDED_COLUMNS, Storage.ROWS);
                    checkGemm(dtype, size, batch, 2, 1, Storage.ROWS, Storage.COLUMNS);
                    checkGemm(dtype, size, batch, -1, 0, Storage.FAR_ROWS, Storage.FAR_ROWS);
                    checkGemm(dtype, size, batch, 1, 3, Storage.FAR_COLUMNS, Storage.FAR_COLUMNS);
                }
            }
        }
    }

    @Test
    default void gemmOfABatchIsTheSameOnAnyNumberOfThreads() {
        int[][] sizes = {{16, 16, 16}, {20, 33, 17}, {70, 65, 64}, {130, 131, 129}};
        for (DType dtype : REAL) {
            for (int[] size : sizes) {
                for (int batch : new int[] {1, 3, 50}) {
                    Values alone = batch(dtype, size, batch, 1);
                    batch(dtype, size, batch, 2).assertEquals(alone, () -> "2 threads, " + Arrays.toString(size));
                    batch(dtype, size, batch, 5).assertEquals(alone, () -> "5 threads, " + Arrays.toString(size));
                }
            }
        }
    }

    private Values batch(DType dtype, int[] size, int batch, int threads) {
        try (Operands operands = new Operands(backend());
                Threads setting = Threads.use(threads)) {
            Values a = Values.random(dtype, (long) batch * size[0] * size[2], 1);
            Values b = Values.random(dtype, (long) batch * size[2] * size[1], 2);
            Operand c = operands.empty(dtype, Form.CONTIGUOUS, batch, size[0], size[1]);
            View left = Storage.ROWS.place(operands, a, batch, size[0], size[2]);
            View right = Storage.ROWS.place(operands, b, batch, size[2], size[1]);
            backend().gemm(1, left, right, 0, c.view());
            return c.read();
        }
    }

    /** Weights in stripes of columns: C's items lie side by side. */
    @Test
    default void gemmOfOneMatrixWithSeveral() {
        int[][] sizes = {
            {1, 16, 40}, {7, 16, 300}, {8, 16, 8}, {49, 16, 600}, {97, 13, 257}, {200, 16, 256}, {97, 17, 256}
        };
        for (DType dtype : REAL) {
            for (int[] size : sizes) {
                for (int threads : new int[] {1, 2}) {
                    try (Operands operands = new Operands(backend());
                            Threads setting = Threads.use(threads)) {
                        checkShared(operands, dtype, size[0], size[1], size[2]);
                    }
                }
            }
        }
    }

    private void checkShared(Operands operands, DType dtype, int m, int n, int k) {
        int items = 3;
        Values a = Values.random(dtype, (long) m * k, 1);
        Values b = Values.random(dtype, (long) items * k * n, 2);
        View left = Storage.ROWS.place(operands, a, 1, m, k);
        View right = Storage.ROWS.place(operands, b, items, k, n);
        Operand c = operands.empty(dtype, Form.CONTIGUOUS, m, items, n);
        View sideBySide = c.view().with(c.view().layout().permute(1, 0, 2));
        View shared = left.with(left.layout().broadcastTo(Shape.of(items, m, k)));
        backend().gemm(-.5, shared, right, 0, sideBySide);
        double[] found = c.read().floats();
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < items * n; j++) {
                double sum = 0;
                double size = 0;
                for (int p = 0; p < k; p++) {
                    double term = a.floats()[i * k + p] * b.floats()[(j / n * k + p) * n + j % n];
                    sum -= .5 * term;
                    size += Math.abs(term);
                }
                assertThat(found[i * items * n + j]).isCloseTo(sum, within(4 * dtype.epsilon() * (1 + size)));
            }
        }
    }

    /** A NaN of A reaches its row of the product and no other, one of B its column; zero times infinity is one. */
    @Test
    default void gemmPassesNaNAndInfinity() {
        int[] size = {21, 37, 11};
        for (DType dtype : REAL) {
            for (Storage right : Storage.values()) {
                Values a = Values.random(dtype, 21 * 11, 1);
                Values b = Values.random(dtype, 11 * 37, 2);
                a.floats()[3 * 11 + 10] = Double.NaN;
                a.floats()[7 * 11 + 2] = Double.POSITIVE_INFINITY;
                b.floats()[2 * 37 + 30] = 0;
                b.floats()[4 * 37 + 36] = Double.NaN;
                try (Operands operands = new Operands(backend())) {
                    Operand c = operands.empty(dtype, Form.PADDED, 1, 21, 37);
                    backend()
                            .gemm(
                                    1,
                                    Storage.ROWS.place(operands, a, 1, size[0], size[2]),
                                    right.place(operands, b, 1, size[2], size[1]),
                                    0,
                                    c.view());
                    double[] got = c.read().floats();
                    for (int i = 0; i < got.length; i++) {
                        int row = i / 37;
                        int column = i % 37;
                        boolean expected = row == 3 || column == 36 || row == 7 && column == 30;
                        assertThat(Double.isNaN(got[i]))
                                .as("%s: (%d,%d)", right, row, column)
                                .isEqualTo(expected);
                        if (row == 7 && !expected) {
                            assertThat(got[i]).isInfinite();
                        }
                    }
                }
            }
        }
    }
}
