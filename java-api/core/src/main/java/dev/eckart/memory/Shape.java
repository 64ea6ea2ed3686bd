package dev.eckart.memory;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The sizes of a tensor's dimensions, outermost first. Immutable. The element count may exceed 2^31 but not 2^63. */
public final class Shape {
    /** Most dimensions a tensor may have. */
    public static final int MAX_RANK = 8;

    private final long[] dims;
    private final long size;

    private Shape(long[] dims) {
        if (dims.length > MAX_RANK) {
            throw new IllegalArgumentException(
                    "shape: " + dims.length + " dimensions; at most " + MAX_RANK + " are supported");
        }
        long count = 1;
        boolean overflow = false;
        for (long d : dims) {
            if (d < 0) {
                throw new IllegalArgumentException("shape: dimension " + d + " is negative in " + text(dims));
            }
            overflow |= d != 0 && count > Long.MAX_VALUE / d;
            count *= d;
        }
        if (overflow && Arrays.stream(dims).noneMatch(d -> d == 0)) {
            throw new IllegalArgumentException("shape: " + text(dims) + " has more than 2^63 elements");
        }
        this.dims = dims;
        this.size = overflow ? 0 : count;
    }

    /** The shape with these dimensions; none for a scalar. */
    public static Shape of(long... dims) {
        return new Shape(dims.clone());
    }

    /** Number of dimensions. */
    public int rank() {
        return dims.length;
    }

    /** Number of elements: the product of the dimensions, 1 for a scalar. */
    public long size() {
        return size;
    }

    /** The size of dimension {@code axis}; negative counts from the end. */
    public long dim(int axis) {
        return dims[axis(axis)];
    }

    /** {@code axis} in 0..rank-1; negative counts from the end. */
    public int axis(int axis) {
        int a = axis < 0 ? axis + dims.length : axis;
        if (a < 0 || a >= dims.length) {
            throw new IllegalArgumentException("axis " + axis + " does not exist in shape " + this);
        }
        return a;
    }

    /** A copy of the dimensions. */
    public long[] dims() {
        return dims.clone();
    }

    /** This shape with dimension {@code axis} set to {@code size}. */
    public Shape with(int axis, long size) {
        long[] d = dims.clone();
        d[axis(axis)] = size;
        return new Shape(d);
    }

    /** This shape without dimension {@code axis}. */
    public Shape without(int axis) {
        int a = axis(axis);
        long[] d = new long[dims.length - 1];
        System.arraycopy(dims, 0, d, 0, a);
        System.arraycopy(dims, a + 1, d, a, d.length - a);
        return new Shape(d);
    }

    /**
     * The common shape of two operands: dimensions are matched from the last, and 1 stretches.
     *
     * @throws IllegalArgumentException naming {@code operation}, when they do not match
     */
    public static Shape broadcast(String operation, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        long[] d = new long[Math.max(a.rank(), b.rank())];
        for (int i = 1; i <= d.length; i++) {
            long x = i <= a.rank() ? a.dims[a.rank() - i] : 1;
            long y = i <= b.rank() ? b.dims[b.rank() - i] : 1;
            if (x != y && x != 1 && y != 1) {
                throw new IllegalArgumentException(operation + ": shapes " + a + " and " + b + " do not broadcast: " + x
                        + " and " + y + " differ");
            }
            d[d.length - i] = x == 1 ? y : x;
        }
        return new Shape(d);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Shape s && Arrays.equals(dims, s.dims);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dims);
    }

    /** As {@code (3,4)}. */
    @Override
    public String toString() {
        return text(dims);
    }

    private static String text(long[] dims) {
        return Arrays.stream(dims).mapToObj(Long::toString).collect(Collectors.joining(",", "(", ")"));
    }
}
