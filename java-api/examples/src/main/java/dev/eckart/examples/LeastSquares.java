package dev.eckart.examples;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;

/** Least squares by the SVD: of all x with the smallest ‖A·x − b‖ the shortest, also where columns of A depend on each other. */
public final class LeastSquares {
    private LeastSquares() {}

    /** x = V·diag(1/s)·Uᵀ·b, over the singular values that are not rounding errors. */
    public static double[] solve(double[][] a, double[] b) {
        try (Scope scope = Scope.open()) {
            Svd svd = Svd.of(Tensor.of(a));
            double[] s = svd.s().toArray();
            double smallest = s[0] * Math.ulp(1.0) * Math.max(a.length, s.length);
            double[] inverse =
                    Arrays.stream(s).map(v -> v > smallest ? 1 / v : 0).toArray();
            Tensor coordinates = svd.u().transpose().matmul(Tensor.of(b)).multiply(Tensor.of(inverse));
            return svd.vt().transpose().matmul(coordinates).toArray();
        }
    }

    /** Fits a line through four points; the third column repeats the second, and shares its coefficient. */
    public static void main(String[] args) {
        double[][] a = {{1, 0, 0}, {1, 1, 1}, {1, 2, 2}, {1, 3, 3}};
        double[] x = solve(a, new double[] {1, 3, 5, 7});
        System.out.printf("%.3f %.3f %.3f%n", x[0], x[1], x[2]);
    }
}
