package dev.eckart.benchmarks.quality;

import dev.eckart.embedding.LogisticRegression;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.tensor.Tensor;

/** What a linear model learns from vectors whose columns are scaled to mean 0 and variance 1, as in the rows that it learns from. */
final class Regressions {
    private Regressions() {}

    /** The share of the test's rows whose label a logistic regression (C = 1) finds. */
    static double accuracy(Tensor train, int[] labels, Tensor test, int[] asked) {
        double[][] x = train.toMatrix();
        double[][] y = test.toMatrix();
        standardize(x, y);
        try (Tensor a = Tensor.of(x);
                Tensor b = Tensor.of(y)) {
            return LogisticRegression.options()
                    .iterations(200)
                    .tolerance(1e-5)
                    .fit(LinearOperator.of(a), labels)
                    .accuracy(LinearOperator.of(b), asked);
        }
    }

    private static void standardize(double[][] train, double[][] test) {
        for (int j = 0; j < train[0].length; j++) {
            double mean = 0;
            double squares = 0;
            for (double[] row : train) {
                mean += row[j] / train.length;
            }
            for (double[] row : train) {
                squares += (row[j] - mean) * (row[j] - mean) / train.length;
            }
            double scale = squares == 0 ? 1 : Math.sqrt(squares);
            for (double[][] part : new double[][][] {train, test}) {
                for (double[] row : part) {
                    row[j] = (row[j] - mean) / scale;
                }
            }
        }
    }
}
