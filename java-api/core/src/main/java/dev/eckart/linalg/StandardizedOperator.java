package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.OptionalDouble;

/** (A − 1·μᵀ)·D⁻¹ by the products of any A; D = I when {@code scale} is null. */
final class StandardizedOperator implements LinearOperator {
    private final LinearOperator a;
    private final Tensor mean;
    private final Tensor scale;
    private volatile ColumnStatistics statistics;
    private volatile double norm = Double.NaN;

    /** With A's statistics where they are known, else null. */
    StandardizedOperator(LinearOperator a, Tensor mean, Tensor scale, ColumnStatistics statistics) {
        this.a = a;
        this.mean = mean;
        this.scale = scale;
        this.statistics = statistics;
        require("mean", mean);
        if (scale != null) {
            require("scale", scale);
        }
    }

    private void require(String name, Tensor vector) {
        if (vector.shape().rank() != 1 || vector.dim(0) != a.columns()) {
            throw new IllegalArgumentException("operator: " + name + " has shape " + vector.shape() + "; "
                    + Shape.of(a.rows(), a.columns()) + " needs (" + a.columns() + ")");
        }
    }

    @Override
    public long rows() {
        return a.rows();
    }

    @Override
    public long columns() {
        return a.columns();
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
    public double flops() {
        return a.flops() + 2.0 * (rows() + columns());
    }

    @Override
    public boolean isStreamed() {
        return a.isStreamed();
    }

    /** A·(D⁻¹X) − 1·(μᵀD⁻¹X). */
    @Override
    public Tensor multiply(Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor scaled = unscaled(x);
            return scope.keep(a.multiply(scaled).subtract(mean.reshape(1, -1).matmul(scaled)));
        }
    }

    /** D⁻¹·(AᵀY − μ·(1ᵀY)). */
    @Override
    public Tensor multiplyTransposed(Tensor y) {
        try (Scope scope = Scope.open()) {
            return scope.keep(unshifted(a.multiplyTransposed(y), y.sum(0)));
        }
    }

    /** By blocks of rows where A is streamed, each shifted before it is multiplied back: AᵀA − n·μμᵀ would cancel. */
    @Override
    public Tensor gram(Tensor x) {
        if (!isStreamed()) {
            return LinearOperator.super.gram(x);
        }
        try (Scope scope = Scope.open()) {
            Tensor scaled = unscaled(x).contiguous();
            Tensor shift = mean.reshape(1, -1).matmul(scaled);
            Tensor product = Tensor.zeros(dtype(), columns(), x.dim(1)).to(device());
            Tensor sums = Tensor.zeros(dtype(), x.dim(1)).to(device());
            a.forEachRows((from, rows) -> {
                Tensor y = rows.matmul(scaled).subtract(shift);
                Matrices.addProduct(rows.transpose(), y, product);
                sums.assign(sums.add(y.sum(0)));
            });
            return scope.keep(unshifted(product, sums));
        }
    }

    /** D⁻¹X, in the caller's scope. */
    private Tensor unscaled(Tensor x) {
        return scale == null ? x : x.divide(scale.reshape(-1, 1));
    }

    /** D⁻¹·(product − μ·sumsᵀ), in the caller's scope. */
    private Tensor unshifted(Tensor product, Tensor sums) {
        Tensor shifted = product.subtract(mean.reshape(-1, 1).matmul(sums.reshape(1, -1)));
        return unscaled(shifted);
    }

    @Override
    public Tensor columns(long from, long to) {
        try (Scope scope = Scope.open()) {
            Tensor centred = a.columns(from, to).subtract(mean.slice(0, from, to));
            return scope.keep(scale == null ? centred : centred.divide(scale.slice(0, from, to)));
        }
    }

    @Override
    public Tensor rows(long from, long to) {
        try (Scope scope = Scope.open()) {
            return scope.keep(standardized(a.rows(from, to)));
        }
    }

    @Override
    public void forEachRows(RowAction action) {
        long height = Math.max(1, Matrices.BLOCK_ELEMENTS / Math.max(1, columns()));
        a.forEachRows((start, block) -> {
            for (long from = 0; from < block.dim(0); from += height) {
                try (Scope scope = Scope.open()) {
                    Tensor rows = block.slice(0, from, Math.min(block.dim(0), from + height));
                    action.accept(start + from, standardized(rows));
                }
            }
        });
    }

    /** Rows of A, centred and scaled, in the caller's scope. */
    private Tensor standardized(Tensor rows) {
        Tensor centred = rows.subtract(mean);
        return scale == null ? centred : centred.divide(scale);
    }

    @Override
    public boolean isStored() {
        return a.isStored();
    }

    /** From A's statistics, once. */
    @Override
    public OptionalDouble frobeniusNorm() {
        if (Double.isNaN(norm)) {
            if (statistics == null) {
                statistics = a.columnStatistics();
            }
            norm = statistics.frobeniusNorm(mean.toArray(), scale == null ? null : scale.toArray());
        }
        return OptionalDouble.of(norm);
    }
}
