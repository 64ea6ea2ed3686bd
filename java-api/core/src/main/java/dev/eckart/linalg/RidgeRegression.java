package dev.eckart.linalg;

import dev.eckart.memory.Shape;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Ridge regression, the w that minimizes ‖y − Xw‖² + λ·‖w‖² for centred X and y (the intercept is free), for any λ from one SVD
 * X = UΣVᵀ: w = V·diag(σ/(σ² + λ))·Uᵀy (Hastie, Tibshirani and Friedman 2009, equation 3.47). With λ = 0 it is the least-squares
 * solution of least norm; singular values up to ε·max(n, d)·σ₁ then count as 0.
 *
 * <p>Owns its tensors; thread-safe. Tensors that it returns belong to the caller.
 */
public final class RidgeRegression implements AutoCloseable {
    private static final int SHARES = 17;

    private final Tensor means;
    private final Tensor meanY;
    private final Svd svd;
    private final double[] s;
    /** Centred y, (n, outputs). */
    private final Tensor y;
    /** Uᵀy, (k, outputs). */
    private final Tensor inU;
    /** Of y and of what is predicted. */
    private final boolean oneColumn;

    private RidgeRegression(Tensor means, Tensor meanY, Svd svd, Tensor y, Tensor inU, boolean oneColumn) {
        this.means = means;
        this.meanY = meanY;
        this.svd = svd;
        this.s = svd.s().toArray();
        this.y = y;
        this.inU = inU;
        this.oneColumn = oneColumn;
    }

    /**
     * Takes the rows apart.
     *
     * @param x (n, d), F64 or F32, finite
     * @param y (n), or (n, outputs) for several regressions on the same rows; of the same type and device
     * @throws IllegalArgumentException for other shapes or types, no rows, NaN or infinity
     */
    public static RidgeRegression of(Tensor x, Tensor y) {
        Matrices.check("ridge regression", x);
        if (y.shape().rank() < 1 || y.shape().rank() > 2 || y.dim(0) != x.dim(0) || x.dim(0) == 0) {
            throw new IllegalArgumentException("ridge regression: x is " + x.shape() + ", y " + y.shape()
                    + "; needed are rows, and as many in y of (n) or (n, outputs)");
        }
        boolean oneColumn = y.shape().rank() == 1;
        try (Scope scope = Scope.open()) {
            Tensor columns = y.reshape(y.dim(0), oneColumn ? 1 : y.dim(1));
            Matrices.check("ridge regression: y", columns);
            Tensor means = x.mean(0);
            Tensor meanY = columns.mean(0);
            Svd svd = Svd.of(x.subtract(means));
            Tensor centred = columns.subtract(meanY);
            Tensor inU = svd.u().transpose().matmul(centred);
            for (Tensor kept : new Tensor[] {means, meanY, svd.u(), svd.s(), svd.vt(), centred, inU}) {
                scope.keep(kept);
            }
            return new RidgeRegression(means, meanY, svd, centred, inU, oneColumn);
        }
    }

    /** σ of the centred rows, descending; with min(n, d) entries. λ is on the scale of their squares. */
    public double[] singularValues() {
        return s.clone();
    }

    /**
     * What is expected of other rows.
     *
     * @param z (m, d)
     * @param lambda the penalty λ ≥ 0
     * @return (m), or (m, outputs) when y had columns
     * @throws IllegalArgumentException for another shape, or a λ that is negative or no number
     */
    public Tensor predict(Tensor z, double lambda) {
        if (z.shape().rank() != 2 || z.dim(1) != means.dim(0)) {
            throw new IllegalArgumentException(
                    "ridge regression: fitted to " + Shape.of(y.dim(0), means.dim(0)) + ", asked about " + z.shape());
        }
        double[] factors = factors(lambda, false);
        try (Scope scope = Scope.open()) {
            Tensor weights = svd.vt().transpose().matmul(inU.multiply(column(factors)));
            Tensor out = z.subtract(means).matmul(weights).add(meanY);
            return scope.keep(oneColumn ? out.reshape(z.dim(0)) : out);
        }
    }

