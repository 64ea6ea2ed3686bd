package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reductions and the search for NaN and infinity. */
interface ReduceContract extends BackendFixture {
    @ParameterizedTest
    @EnumSource
    default void reduceOverEverySetOfAxes(ReduceOp op) {
        List<long[]> shapes = List.of(
                new long[] {},
                new long[] {1},
                new long[] {67},
                new long[] {3, 5, 7},
                new long[] {2, 1, 3, 4},
                new long[] {33, 65});
        for (DType dtype : DType.values()) {
            for (Form form : Form.values()) {
                for (long[] dims : shapes) {
                    for (int set = 0; set < 1 << dims.length; set++) {
                        checkReduce(
                                op, dtype, Values.random(dtype, Shape.of(dims).size(), 1), form, set, dims);
                    }
                }
            }
            for (int set = 0; set < 4; set++) {
                checkReduce(op, dtype, Values.random(dtype, 233 * 301, 2), Form.CONTIGUOUS, set, 233, 301);
                checkReduce(op, dtype, Values.random(dtype, 233 * 301, 2), Form.TRANSPOSED, set, 233, 301);
                checkReduce(op, dtype, Values.random(dtype, 5 * 40_001, 3), Form.CONTIGUOUS, set, 5, 40_001);
                checkReduce(op, dtype, Values.random(dtype, 5 * 40_001, 3), Form.FLIPPED, set, 40_001, 5);
            }
        }
    }

    /** Bit i of {@code set}: axis i is reduced. */
    private void checkReduce(ReduceOp op, DType dtype, Values a, Form form, int set, long... dims) {
        boolean sum = op == ReduceOp.SUM || op == ReduceOp.SUM_OF_SQUARES;
        boolean[] reduced = new boolean[dims.length];
        long[] kept = dims.clone();
        for (int i = 0; i < dims.length; i++) {
            reduced[i] = (set >> i & 1) != 0;
            kept[i] = reduced[i] ? 1 : dims[i];
        }
        int[][] groups = Reference.groups(dims, reduced);
        List<DType> outputs = !dtype.isFloating()
                ? List.of(sum ? DType.I64 : dtype)
                : sum && dtype != DType.F64 ? List.of(dtype, DType.F64) : List.of(dtype);
        for (DType out : outputs) {
            Supplier<String> what = () -> op + " of " + dtype + " to " + out + " " + form + " " + Arrays.toString(dims)
                    + " over " + Arrays.toString(reduced);
            Values got = sameForAllThreads(a.count(), what, () -> {
                try (Operands operands = new Operands(backend())) {
                    Operand target = operands.empty(out, Form.CONTIGUOUS, kept);
                    backend().reduce(op, operands.of(a, form, dims).view(), target.view());
                    return target.read();
                }
            });
            checkGroups(op, a, groups, got, what);
        }
    }

    private static void checkGroups(ReduceOp op, Values a, int[][] groups, Values got, Supplier<String> what) {
        if (!a.dtype().isFloating()) {
            long[] expected = new long[groups.length];
            Arrays.setAll(expected, g -> Reference.reduce(op, a.integers(), groups[g]));
            got.assertEquals(Values.ofIntegers(got.dtype(), expected), what);
            return;
        }
        double[] expected = new double[groups.length];
        double[] limits = new double[groups.length];
        for (int g = 0; g < groups.length; g++) {
            expected[g] = Reference.reduce(op, a.floats(), groups[g]);
            if (op == ReduceOp.SUM || op == ReduceOp.SUM_OF_SQUARES) {
                double magnitude = 0;
                for (int i : groups[g]) {
                    magnitude += Math.abs(op == ReduceOp.SUM ? a.floats()[i] : a.floats()[i] * a.floats()[i]);
                }
                DType in = a.dtype() == DType.F64 ? DType.F64 : DType.F32;
                limits[g] = Tolerance.ulps(in, 4, magnitude) + Tolerance.ulps(got.dtype(), 1, expected[g]);
            }
        }
        got.assertWithin(expected, limits, what);
    }

