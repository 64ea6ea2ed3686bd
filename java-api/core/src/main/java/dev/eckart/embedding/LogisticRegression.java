package dev.eckart.embedding;

import dev.eckart.linalg.LinearOperator;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;

/**
 * Logistic regression with a quadratic penalty: minimizes ½·‖W‖² + C·Σ −ln p(yᵢ | xᵢ), the intercepts free, as scikit-learn does; for two
 * classes p = σ(w·x + b), for more the softmax of one row of W each. By L-BFGS, from zero. Immutable, thread-safe.
 */
public final class LogisticRegression {
    private final int classes;
    private final int features;
    /** Of each output its weights, then its intercept. */
    private final double[] parameters;

    private final boolean converged;

    private LogisticRegression(int classes, int features, double[] parameters, boolean converged) {
        this.classes = classes;
        this.features = features;
        this.parameters = parameters;
        this.converged = converged;
    }

    /** How to fit. Each method returns this object. Not thread-safe. */
    public static final class Options {
        private double c = 1;
        private int iterations = 500;
        private double tolerance = 1e-6;

        private Options() {}

        /** The inverse strength C of the penalty; 1 by default. */
        public Options c(double value) {
            if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("logistic regression: c " + value + " is not positive");
            }
            this.c = value;
            return this;
        }

        /** The most iterations; 500 by default. */
        public Options iterations(int most) {
            this.iterations = most;
            return this;
        }

        /** The largest entry of the gradient, over C times the number of rows, that ends the search; 1e-6 by default. */
        public Options tolerance(double largest) {
            this.tolerance = largest;
            return this;
        }

