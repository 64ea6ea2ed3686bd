package dev.eckart.memory;

import java.util.Arrays;
import java.util.Optional;

/**
 * Where the elements of a shape stand in a buffer: element (i₀, i₁, …) at {@code offset + Σ iⱼ·strides[j]}, counted in elements. A
 * stride of 0 repeats an element (broadcasting); strides may be negative. Immutable.
 */
public final class Layout {
    private final Shape shape;
    private final long[] strides;
    private final long offset;

    private Layout(Shape shape, long[] strides, long offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
    }

    /** Row-major without gaps, from element 0 on. */
    public static Layout contiguous(Shape shape) {
        return new Layout(shape, rowMajor(shape), 0);
    }

    private static long[] rowMajor(Shape shape) {
        long[] strides = new long[shape.rank()];
        long step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(1, shape.dim(i));
        }
        return strides;
    }

    /** The shape. */
    public Shape shape() {
        return shape;
    }

    /** The stride of dimension {@code axis}, in elements. */
    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    /** Where element (0, …, 0) stands, in elements. */
    public long offset() {
        return offset;
    }

    /** Whether the elements are row-major without gaps (from any offset on). */
    public boolean isContiguous() {
        if (shape.size() == 0) {
            return true;
        }
        long step = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            long d = shape.dim(i);
            if (d != 1 && strides[i] != step) {
                return false;
            }
            step *= d;
        }
        return true;
    }

    /** Dimension {@code i} of the result is dimension {@code order[i]} of this layout. */
    public Layout permute(int... order) {
        if (order.length != shape.rank()) {
            throw new IllegalArgumentException(
                    "permute: " + order.length + " axes given for shape " + shape + " of rank " + shape.rank());
        }
        long[] d = new long[order.length];
        long[] s = new long[order.length];
        boolean[] used = new boolean[order.length];
        for (int i = 0; i < order.length; i++) {
            int axis = shape.axis(order[i]);
            if (used[axis]) {
                throw new IllegalArgumentException("permute: axis " + order[i] + " is named twice");
            }
            used[axis] = true;
            d[i] = shape.dim(axis);
            s[i] = strides[axis];
        }
        return new Layout(Shape.of(d), s, offset);
    }

    /** Entries {@code from} (included) to {@code to} (excluded) of dimension {@code axis}. */
    public Layout slice(int axis, long from, long to) {
        int a = shape.axis(axis);
        if (from < 0 || to < from || to > shape.dim(a)) {
            throw new IllegalArgumentException("slice: " + from + ".." + to + " is outside 0.." + shape.dim(a)
                    + " of axis " + axis + " of shape " + shape);
        }
        return new Layout(shape.with(a, to - from), strides, to == from ? offset : offset + from * strides[a]);
    }

    /** Entry {@code index} of dimension {@code axis}, which goes. */
    public Layout select(int axis, long index) {
        int a = shape.axis(axis);
        if (index < 0 || index >= shape.dim(a)) {
            throw new IllegalArgumentException("select: index " + index + " is outside 0.." + (shape.dim(a) - 1)
                    + " of axis " + axis + " of shape " + shape);
        }
        long[] s = new long[strides.length - 1];
        System.arraycopy(strides, 0, s, 0, a);
        System.arraycopy(strides, a + 1, s, a, s.length - a);
        return new Layout(shape.without(a), s, offset + index * strides[a]);
    }

    /** Dimension {@code axis} backwards. */
    public Layout flip(int axis) {
        int a = shape.axis(axis);
        long[] s = strides.clone();
        s[a] = -s[a];
        return new Layout(shape, s, offset + Math.max(0, shape.dim(a) - 1) * strides[a]);
    }

    /** The diagonal of a matrix. */
    public Layout diagonal() {
        return new Layout(Shape.of(Math.min(shape.dim(0), shape.dim(1))), new long[] {strides[0] + strides[1]}, offset);
    }

    /** This layout stretched to {@code target} with strides of 0; the caller has checked that it broadcasts. */
    public Layout broadcastTo(Shape target) {
        if (target.equals(shape)) {
            return this;
        }
        long[] s = new long[target.rank()];
        int lead = target.rank() - shape.rank();
        for (int i = 0; i < shape.rank(); i++) {
            s[lead + i] = shape.dim(i) == 1 && target.dim(lead + i) != 1 ? 0 : strides[i];
        }
        return new Layout(target, s, offset);
    }

    /** The same elements under another shape of equal size, when that needs no copy. */
    public Optional<Layout> reshape(Shape target) {
        if (isContiguous()) {
            return Optional.of(new Layout(target, rowMajor(target), offset));
        }
        long[] s = new long[target.rank()];
        int from = 0;
        int to = 0;
        // Match groups of old and new dimensions of equal product; inside a group the old ones must be jointly
        // contiguous.
        while (from < shape.rank() || to < s.length) {
            int group = to;
            long oldSize = 1;
            long newSize = 1;
            long inner = 1;
            boolean first = true;
            do {
                if (from < shape.rank() && (oldSize <= newSize || to == s.length)) {
                    long d = shape.dim(from);
                    if (d != 1) {
                        if (!first && inner != d * strides[from]) {
                            return Optional.empty();
                        }
                        inner = strides[from];
                        first = false;
                    }
                    oldSize *= d;
                    from++;
                } else {
                    newSize *= target.dim(to++);
                }
            } while (oldSize != newSize);
            for (int i = to - 1; i >= group; i--) {
                s[i] = inner;
                inner *= target.dim(i);
            }
        }
        return Optional.of(new Layout(target, s, offset));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Layout l
                && shape.equals(l.shape)
                && offset == l.offset
                && Arrays.equals(strides, l.strides);
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode() + Arrays.hashCode(strides) + Long.hashCode(offset);
    }

    @Override
    public String toString() {
        return "shape " + shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
}
