package dev.eckart.cuda;

import dev.eckart.backend.Distribution;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;

/** What {@code random.cuh} takes for a distribution: the same numbers, rounded in the same places, as the CPU's kernels. */
final class Draws {
    private Draws() {}

    /** Fills a contiguous view; {@code arguments} has the fields of {@code RandomArgs} before {@code out}. */
    static void launch(Gpu gpu, Distribution distribution, double a, double b, Arguments arguments, View out) {
        arguments.add(out.address());
        gpu.launch(
                "random.cuh ECKART_RANDOM()",
                kernel(distribution, out.dtype()),
                out.shape().size(),
                addTo(arguments, out.dtype(), a, b));
    }

    /** Adds the fields of {@code RandomArgs} behind {@code out}. */
    static Arguments addTo(Arguments arguments, DType dtype, double a, double b) {
        long low = (long) a; // saturates, as the CPU's does
        if (dtype == DType.F32) {
            float from = (float) a;
            float to = (float) b;
            float below = Math.max(from, Math.nextAfter(to, from));
            arguments
                    .add((double) from)
                    .add((double) to)
                    .add((double) (to - from))
                    .add((double) below);
        } else {
            arguments.add(a).add(b).add(b - a).add(Math.max(a, Math.nextAfter(b, a)));
        }
        return arguments.add(low).add((long) b - low);
    }

    /** The kernel's name. */
    static String kernel(Distribution distribution, DType dtype) {
        return switch (distribution) {
            case UNIFORM -> "uniform_" + dtype;
            case NORMAL -> "normal_" + dtype;
            case INTEGERS -> "integers_" + dtype;
        };
    }
}
