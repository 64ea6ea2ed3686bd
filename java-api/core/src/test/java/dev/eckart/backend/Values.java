package dev.eckart.backend;

import dev.eckart.memory.DType;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/**
 * Elements in row-major order, as Java holds them exactly: doubles for floating types, longs for integer types.
 *
 * @param dtype the element type
 * @param floats the elements of a floating type; else empty
 * @param integers the elements of an integer type; else empty
 */
record Values(DType dtype, double[] floats, long[] integers) {
    static Values of(DType dtype, double... elements) {
        double[] rounded = new double[elements.length];
        for (int i = 0; i < rounded.length; i++) {
            rounded[i] = Reference.round(dtype, elements[i]);
        }
        return new Values(dtype, rounded, new long[0]);
    }

    static Values ofIntegers(DType dtype, long... elements) {
        return new Values(dtype, new double[0], elements.clone());
    }

    static Values zeros(DType dtype, int count) {
        return dtype.isFloating() ? of(dtype, new double[count]) : ofIntegers(dtype, new long[count]);
    }

    /** Numbers of moderate size, both signs; bytes for U8. */
    static Values random(DType dtype, long count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int n = Math.toIntExact(count);
        if (dtype.isFloating()) {
            return of(dtype, random.doubles(n, -4, 4).toArray());
        }
        return ofIntegers(
                dtype,
                dtype == DType.U8
                        ? random.longs(n, 0, 256).toArray()
                        : random.longs(n, -30, 31).toArray());
    }

    /** The numbers where implementations go wrong, repeated to {@code count}. */
    static Values special(DType dtype, long count) {
        int n = Math.toIntExact(count);
        if (dtype.isFloating()) {
            double max = dtype == DType.F64 ? Double.MAX_VALUE : Reference.round(dtype, 3.3e38);
            double tiny = dtype == DType.F64 ? Double.MIN_VALUE : dtype == DType.F32 ? Float.MIN_VALUE : 0x1p-133;
            double normal = dtype == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
            double[] edges = {
                0,
                -0.0,
                Double.NaN,
                Double.POSITIVE_INFINITY,
                Double.NEGATIVE_INFINITY,
                max,
                -max,
                tiny,
                -tiny,
                normal,
                normal / 2,
                -normal,
                1,
                -1,
                0.5,
                1.5,
                2.5,
                -2.5,
                254.5,
                255.5,
                256,
                300,
                -300,
                1e9,
                2147483647.5,
                3e9,
                -3e9,
                9.3e18,
                -9.3e18,
                88.5,
                -87.2,
                -103.5,
                709.7,
                -745,
                0.1,
                0.5493,
                1e-3,
                1e-8,
                20,
                100
            };
            double[] out = new double[n];
            for (int i = 0; i < n; i++) {
                out[i] = edges[i % edges.length];
            }
            return of(dtype, out);
        }
        long low = dtype == DType.I64 ? Long.MIN_VALUE : dtype == DType.I32 ? Integer.MIN_VALUE : 0;
        long high = dtype == DType.I64 ? Long.MAX_VALUE : dtype == DType.I32 ? Integer.MAX_VALUE : 255;
        long[] edges = {low, high, low + 1, high - 1, 0, 1, 2, 127, 128, 200, high / 3, high / 2 + 1, high & 0x1000001};
        long[] out = new long[n];
        for (int i = 0; i < n; i++) {
            out[i] = edges[i % edges.length];
        }
        return ofIntegers(dtype, out);
    }

    int count() {
        return dtype.isFloating() ? floats.length : integers.length;
    }

    /** Element {@code i} as a double. */
    double at(int i) {
        return dtype.isFloating() ? floats[i] : integers[i];
    }

    /** Fails unless every element is {@code expected}'s: equal numbers, and NaN for NaN. */
    void assertEquals(Values expected, Supplier<String> what) {
        for (int i = 0; i < checkedCount(expected, what); i++) {
            boolean same = dtype.isFloating()
                    ? floats[i] == expected.floats[i] || Double.isNaN(floats[i]) && Double.isNaN(expected.floats[i])
                    : integers[i] == expected.integers[i];
            if (!same) {
                throw new AssertionError(
                        what.get() + ": element " + i + " is " + text(i) + ", not " + expected.text(i));
            }
        }
    }

    /** Fails unless element i is within {@code limits[i]} of {@code expected[i]}; NaN and infinities must be the same. */
    void assertWithin(double[] expected, double[] limits, Supplier<String> what) {
        assertWithin(expected, new double[expected.length], limits, what);
    }

    /** The same, of {@code expected[i] + rest[i]}. */
    void assertWithin(double[] expected, double[] rest, double[] limits, Supplier<String> what) {
        if (floats.length != expected.length) {
            throw new AssertionError(what.get() + ": " + floats.length + " elements, not " + expected.length);
        }
        for (int i = 0; i < expected.length; i++) {
            boolean same = floats[i] == expected[i] || Double.isNaN(floats[i]) && Double.isNaN(expected[i]);
            if (!same && !(Math.abs(floats[i] - expected[i] - rest[i]) <= limits[i])) {
                throw new AssertionError(what.get() + ": element " + i + " is " + floats[i] + ", not " + expected[i]
                        + " within " + limits[i]);
            }
        }
    }

    private int checkedCount(Values expected, Supplier<String> what) {
        if (dtype != expected.dtype || count() != expected.count()) {
            throw new AssertionError(what.get() + ": " + count() + " elements of " + dtype + ", not " + expected.count()
                    + " of " + expected.dtype);
        }
        return count();
    }

    private String text(int i) {
        return dtype.isFloating() ? Double.toString(floats[i]) : Long.toString(integers[i]);
    }
}
