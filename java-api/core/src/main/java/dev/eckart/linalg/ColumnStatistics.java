package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * Mean and squared deviation of each column of a matrix, kept in f64: what centring and scaling need. Those of two sets of rows are
 * merged by the update of Chan, Golub and LeVeque 1983 (equation 2.1), on means relative to that of the first rows, so that a mean
 * far from 0 costs no digits. Immutable and thread-safe.
 */
public final class ColumnStatistics {
    private final long rows;
    /** The mean is origin + offset. */
    private final double[] origin;

    private final double[] offset;
    private final double[] squares;

    ColumnStatistics(long rows, double[] origin, double[] offset, double[] squares) {
        this.rows = rows;
        this.origin = origin;
        this.offset = offset;
        this.squares = squares;
    }

    /** Of no rows. */
    private static ColumnStatistics none(long columns) {
        int d = Math.toIntExact(columns);
        return new ColumnStatistics(0, new double[d], new double[d], new double[d]);
    }

    /** Of a matrix whose rows are read once. */
    static ColumnStatistics of(LinearOperator a) {
        ColumnStatistics[] all = {none(a.columns())};
        long height = Math.max(1, Matrices.BLOCK_ELEMENTS / Math.max(1, a.columns()));
        a.forEachRows((start, block) -> {
            for (long from = 0; from < block.dim(0); from += height) {
                try (Scope scope = Scope.open()) {
                    Tensor rows = block.slice(0, from, Math.min(block.dim(0), from + height));
                    all[0] = all[0].merge(of(rows));
                }
            }
        });
        return all[0];
    }

    /**
     * Of a matrix that lies in memory.
     *
     * @param rows (n, d), F64 or F32
     */
    public static ColumnStatistics of(Tensor rows) {
        if (rows.shape().rank() != 2) {
            throw new IllegalArgumentException("column statistics: needs a matrix, shape is " + rows.shape());
        }
        long n = rows.dim(0);
        if (n * rows.dim(1) == 0) {
            return n == 0 ? none(rows.dim(1)) : new ColumnStatistics(n, new double[0], new double[0], new double[0]);
        }
        if (n * rows.dim(1) > Matrices.BLOCK_ELEMENTS && n > 1) {
            return of(new DenseOperator(rows));
        }
        try (Scope scope = Scope.open()) {
            Tensor mean = rows.mean(0);
            Tensor rest = rows.subtract(mean);
            double[] offset = rest.sum(0).toArray();
            double[] squares = rest.square().sum(0).toArray();
            for (int j = 0; j < offset.length; j++) {
                // The rounding of the mean is in both sums.
                squares[j] = Math.max(0, squares[j] - offset[j] * offset[j] / n);
                offset[j] /= n;
            }
            return new ColumnStatistics(n, mean.toArray(), offset, squares);
        }
    }

    /**
     * Of the rows of both.
     *
     * @throws IllegalArgumentException when the numbers of columns differ
     */
    public ColumnStatistics merge(ColumnStatistics other) {
        if (other.columns() != columns()) {
            throw new IllegalArgumentException("column statistics: merge: " + columns() + " and " + other.columns()
                    + " columns; both need the same number");
        }
        if (rows == 0 || other.rows == 0) {
            return rows == 0 ? other : this;
        }
        long n = rows + other.rows;
        double share = (double) other.rows / n;
        double[] moved = new double[origin.length];
        double[] sums = new double[origin.length];
        for (int j = 0; j < origin.length; j++) {
            double delta = difference(other, j);
            moved[j] = offset[j] + delta * share;
            sums[j] = squares[j] + other.squares[j] + delta * delta * share * rows;
        }
        return new ColumnStatistics(n, origin, moved, sums);
    }

    /** The mean of the other's column j above this one's. */
    private double difference(ColumnStatistics other, int j) {
        return (other.origin[j] - origin[j]) + (other.offset[j] - offset[j]);
    }

    /** How far the means of {@code other} lie above these. */
    public double[] meanDifference(ColumnStatistics other) {
        double[] difference = new double[origin.length];
        for (int j = 0; j < difference.length; j++) {
            difference[j] = difference(other, j);
        }
        return difference;
    }

    /** The number of rows n. */
    public long rows() {
        return rows;
    }

    /** The number of columns d. */
    public long columns() {
        return origin.length;
    }

    /** The mean of each column, (d); 0 of no rows. */
    public double[] mean() {
        double[] mean = new double[origin.length];
        for (int j = 0; j < mean.length; j++) {
            mean[j] = origin[j] + offset[j];
        }
        return mean;
    }

    /** Σ(xᵢ − mean)² of each column, (d). */
    public double[] squaredDeviations() {
        return squares.clone();
    }

    /** The variance of each column, (d), divisor n − 1; 0 of fewer than two rows. */
    public double[] variance() {
        double[] variance = squares.clone();
        for (int j = 0; j < variance.length; j++) {
            variance[j] = rows < 2 ? 0 : variance[j] / (rows - 1);
        }
        return variance;
    }

    /** {@link #mean} as a tensor. */
    public Tensor mean(DType dtype, Device device) {
        try (Tensor mean = Tensor.of(mean(), columns());
                Tensor cast = mean.to(dtype)) {
            return cast.to(device);
        }
    }

    /**
     * ‖(A − 1·μᵀ)·D⁻¹‖F, without the cancellation of ‖A‖² − n·‖μ‖².
     *
     * @param center μ (d), rounded as the caller has it
     * @param scale the diagonal of D, (d); null for the identity
     */
    double frobeniusNorm(double[] center, double[] scale) {
        double norm = 0;
        for (int j = 0; j < squares.length; j++) {
            double shift = (origin[j] - center[j]) + offset[j];
            double column = Math.hypot(Math.sqrt(squares[j]), Math.sqrt(rows) * shift);
            norm = Math.hypot(norm, scale == null ? column : column / scale[j]);
        }
        return norm;
    }
}
