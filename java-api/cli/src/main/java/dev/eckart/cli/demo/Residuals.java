package dev.eckart.cli.demo;

import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** Squared errors ‖X̃ − X̃ₖ‖² from the pictures themselves: rebuilt, subtracted, squared and added up. */
final class Residuals {
    private static final long BLOCK = 4000;

    private Residuals() {}

    /** For each of the ascending {@code ranks}; in blocks of rows, so that memory stays small. */
    static double[] of(Tensor x, Decomposition whole, int[] ranks) {
        double[] sums = new double[ranks.length];
        for (long from = 0; from < x.dim(0); from += BLOCK) {
            try (Scope scope = Scope.open()) {
                Tensor left = x.slice(0, from, Math.min(x.dim(0), from + BLOCK)).subtract(whole.mean());
                Tensor z = left.matmul(whole.vt().transpose());
                int done = 0;
                for (int i = 0; i < ranks.length; i++) {
                    left = without(left, z, whole, done, ranks[i]);
                    done = ranks[i];
                    double norm = left.norm();
                    sums[i] += norm * norm;
                }
            }
        }
        return sums;
    }

    /** Takes the terms {@code from}..{@code to} away, and gives the memory of {@code left} back. */
    private static Tensor without(Tensor left, Tensor z, Decomposition whole, int from, int to) {
        if (from == to) {
            return left;
        }
        try (left;
                Tensor scores = z.slice(1, from, to);
                Tensor components = whole.vt().slice(0, from, to);
                Tensor terms = scores.matmul(components)) {
            return left.subtract(terms);
        }
    }
}
