package dev.eckart.cli.airports;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Ridge regression of y (n) on x (n, d): with the SVD X = UΣVᵀ of what was learnt from, less its means, the prediction of a row z is
 * ȳ + zᵀV·diag(σ/(σ² + λ))·Uᵀy. The penalty λ is the one of least leave-one-out error (Allen 1974), found from the same SVD and the
 * same rows.
 */
final class Ridge {
    /** λ as a share of σ₁². */
    private static final double[] SHARES = IntStream.rangeClosed(-16, 0)
            .mapToDouble(e -> Math.pow(10, e / 2.0))
            .toArray();

    private Ridge() {}

    /** Predictions of y, each from a regression on the other parts of {@code folds} random ones of nearly the same size. */
    static double[] heldOut(double[][] x, double[] y, int folds, long seed) {
        List<Integer> order =
                new ArrayList<>(IntStream.range(0, y.length).boxed().toList());
        Collections.shuffle(order, new Random(seed));
        double[] out = new double[y.length];
        for (int fold = 0; fold < folds; fold++) {
            int part = fold;
            int[] asked = part(order, i -> i % folds == part);
            int[] known = part(order, i -> i % folds != part);
            double[] said = predict(
                    rows(x, known), Arrays.stream(known).mapToDouble(i -> y[i]).toArray(), rows(x, asked));
            for (int i = 0; i < asked.length; i++) {
                out[asked[i]] = said[i];
            }
        }
        return out;
    }

    private static int[] part(List<Integer> order, IntPredicate places) {
        return IntStream.range(0, order.size()).filter(places).map(order::get).toArray();
    }

    private static double[][] rows(double[][] x, int[] which) {
        return Arrays.stream(which).mapToObj(i -> x[i]).toArray(double[][]::new);
    }

    /** What x and y let expect of each row of z. */
    static double[] predict(double[][] x, double[] y, double[][] z) {
        try (Scope scope = Scope.open()) {
            Tensor seen = Tensor.of(x);
            Tensor means = seen.mean(0);
            Svd svd = Svd.of(seen.subtract(means));
            double[] s = svd.s().toArray();
            double mean = Arrays.stream(y).average().orElse(0);
            double[] centred = Arrays.stream(y).map(v -> v - mean).toArray();
            double[] inU =
                    svd.u().transpose().matmul(Tensor.of(centred, y.length, 1)).toArray();
            double[][] inV =
                    Tensor.of(z).subtract(means).matmul(svd.vt().transpose()).toMatrix();
            double penalty = penalty(svd.u().toMatrix(), s, inU, centred);
            return Arrays.stream(inV)
                    .mapToDouble(row -> mean
                            + IntStream.range(0, s.length)
                                    .mapToDouble(i -> s[i] == 0 ? 0 : row[i] * inU[i] * s[i] / (s[i] * s[i] + penalty))
                                    .sum())
                    .toArray();
        }
    }

    /**
     * The λ of the least sum of squares when each row is predicted from all others: its residual over 1 − h, where h = 1/n + Σ u²·σ²/(σ² + λ)
     * is the weight of the row in its own prediction. (Generalized cross-validation, which takes the mean of h, is misled by a few rows
     * that lie far out.)
     */
    private static double penalty(double[][] u, double[] s, double[] inU, double[] y) {
        double best = 0;
        double least = Double.POSITIVE_INFINITY;
        for (double share : SHARES) {
            double lambda = share * s[0] * s[0];
            double sum = 0;
            for (int row = 0; row < y.length; row++) {
                double residual = y[row];
                double rest = 1 - 1.0 / y.length;
                for (int i = 0; i < s.length && s[i] > 0; i++) {
                    double shrink = s[i] * s[i] / (s[i] * s[i] + lambda);
                    residual -= shrink * u[row][i] * inU[i];
                    rest -= shrink * u[row][i] * u[row][i];
                }
                sum += residual * residual / (rest * rest);
            }
            if (sum < least) {
                least = sum;
                best = lambda;
            }
        }
        return best;
    }

    /** R² of predictions: 1 − Σ(y − ŷ)² / Σ(y − ȳ)². */
    static double explained(double[] y, double[] predicted) {
        double mean = Arrays.stream(y).average().orElse(0);
        double left = 0;
        double total = 0;
        for (int i = 0; i < y.length; i++) {
            left += (y[i] - predicted[i]) * (y[i] - predicted[i]);
            total += (y[i] - mean) * (y[i] - mean);
        }
        return 1 - left / total;
    }
}
