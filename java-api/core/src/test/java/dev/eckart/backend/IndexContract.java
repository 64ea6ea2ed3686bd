package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Places of extrema; rows gathered and added up by number. */
interface IndexContract extends BackendFixture {
    /** Small integers of any type: many equals. */
    private static Values smallIntegers(DType dtype, int count, long seed) {
        long[] x = new SplittableRandom(seed)
                .longs(count, dtype == DType.U8 ? 0 : -9, 10)
                .toArray();
        return Reference.cast(Values.ofIntegers(DType.I64, x), dtype);
    }

    @ParameterizedTest
    @EnumSource(names = {"MIN", "MAX"})
    default void argReduceFindsTheFirst(ReduceOp op) {
        List<long[]> shapes = List.of(
                new long[] {1, 1, 1},
                new long[] {1, 67, 1},
                new long[] {3, 5, 7},
                new long[] {2, 140, 9},
                new long[] {37, 1500, 1},
                new long[] {1, 70_003, 1},
                new long[] {2, 9_001, 11},
                new long[] {1, 50, 2_500});
        for (DType dtype : DType.values()) {
            for (long[] dims : shapes) {
                int count = (int) (dims[0] * dims[1] * dims[2]);
                for (Form form : count < 1000 ? List.of(Form.values()) : List.of(Form.CONTIGUOUS, Form.FLIPPED)) {
                    checkArgReduce(op, smallIntegers(dtype, count, 1), form, dims);
                    checkArgReduce(op, Values.special(dtype, count), form, dims);
                }
            }
            checkArgReduce(op, Values.random(dtype, 30 * 40 * 50, 1), Form.TRANSPOSED, 30, 40, 50);
        }
    }

    /** The larger (or smaller) at the very ends of what loops and threads take at a time, and twice. */
    @Test
    default void argReduceFindsASingleOne() {
        for (DType dtype : DType.values()) {
            for (long[] dims : List.of(new long[] {1, 70_003, 1}, new long[] {1, 5_000, 20})) {
                int count = (int) (dims[1] * dims[2]);
                for (int at : new int[] {0, 31, 1023, 1024, 32_768, count - 1}) {
                    long[] x = new long[count];
                    Arrays.fill(x, 5);
                    x[at] = 7;
                    x[Math.min(count - 1, at + 2 * (int) dims[2])] = 7;
                    checkArgReduce(
                            ReduceOp.MAX,
                            Reference.cast(Values.ofIntegers(DType.I64, x), dtype),
                            Form.CONTIGUOUS,
                            dims);
                }
            }
        }
    }

