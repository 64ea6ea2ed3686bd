package dev.eckart.examples;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;

/** From {@code double[][]} and back: arrays in, arrays out, and no native memory left behind. */
public final class FromDoubleArray {
    private FromDoubleArray() {}

    /** The matrix of rank {@code rank} that is nearest to {@code rows}. */
    public static double[][] nearest(double[][] rows, int rank) {
        try (Scope scope = Scope.open()) {
            return Svd.of(Tensor.of(rows)).reconstruct(rank).toMatrix();
        }
    }

    /** Smooths a table of measurements that follow one pattern, but for noise. */
    public static void main(String[] args) {
        double[][] noisy = {{1.01, 1.98, 3.02}, {2.03, 4.01, 5.97}, {2.96, 6.02, 9.01}};
        System.out.println(Arrays.deepToString(nearest(noisy, 1)));
    }
}
