package dev.eckart.linalg;

import dev.eckart.tensor.Tensor;

/** What is made of a sparse matrix entry by entry, on the Java heap, blocks of entries at a time. */
final class CsrRows {
    private static final int BLOCK = 1 << 20;

    private CsrRows() {}

    private interface Visitor {
        void entry(int column, double value);
    }

    private static void forEach(Csr a, long first, long end, Visitor visitor) {
        for (long from = first; from < end; from += BLOCK) {
            long to = Math.min(end, from + BLOCK);
            try (Tensor indices = a.indices().slice(0, from, to);
                    Tensor values = a.values().slice(0, from, to)) {
                long[] columns = indices.toLongArray();
                double[] numbers = values.toArray();
                for (int i = 0; i < columns.length; i++) {
                    visitor.entry((int) columns[i], numbers[i]);
                }
            }
        }
    }

    /** Σx, then Σ(x − mean)² over the entries and over the zeros that are not stored. */
    static ColumnStatistics statistics(Csr a) {
        int d = Math.toIntExact(a.columns());
        double[] mean = new double[d];
        long[] count = new long[d];
        forEach(a, 0, a.entries(), (j, value) -> {
            mean[j] += value;
            count[j]++;
        });
        double[] squares = new double[d];
        double[] rest = new double[d];
        for (int j = 0; j < d; j++) {
            mean[j] /= Math.max(1, a.rows());
            squares[j] = (a.rows() - count[j]) * mean[j] * mean[j];
            rest[j] = -(a.rows() - count[j]) * mean[j];
        }
        forEach(a, 0, a.entries(), (j, value) -> {
            double deviation = value - mean[j];
            squares[j] += deviation * deviation;
            rest[j] += deviation;
        });
        for (int j = 0; j < d; j++) {
            // What the rounding of the mean left.
            rest[j] /= Math.max(1, a.rows());
            squares[j] = Math.max(0, squares[j] - rest[j] * rest[j] * a.rows());
        }
        return new ColumnStatistics(a.rows(), mean, rest, squares);
    }

    /** Rows from (included) to (excluded) with all their zeros, (to − from, n). */
    static Tensor dense(Csr a, long from, long to) {
        long n = a.columns();
        double[] all = new double[Math.toIntExact((to - from) * n)];
        long[] starts;
        try (Tensor part = a.starts().slice(0, from, to + 1)) {
            starts = part.toLongArray();
        }
        int[] row = {0};
        long[] at = {starts[0]};
        forEach(a, starts[0], starts[starts.length - 1], (j, value) -> {
            while (at[0] >= starts[row[0] + 1]) {
                row[0]++;
            }
            at[0]++;
            all[(int) (row[0] * n + j)] = value;
        });
        try (Tensor wide = Tensor.of(all, to - from, n)) {
            return wide.to(a.dtype());
        }
    }
}