    @Test
    default void argReduceFindsTheFirstNan() {
        for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16)) {
            for (long[] dims : List.of(new long[] {1, 70_003, 1}, new long[] {1, 5_000, 20})) {
                int count = (int) (dims[1] * dims[2]);
                for (int at : new int[] {0, 31, 1023, 1024, 40_000, count - 1}) {
                    Values a = Values.random(dtype, count, 1);
                    a.floats()[at] = Double.NaN;
                    a.floats()[count - 1] = Double.NaN;
                    a.floats()[count / 3] = Double.POSITIVE_INFINITY;
                    checkArgReduce(ReduceOp.MAX, a, Form.CONTIGUOUS, dims);
                    checkArgReduce(ReduceOp.MIN, a, Form.CONTIGUOUS, dims);
                }
            }
        }
    }

    private void checkArgReduce(ReduceOp op, Values a, Form form, long... dims) {
        int[][] lanes = Reference.groups(dims, new boolean[] {false, true, false});
        long[] expected = new long[lanes.length];
        for (int l = 0; l < lanes.length; l++) {
            for (int i = 1; i < lanes[l].length; i++) {
                int best = lanes[l][(int) expected[l]];
                int here = lanes[l][i];
                boolean nan = a.dtype().isFloating() && Double.isNaN(a.at(here)) && !Double.isNaN(a.at(best));
                boolean beats = a.dtype().isFloating()
                        ? op == ReduceOp.MAX ? a.at(here) > a.at(best) : a.at(here) < a.at(best)
                        : op == ReduceOp.MAX
                                ? a.integers()[here] > a.integers()[best]
                                : a.integers()[here] < a.integers()[best];
                expected[l] = nan || beats ? i : expected[l];
            }
        }
        sameForAllThreads(a.count(), () -> "argReduce", () -> {
                    try (Operands operands = new Operands(backend())) {
                        Operand out = operands.empty(DType.I64, Form.PADDED, dims[0], 1, dims[2]);
                        backend().argReduce(op, operands.of(a, form, dims).view(), out.view());
                        return out.read();
                    }
                })
                .assertEquals(
                        Values.ofIntegers(DType.I64, expected),
                        () -> "arg " + op + " of " + a.dtype() + " " + form + " " + Arrays.toString(dims));
    }

    // ---- gather, scatterAdd

    /** (outer, rows, inner, count of the index). */
    List<long[]> GATHERED = List.of(
            new long[] {1, 1, 1, 1},
            new long[] {1, 5, 1, 9},
            new long[] {3, 7, 5, 4},
            new long[] {1, 40, 64, 300},
            new long[] {1, 900, 64, 1100},
            new long[] {30, 50, 1, 600},
            new long[] {1, 30, 1000, 90},
            new long[] {1, 1000, 1, 70_000},
            new long[] {2, 3, 5, 0});

    private static Values numbers(DType dtype, int count, long rows, long seed) {
        return Values.ofIntegers(
                dtype, new SplittableRandom(seed).longs(count, 0, rows).toArray());
    }

    @Test
    default void gatherTakesRows() {
        for (DType dtype : DType.values()) {
            for (long[] g : GATHERED) {
                for (Form form : Form.values()) {
                    Values a = Values.special(dtype, g[0] * g[1] * g[2]);
                    Values index = numbers(form == Form.PADDED ? DType.I32 : DType.I64, (int) g[3], g[1], 5);
                    int[] from = Reference.gathered(index.integers(), g[0], g[1], g[2]);
                    double[] floats = new double[dtype.isFloating() ? from.length : 0];
                    long[] integers = new long[dtype.isFloating() ? 0 : from.length];
                    Arrays.setAll(floats, i -> a.floats()[from[i]]);
                    Arrays.setAll(integers, i -> a.integers()[from[i]]);
                    sameForAllThreads(from.length, () -> "gather", () -> {
                                try (Operands operands = new Operands(backend())) {
                                    Operand out = operands.empty(dtype, form, g[0], g[3], g[2]);
                                    View source = operands.of(a, form, g[0], g[1], g[2])
                                            .view();
                                    View number = operands.of(index, Form.CONTIGUOUS, g[3])
                                            .view();
                                    assertThat(backend().gather(source, number, out.view()))
                                            .isEqualTo(-1);
                                    return out.read();
                                }
                            })
                            .assertEquals(
                                    new Values(dtype, floats, integers),
                                    () -> "gather " + dtype + " " + form + " " + Arrays.toString(g));
                }
            }
        }
    }

    @Test
    default void scatterAddAddsInTheOrderOfTheIndex() {
        for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16, DType.I64, DType.I32)) {
            for (long[] g : GATHERED) {
                for (Form form : Form.values()) {
                    Values target = Values.random(dtype, g[0] * g[1] * g[2], 1);
                    Values source = Values.random(dtype, g[0] * g[3] * g[2], 2);
                    Values index = numbers(form == Form.PADDED ? DType.I32 : DType.I64, (int) g[3], g[1], 5);
                    Values expected = new Values(
                            dtype, target.floats().clone(), target.integers().clone());
                    int[] to = Reference.gathered(index.integers(), g[0], g[1], g[2]);
                    for (int i = 0; i < to.length; i++) {
                        if (dtype.isFloating()) {
                            expected.floats()[to[i]] =
                                    Reference.binary(BinaryOp.ADD, dtype, expected.floats()[to[i]], source.floats()[i]);
                        } else {
                            expected.integers()[to[i]] += source.integers()[i];
                        }
                    }
                    sameForAllThreads(to.length, () -> "scatterAdd", () -> {
                                try (Operands operands = new Operands(backend())) {
                                    Operand out = operands.of(target, form, g[0], g[1], g[2]);
                                    View rows = operands.of(source, form, g[0], g[3], g[2])
                                            .view();
                                    View number = operands.of(index, Form.CONTIGUOUS, g[3])
                                            .view();
                                    assertThat(backend().scatterAdd(out.view(), number, rows))
                                            .isEqualTo(-1);
                                    return out.read();
                                }
                            })
                            .assertEquals(
                                    expected, () -> "scatterAdd " + dtype + " " + form + " " + Arrays.toString(g));
                }
            }
        }
    }

    @Test
    default void indicesOutsideAreFoundAndNothingIsWritten() {
        for (DType type : List.of(DType.I64, DType.I32)) {
            for (long outside : new long[] {-1, 10, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
                for (int at : new int[] {0, 1, 4095, 4096, 9_999}) {
                    Values index = numbers(type, 10_000, 10, 1);
                    index.integers()[at] = outside;
                    index.integers()[9_999] = outside;
                    Values target = Values.random(DType.F32, 30, 1);
                    try (Operands operands = new Operands(backend())) {
                        View number =
                                operands.of(index, Form.CONTIGUOUS, 10_000).view();
                        Operand ten = operands.of(target, Form.CONTIGUOUS, 1, 10, 3);
                        Operand many = operands.of(Values.zeros(DType.F32, 30_000), Form.CONTIGUOUS, 1, 10_000, 3);
                        assertThat(backend().gather(ten.view(), number, many.view()))
                                .isEqualTo(at);
                        many.read().assertEquals(Values.zeros(DType.F32, 30_000), () -> "gather of " + outside);
                        assertThat(backend().scatterAdd(ten.view(), number, many.view()))
                                .isEqualTo(at);
                        ten.read().assertEquals(target, () -> "scatterAdd of " + outside);
                    }
                }
            }
        }
        try (Operands operands = new Operands(backend())) {
            View number = operands.of(Values.ofIntegers(DType.I64, 0, Long.MIN_VALUE), Form.CONTIGUOUS, 2)
                    .view();
            Operand none = operands.empty(DType.F32, Form.CONTIGUOUS, 1, 0, 3);
            Operand two = operands.of(Values.zeros(DType.F32, 6), Form.CONTIGUOUS, 1, 2, 3);
            assertThat(backend().gather(none.view(), number, two.view())).isZero();
            assertThat(backend().gather(two.view(), number, two.view())).isEqualTo(1);
        }
    }
}
