package dev.eckart.backend;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Softmax and normalization along rows. */
interface RowsContract extends BackendFixture {
    /** Nothing, one, odd, longer than a block of sums, and many short rows. */
    List<long[]> ROWS = List.of(
            new long[] {0},
            new long[] {1},
            new long[] {67},
            new long[] {4, 0},
            new long[] {0, 4},
            new long[] {5, 1},
            new long[] {3, 5, 7},
            new long[] {2, 1, 3, 1, 33},
            new long[] {3, 2083},
            new long[] {1031, 9});

    /** The number of roundings that softmax and normalization are given, each at its own scale. */
    double ROUNDINGS = 4;

    // ---- softmax

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    default void softmaxInEveryForm(DType dtype) {
        for (boolean log : new boolean[] {false, true}) {
            for (Form form : Form.values()) {
                for (Form target : Form.values()) {
                    for (long[] dims : ROWS) {
                        checkSoftmax(log, spread(dtype, Shape.of(dims).size(), 8), form, target, dims);
                    }
                }
            }
            checkSoftmax(log, spread(dtype, 233 * 301, 60), Form.CONTIGUOUS, Form.CONTIGUOUS, 233, 301);
            checkSoftmax(log, spread(dtype, 301 * 233, 60), Form.TRANSPOSED, Form.CONTIGUOUS, 301, 233);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    default void softmaxOfLargeNumbersDoesNotOverflow(DType dtype) {
        double[] a = {1e4, 1e4, 9e3, -1e4, -1e30, -1e4, -1e4, -2e4, 88, 89, 0, -100};
        checkSoftmax(false, Values.of(dtype, a), Form.CONTIGUOUS, Form.CONTIGUOUS, 3, 4);
        checkSoftmax(true, Values.of(dtype, a), Form.CONTIGUOUS, Form.CONTIGUOUS, 3, 4);
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    default void softmaxOfInfinitiesAndNaN(DType dtype) {
        double inf = Double.POSITIVE_INFINITY;
        double nan = Double.NaN;
        double[] a = {-inf, -inf, -inf, -inf, 1, -inf, 1, -inf, 2, inf, 1, 1, 2, 1, 1, nan, nan, 2, 1, 1};
        double[] probability = {
            nan, nan, nan, nan, 0.5, 0, 0.5, 0, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan
        };
        double[] logarithm = probability.clone();
        for (int i = 4; i < 8; i++) {
            logarithm[i] = StrictMath.log(probability[i]);
        }
        for (boolean log : new boolean[] {false, true}) {
            double[] expected = log ? logarithm : probability;
            double[] limits = new double[a.length];
            Arrays.setAll(limits, i -> Double.isFinite(expected[i]) ? Tolerance.ulps(dtype, 2, expected[i]) : 0);
            softmax(log, Values.of(dtype, a), Form.CONTIGUOUS, Form.CONTIGUOUS, 5, 4)
                    .assertWithin(expected, limits, () -> "softmax, logarithm " + log);
        }
    }

    private void checkSoftmax(boolean log, Values a, Form form, Form targetForm, long... dims) {
        DType dtype = a.dtype();
        Supplier<String> what = () -> (log ? "log " : "") + "softmax " + dtype + " " + Arrays.toString(dims) + " "
                + form + " to " + targetForm;
        Values got = sameForAllThreads(a.count(), what, () -> softmax(log, a, form, targetForm, dims));
        int n = (int) dims[dims.length - 1];
        double epsilon = dtype == DType.F64 ? dtype.epsilon() : DType.F32.epsilon();
        double[] expected = new double[a.count()];
        double[] limits = new double[a.count()];
        for (int row = 0; n > 0 && row < a.count(); row += n) {
            double most = Double.NEGATIVE_INFINITY;
            for (int i = row; i < row + n; i++) {
                most = Math.max(most, a.at(i));
            }
            Reference.Sum sum = new Reference.Sum();
            for (int i = row; i < row + n; i++) {
                sum.add(StrictMath.exp(a.at(i) - most));
            }
            double rest = StrictMath.log(sum.value());
            for (int i = row; i < row + n; i++) {
                double below = a.at(i) - most;
                expected[i] = log ? below - rest : StrictMath.exp(below) / sum.value();
                double scale = log ? Math.abs(below) + rest + 1 : expected[i] * (1 - below);
                limits[i] = ROUNDINGS * epsilon * scale + Tolerance.ulps(dtype, 1, expected[i]);
            }
        }
        got.assertWithin(expected, limits, what);
    }

    private Values softmax(boolean log, Values a, Form form, Form targetForm, long... dims) {
        try (Operands operands = new Operands(backend())) {
            Operand source = operands.of(a, form, dims);
            Operand target = operands.empty(a.dtype(), targetForm, dims);
            backend().softmax(log, source.view(), target.view());
            Values out = target.read();
            source.read().assertEquals(a, () -> "softmax: input");
            backend().softmax(log, source.view(), source.view());
            source.read().assertEquals(out, () -> "softmax in place");
            return out;
        }
    }

    private static Values spread(DType dtype, long count, double factor) {
        Values values = Values.random(DType.F64, count, 21);
        double[] out = values.floats().clone();
        Arrays.setAll(out, i -> out[i] / 4 * factor);
        return Values.of(dtype, out);
    }

    // ---- normalization

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    default void normalizeRowsInEveryForm(DType dtype) {
        for (int parameters = 0; parameters < 4; parameters++) {
            for (Form form : Form.values()) {
                for (Form target : Form.values()) {
                    for (long[] dims : ROWS) {
                        Values a = Values.random(dtype, Shape.of(dims).size(), 22);
                        checkNormalize(1, 1e-5, a, form, target, parameters, dims);
                    }
                }
            }
            checkNormalize(
                    1,
                    1e-5,
                    Values.random(dtype, 233 * 301, 23),
                    Form.CONTIGUOUS,
                    Form.CONTIGUOUS,
                    parameters,
                    233,
                    301);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32", "BF16"})
    default void normalizeGroupsInEveryForm(DType dtype) {
        List<long[]> shapes = List.of(
                new long[] {2, 3, 4, 5},
                new long[] {2, 3, 1, 35},
                new long[] {3, 2, 5, 1},
                new long[] {1, 1, 1, 1},
                new long[] {2, 0, 4, 5},
                new long[] {3, 4, 2, 1100});
        for (int parameters = 0; parameters < 4; parameters++) {
            for (Form form : Form.values()) {
                for (Form target : Form.values()) {
                    for (long[] dims : shapes) {
                        Values a = Values.random(dtype, Shape.of(dims).size(), 24);
                        checkNormalize(2, 0.1, a, form, target, parameters, dims);
                    }
                }
            }
        }
    }

    /** 10⁸ + 8 i in F32, 10¹⁶ + 2 i in F64: no number of the type is the mean. */
    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    default void normalizeFarFromZeroLosesNothing(DType dtype) {
        int n = 1500;
        double[] a = new double[3 * n];
        for (int i = 0; i < a.length; i++) {
            double step = dtype == DType.F64 ? 2 : 8;
            a[i] = (i < n ? 1 : -1) * (dtype == DType.F64 ? 1e16 : 1e8) + step * (i * 7L % (i < 2 * n ? 5 : 2));
        }
        checkNormalize(1, 0, Values.of(dtype, a), Form.CONTIGUOUS, Form.CONTIGUOUS, 0, 3, n);
        checkNormalize(1, 0, Values.of(dtype, a), Form.TRANSPOSED, Form.STEPPED, 3, 3, n);
    }

    @Test
    default void normalizeLargeSmallAndConstantRows() {
        double[] a = {1e30, -2e30, 5e29, 3e30, 1e-30, 2e-30, -1e-30, 0, 7, 7, 7, 7};
        checkNormalize(1, 0, Values.of(DType.F32, Arrays.copyOf(a, 8)), Form.CONTIGUOUS, Form.CONTIGUOUS, 0, 2, 4);
        checkNormalize(1, 1e-5, Values.of(DType.F32, a), Form.CONTIGUOUS, Form.CONTIGUOUS, 3, 3, 4);
    }

    /** Bit 0 of {@code parameters}: a scale, bit 1: a shift; over one axis along it, over two by the first of them (a channel). */
    private void checkNormalize(
            int axes, double epsilon, Values a, Form form, Form targetForm, int parameters, long... dims) {
        DType dtype = a.dtype();
        Supplier<String> what = () -> "normalize " + dtype + " " + Arrays.toString(dims) + " over " + axes + " axes, "
                + form + " to " + targetForm + ", parameters " + parameters;
        long[] parameterDims = parameterDims(axes, dims);
        Values scale = Values.random(dtype, Shape.of(parameterDims).size(), 25);
        Values shift = Values.random(dtype, Shape.of(parameterDims).size(), 26);
        Supplier<Values> apart = () -> {
            try (Operands operands = new Operands(backend())) {
                Operand source = operands.of(a, form, dims);
                Operand target = operands.empty(dtype, targetForm, dims);
                normalize(axes, epsilon, operands, source, parameters, scale, shift, target);
                source.read().assertEquals(a, () -> what.get() + ": input");
                return target.read();
            }
        };
        Supplier<Values> inPlace = () -> {
            try (Operands operands = new Operands(backend())) {
                Operand source = operands.of(a, form, dims);
                normalize(axes, epsilon, operands, source, parameters, scale, shift, source);
                return source.read();
            }
        };
        int n = (int) (dims[dims.length - 1] * (axes == 2 ? dims[dims.length - 2] : 1));
        double[] expected = new double[a.count()];
        double[] limits = new double[a.count()];
        for (int row = 0; n > 0 && row < a.count(); row += n) {
            double[] standard = standardized(a, row, n, epsilon);
            for (int i = row; i < row + n; i++) {
                int at = Reference.broadcastIndex(i, parameterDims, dims);
                double factor = (parameters & 1) == 0 ? 1 : scale.at(at);
                double scaled = standard[i - row] * factor;
                expected[i] = scaled + ((parameters & 2) == 0 ? 0 : shift.at(at));
                double unit = dtype == DType.F64 ? dtype.epsilon() : DType.F32.epsilon();
                // The mean, in units of the deviation, is off by the roundings of the differences that it is summed
                // from.
                limits[i] = unit * (Math.abs(factor) + ROUNDINGS * (Math.abs(scaled) + Math.abs(expected[i])))
                        + Tolerance.ulps(dtype, 0.5, expected[i]);
            }
        }
        sameForAllThreads(a.count(), what, apart).assertWithin(expected, limits, what);
        sameForAllThreads(a.count(), what, inPlace).assertWithin(expected, limits, () -> what.get() + " in place");
    }

    private void normalize(
            int axes,
            double epsilon,
            Operands operands,
            Operand a,
            int parameters,
            Values scale,
            Values shift,
            Operand out) {
        Shape shape = a.view().shape();
        long[] dims = parameterDims(axes, shape.dims());
        Form form = parameters == 3 ? Form.STEPPED : Form.CONTIGUOUS;
        Optional<View> scaleView =
                Optional.of(operands.of(scale, form, dims).view().broadcastTo(shape));
        Optional<View> shiftView =
                Optional.of(operands.of(shift, Form.CONTIGUOUS, dims).view().broadcastTo(shape));
        backend()
                .normalize(
                        axes,
                        epsilon,
                        a.view(),
                        scaleView.filter(view -> (parameters & 1) != 0),
                        shiftView.filter(view -> (parameters & 2) != 0),
                        out.view());
    }

    /** Along the row, or by the first of its two axes. */
    private static long[] parameterDims(int axes, long... dims) {
        long[] out = dims.clone();
        Arrays.fill(out, 0, Math.max(0, dims.length - axes), 1);
        if (axes == 2) {
            out[dims.length - 1] = 1;
            if (dims.length > 2) {
                out[dims.length - 3] = dims[dims.length - 3];
            }
        }
        return out;
    }

    /** (x − mean) / √(variance + epsilon) in double-double up to the root. */
    private static double[] standardized(Values a, int row, int n, double epsilon) {
        DoubleDouble mean = DoubleDouble.of(0);
        for (int i = row; i < row + n; i++) {
            mean = mean.plus(DoubleDouble.of(a.at(i)));
        }
        mean = mean.over(DoubleDouble.of(n));
        double[] out = new double[n];
        Reference.Sum squares = new Reference.Sum();
        for (int i = 0; i < n; i++) {
            out[i] = DoubleDouble.of(a.at(row + i)).minus(mean).high();
            squares.addProduct(out[i], out[i]);
        }
        double deviation = Math.sqrt(squares.value() / n + epsilon);
        Arrays.setAll(out, i -> out[i] / deviation);
        return out;
    }
}
