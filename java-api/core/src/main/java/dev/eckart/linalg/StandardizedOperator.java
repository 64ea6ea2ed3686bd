package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.OptionalDouble;

/** (A − 1·μᵀ)·D⁻¹ by its products; D = I when {@code scale} is null. */
record StandardizedOperator(Tensor a, Tensor mean, Tensor scale) implements LinearOperator {
    private static final long BLOCK_ELEMENTS = 1 << 20;

    StandardizedOperator {
        require("mean", mean, a);
        if (scale != null) {
            require("scale", scale, a);
        }
    }

    private static void require(String name, Tensor vector, Tensor a) {
        if (vector.shape().rank() != 1 || vector.dim(0) != a.dim(1)) {
            throw new IllegalArgumentException("operator: " + name + " has shape " + vector.shape() + "; " + a.shape()
                    + " needs (" + a.dim(1) + ")");
        }
    }

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

    /** A·(D⁻¹X) − 1·(μᵀD⁻¹X). */
    @Override
    public Tensor multiply(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor scaled = scale == null ? x : x.divide(scale.reshape(-1, 1));
            Tensor shift = mean.reshape(1, -1).matmul(scaled);
            return scope.keep(a.matmul(scaled).subtract(shift));
        }
    }

    /** D⁻¹·(AᵀY − μ·(1ᵀY)). */
    @Override
    public Tensor multiplyTransposed(Tensor y) {
        try (Scope scope = Scope.open()) {
            Tensor shift = mean.reshape(-1, 1).matmul(y.sum(0).reshape(1, -1));
            Tensor product = a.transpose().matmul(y).subtract(shift);
            return scope.keep(scale == null ? product : product.divide(scale.reshape(-1, 1)));
        }
    }

    @Override
    public Tensor columns(long from, long to) {
        try (Scope scope = Scope.open()) {
            Tensor centred = a.slice(1, from, to).subtract(mean.slice(0, from, to));
            return scope.keep(scale == null ? centred : centred.divide(scale.slice(0, from, to)));
        }
    }

    @Override
    public Tensor rows(long from, long to) {
        try (Scope scope = Scope.open()) {
            Tensor centred = a.slice(0, from, to).subtract(mean);
            return scope.keep(scale == null ? centred : centred.divide(scale));
        }
    }

    /** By blocks of rows, from the differences: Σa² − m·μ² would cancel. */
    @Override
    public OptionalDouble frobeniusNorm() {
        long height = Math.max(1, BLOCK_ELEMENTS / Math.max(1, columns()));
        double norm = 0;
        for (long from = 0; from < rows(); from += height) {
            Interrupts.check("norm");
            try (Scope scope = Scope.open()) {
                norm = Math.hypot(
                        norm, rows(from, Math.min(rows(), from + height)).norm());
            }
        }
        return OptionalDouble.of(norm);
    }
}
