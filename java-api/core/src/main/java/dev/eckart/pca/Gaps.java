package dev.eckart.pca;

import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Observations (n, d) with NaN where a value is not known; read in blocks of rows, so that no list of places is needed. */
final class Gaps {
    private static final long BLOCK_ELEMENTS = 1 << 18;
    private static final int MOST_ITERATIONS = 1000;

    private final Tensor x;
    private final double[] means;
    private long count;
    private int unknown = -1;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;

    private Gaps(Tensor x, double[] means) {
        this.x = x;
        this.means = means;
    }

    /** The gaps of observations that are filled from known means (d). */
    static Gaps of(Tensor x, Tensor means) {
        return new Gaps(x, means.toArray());
    }

    /**
     * The gaps of observations, and the means of what is known. Those of a variable that is not known at all are 0.
     *
     * @throws IllegalArgumentException for an infinity, with its place
     */
    static Gaps of(Tensor x) {
        int d = Math.toIntExact(x.dim(1));
        Gaps gaps = new Gaps(x, new double[d]);
        // Twice: the mean, corrected by the mean of the differences.
        for (int pass = 0; pass < 2; pass++) {
            gaps.addMeans();
        }
        return gaps;
    }

    private void addMeans() {
        double[] sums = new double[means.length];
        long[] known = new long[means.length];
        forEachBlock((from, to) -> {
            double[] rows = rows(x, from, to);
            for (int i = 0; i < rows.length; i++) {
                int j = i % means.length;
                if (Double.isInfinite(rows[i])) {
                    throw new IllegalArgumentException("pca: element " + Shape.of(from + i / means.length, j) + " of "
                            + x.shape() + " is " + rows[i] + "; replace it, by NaN if it is not known");
                }
                if (!Double.isNaN(rows[i])) {
                    sums[j] += rows[i] - means[j];
                    known[j]++;
                    least = Math.min(least, rows[i]);
                    most = Math.max(most, rows[i]);
                }
            }
        });
        count = 0;
        for (int j = means.length - 1; j >= 0; j--) {
            count += x.dim(0) - known[j];
            if (known[j] == 0) {
                unknown = j;
            } else {
                means[j] += sums[j] / known[j];
            }
        }
    }

    /** How many values are not known. */
    long count() {
        return count;
    }

    /** Refuses a variable of which nothing is known: no mean stands for it. */
    void requireColumns() {
        if (unknown >= 0) {
            throw new IllegalArgumentException("pca: variable " + unknown + " of " + x.shape()
                    + " is NaN in every observation; nothing is known of it: leave it out");
        }
    }

    /** Refuses known values outside [from, to]. */
    void requireWithin(double from, double to, String what) {
        if (least < from || most > to) {
            throw new IllegalArgumentException("pca: " + what + " lie between " + from + " and " + to
                    + ", these between " + least + " and " + most);
        }
    }

    /** A copy with means in the gaps. */
    Tensor filled() {
        Tensor out = Tensor.empty(x.device(), x.dtype(), x.dim(0), x.dim(1));
        forEachBlock((from, to) -> {
            double[] rows = rows(x, from, to);
            for (int i = 0; i < rows.length; i++) {
                rows[i] = Double.isNaN(rows[i]) ? means[i % means.length] : rows[i];
            }
            put(out, from, to, rows);
        });
        return out;
    }

    /**
     * Puts an estimate into the gaps of {@code filled} again and again, until they stay.
     *
     * @param estimate of some rows (h, d), from what they are now
     * @param between is called before each iteration
     */
    Imputation settle(Tensor filled, Runnable between, UnaryOperator<Tensor> estimate) {
        double tolerance = Math.max(1e-6, 100 * x.dtype().epsilon());
        double change = 0;
        for (int iteration = 1; iteration <= MOST_ITERATIONS; iteration++) {
            Interrupts.check("pca");
            between.run();
            change = refill(filled, estimate);
            if (change <= tolerance) {
                return new Imputation(count, iteration, change, true);
            }
        }
        return new Imputation(count, MOST_ITERATIONS, change, false);
    }

    /** One iteration. Returns its change, relative to the distance from the means. */
    private double refill(Tensor filled, UnaryOperator<Tensor> estimate) {
        double[] sums = new double[2];
        forEachBlock((from, to) -> {
            double[] given = rows(x, from, to);
            double[] now = rows(filled, from, to);
            double[] guess = rows(estimate.apply(filled.slice(0, from, to)), 0, to - from);
            for (int i = 0; i < given.length; i++) {
                if (Double.isNaN(given[i])) {
                    double moved = guess[i] - now[i];
                    double away = guess[i] - means[i % means.length];
                    sums[0] += moved * moved;
                    sums[1] += away * away;
                    now[i] = guess[i];
                }
            }
            put(filled, from, to, now);
        });
        return sums[0] == 0 ? 0 : Math.sqrt(sums[0] / Math.max(sums[1], Double.MIN_NORMAL));
    }

    private interface Block {
        void of(long from, long to);
    }

    private void forEachBlock(Block action) {
        long height = Math.max(1, BLOCK_ELEMENTS / Math.max(1, x.dim(1)));
        for (long from = 0; from < x.dim(0); from += height) {
            Interrupts.check("pca");
            try (Scope scope = Scope.open()) {
                action.of(from, Math.min(x.dim(0), from + height));
            }
        }
    }

    private static double[] rows(Tensor of, long from, long to) {
        return of.slice(0, from, to).toArray();
    }

    private static void put(Tensor out, long from, long to, double[] rows) {
        out.slice(0, from, to)
                .assign(Tensor.of(rows, to - from, out.dim(1)).to(out.dtype()).to(out.device()));
    }
}
