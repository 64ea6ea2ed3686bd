package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;

/** Test matrices, and the properties that factorizations are tested by (computed in double, from {@link Reference}). */
final class Matrices {
    private Matrices() {}

    /** Kinds of matrices. */
    enum Kind {
        RANDOM,
        /** Of rank 2 at most. */
        RANK_DEFICIENT,
        ZERO,
        /** Singular values in clusters: ones and twos on the diagonal. */
        CLUSTERED,
        /** Columns that fall by 2⁻⁴⁰ from the first to the last: too ill-conditioned for a Gram matrix. */
        GRADED,
        /** Condition near 10⁵: a Gram matrix will do, but not one alone. */
        STRETCHED,
        /** Nearly parallel rows and columns: the same condition, which no scaling of either removes. */
        PARALLEL,
        /** Near the top of the exponent range: F64 1e150, F32 1e30. */
        HUGE,
        /** Near its bottom. */
        TINY
    }

    /** An m × n matrix. */
    static Values make(Kind kind, DType dtype, int m, int n) {
        double[] a = Values.random(DType.F64, (long) m * n, 17L * m + n).floats();
        double scale = dtype == DType.F64 ? 1e150 : 1e30;
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                a[i * n + j] = switch (kind) {
                    case RANDOM -> a[i * n + j];
                    case RANK_DEFICIENT -> Math.sin(i + 1) * Math.cos(j) + Math.cos(3 * i) * Math.sin(2 * j + 1);
                    case ZERO -> 0;
                    case CLUSTERED -> i == j ? 1 + i % 2 : 0;
                    case GRADED -> a[i * n + j] * Math.pow(2, -40.0 * j / n);
                    case STRETCHED -> a[i * n + j] * Math.pow(2, -17.0 * i / m - 17.0 * j / n);
                    case PARALLEL -> a[i * n + j] + 1e4 * (1 + i % 3) * (1 + j % 2);
                    case HUGE -> a[i * n + j] * scale;
                    case TINY -> a[i * n + j] / scale;
                };
            }
        }
        return Values.of(dtype, a);
    }

    /** A symmetric matrix of the kind: the lower triangle of {@link #make} and its mirror image. */
    static Values symmetric(Kind kind, DType dtype, int n) {
        double[] a = make(kind, dtype, n, n).floats();
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                a[i * n + j] = a[j * n + i];
            }
        }
        return Values.of(dtype, a);
    }

    /** Part of a row-major matrix: its first rows and columns. */
    static double[] corner(double[] a, int columns, int rowsKept, int columnsKept) {
        double[] out = new double[rowsKept * columnsKept];
        for (int i = 0; i < rowsKept; i++) {
            System.arraycopy(a, i * columns, out, i * columnsKept, columnsKept);
        }
        return out;
    }

    /** A·B for A (m, k), B (k, n): plain sums, whose error is far below that of the factorization that is checked. */
    static double[] multiply(int m, int n, int k, double[] a, double[] b) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                double factor = a[i * k + p];
                for (int j = 0; j < n; j++) {
                    c[i * n + j] += factor * b[p * n + j];
                }
            }
        }
        return c;
    }

    /** Fails unless ‖A − U·diag(s)·V‖F is rounding error; U (m, k), V (k, n); null for an s of ones. */
    static void assertReconstructs(
            String what, DType dtype, int m, int n, double[] a, double[] u, double[] s, double[] v) {
        int k = m == 0 ? 0 : u.length / m;
        double norm = Reference.norm(a);
        // Divided by the norm first: products of numbers near 1e-300 would lose their low parts.
        double unit = norm == 0 ? 1 : norm;
        double[] scaled = u.clone();
        for (int i = 0; s != null && i < scaled.length; i++) {
            scaled[i] *= s[i % k] / unit;
        }
        double[] product = multiply(m, n, k, scaled, v);
        double[] error = new double[a.length];
        Arrays.setAll(error, i -> a[i] / unit - (s == null ? product[i] / unit : product[i]));
        assertThat(Reference.norm(error))
                .as("%s: reconstruction", what)
                .isLessThanOrEqualTo(Tolerance.factorization(dtype, m, n, norm == 0 ? 0 : 1));
    }

    /** Fails unless the k rows of length n are orthonormal. */
    static void assertOrthonormalRows(String what, DType dtype, int k, int n, double[] rows) {
        double[] product = multiply(k, k, n, rows, Reference.transpose(k, n, rows));
        for (int i = 0; i < k; i++) {
            product[i * k + i] -= 1;
        }
        assertThat(Reference.norm(product))
                .as("%s: loss of orthogonality", what)
                .isLessThanOrEqualTo(Tolerance.orthogonality(dtype, n, k));
    }

    /** Fails unless the values descend and, unless {@code signed}, none is negative. */
    static void assertDescending(String what, boolean signed, double[] s) {
        for (int i = 0; i < s.length; i++) {
            assertThat(s[i])
                    .as("%s: order at %d", what, i)
                    .isLessThanOrEqualTo(i == 0 ? Double.POSITIVE_INFINITY : s[i - 1]);
            assertThat(signed || s[i] >= 0).as("%s: sign at %d", what, i).isTrue();
        }
    }

    /** Fails unless in each row the first entry within a factor 1 − √ε of the largest is positive. */
    static void assertOriented(String what, DType dtype, int k, int n, double[] vt) {
        for (int i = 0; i < k; i++) {
            assertThat(leader(dtype, Arrays.copyOfRange(vt, i * n, (i + 1) * n)))
                    .as("%s: sign of row %d", what, i)
                    .isPositive();
        }
    }

    /** The first entry within a factor 1 − √ε of the largest magnitude. */
    static double leader(DType dtype, double[] row) {
        double largest = Arrays.stream(row).map(Math::abs).max().orElse(0);
        return Arrays.stream(row)
                .filter(x -> Math.abs(x) >= largest * (1 - Math.sqrt(dtype.epsilon())))
                .findFirst()
                .orElse(0);
    }
}
