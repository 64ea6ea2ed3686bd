package dev.eckart.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What column-major routines are asked for, done column-major by plain loops, is what was meant row-major. */
class RowMajorTest {
    private static final int BATCH = 2;

    static Stream<int[]> sizes() {
        return Stream.of(
                new int[] {2, 3, 4}, new int[] {1, 3, 4}, new int[] {2, 1, 4}, new int[] {2, 3, 1}, new int[] {1, 1, 1
                });
    }

    /** Every storage of a factor: rows adjacent or far apart, as it is or transposed, one for all of a batch. */
    private static Stream<Layout> storages(long rows, long columns) {
        Layout plain = Layout.contiguous(Shape.of(BATCH, rows, columns));
        Layout turned = Layout.contiguous(Shape.of(BATCH, columns, rows)).permute(0, 2, 1);
        Layout padded = Layout.contiguous(Shape.of(BATCH, rows + 2, columns + 3))
                .slice(1, 1, rows + 1)
                .slice(2, 2, columns + 2);
        Layout paddedTurned = Layout.contiguous(Shape.of(BATCH, columns + 3, rows + 2))
                .slice(1, 1, columns + 1)
                .slice(2, 2, rows + 2)
                .permute(0, 2, 1);
        Layout shared = Layout.contiguous(Shape.of(1, rows, columns)).broadcastTo(Shape.of(BATCH, rows, columns));
        return Stream.of(plain, turned, padded, paddedTurned, shared);
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void gemm(int[] size) {
        double[] a = numbers(1);
        double[] b = numbers(2);
        storages(size[0], size[2])
                .forEach(x -> storages(size[2], size[1]).forEach(y -> {
                    Layout z = Layout.contiguous(Shape.of(BATCH, size[0], size[1] + 2))
                            .slice(2, 1, size[1] + 1);
                    double[] c = new double[200];
                    columnMajor(Gemm.of(x, y, z), b, y.offset(), a, x.offset(), c, z.offset());
                    for (long i = 0; i < BATCH; i++) {
                        for (long row = 0; row < size[0]; row++) {
                            for (long column = 0; column < size[1]; column++) {
                                double expected = 0;
                                for (long k = 0; k < size[2]; k++) {
                                    expected += a[at(x, i, row, k)] * b[at(y, i, k, column)];
                                }
                                assertThat(c[at(z, i, row, column)])
                                        .as("%s · %s", x, y)
                                        .isEqualTo(expected);
                            }
                        }
                    }
                }));
    }

    /** cublasGemmStridedBatchedEx as the manual has it: C = op(X)·op(Y), X being the first factor it is given. */
    private static void columnMajor(Gemm g, double[] x, long x0, double[] y, long y0, double[] c, long c0) {
        assertThat(g.ldb()).isGreaterThanOrEqualTo(Math.max(1, g.transposeB() ? g.inner() : g.rows()));
        assertThat(g.lda()).isGreaterThanOrEqualTo(Math.max(1, g.transposeA() ? g.columns() : g.inner()));
        assertThat(g.ldc()).isGreaterThanOrEqualTo(Math.max(1, g.rows()));
        for (long i = 0; i < g.batch(); i++) {
            for (long column = 0; column < g.columns(); column++) {
                for (long row = 0; row < g.rows(); row++) {
                    double sum = 0;
                    for (long k = 0; k < g.inner(); k++) {
                        long left = i * g.strideB() + (g.transposeB() ? row * g.ldb() + k : k * g.ldb() + row);
                        long right = i * g.strideA() + (g.transposeA() ? k * g.lda() + column : column * g.lda() + k);
                        sum += y[(int) (y0 + right)] * x[(int) (x0 + left)];
                    }
                    c[(int) (c0 + i * g.strideC() + column * g.ldc() + row)] = sum;
                }
            }
        }
    }

    private static double[] numbers(long seed) {
        return new Random(seed).doubles(400).toArray();
    }

    private static int at(Layout layout, long i, long row, long column) {
        return (int) (layout.offset() + i * layout.stride(0) + row * layout.stride(1) + column * layout.stride(2));
    }

    @Test
    void a_triangle_changes_sides_and_halves_and_stays_as_transposed_as_it_was() {
        assertThat(RowMajor.Solve.of(false, true, false)).isEqualTo(new RowMajor.Solve(Blas.RIGHT, Blas.LOWER, Blas.N));
        assertThat(RowMajor.Solve.of(true, false, true)).isEqualTo(new RowMajor.Solve(Blas.LEFT, Blas.UPPER, Blas.T));
    }
}
