package dev.eckart.benchmarks;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Tensor;

/** A new JVM to its first result: the SVD of a 3×2 matrix. Prints the largest singular value. */
public final class FirstResult {
    private FirstResult() {}

    /** Takes no arguments. */
    public static void main(String[] args) {
        try (Tensor a = Tensor.of(new double[][] {{3, 0}, {4, 5}, {0, 1}});
                Svd svd = Svd.of(a)) {
            System.out.println(svd.s().get(0));
        }
    }
}
