package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.util.OptionalDouble;

/** A matrix as an operator. */
record DenseOperator(Tensor a) implements LinearOperator {
    @Override
    public long rows() {
        return a.dim(0);
    }

    @Override
    public long columns() {
        return a.dim(1);
    }

    @Override
    public DType dtype() {
        return a.dtype();
    }

    @Override
    public Device device() {
        return a.device();
    }

    @Override
    public Tensor multiply(Tensor x) {
        return a.matmul(x);
    }

    @Override
    public Tensor multiplyTransposed(Tensor y) {
        try (Tensor transposed = a.transpose()) {
            return transposed.matmul(y);
        }
    }

    @Override
    public Tensor columns(long from, long to) {
        return a.slice(1, from, to);
    }

    @Override
    public Tensor rows(long from, long to) {
        return a.slice(0, from, to);
    }

    @Override
    public boolean isStored() {
        return true;
    }

    @Override
    public OptionalDouble frobeniusNorm() {
        return OptionalDouble.of(a.norm());
    }
}
