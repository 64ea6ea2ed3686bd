package dev.eckart.examples;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** The singular values of a matrix, and the matrix of rank 1 that is nearest to it. */
public final class Quickstart {
    private Quickstart() {}

    /** Prints both. */
    public static void main(String[] args) {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.of(new double[][] {{3, 0}, {4, 5}});
            Svd svd = Svd.of(a);
            System.out.println(svd.s());
            System.out.println(svd.reconstruct(1));
        }
    }
}
