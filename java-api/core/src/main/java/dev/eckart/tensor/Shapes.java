package dev.eckart.tensor;

import dev.eckart.memory.Shape;
import java.util.Arrays;

/** Shape arithmetic of the facade. */
final class Shapes {
    private Shapes() {}

    /** The shape asked for, with one -1 replaced by what makes the sizes equal. */
    static Shape infer(Shape from, long... dims) {
        int unknown = -1;
        long[] rest = new long[dims.length];
        int count = 0;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == -1 && unknown < 0) {
                unknown = i;
            } else {
                rest[count++] = dims[i];
            }
        }
        // Refuses negative sizes and overflow.
        long known = Shape.of(Arrays.copyOf(rest, count)).size();
        long[] out = dims.clone();
        if (unknown >= 0 && known > 0 && from.size() % known == 0) {
            out[unknown] = from.size() / known;
        }
        if (unknown >= 0 && out[unknown] == -1) {
            throw new IllegalArgumentException("reshape: " + from + " of " + from.size()
                    + " elements can't be cut into rows of " + known + " elements");
        }
        Shape target = Shape.of(out);
        if (target.size() != from.size()) {
            throw new IllegalArgumentException(
                    "reshape: " + from + " has " + from.size() + " elements, " + target + " has " + target.size());
        }
        return target;
    }

    /** Which axes are named; all when none is. */
    static boolean[] axes(String operation, Shape shape, int... axes) {
        boolean[] named = new boolean[shape.rank()];
        if (axes.length == 0) {
            java.util.Arrays.fill(named, true);
        }
        for (int axis : axes) {
            int a = shape.axis(axis);
            if (named[a]) {
                throw new IllegalArgumentException(operation + ": axis " + axis + " is named twice");
            }
            named[a] = true;
        }
        return named;
    }
}