    /**
     * The mean square by which each row's y is missed when predicted from all other rows (Allen 1974): of its residual over 1 − h, where
     * h = 1/n + Σ u²·σ²/(σ² + λ) is the weight of the row in its own prediction. The mean is over outputs, too. (Generalized
     * cross-validation, which takes the mean of h, is misled by a few rows that lie far out.)
     *
     * @throws IllegalArgumentException for a λ that is negative or no number, or a single row
     */
    public double leaveOneOut(double lambda) {
        double n = y.dim(0);
        if (n < 2) {
            throw new IllegalArgumentException("ridge regression: leave one out needs two rows, has one");
        }
        try (Scope scope = Scope.open()) {
            Tensor shrink = column(factors(lambda, true));
            Tensor residual = y.subtract(svd.u().matmul(inU.multiply(shrink)));
            Tensor rest = svd.u().square().matmul(shrink).negate().add(1 - 1 / n);
            return residual.divide(rest).square().mean().get();
        }
    }

    /** The λ of least {@link #leaveOneOut}, among σ₁² times 10⁻⁸ to 1 by half powers of ten. */
    public double bestLambda() {
        double best = Double.NaN;
        double least = Double.POSITIVE_INFINITY;
        for (int i = 1 - SHARES; i <= 0; i++) {
            double lambda = Math.pow(10, i / 2.0) * (s.length == 0 ? 0 : s[0] * s[0]);
            double missed = leaveOneOut(lambda);
            if (missed < least || Double.isNaN(best)) {
                least = missed;
                best = lambda;
            }
        }
        return best;
    }

    /**
     * What is expected of each row by a regression on the rows of the other parts, with the {@link #bestLambda} of these.
     *
     * @param x (n, d)
     * @param y (n) or (n, outputs)
     * @param folds how many random parts of nearly the same size, 2 to n
     * @param seed of the parts
     * @return of y's shape
     * @throws IllegalArgumentException as {@link #of}; or for another number of parts
     */
    public static Tensor crossValidated(Tensor x, Tensor y, int folds, long seed) {
        long n = x.shape().rank() == 0 ? 0 : x.dim(0);
        if (folds < 2 || folds > n) {
            throw new IllegalArgumentException(
                    "ridge regression: " + folds + " parts of " + n + " rows; needed are 2 to " + n);
        }
        try (Scope scope = Scope.open()) {
            long[] order = Indexing.permutation(n, seed).toLongArray();
            Tensor out = Tensor.zeros(y.dtype(), y.shape().dims()).to(y.device());
            for (int fold = 0; fold < folds; fold++) {
                int part = fold;
                Tensor asked = rows(order, i -> i % folds == part).to(x.device());
                Tensor known = rows(order, i -> i % folds != part).to(x.device());
                try (RidgeRegression others = of(Indexing.gather(x, 0, known), Indexing.gather(y, 0, known))) {
                    Tensor expected = others.predict(Indexing.gather(x, 0, asked), others.bestLambda());
                    Indexing.scatterAdd(out, 0, asked, expected);
                }
            }
            return scope.keep(out);
        }
    }

    private static Tensor rows(long[] order, IntPredicate places) {
        long[] rows = IntStream.range(0, order.length)
                .filter(places)
                .mapToLong(i -> order[i])
                .toArray();
        return Tensor.of(rows, rows.length);
    }

    /** The coefficient of determination R² = 1 − Σ(y − ŷ)² / Σ(y − ȳ)² of predictions ŷ; at most 1, below 0 for worse ones than ȳ. */
    public static double determination(Tensor y, Tensor predicted) {
        try (Scope scope = Scope.open()) {
            double left = y.subtract(predicted).norm();
            double all = y.subtract(y.mean()).norm();
            return 1 - left / all * (left / all);
        }
    }

    /** σ/(σ² + λ), or σ times it. */
    private double[] factors(double lambda, boolean timesSigma) {
        if (!(lambda >= 0 && lambda < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("ridge regression: penalty " + lambda + "; needed is one from 0 on");
        }
        double least = s.length == 0 ? 0 : s[0] * svd.s().dtype().epsilon() * Math.max(y.dim(0), means.dim(0));
        double[] out = new double[s.length];
        for (int i = 0; i < out.length; i++) {
            if (s[i] > (lambda == 0 ? least : 0)) {
                // Divided twice: the square may leave the range.
                double factor = 1 / (s[i] + lambda / s[i]);
                out[i] = timesSigma ? s[i] * factor : factor;
            }
        }
        return out;
    }

    private Tensor column(double[] values) {
        return Tensor.of(values, values.length, 1).to(y.dtype()).to(y.device());
    }

    @Override
    public void close() {
        means.close();
        meanY.close();
        svd.close();
        y.close();
        inU.close();
    }
}
