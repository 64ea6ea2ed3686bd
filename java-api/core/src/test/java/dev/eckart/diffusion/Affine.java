package dev.eckart.diffusion;

import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;

/** A number that is an affine function of independent standard normal ones: its constant, then a coefficient for each. */
record Affine(double[] terms) {
    static Affine constant(double value, int count) {
        double[] terms = new double[count + 1];
        terms[0] = value;
        return new Affine(terms);
    }

    /** Normal number i, from 0. */
    static Affine normal(int i, int count) {
        double[] terms = new double[count + 1];
        terms[i + 1] = 1;
        return new Affine(terms);
    }

    Affine plus(Affine other) {
        return map(other, Double::sum);
    }

    Affine minus(Affine other) {
        return map(other, (a, b) -> a - b);
    }

    Affine times(double factor) {
        return map(this, (a, b) -> a * factor);
    }

    double mean() {
        return terms[0];
    }

    double variance() {
        return Arrays.stream(terms).skip(1).map(c -> c * c).sum();
    }

    private Affine map(Affine other, DoubleBinaryOperator f) {
        double[] out = new double[terms.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = f.applyAsDouble(terms[i], other.terms[i]);
        }
        return new Affine(out);
    }
}