    @Test
    default void sumsOfAMillionKeepTheirPrecision() {
        for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16)) {
            double[] tenths = new double[1_000_003];
            Arrays.fill(tenths, 0.1);
            checkReduce(ReduceOp.SUM, dtype, Values.of(dtype, tenths), Form.CONTIGUOUS, 1, tenths.length);
            checkReduce(ReduceOp.SUM, dtype, Values.of(dtype, tenths), Form.STEPPED, 1, tenths.length);
        }
    }

    /** 2⁶⁰ swallows the tenths that are added to it; where it goes away again they must be there. */
    @Test
    default void sumsKeepWhatRoundingTakes() {
        for (int columns : new int[] {1, 20}) {
            int zeros = 40_000;
            int tenths = 10_000;
            double[] elements = new double[(2 * zeros + tenths) * columns];
            Arrays.fill(elements, 0, columns, 0x1p60);
            Arrays.fill(elements, zeros * columns, (zeros + tenths) * columns, 0.1);
            Arrays.fill(elements, elements.length - columns, elements.length, -0x1p60);
            try (Operands operands = new Operands(backend())) {
                Operand out = operands.empty(DType.F64, Form.CONTIGUOUS, 1, columns);
                View a = operands.of(
                                Values.of(DType.F64, elements), Form.CONTIGUOUS, elements.length / columns, columns)
                        .view();
                backend().reduce(ReduceOp.SUM, a, out.view());
                for (double sum : out.read().floats()) {
                    assertThat(sum).isCloseTo(0.1 * tenths, within(1e-9));
                }
            }
        }
    }

    @Test
    default void sumsOfNothingAreZero() {
        for (DType dtype : DType.values()) {
            for (ReduceOp op : List.of(ReduceOp.SUM, ReduceOp.SUM_OF_SQUARES)) {
                DType out = dtype.isFloating() ? dtype : DType.I64;
                try (Operands operands = new Operands(backend())) {
                    Operand all = operands.empty(out, Form.CONTIGUOUS, 1, 1);
                    backend()
                            .reduce(
                                    op,
                                    operands.empty(dtype, Form.CONTIGUOUS, 3, 0).view(),
                                    all.view());
                    all.read().assertEquals(Values.zeros(out, 1), () -> op + " of nothing, " + dtype);
                    Operand rows = operands.empty(out, Form.CONTIGUOUS, 3, 1);
                    backend()
                            .reduce(
                                    op,
                                    operands.empty(dtype, Form.CONTIGUOUS, 3, 0).view(),
                                    rows.view());
                    rows.read().assertEquals(Values.zeros(out, 3), () -> op + " of three times nothing, " + dtype);
                }
            }
        }
    }

    @Test
    default void nanWinsAndInfinityPasses() {
        for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16)) {
            for (ReduceOp op : ReduceOp.values()) {
                for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                    for (int at : new int[] {0, 31, 64, 70_000}) {
                        Values a = Values.random(dtype, 70_001, 1);
                        a.floats()[at] = odd;
                        checkReduce(op, dtype, a, Form.CONTIGUOUS, 1, 70_001);
                        checkReduce(op, dtype, a, Form.FLIPPED, 1, 70_001);
                    }
                }
            }
        }
    }

    @Test
    default void extremesOfEqualSign() {
        for (DType dtype : DType.values()) {
            for (int sign : dtype == DType.U8 ? new int[] {1} : new int[] {1, -1}) {
                double[] numbers = new double[1000];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = sign * (1 + (i * 37) % 97);
                }
                Values a = Reference.cast(Values.of(DType.F64, numbers), dtype);
                for (int set = 1; set < 4; set++) {
                    checkReduce(ReduceOp.MIN, dtype, a, Form.CONTIGUOUS, set, 8, 125);
                    checkReduce(ReduceOp.MAX, dtype, a, Form.CONTIGUOUS, set, 8, 125);
                }
            }
        }
    }

    @Test
    default void firstNonFiniteFindsTheFirst() {
        for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16)) {
            for (Form form : Form.values()) {
                for (long[] dims : List.of(new long[] {67}, new long[] {9, 13}, new long[] {233, 301})) {
                    int count = (int) Shape.of(dims).size();
                    assertThat(search(Values.random(dtype, count, 1), form, dims))
                            .isEqualTo(-1);
                    for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                        for (int at : new int[] {0, 1, count / 2, count - 2, count - 1}) {
                            Values a = Values.random(dtype, count, 1);
                            a.floats()[at] = odd;
                            a.floats()[count - 1] = Double.NaN;
                            assertThat(search(a, form, dims))
                                    .as("%s %s %s", dtype, form, Arrays.toString(dims))
                                    .isEqualTo(at);
                        }
                    }
                }
            }
            assertThat(search(Values.zeros(dtype, 0), Form.CONTIGUOUS, 0, 3)).isEqualTo(-1);
            double largest = dtype == DType.F64 ? Double.MAX_VALUE : 0x1.FEp127;
            Values finite = Values.of(dtype, largest, -largest, Double.MIN_VALUE, 0, largest);
            assertThat(search(finite, Form.CONTIGUOUS, 5)).isEqualTo(-1);
        }
    }

    private long search(Values a, Form form, long... dims) {
        return sameForAllThreads(a.count(), () -> "firstNonFinite", () -> {
                    try (Operands operands = new Operands(backend())) {
                        return Values.ofIntegers(
                                DType.I64,
                                backend()
                                        .firstNonFinite(
                                                operands.of(a, form, dims).view()));
                    }
                })
                .integers()[0];
    }
}
