package dev.eckart.backend;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.openblas.global.openblas_nolapack;

/** The program of {@link NeighboursTest}: Eckart and the Java classes of the OpenBLAS preset take turns, in the order of the arguments. */
final class Neighbours {
    private static final double[][] MATRIX = {{3, 0}, {4, 5}};

    private Neighbours() {}

    public static void main(String[] args) {
        for (String who : args) {
            switch (who) {
                case "eckart" -> eckart();
                case "bytedeco" -> bytedeco();
                case "threads" -> openblas.blas_set_num_threads(4);
                default -> throw new IllegalArgumentException(who);
            }
        }
    }

    private static void eckart() {
        try (Scope scope = Scope.open()) {
            requireClose("Eckart's SVD", Svd.of(Tensor.of(MATRIX)).s().get(0), 3 * Math.sqrt(5));
            Tensor ones = Tensor.full(dev.eckart.memory.DType.F64, 1, 300, 300);
            requireClose("Eckart's product", ones.matmul(ones).max().get(), 300);
        }
    }

    private static void bytedeco() {
        double[] s = new double[2];
        int info = openblas.LAPACKE_dgesdd(
                openblas.LAPACK_ROW_MAJOR,
                (byte) 'A',
                2,
                2,
                new double[] {3, 0, 4, 5},
                2,
                s,
                new double[4],
                2,
                new double[4],
                2);
        requireClose("LAPACKE_dgesdd's status", info, 0);
        requireClose("LAPACKE_dgesdd", s[0], 3 * Math.sqrt(5));
        int n = 300;
        double[] ones = new double[n * n];
        java.util.Arrays.fill(ones, 1);
        double[] product = new double[n * n];
        int plain = openblas_nolapack.CblasNoTrans;
        openblas_nolapack.cblas_dgemm(
                openblas_nolapack.CblasRowMajor, plain, plain, n, n, n, 1, ones, n, ones, n, 0, product, n);
        requireClose("cblas_dgemm", product[n], n);
    }

    private static void requireClose(String what, double actual, double expected) {
        if (!(Math.abs(actual - expected) < 1e-12)) {
            throw new AssertionError(what + " gave " + actual + ", not " + expected);
        }
    }
}
