package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.util.OptionalDouble;

/** Aᵀ by the products of A. */
record TransposedOperator(LinearOperator a) implements LinearOperator {
    /** Aᵀ for an A that is wider than tall, else A. */
    static LinearOperator tall(LinearOperator a) {
        return a.rows() < a.columns() ? new TransposedOperator(a) : a;
    }

    @Override
    public long rows() {
        return a.columns();
    }

    @Override
    public long columns() {
        return a.rows();
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
        return a.multiplyTransposed(x);
    }

    @Override
    public Tensor multiplyTransposed(Tensor y) {
        return a.multiply(y);
    }

    @Override
    public Tensor columns(long from, long to) {
        return turned(a.rows(from, to));
    }

    @Override
    public Tensor rows(long from, long to) {
        return turned(a.columns(from, to));
    }

    private static Tensor turned(Tensor t) {
        try (t) {
            return t.transpose();
        }
    }

    @Override
    public boolean isStored() {
        return a.isStored();
    }

    @Override
    public double flops() {
        return a.flops();
    }

    @Override
    public OptionalDouble frobeniusNorm() {
        return a.frobeniusNorm();
    }
}
