package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Running totals. */
interface ScanContract extends BackendFixture {
    /** (outer, n, inner): lanes far apart and adjacent, few and many, short and long. */
    List<long[]> SCANNED = List.of(
            new long[] {1, 1, 1},
            new long[] {1, 67, 1},
            new long[] {3, 5, 7},
            new long[] {2, 140, 9},
            new long[] {37, 300, 1},
            new long[] {1, 70_003, 1},
            new long[] {2, 9_001, 11},
            new long[] {1, 50, 2_500});

    @ParameterizedTest
    @EnumSource
    default void scanOfEveryTypeInEveryForm(ScanOp op) {
        for (DType dtype : DType.values()) {
            for (long[] dims : SCANNED) {
                int count = (int) (dims[0] * dims[1] * dims[2]);
                for (Form form : count < 1000 ? List.of(Form.values()) : List.of(Form.CONTIGUOUS, Form.FLIPPED)) {
                    checkScan(op, Values.random(dtype, count, 1), form, Form.PADDED, dims);
                }
            }
            checkScan(op, Values.random(dtype, 30 * 40 * 50, 1), Form.TRANSPOSED, Form.CONTIGUOUS, 30, 40, 50);
            checkScan(op, Values.random(dtype, 30 * 40 * 50, 1), Form.TRANSPOSED, Form.TRANSPOSED, 30, 40, 50);
        }
    }

    private Values scanned(ScanOp op, Values a, Form form, Form outForm, long... dims) {
        boolean total = op == ScanOp.SUM || op == ScanOp.PRODUCT;
        DType type = total && !a.dtype().isFloating() ? DType.I64 : a.dtype();
        return sameForAllThreads(a.count(), () -> op + " of " + a.dtype() + Arrays.toString(dims), () -> {
            try (Operands operands = new Operands(backend())) {
                Operand out = operands.empty(type, outForm, dims);
                backend().scan(op, operands.of(a, form, dims).view(), out.view());
                return out.read();
            }
        });
    }

    private void checkScan(ScanOp op, Values a, Form form, Form outForm, long... dims) {
        Values got = scanned(op, a, form, outForm, dims);
        Supplier<String> what =
                () -> op + " of " + a.dtype() + " " + form + " to " + outForm + " " + Arrays.toString(dims);
        int[][] lanes = Reference.groups(dims, new boolean[] {false, true, false});
        if (!a.dtype().isFloating()) {
            long[] expected = new long[a.count()];
            for (int[] lane : lanes) {
                long total = a.integers()[lane[0]];
                for (int i = 0; i < lane.length; i++) {
                    total = i == 0 ? total : Reference.scan(op, total, a.integers()[lane[i]]);
                    expected[lane[i]] = total;
                }
            }
            got.assertEquals(Values.ofIntegers(got.dtype(), expected), what);
            return;
        }
        double[] expected = new double[a.count()];
        double[] limits = new double[a.count()];
        for (int[] lane : lanes) {
            Reference.Sum sum = new Reference.Sum();
            double total = 0;
            double magnitude = 0;
            for (int i = 0; i < lane.length; i++) {
                double x = a.floats()[lane[i]];
                sum.add(x);
                total = op == ScanOp.SUM ? sum.value() : i == 0 ? x : Reference.scan(op, total, x);
                boolean rounded = op == ScanOp.SUM;
                expected[lane[i]] = rounded ? total : Reference.round(a.dtype(), total);
                magnitude += Math.abs(x);
                // Half an ulp of the result, and the f64 errors of blocks, which are added up plainly.
                limits[lane[i]] =
                        rounded ? Tolerance.ulps(a.dtype(), 0.5, total) + Tolerance.ulps(DType.F64, 5, magnitude) : 0;
            }
        }
        got.assertWithin(expected, limits, what);
    }

