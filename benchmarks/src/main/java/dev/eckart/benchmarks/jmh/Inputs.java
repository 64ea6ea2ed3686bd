package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;

/** Inputs and the one check of a result that the benchmarks share. */
final class Inputs {
    private Inputs() {}

    static Tensor normal(String device, DType dtype, long seed, long... shape) {
        try (Tensor host = Tensor.normal(dtype, seed, shape)) {
            return host.to(Device.parse(device));
        }
    }

    /** A benchmark of wrong results is worth nothing: stops it when an error exceeds 10·ε·n. */
    static void requireSmall(String what, double error, DType dtype, long n) {
        double bound = 10 * (dtype == DType.F32 ? Math.ulp(1f) : Math.ulp(1d)) * n;
        if (!(error <= bound)) {
            throw new IllegalStateException(what + ": relative error " + error + " is above " + bound);
        }
    }
}
