package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.util.OptionalDouble;

/** An operator as it is during one decomposition: its norm, which algorithm and certificate both need, is computed once. */
final class KnownNorm implements LinearOperator {
    private final LinearOperator a;
    private OptionalDouble norm;

    KnownNorm(LinearOperator a) {
        this.a = a;
    }

    /** What it stands for. */
    LinearOperator operator() {
        return a;
    }

    @Override
    public synchronized OptionalDouble frobeniusNorm() {
        if (norm == null) {
            norm = a.frobeniusNorm();
        }
        return norm;
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
    public Tensor multiply(Tensor x) {
        return a.multiply(x);
    }

    @Override
    public Tensor multiplyTransposed(Tensor y) {
        return a.multiplyTransposed(y);
    }

    @Override
    public Tensor gram(Tensor x) {
        return a.gram(x);
    }

    @Override
    public Tensor columns(long from, long to) {
        return a.columns(from, to);
    }

    @Override
    public Tensor rows(long from, long to) {
        return a.rows(from, to);
    }

    @Override
    public boolean isStored() {
        return a.isStored();
    }

    @Override
    public boolean isStreamed() {
        return a.isStreamed();
    }

    @Override
    public void forEachRows(RowAction action) {
        a.forEachRows(action);
    }

    @Override
    public ColumnStatistics columnStatistics() {
        return a.columnStatistics();
    }

    @Override
    public double flops() {
        return a.flops();
    }
}
