package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;

/** A sparse matrix by its products alone, for an iteration. */
record CsrProducts(long rows, long columns, Compressed forward, Compressed backward) implements LinearOperator {
    @Override
    public DType dtype() {
        return forward.values().dtype();
    }

    @Override
    public Device device() {
        return forward.values().device();
    }

    @Override
    public Tensor multiply(Tensor x) {
        return forward.multiply(x);
    }

    @Override
    public Tensor multiplyTransposed(Tensor y) {
        return backward.multiply(y);
    }

    @Override
    public double flops() {
        return 2.0 * forward.values().dim(0);
    }
}