        /**
         * Fits.
         *
         * @param x (n, d)
         * @param labels (n), each in 0…classes − 1
         * @throws IllegalArgumentException when lengths differ, a label is negative, or there are fewer than two classes
         * @throws java.util.concurrent.CancellationException when this thread is interrupted
         */
        public LogisticRegression fit(LinearOperator x, int[] labels) {
            if (labels.length != x.rows()) {
                throw new IllegalArgumentException("logistic regression: " + x.rows() + " rows, " + labels.length
                        + " labels; needed is one for each");
            }
            int classes = 0;
            for (int i = 0; i < labels.length; i++) {
                if (labels[i] < 0 || labels[i] > 1 << 20) {
                    throw new IllegalArgumentException(
                            "logistic regression: label " + i + " is " + labels[i] + "; number the classes from 0");
                }
                classes = Math.max(classes, labels[i] + 1);
            }
            if (Arrays.stream(labels).distinct().count() < 2) {
                throw new IllegalArgumentException(
                        "logistic regression: all labels are the same; two classes are needed");
            }
            int features = Math.toIntExact(x.columns());
            int outputs = classes == 2 ? 1 : classes;
            Loss loss = new Loss(x, labels, outputs, c);
            Lbfgs.Result found = Lbfgs.minimize(loss, new double[outputs * (features + 1)], iterations, tolerance);
            return new LogisticRegression(classes, features, found.x(), found.converged());
        }
    }

    /** Choices other than the default. */
    public static Options options() {
        return new Options();
    }

    /** The objective over C·n, and its gradient. */
    private static final class Loss implements Lbfgs.Objective {
        private final LinearOperator x;
        private final int[] labels;
        private final int outputs;
        private final double strength;

        Loss(LinearOperator x, int[] labels, int outputs, double c) {
            this.x = x;
            this.labels = labels;
            this.outputs = outputs;
            this.strength = 1 / (c * Math.max(1, labels.length));
        }

        @Override
        public double at(double[] parameters, double[] gradient) {
            int features = Math.toIntExact(x.columns());
            try (Scope scope = Scope.open()) {
                double[] scores = scores(x, parameters, outputs);
                double loss = residuals(scores);
                Tensor rest =
                        Tensor.of(scores, labels.length, outputs).to(x.dtype()).to(x.device());
                double[] products = x.multiplyTransposed(rest).toArray();
                double squares = 0;
                for (int k = 0; k < outputs; k++) {
                    int at = k * (features + 1);
                    for (int j = 0; j < features; j++) {
                        double w = parameters[at + j];
                        squares += w * w;
                        gradient[at + j] = products[j * outputs + k] / labels.length + strength * w;
                    }
                    double sum = 0;
                    for (int i = 0; i < labels.length; i++) {
                        sum += scores[i * outputs + k];
                    }
                    gradient[at + features] = sum / labels.length;
                }
                return loss / labels.length + strength * squares / 2;
            }
        }

        /** Scores become p − 1 for the label, p for the other outputs; returns the sum of −ln p. */
        private double residuals(double[] scores) {
            double loss = 0;
            for (int i = 0; i < labels.length; i++) {
                if (outputs == 1) {
                    double margin = labels[i] == 1 ? scores[i] : -scores[i];
                    loss += softplus(-margin);
                    scores[i] = sigmoid(scores[i]) - labels[i];
                } else {
                    double own = scores[i * outputs + labels[i]];
                    loss += softmax(scores, i * outputs, outputs) - own;
                    scores[i * outputs + labels[i]] -= 1;
                }
            }
            return loss;
        }
    }

    /** X·W + b, (n, outputs) by rows. */
    private static double[] scores(LinearOperator x, double[] parameters, int outputs) {
        int features = Math.toIntExact(x.columns());
        double[] weights = new double[features * outputs];
        for (int k = 0; k < outputs; k++) {
            for (int j = 0; j < features; j++) {
                weights[j * outputs + k] = parameters[k * (features + 1) + j];
            }
        }
        try (Scope scope = Scope.open()) {
            Tensor w = Tensor.of(weights, features, outputs).to(x.dtype()).to(x.device());
            double[] scores = x.multiply(w).toArray();
            for (int i = 0; i < scores.length; i++) {
                scores[i] += parameters[i % outputs * (features + 1) + features];
            }
            return scores;
        }
    }

    /** Scores become probabilities; returns ln Σ e^score. */
    private static double softmax(double[] scores, int from, int count) {
        double most = Double.NEGATIVE_INFINITY;
        for (int k = 0; k < count; k++) {
            most = Math.max(most, scores[from + k]);
        }
        double sum = 0;
        for (int k = 0; k < count; k++) {
            scores[from + k] = Math.exp(scores[from + k] - most);
            sum += scores[from + k];
        }
        for (int k = 0; k < count; k++) {
            scores[from + k] /= sum;
        }
        return most + Math.log(sum);
    }

    /** ln(1 + e^t). */
    private static double softplus(double t) {
        return Math.max(t, 0) + Math.log1p(Math.exp(-Math.abs(t)));
    }

    private static double sigmoid(double t) {
        return t >= 0 ? 1 / (1 + Math.exp(-t)) : 1 - 1 / (1 + Math.exp(t));
    }

    /** How many classes. */
    public int classes() {
        return classes;
    }

    /** Whether the search ended at a minimum; otherwise give it more iterations, or scale the features. */
    public boolean converged() {
        return converged;
    }

    /** The weights of class {@code k}, and its intercept at the end; of two classes those of class 1. */
    public double[] weights(int k) {
        int row = classes == 2 ? 0 : k;
        return Arrays.copyOfRange(parameters, row * (features + 1), (row + 1) * (features + 1));
    }

    /**
     * The probability of each class, (n, classes) by rows.
     *
     * @param x (n, d)
     * @throws IllegalArgumentException when d is not that of the fit
     */
    public double[][] probabilities(LinearOperator x) {
        if (x.columns() != features) {
            throw new IllegalArgumentException("logistic regression: fitted to " + features + " columns, asked about "
                    + Shape.of(x.rows(), x.columns()));
        }
        int outputs = classes == 2 ? 1 : classes;
        double[] scores = scores(x, parameters, outputs);
        double[][] all = new double[Math.toIntExact(x.rows())][];
        for (int i = 0; i < all.length; i++) {
            if (outputs == 1) {
                all[i] = new double[] {sigmoid(-scores[i]), sigmoid(scores[i])};
            } else {
                softmax(scores, i * outputs, outputs);
                all[i] = Arrays.copyOfRange(scores, i * outputs, (i + 1) * outputs);
            }
        }
        return all;
    }

    /** The class of largest probability, of equal ones the first. */
    public int[] predict(LinearOperator x) {
        double[][] all = probabilities(x);
        int[] best = new int[all.length];
        for (int i = 0; i < best.length; i++) {
            for (int k = 1; k < classes; k++) {
                best[i] = all[i][k] > all[i][best[i]] ? k : best[i];
            }
        }
        return best;
    }

    /** The share of rows whose class is predicted. */
    public double accuracy(LinearOperator x, int[] labels) {
        int[] predicted = predict(x);
        int right = 0;
        for (int i = 0; i < predicted.length; i++) {
            right += predicted[i] == labels[i] ? 1 : 0;
        }
        return (double) right / predicted.length;
    }
}