    @Test
    default void runningSumsOfAMillionKeepTheirPrecision() {
        for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16)) {
            double[] tenths = new double[1_200_003];
            Arrays.fill(tenths, 0.1);
            checkScan(ScanOp.SUM, Values.of(dtype, tenths), Form.CONTIGUOUS, Form.CONTIGUOUS, 1, tenths.length, 1);
        }
    }

    /** 2⁶⁰ swallows the tenths that are added to it; where it goes away again they must be there. */
    @Test
    default void runningSumsKeepWhatRoundingTakes() {
        int zeros = 40_000;
        int tenths = 10_000;
        for (int columns : new int[] {1, 3, 20, 3000}) {
            int rows = columns == 3000 ? 1000 : 2 * zeros + tenths;
            int few = columns == 3000 ? 100 : tenths;
            double[] elements = new double[rows * columns];
            // In one chunk, but not in one block, which is summed plainly.
            int start = rows * 2 / 5;
            int next = start + Math.min(1024, rows / 4);
            Arrays.fill(elements, start * columns, (start + 1) * columns, 0x1p60);
            Arrays.fill(elements, next * columns, (next + few) * columns, 0.1);
            Arrays.fill(elements, elements.length - columns, elements.length, -0x1p60);
            double[] sums = scanned(
                            ScanOp.SUM,
                            Values.of(DType.F64, elements),
                            Form.CONTIGUOUS,
                            Form.CONTIGUOUS,
                            1,
                            rows,
                            columns)
                    .floats();
            for (int j = 0; j < columns; j++) {
                assertThat(sums[sums.length - columns + j]).isCloseTo(0.1 * few, within(1e-9));
                assertThat(sums[sums.length - 2 * columns + j]).isEqualTo(0x1p60 + 0.1 * few);
            }
        }
    }

    @Test
    default void nanStaysAndInfinityPassesOn() {
        for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16)) {
            for (ScanOp op : ScanOp.values()) {
                for (double odd : new double[] {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
                    for (long[] dims : List.of(new long[] {1, 70_003, 1}, new long[] {1, 40, 20})) {
                        int count = (int) (dims[1] * dims[2]);
                        for (int at : new int[] {0, count / 3}) {
                            double[] ones = new double[count];
                            Arrays.fill(ones, 1);
                            ones[at] = odd;
                            checkScan(op, Values.of(dtype, ones), Form.CONTIGUOUS, Form.CONTIGUOUS, dims);
                            ones[count / 2 + at % (int) dims[2]] = Double.NEGATIVE_INFINITY;
                            checkScan(op, Values.of(dtype, ones), Form.CONTIGUOUS, Form.CONTIGUOUS, dims);
                        }
                    }
                }
            }
        }
    }

    /** 1e200 · 1e200 overflows, 1e-200 · 1e200 · 1e200 does not. */
    @Test
    default void productsAreTakenFromTheLeft() {
        double[] factors = new double[64];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = i % 4 == 1 || i % 4 == 2 ? 1e200 : 1e-200;
        }
        for (long[] dims : List.of(new long[] {1, 64, 1}, new long[] {4, 4, 4})) {
            checkScan(ScanOp.PRODUCT, Values.of(DType.F64, factors), Form.CONTIGUOUS, Form.CONTIGUOUS, dims);
        }
    }

    @Test
    default void extremaOfWhatHasOneSign() {
        for (DType dtype : DType.values()) {
            for (int sign : dtype == DType.U8 ? new int[] {1} : new int[] {1, -1}) {
                double[] numbers = new double[700];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = sign * (1 + (i * 37) % 97);
                }
                Values a = Reference.cast(Values.of(DType.F64, numbers), dtype);
                for (ScanOp op : List.of(ScanOp.MIN, ScanOp.MAX)) {
                    checkScan(op, a, Form.CONTIGUOUS, Form.CONTIGUOUS, 1, 700, 1);
                    checkScan(op, a, Form.CONTIGUOUS, Form.CONTIGUOUS, 1, 35, 20);
                }
            }
        }
    }

    @Test
    default void scanMayOverwriteItsInput() {
        for (long[] dims : List.of(new long[] {1, 70_003, 1}, new long[] {1, 2_000, 40})) {
            Values a = Values.random(DType.I64, dims[1] * dims[2], 3);
            for (ScanOp op : ScanOp.values()) {
                try (Operands operands = new Operands(backend())) {
                    Operand both = operands.of(a, Form.CONTIGUOUS, dims);
                    backend().scan(op, both.view(), both.view());
                    both.read()
                            .assertEquals(
                                    scanned(op, a, Form.CONTIGUOUS, Form.CONTIGUOUS, dims), () -> op + " in place");
                }
            }
        }
    }

    @Test
    default void scanOfNothing() {
        for (long[] dims : List.of(new long[] {0, 3, 2}, new long[] {3, 0, 2}, new long[] {3, 2, 0})) {
            assertThat(scanned(ScanOp.SUM, Values.zeros(DType.F32, 0), Form.CONTIGUOUS, Form.CONTIGUOUS, dims)
                            .count())
                    .isZero();
        }
    }
}
