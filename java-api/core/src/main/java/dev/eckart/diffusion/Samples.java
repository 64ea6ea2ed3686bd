package dev.eckart.diffusion;

import dev.eckart.memory.Shape;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Tensor;

/** Samples of any shape as rows of a matrix. */
final class Samples {
    private Samples() {}

    /** How many elements a sample of (b, …) has. */
    static long width(Tensor x) {
        return x.shape().without(0).size();
    }

    static void requireWidth(String operation, Tensor x, long width) {
        if (x.shape().rank() == 0 || width(x) != width) {
            throw new IllegalArgumentException(operation + ": samples " + x.shape() + "; it knows data of " + width
                    + " elements, (b,…) with that many each");
        }
    }

    /** (b, …) as (b, d). */
    static Tensor rows(Tensor x) {
        return x.reshape(x.dim(0), width(x));
    }

    /** Numbers that are computed in F64, in the type and on the device of {@code x}. */
    static Tensor constant(Tensor x, double[] numbers, long... shape) {
        return Recording.constant(() -> Tensor.of(numbers, shape).to(x.dtype()).to(x.device()));
    }

    /** The place of an element that is counted row-major. */
    static Shape place(Shape shape, long linear) {
        long[] at = new long[shape.rank()];
        long rest = linear;
        for (int i = at.length - 1; i >= 0; i--) {
            at[i] = rest % shape.dim(i);
            rest /= shape.dim(i);
        }
        return Shape.of(at);
    }
}
