package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.testkit.Tolerance;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies, casts and element-wise functions. */
interface ElementwiseContract extends BackendFixture {
    /** Scalar, empty, one, odd, and one long enough to be cut among threads. */
    List<long[]> SHAPES = List.of(
            new long[] {},
            new long[] {0},
            new long[] {1},
            new long[] {67},
            new long[] {3, 0, 2},
            new long[] {3, 5, 7},
            new long[] {1, 2, 1, 3, 1, 2, 5},
            new long[] {233, 301});

    @ParameterizedTest
    @EnumSource
    default void copyCastsFromEveryTypeToEveryTypeInEveryForm(DType from) {
        for (DType to : DType.values()) {
            for (Form form : Form.values()) {
                for (Form target : Form.values()) {
                    for (long[] dims : shapes(form, target)) {
                        Values values = Values.special(from, Shape.of(dims).size());
                        checkCopy(values, to, form, target, dims);
                    }
                }
            }
        }
        for (DType to : DType.values()) {
            checkCopy(Values.random(from, 140_001, 3), to, Form.CONTIGUOUS, Form.CONTIGUOUS, 140_001);
            checkCopy(Values.random(from, 140_001, 3), to, Form.FLIPPED, Form.STEPPED, 140_001);
        }
    }

    private void checkCopy(Values values, DType to, Form form, Form targetForm, long... dims) {
        Supplier<String> what = () ->
                "copy " + values.dtype() + " to " + to + " " + Arrays.toString(dims) + " " + form + " to " + targetForm;
        Values got = sameForAllThreads(values.count(), what, () -> {
            try (Operands operands = new Operands(backend())) {
                Operand source = operands.of(values, form, dims);
                Operand target = operands.empty(to, targetForm, dims);
                backend().copy(source.view(), target.view());
                return target.read();
            }
        });
        got.assertEquals(Reference.cast(values, to), what);
    }

