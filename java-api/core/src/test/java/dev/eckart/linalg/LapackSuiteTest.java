package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The SVD tests of LAPACK (ddrvbd): its ratios, in units of the type's precision, on its matrices and its shapes (svd.in), and on longer
 * ones. A ratio is passed below {@link #THRESHOLD}, whatever the matrix. Drivers: those that a plan may choose unasked, and those that
 * promise the same when asked for.
 */
class LapackSuiteTest {
    /** svd.in's. */
    private static final double THRESHOLD = 50;

    private static final int[] ROWS = {0, 0, 0, 1, 1, 1, 2, 2, 3, 3, 3, 10, 10, 16, 16, 30, 30, 40, 40, 150, 30, 140};
    private static final int[] COLUMNS = {0, 1, 3, 0, 1, 2, 0, 1, 0, 1, 3, 10, 16, 10, 16, 30, 40, 30, 40, 30, 150, 140
    };

    private static final List<Driver> DRIVERS =
            List.of(Driver.AUTO, Driver.GESDD, Driver.GESVD, Driver.GEJSV, Driver.QR, Driver.CHOLESKY_QR);

    @ParameterizedTest
    @EnumSource
    void ratios_are_below_the_threshold(LapackMatrices kind) {
        for (DType type : List.of(DType.F64, DType.F32)) {
            for (int shape = 0; shape < ROWS.length; shape++) {
                int m = ROWS[shape];
                int n = COLUMNS[shape];
                double[][] a = kind.make(type, m, n);
                for (Driver driver : DRIVERS) {
                    check(kind, type, a, m, n, driver, false);
                    if (driver != Driver.AUTO && !driver.factorsFirst() && Math.max(m, n) <= 30) {
                        check(kind, type, a, m, n, driver, true);
                    }
                }
            }
        }
    }

    private static void check(
            LapackMatrices kind, DType type, double[][] a, int m, int n, Driver driver, boolean full) {
        String what = kind + " " + type + " " + m + "×" + n + " " + driver + (full ? " full" : "");
        double ulp = type.epsilon();
        try (Scope scope = Scope.open()) {
            Tensor matrix = (m == 0 || n == 0 ? Tensor.zeros(DType.F64, m, n) : Tensor.of(a)).to(type);
            Svd.Options options = Svd.options().driver(driver).certify(Certificate.Level.NONE);
            Svd svd = full ? options.full().of(matrix) : options.of(matrix);
            double[][] u = svd.u().toMatrix();
            double[][] vt = svd.vt().toMatrix();
            double[] s = svd.s().toArray();

            double unit = unit(a);
            double norm = Math.max(norm1(a, n, unit), Double.MIN_NORMAL);
            assertRatio(what + ": A - USV'", residual(a, u, s, vt, unit), norm * Math.max(m, n) * ulp);
            assertRatio(what + ": I - U'U", loss(svd.u().transpose().toMatrix()), m * ulp);
            assertRatio(what + ": I - VV'", loss(vt), n * ulp);
            for (int i = 0; i < s.length; i++) {
                assertThat(s[i]).as("%s: s[%d]", what, i).isBetween(0.0, i == 0 ? Double.MAX_VALUE : s[i - 1]);
            }
            double[] alone = Svd.options().driver(driver).values(matrix).toArray();
            assertThat(alone).hasSameSizeAs(s);
            for (int i = 0; i < s.length; i++) {
                assertRatio(what + ": s alone", Math.abs(s[i] - alone[i]) / unit, s.length * ulp * (s[0] / unit));
            }
        }
    }

    private static void assertRatio(String what, double difference, double unit) {
        if (difference != 0) {
            assertThat(difference / unit).as(what).isLessThan(THRESHOLD);
        }
    }

    /** A power of two near the largest entry. */
    private static double unit(double[][] a) {
        double largest = 0;
        for (double[] row : a) {
            for (double x : row) {
                largest = Math.max(largest, Math.abs(x));
            }
        }
        return largest == 0 ? 1 : Math.scalb(1.0, Math.getExponent(largest));
    }

    private static double norm1(double[][] a, int n, double unit) {
        double[] sums = new double[n];
        for (double[] row : a) {
            for (int j = 0; j < n; j++) {
                sums[j] += Math.abs(row[j] / unit);
            }
        }
        return Matrices.largest(sums);
    }

    /** The 1-norm of (A − U·diag(s)·Vᵀ) / unit. */
    private static double residual(double[][] a, double[][] u, double[] s, double[][] vt, double unit) {
        int n = a.length == 0 ? 0 : a[0].length;
        double[] sums = new double[n];
        for (int i = 0; i < a.length; i++) {
            double[] row = new double[n];
            for (int l = 0; l < s.length; l++) {
                double factor = u[i][l] * (s[l] / unit);
                for (int j = 0; j < n; j++) {
                    row[j] += factor * vt[l][j];
                }
            }
            for (int j = 0; j < n; j++) {
                sums[j] += Math.abs(a[i][j] / unit - row[j]);
            }
        }
        return Matrices.largest(sums);
    }

    /** The 1-norm of I − QQᵀ for the rows of q. */
    private static double loss(double[][] q) {
        double worst = 0;
        for (int i = 0; i < q.length; i++) {
            double sum = 0;
            for (int j = 0; j < q.length; j++) {
                double dot = i == j ? -1 : 0;
                for (int l = 0; l < q[i].length; l++) {
                    dot += q[i][l] * q[j][l];
                }
                sum += Math.abs(dot);
            }
            worst = Math.max(worst, sum);
        }
        return worst;
    }
}
