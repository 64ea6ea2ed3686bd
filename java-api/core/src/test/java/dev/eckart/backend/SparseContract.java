package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.backend.Backend.Sparse;
import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sparse matrices: sorted, transposed, cut into tiles, and multiplied; against dense ones. */
interface SparseContract extends BackendFixture {
    /** Coordinates in any order, some places more than once, some rows and columns empty; and the dense matrix they stand for. */
    record Coordinates(int m, int n, Values row, Values column, Values values, double[] dense) {
        static Coordinates random(DType dtype, int m, int n, int count, long seed) {
            SplittableRandom random = new SplittableRandom(seed);
            long[] row = new long[count];
            long[] column = new long[count];
            // Small integers: sums are exact in any order.
            double[] value = new double[count];
            double[] dense = new double[m * n];
            for (int e = 0; e < count; e++) {
                row[e] = e > 0 && random.nextInt(8) == 0 ? row[e - 1] : random.nextInt(m) / 2 * 2 % m;
                column[e] = e > 0 && random.nextInt(3) == 0 ? column[e - 1] : random.nextInt(n);
                value[e] = random.nextInt(-9, 10);
                dense[(int) (row[e] * n + column[e])] += value[e];
            }
            return new Coordinates(
                    m,
                    n,
                    Values.ofIntegers(DType.I32, row),
                    Values.ofIntegers(DType.I32, column),
                    Values.of(dtype, value),
                    dense);
        }

        int count() {
            return values.count();
        }
    }

    /** The operands of a sparse matrix. */
    record Stored(Operand starts, Operand indices, Operand values) {
        static Stored empty(Operands operands, DType dtype, int tiles, int rows, int count) {
            return new Stored(
                    operands.empty(DType.I64, Form.CONTIGUOUS, tiles, rows + 1),
                    operands.empty(DType.I32, Form.CONTIGUOUS, count),
                    operands.empty(dtype, Form.CONTIGUOUS, count));
        }

        Sparse sparse() {
            return new Sparse(starts.view(), indices.view(), values.view());
        }

        /** The dense matrix (rows, columns); fails unless columns ascend within their tile and each tile keeps to its own. */
        double[] dense(int rows, int columns, int tileHeight) {
            long[] start = starts.read().integers();
            long[] index = indices.read().integers();
            double[] value = values.read().floats();
            double[] dense = new double[rows * columns];
            long next = 0;
            for (int tile = 0; tile < start.length / (rows + 1); tile++) {
                for (int i = 0; i < rows; i++) {
                    int at = tile * (rows + 1) + i;
                    assertThat(start[at]).isEqualTo(next);
                    long before = (long) tile * tileHeight - 1;
                    for (; next < start[at + 1]; next++) {
                        long j = index[(int) next];
                        assertThat(j).isBetween(before + 1, Math.min(columns, (tile + 1L) * tileHeight) - 1);
                        before = j;
                        dense[(int) (i * (long) columns + j)] = value[(int) next];
                    }
                }
                assertThat(start[tile * (rows + 1) + rows]).isEqualTo(next);
            }
            return dense;
        }
    }

    private Stored compressed(Operands operands, Coordinates a) {
        Stored out = Stored.empty(operands, a.values().dtype(), 1, a.m(), a.count());
        backend()
                .sparseCompress(
                        operands.of(a.row(), Form.CONTIGUOUS, a.count()).view(),
                        operands.of(a.column(), Form.CONTIGUOUS, a.count()).view(),
                        operands.of(a.values(), Form.CONTIGUOUS, a.count()).view(),
                        out.sparse());
        return out;
    }

    @Test
    default void coordinatesBecomeRowsInTheirOrder() {
        try (Operands operands = new Operands(backend())) {
            Coordinates a = new Coordinates(
                    3,
                    9,
                    Values.ofIntegers(DType.I32, 2, 0, 2, 2, 0),
                    Values.ofIntegers(DType.I32, 5, 8, 1, 5, 0),
                    Values.of(DType.F64, 1, 2, 3, 4, 5),
                    new double[0]);
            Stored out = compressed(operands, a);
            assertThat(out.starts().read().integers()).containsExactly(0, 2, 2, 5);
            assertThat(out.indices().read().integers()).containsExactly(8, 0, 5, 1, 5);
            assertThat(out.values().read().floats()).containsExactly(2, 5, 1, 3, 4);
        }
    }

    @ParameterizedTest
    @CsvSource({"1,1,1,1", "1,9,4,1", "9,1,4,4", "7,5,0,3", "40,30,300,40", "40,30,300,13", "64,3,500,16", "3,64,500,2"
    })
    default void transpositionSortsAddsUpAndCuts(int m, int n, int count, int tileHeight) {
        for (DType dtype : REAL) {
            Coordinates a = Coordinates.random(dtype, m, n, count, 7);
            try (Operands operands = new Operands(backend())) {
                Stored rows = compressed(operands, a);
                Stored turned = Stored.empty(operands, dtype, (m + tileHeight - 1) / tileHeight, n, count);
                long left = backend().sparseTranspose(rows.sparse(), tileHeight, turned.sparse());
                long places = IntStream.range(0, count)
                        .mapToLong(e -> a.row().integers()[e] * n + a.column().integers()[e])
                        .distinct()
                        .count();
                assertThat(left).isEqualTo(places);
                assertThat(turned.dense(n, m, tileHeight)).containsExactly(Reference.transpose(m, n, a.dense()));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,1,1",
        "5,7,0",
        "5,7,20",
        "60,40,700",
        "2000,50,30000",
    })
    default void productsWithEveryWidth(int m, int n, int count) {
        for (DType dtype : REAL) {
            Coordinates a = Coordinates.random(dtype, m, n, count, 11);
            for (int tileHeight : new int[] {n, (n + 2) / 3}) {
                for (int p : new int[] {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 63, 64, 65, 112, 129, 137}) {
                    if (m < 1000 || p == 1 || p == 33 || p == 112) {
                        checkProduct(dtype, a, tileHeight, p);
                    }
                }
            }
        }
    }

    private void checkProduct(DType dtype, Coordinates a, int tileHeight, int p) {
        int m = a.m();
        int n = a.n();
        Values x = Values.random(dtype, (long) n * p, 3);
        Reference.Product expected = Reference.gemm(m, p, n, 1, a.dense(), x.floats(), 0, new double[m * p]);
        Values got = sameForAllThreads(m * p, () -> "spmm", () -> {
            try (Operands operands = new Operands(backend())) {
                // Transposed and transposed again: in tiles of columns.
                Stored rows = compressed(operands, a);
                Stored turned = Stored.empty(operands, dtype, 1, n, a.count());
                backend().sparseTranspose(rows.sparse(), m, turned.sparse());
                Stored tiles = Stored.empty(operands, dtype, (n + tileHeight - 1) / tileHeight, m, a.count());
                backend().sparseTranspose(turned.sparse(), tileHeight, tiles.sparse());
                Operand c = operands.empty(dtype, Form.PADDED, m, p);
                backend().spmm(tiles.sparse(), operands.of(x, Form.PADDED, n, p).view(), c.view());
                return c.read();
            }
        });
        double[] limits = Arrays.stream(expected.magnitude())
                .map(scale -> Tolerance.sum(dtype, n, scale))
                .toArray();
        got.assertWithin(
                expected.value(),
                limits,
                () -> "spmm " + dtype + " " + m + "x" + n + "·" + p + ", tiles of " + tileHeight);
    }
}