    @Test
    default void copyRoundsToBFloat16NearestEven() {
        double[] hard = new double[4000];
        for (int i = 0; i < hard.length; i++) {
            // Around the midpoint of two neighbours, off by less than float can hold.
            double midpoint = Float.intBitsToFloat(0x3F808000 + (i % 1000) * 0x10000);
            hard[i] = midpoint + (i / 1000 - 1) * midpoint * 0x1p-45;
        }
        checkCopy(Values.of(DType.F64, hard), DType.BF16, Form.CONTIGUOUS, Form.CONTIGUOUS, hard.length);
        long[] longs = new long[400];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = (0x101L << 54) + ((long) i % 100 << 55) + i / 100 - 1;
        }
        checkCopy(Values.ofIntegers(DType.I64, longs), DType.BF16, Form.CONTIGUOUS, Form.CONTIGUOUS, longs.length);
    }

    @ParameterizedTest
    @EnumSource
    default void copyBroadcasts(DType dtype) {
        try (Operands operands = new Operands(backend())) {
            long[] from = {5, 1, 3};
            long[] to = {2, 5, 70, 3};
            Values values = Values.random(dtype, 15, 1);
            Operand source = operands.of(values, Form.TRANSPOSED, from);
            Operand target = operands.empty(dtype, Form.CONTIGUOUS, to);
            backend().copy(source.view().broadcastTo(Shape.of(to)), target.view());
            stretched(values, from, to).assertEquals(target.read(), () -> "broadcast copy of " + dtype);
        }
    }

    private static Values stretched(Values values, long[] from, long... to) {
        int count = (int) Shape.of(to).size();
        double[] floats = new double[values.dtype().isFloating() ? count : 0];
        long[] integers = new long[values.dtype().isFloating() ? 0 : count];
        for (int i = 0; i < count; i++) {
            int at = Reference.broadcastIndex(i, from, to);
            if (values.dtype().isFloating()) {
                floats[i] = values.floats()[at];
            } else {
                integers[i] = values.integers()[at];
            }
        }
        return new Values(values.dtype(), floats, integers);
    }

    @ParameterizedTest
    @EnumSource
    default void fillSetsEveryElement(DType dtype) {
        for (Form form : Form.values()) {
            for (long[] dims : SHAPES) {
                for (double value : new double[] {0, -0.0, 2.75, -3, 300.2, Double.NaN, 1e300}) {
                    try (Operands operands = new Operands(backend())) {
                        Operand target = operands.empty(dtype, form, dims);
                        backend().fill(target.view(), value);
                        double[] expected = new double[(int) Shape.of(dims).size()];
                        Arrays.fill(expected, value);
                        target.read()
                                .assertEquals(
                                        Reference.cast(Values.of(DType.F64, expected), dtype),
                                        () -> "fill " + value + " " + dtype + " " + form + " " + Arrays.toString(dims));
                    }
                    if (Shape.of(dims).size() > 1000) {
                        break;
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    default void unaryIsExactOrWithinItsUlps(UnaryOp op) {
        for (DType dtype : DType.values()) {
            if (dtype == DType.U8 || !dtype.isFloating() && !op.acceptsIntegers()) {
                continue;
            }
            for (Form form : Form.values()) {
                for (Form target : Form.values()) {
                    for (long[] dims : shapes(form, target)) {
                        int count = (int) Shape.of(dims).size();
                        checkUnary(op, Values.special(dtype, count), form, target, dims);
                        if (count < 1000) {
                            checkUnary(op, Values.random(dtype, count, 7), form, target, dims);
                        }
                    }
                }
            }
            checkUnary(op, Values.random(dtype, 140_001, 5), Form.CONTIGUOUS, Form.CONTIGUOUS, 140_001);
            if (dtype.isFloating()) {
                checkUnary(op, everyMagnitude(dtype), Form.CONTIGUOUS, Form.CONTIGUOUS, 40_000);
            }
        }
    }

    /** Shapes for one pair of forms: the large one too, where it walks memory in a way of its own. */
    private static List<long[]> shapes(Form form, Form other) {
        boolean large = form == other && (form == Form.CONTIGUOUS || form == Form.FLIPPED)
                || form == Form.CONTIGUOUS && other == Form.TRANSPOSED
                || form == Form.STEPPED && other == Form.PADDED;
        return large ? SHAPES : SHAPES.subList(0, SHAPES.size() - 1);
    }

    /** Numbers of every exponent of the type, both signs. */
    private static Values everyMagnitude(DType dtype) {
        double[] out = new double[40_000];
        Values mantissas = Values.random(DType.F64, out.length, 11);
        int range = dtype == DType.F64 ? 1074 : 149;
        for (int i = 0; i < out.length; i++) {
            int exponent = i % (2 * range) - range;
            out[i] = mantissas.floats()[i] / 4 * Math.scalb(1.0, exponent);
        }
        return Values.of(dtype, out);
    }

    private void checkUnary(UnaryOp op, Values a, Form form, Form targetForm, long... dims) {
        DType dtype = a.dtype();
        Supplier<String> what = () -> op + " " + dtype + " " + Arrays.toString(dims) + " " + form + " to " + targetForm;
        Values got = sameForAllThreads(a.count(), what, () -> {
            try (Operands operands = new Operands(backend())) {
                Operand source = operands.of(a, form, dims);
                Operand target = operands.empty(dtype, targetForm, dims);
                backend().unary(op, source.view(), target.view());
                Values out = target.read();
                source.read().assertEquals(a, () -> what.get() + ": input");
                backend().unary(op, source.view(), source.view());
                source.read().assertEquals(out, () -> what.get() + " in place");
                return out;
            }
        });
        if (!dtype.isFloating()) {
            long[] expected = new long[a.count()];
            Arrays.setAll(expected, i -> Reference.unary(op, dtype, a.integers()[i]));
            got.assertEquals(Values.ofIntegers(dtype, expected), what);
            return;
        }
        if (op.ordinal() < UnaryOp.EXP.ordinal() || op == UnaryOp.SIGN) {
            double[] expected = new double[a.count()];
            Arrays.setAll(expected, i -> Reference.unary(op, dtype, a.floats()[i]));
            got.assertEquals(Values.of(dtype, expected), what);
            return;
        }
        Map<Double, DoubleDouble> known = new HashMap<>();
        double[] expected = new double[a.count()];
        double[] rest = new double[a.count()];
        double[] limits = new double[a.count()];
        for (int i = 0; i < expected.length; i++) {
            DoubleDouble y = known.computeIfAbsent(a.floats()[i], x -> PreciseFunctions.of(op, x));
            expected[i] = Math.abs(y.high()) > max(dtype) ? Reference.round(dtype, y.high()) : y.high();
            rest[i] = y.low();
            limits[i] = transcendental(dtype, y.high());
        }
        got.assertWithin(
                expected, rest, limits, () -> what.get() + " of " + Arrays.toString(Arrays.copyOf(a.floats(), 40)));
    }

    /** Two ulps; in BF16 half an ulp and those of F32. */
    private static double transcendental(DType dtype, double value) {
        return dtype == DType.BF16
                ? Tolerance.ulps(dtype, 0.5, value) + Tolerance.ulps(DType.F32, 2, value)
                : Tolerance.ulps(dtype, 2, value);
    }

    private static double max(DType dtype) {
        return dtype == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
    }

    /** As a transcendental function; one ulp more in F64, where the reference itself is off by one. */
    private static double powerLimit(DType dtype, double value) {
        return transcendental(dtype, value) + (dtype == DType.F64 ? Math.ulp(value) : 0);
    }

    @ParameterizedTest
    @EnumSource
    default void binaryInEveryForm(BinaryOp op) {
        for (DType dtype : DType.values()) {
            if (dtype == DType.U8) {
                continue;
            }
            for (Form form : Form.values()) {
                for (Form other : Form.values()) {
                    for (long[] dims : shapes(form, other)) {
                        int count = (int) Shape.of(dims).size();
                        checkBinary(
                                op, Values.random(dtype, count, 1), divisors(op, dtype, count, 2), form, other, dims);
                        if (dtype.isFloating() && count < 1000) {
                            checkBinary(op, pairs(dtype, count, 0), pairs(dtype, count, 1), form, other, dims);
                        } else if (op != BinaryOp.POWER) {
                            checkBinary(
                                    op, Values.special(dtype, count), divisors(op, dtype, count, 4), form, other, dims);
                        }
                    }
                }
            }
            if (dtype.isFloating()) {
                checkBinary(op, pairs(dtype, 1600, 0), pairs(dtype, 1600, 1), Form.CONTIGUOUS, Form.CONTIGUOUS, 1600);
                checkBinary(op, pairs(dtype, 1600, 0), pairs(dtype, 1600, 1), Form.STEPPED, Form.CONTIGUOUS, 1600);
            }
            checkBinary(
                    op,
                    Values.random(dtype, 140_001, 5),
                    divisors(op, dtype, 140_001, 6),
                    Form.CONTIGUOUS,
                    Form.CONTIGUOUS,
                    140_001);
        }
    }

    /** Right operands: no zeros for an integer division, small exponents for an integer power. */
    private static Values divisors(BinaryOp op, DType dtype, int count, long seed) {
        Values values = Values.random(dtype, count, seed);
        if (dtype.isFloating()) {
            return values;
        }
        long[] out = new long[count];
        for (int i = 0; i < count; i++) {
            long v = values.integers()[i];
            out[i] = op == BinaryOp.POWER ? Math.abs(v) % 12 : op == BinaryOp.DIVIDE && v == 0 ? -1 : v;
        }
        return Values.ofIntegers(dtype, out);
    }

    /** Special numbers; the n-th repetition is turned by n times {@code turn}, so that two operands meet in all combinations. */
    private static Values pairs(DType dtype, int count, int turn) {
        int different = 40;
        Values special = Values.special(dtype, different);
        double[] out = new double[count];
        for (int i = 0; i < count; i++) {
            out[i] = special.floats()[(i + i / different * turn) % different];
        }
        return Values.of(dtype, out);
    }

    private void checkBinary(BinaryOp op, Values a, Values b, Form form, Form other, long... dims) {
        DType dtype = a.dtype();
        Supplier<String> what = () -> op + " " + dtype + " " + Arrays.toString(dims) + " " + form + " and " + other;
        Values got = sameForAllThreads(a.count(), what, () -> {
            try (Operands operands = new Operands(backend())) {
                Operand left = operands.of(a, form, dims);
                Operand right = operands.of(b, other, dims);
                Operand target = operands.empty(dtype, Form.CONTIGUOUS, dims);
                backend().binary(op, left.view(), right.view(), target.view());
                Values out = target.read();
                backend().binary(op, left.view(), right.view(), left.view());
                left.read().assertEquals(out, () -> what.get() + " into the left operand");
                left = operands.of(a, form, dims);
                backend().binary(op, left.view(), right.view(), right.view());
                right.read().assertEquals(out, () -> what.get() + " into the right operand");
                return out;
            }
        });
        checkBinaryValues(op, a, b, got, what);
    }

    private static void checkBinaryValues(BinaryOp op, Values a, Values b, Values got, Supplier<String> what) {
        DType dtype = a.dtype();
        if (!dtype.isFloating()) {
            long[] expected = new long[a.count()];
            Arrays.setAll(expected, i -> Reference.binary(op, dtype, a.integers()[i], b.integers()[i]));
            got.assertEquals(Values.ofIntegers(dtype, expected), what);
            return;
        }
        double[] expected = new double[a.count()];
        double[] limits = new double[a.count()];
        for (int i = 0; i < expected.length; i++) {
            double value = Reference.binary(op, dtype, a.floats()[i], b.floats()[i]);
            expected[i] = Math.abs(value) > max(dtype) ? Reference.round(dtype, value) : value;
            limits[i] = op == BinaryOp.POWER ? powerLimit(dtype, value) : 0;
        }
        got.assertWithin(expected, limits, what);
    }

    @Test
    default void binaryBroadcasts() {
        long[][][] cases = {
            {{3, 4}, {4}, {3, 4}},
            {{3, 1}, {4}, {3, 4}},
            {{}, {5}, {5}},
            {{2, 1, 3}, {5, 1}, {2, 5, 3}},
            {{1}, {1, 1}, {1, 1}},
            {{0}, {1}, {0}},
            {{400, 1}, {1, 301}, {400, 301}},
            {{1, 301}, {400, 301}, {400, 301}}
        };
        for (BinaryOp op : BinaryOp.values()) {
            for (DType dtype : List.of(DType.F64, DType.F32, DType.BF16, DType.I64, DType.I32)) {
                for (long[][] c : cases) {
                    Values a = Values.random(dtype, Shape.of(c[0]).size(), 1);
                    Values b = divisors(op, dtype, (int) Shape.of(c[1]).size(), 2);
                    Supplier<String> what = () -> op + " " + dtype + " " + Arrays.deepToString(c);
                    Values got = sameForAllThreads((int) Shape.of(c[2]).size(), what, () -> {
                        try (Operands operands = new Operands(backend())) {
                            View left =
                                    operands.of(a, Form.CONTIGUOUS, c[0]).view().broadcastTo(Shape.of(c[2]));
                            View right =
                                    operands.of(b, Form.TRANSPOSED, c[1]).view().broadcastTo(Shape.of(c[2]));
                            Operand target = operands.empty(dtype, Form.PADDED, c[2]);
                            backend().binary(op, left, right, target.view());
                            return target.read();
                        }
                    });
                    checkBinaryValues(op, stretched(a, c[0], c[2]), stretched(b, c[1], c[2]), got, what);
                }
            }
        }
    }

    @Test
    default void integerDivisionByZeroIsRefusedWhereverTheZeroStands() {
        for (DType dtype : List.of(DType.I64, DType.I32)) {
            for (int zero : new int[] {0, 17, 139_999}) {
                long[] divisors = new long[140_000];
                Arrays.fill(divisors, 3);
                divisors[zero] = 0;
                try (Operands operands = new Operands(backend())) {
                    View a = operands.of(Values.random(dtype, 140_000, 1), Form.CONTIGUOUS, 140_000)
                            .view();
                    View b = operands.of(Values.ofIntegers(dtype, divisors), Form.CONTIGUOUS, 140_000)
                            .view();
                    assertThatThrownBy(() -> backend().binary(BinaryOp.DIVIDE, a, b, a))
                            .isInstanceOf(RuntimeException.class)
                            .hasMessageContaining("division by zero");
                }
            }
        }
    }

    @Test
    default void integerPowersOfNegativeExponentsAreReciprocalsTruncated() {
        for (DType dtype : List.of(DType.I64, DType.I32)) {
            Values bases = Values.ofIntegers(dtype, 1, -1, -1, 2, -2, 7, 1, -1);
            Values exponents = Values.ofIntegers(dtype, -3, -3, -4, -1, -2, -9, 0, 5);
            checkBinary(BinaryOp.POWER, bases, exponents, Form.CONTIGUOUS, Form.CONTIGUOUS, 8);
            checkBinary(BinaryOp.POWER, bases, exponents, Form.STEPPED, Form.FLIPPED, 8);
            try (Operands operands = new Operands(backend())) {
                View zero = operands.of(Values.ofIntegers(dtype, 5, 0), Form.CONTIGUOUS, 2)
                        .view();
                View power = operands.of(Values.ofIntegers(dtype, -1, -1), Form.CONTIGUOUS, 2)
                        .view();
                assertThatThrownBy(() -> backend().binary(BinaryOp.POWER, zero, power, zero))
                        .isInstanceOf(RuntimeException.class)
                        .hasMessageContaining("division by zero");
            }
        }
    }

    @Test
    default void axpbyCombinesAndDoesNotReadAnOverwrittenTarget() {
        for (DType dtype : REAL) {
            for (double[] c : new double[][] {{1, 1}, {2.5, -0.5}, {0, 2}, {-1, 0}, {0, 0}}) {
                for (Form form : Form.values()) {
                    for (long[] dims : SHAPES) {
                        checkAxpby(dtype, c[0], c[1], form, dims);
                    }
                }
            }
        }
    }

    private void checkAxpby(DType dtype, double alpha, double beta, Form form, long... dims) {
        int count = (int) Shape.of(dims).size();
        Values x = Values.random(dtype, count, 1);
        Values y = Values.random(dtype, count, 2);
        if (beta == 0) {
            Arrays.fill(y.floats(), Double.NaN);
        }
        Supplier<String> what = () -> alpha + " x + " + beta + " y " + dtype + " " + form + " " + Arrays.toString(dims);
        Values got = sameForAllThreads(count, what, () -> {
            try (Operands operands = new Operands(backend())) {
                Operand target = operands.of(y, form, dims);
                backend().axpby(alpha, operands.of(x, Form.PADDED, dims).view(), beta, target.view());
                return target.read();
            }
        });
        double[] expected = new double[count];
        double[] limits = new double[count];
        for (int i = 0; i < count; i++) {
            double old = beta == 0 ? 0 : beta * y.floats()[i];
            expected[i] = Math.fma(alpha, x.floats()[i], old);
            limits[i] = Tolerance.sum(dtype, 1, Math.abs(alpha * x.floats()[i]) + Math.abs(old));
        }
        got.assertWithin(expected, limits, what);
    }

    @Test
    default void uploadAndDownloadMoveEveryKindOfBufferAtAnOffset() {
        try (Operands operands = new Operands(backend())) {
            View view = operands.empty(DType.F64, Form.CONTIGUOUS, 100).view();
            double[] numbers = Values.random(DType.F64, 20, 1).floats();
            backend().upload(java.nio.DoubleBuffer.wrap(numbers, 3, 9), view.buffer(), 80);
            ByteBuffer direct = ByteBuffer.allocateDirect(72).order(java.nio.ByteOrder.nativeOrder());
            backend().download(view.buffer(), 80, direct);
            assertThat(direct.hasRemaining()).isFalse();
            assertThat(direct.flip().asDoubleBuffer()).isEqualTo(java.nio.DoubleBuffer.wrap(numbers, 3, 9));
            java.nio.FloatBuffer floats = java.nio.FloatBuffer.wrap(new float[] {1, 2, 3});
            backend().upload(floats, view.buffer(), 4);
            java.nio.FloatBuffer back = java.nio.FloatBuffer.allocate(3);
            backend().download(view.buffer(), 4, back);
            assertThat(back.array()).containsExactly(1, 2, 3);
            backend().upload(java.nio.LongBuffer.wrap(new long[] {-5, 1L << 40}), view.buffer(), 16);
            java.nio.IntBuffer ints = java.nio.IntBuffer.allocate(4);
            backend().download(view.buffer(), 16, ints);
            assertThat(ints.array()).containsExactly(-5, -1, 0, 256);
        }
    }
}
