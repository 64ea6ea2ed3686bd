package dev.eckart.embedding;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * How strongly a row and a column of a matrix of counts belong together: from n_ij, the sums of rows nᵢ and of columns nⱼ, and the sum of
 * all n. Pointwise mutual information is ln(n_ij·n / (nᵢ·nⱼ)), the logarithm of how much more often the two meet than by chance; its
 * factorization is what word2vec's skip-gram with k negative samples does implicitly, shifted by ln k (Levy and Goldberg 2014). Pairs
 * that never meet, whose PMI is −∞, stay 0 in all of these: the matrix stays sparse.
 *
 * <p>Immutable, thread-safe; each method gives a new one.
 */
public final class Association {
    private enum Kind {
        COUNT,
        LOG,
        PMI,
        PPMI
    }

    private final Kind kind;
    private final double shift;
    private final double smoothing;

    private Association(Kind kind, double shift, double smoothing) {
        this.kind = kind;
        this.shift = shift;
        this.smoothing = smoothing;
    }

    /** The count itself. */
    public static Association count() {
        return new Association(Kind.COUNT, 1, 1);
    }

    /** ln(1 + n_ij). */
    public static Association log() {
        return new Association(Kind.LOG, 1, 1);
    }

    /** ln(n_ij·n / (nᵢ·nⱼ)), which may be negative. */
    public static Association pmi() {
        return new Association(Kind.PMI, 1, 1);
    }

    /** PMI where that is positive, else 0. */
    public static Association ppmi() {
        return new Association(Kind.PPMI, 1, 1);
    }

    /**
     * Takes ln k off the mutual information; of PPMI before negative values become 0.
     *
     * @param k at least 1, as the number of negative samples; 1 changes nothing
     */
    public Association shift(double k) {
        if (!(k >= 1 && k < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("association: shift " + k + " is below 1");
        }
        return new Association(kind, k, smoothing);
    }

    /**
     * Smooths the distribution of columns: nⱼ/n becomes nⱼ^α / Σ nⱼ^α. Below 1 it takes from the mutual information of rare ones, which
     * it otherwise exaggerates; 0.75 is word2vec's (Levy, Goldberg and Dagan 2015).
     *
     * @param alpha in (0, 1]
     */
    public Association smoothing(double alpha) {
        if (!(alpha > 0 && alpha <= 1)) {
            throw new IllegalArgumentException("association: smoothing " + alpha + " is outside (0, 1]");
        }
        return new Association(kind, shift, alpha);
    }

    /**
     * The matrix of associations, whose zeros are not stored; the caller's to close.
     *
     * @param counts none of them negative
     * @param dtype F64 or F32, of the result
     * @throws IllegalArgumentException for a negative count
     */
    public Csr of(Csr counts, DType dtype) {
        double[] rows = sums(counts, false);
        double[] columns = sums(counts, true);
        double smoothed = 0;
        for (int j = 0; j < columns.length; j++) {
            columns[j] = columns[j] == 0 ? 0 : Math.pow(columns[j], smoothing);
            smoothed += columns[j];
        }
        long[] starts = counts.starts().toLongArray();
        try (CsrBuilder out = new CsrBuilder(dtype)) {
            for (int from = 0; from < rows.length; ) {
                Interrupts.check("association");
                int to = from + 1;
                while (to < rows.length && starts[to + 1] - starts[from] <= 1 << 20) {
                    to++;
                }
                block(counts, starts, from, to, rows, columns, smoothed, out);
                from = to;
            }
            return out.toCsr(counts.columns());
        }
    }

    private void block(
            Csr counts,
            long[] starts,
            int from,
            int to,
            double[] rows,
            double[] columns,
            double smoothed,
            CsrBuilder out) {
        try (Scope scope = Scope.open()) {
            long first = starts[from];
            double[] values =
                    counts.values().slice(0, first, starts[to]).to(DType.F64).toArray();
            long[] places = counts.indices().slice(0, first, starts[to]).toLongArray();
            for (int i = from; i < to; i++) {
                for (int e = (int) (starts[i] - first); e < starts[i + 1] - first; e++) {
                    int j = (int) places[e];
                    if (values[e] < 0) {
                        throw new IllegalArgumentException("association: the count in row " + i + ", column " + j
                                + " is " + values[e] + "; counts are not negative");
                    }
                    double value = values[e] == 0 ? 0 : value(values[e], rows[i], columns[j] / smoothed);
                    if (value != 0) {
                        out.add(j, value);
                    }
                }
                out.endRow();
            }
        }
    }

    /** Of a count, the sum of its row, and the probability of its column. */
    private double value(double count, double row, double probability) {
        return switch (kind) {
            case COUNT -> count;
            case LOG -> Math.log1p(count);
            case PMI -> Math.log(count / row / probability) - Math.log(shift);
            case PPMI -> Math.max(0, Math.log(count / row / probability) - Math.log(shift));
        };
    }

    private static double[] sums(Csr counts, boolean ofColumns) {
        try (Scope scope = Scope.open()) {
            Tensor ones = Tensor.full(counts.dtype(), 1, ofColumns ? counts.rows() : counts.columns(), 1);
            return (ofColumns ? counts.multiplyTransposed(ones) : counts.multiply(ones)).toArray();
        }
    }
}
