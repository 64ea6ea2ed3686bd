package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;

/** Inputs, and the checks of results, that the benchmarks share. */
final class Inputs {
    private static final int SAMPLES = 1000;

    private Inputs() {}

    static Tensor normal(String device, DType dtype, long seed, long... shape) {
        try (Tensor host = Tensor.normal(dtype, seed, shape)) {
            return host.to(Device.parse(device));
        }
    }

    /** Stops the benchmark when an error exceeds 10·ε·n. */
    static void requireSmall(String what, double error, DType dtype, long n) {
        double bound = 10 * (dtype == DType.F32 ? Math.ulp(1f) : Math.ulp(1d)) * n;
        if (!(error <= bound)) {
            throw new IllegalStateException(what + ": relative error " + error + " is above " + bound);
        }
    }

    /** ‖actual − expected‖ at most 10·ε·n·‖expected‖. */
    static void requireEqual(String what, Tensor actual, Tensor expected, long n) {
        try (Tensor difference = actual.subtract(expected)) {
            requireSmall(what, difference.norm() / Math.max(expected.norm(), Double.MIN_NORMAL), actual.dtype(), n);
        }
    }

    /** Compares some elements, evenly spread, with what they are to be: within 10·ε relatively, NaN for NaN. */
    static void requireElements(String what, Tensor actual, Expected expected) {
        double[] values = actual.toArray();
        int step = Math.max(1, values.length / SAMPLES);
        for (int i = 0; i < values.length; i += step) {
            double exact = expected.at(i);
            double wanted = actual.dtype() == DType.F32 ? (float) exact : exact;
            if (Double.compare(values[i], wanted) != 0) {
                double scale = Math.max(Math.abs(wanted), 1);
                requireSmall(what + " at " + i, Math.abs(values[i] - wanted) / scale, actual.dtype(), 1);
            }
        }
    }

    /** What stands at a row-major place. */
    @FunctionalInterface
    interface Expected {
        double at(int index);
    }
}
