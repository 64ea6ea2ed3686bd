package dev.eckart.backend;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.function.IntFunction;

/** What {@link SeveralLoaders} does in each class loader: the singular values of a random (n, n/2) matrix. */
public final class LoaderWork implements IntFunction<double[]> {
    @Override
    public double[] apply(int n) {
        try (Scope scope = Scope.open()) {
            refused();
            Tensor a = Tensor.normal(DType.F64, 1, n, n / 2);
            try (Svd svd = Svd.of(a)) {
                double distance = svd.reconstruct(n / 2).subtract(a).norm();
                if (!(distance < 1e-10)) {
                    throw new AssertionError("U·Σ·Vᵀ is " + distance + " from A");
                }
                return svd.s().toArray();
            }
        }
    }

    /** An exception of C++ is made from classes that the library looks up in its class loader. */
    private static void refused() {
        try {
            Tensor.of(new long[] {1}).divide(Tensor.of(new long[] {0}));
        } catch (RuntimeException e) {
            if (String.valueOf(e.getMessage()).contains("division by zero")) {
                return;
            }
            throw e;
        }
        throw new AssertionError("1 / 0 was not refused");
    }
}
