package dev.eckart.tensor;

import dev.eckart.memory.Shape;

/** A tensor as the (outer, n, inner) that a backend runs along: dimension {@code axis} between what lies outside and inside of it. */
final class Slab {
    private Slab() {}

    /** A view where the strides allow it, else of a copy. */
    static Tensor of(Tensor t, int axis) {
        return t.reshape(dims(t.shape(), axis));
    }

    /** The three sizes. */
    static long[] dims(Shape shape, int axis) {
        int a = shape.axis(axis);
        long outer = 1;
        long inner = 1;
        for (int i = 0; i < shape.rank(); i++) {
            outer *= i < a ? shape.dim(i) : 1;
            inner *= i > a ? shape.dim(i) : 1;
        }
        return new long[] {outer, shape.dim(a), inner};
    }
}
