package dev.eckart.linalg;

import dev.eckart.memory.DType;
import java.util.Random;
import java.util.function.IntToDoubleFunction;

/**
 * The kinds of test matrices of LAPACK's ddrvbd, dchkbd and dlatms (LAPACK Working Note 9), and some that are known to be hard, in plain
 * Java. Spectra run from 1 to ulp.
 */
enum LapackMatrices {
    ZERO,
    IDENTITY,
    DIAGONAL_ARITHMETIC,
    DIAGONAL_GEOMETRIC,
    DIAGONAL_CLUSTERED,
    ARITHMETIC,
    GEOMETRIC,
    /** One of 1, the others ulp. */
    CLUSTERED_SMALL,
    /** All 1 but for one of ulp. */
    CLUSTERED_LARGE,
    /** Logarithms uniform. */
    RANDOM_SPECTRUM,
    RANDOM,
    NEAR_UNDERFLOW,
    NEAR_OVERFLOW,
    /** Entries below the smallest normal number. */
    DENORMAL,
    /** Upper triangular, singular and hard to see as such (Kahan 1966). */
    KAHAN,
    HILBERT,
    /** A row of ones over μ times the identity: AᵀA rounds to rank one (Läuchli 1961). */
    LAUCHLI,
    RANK_DEFICIENT,
    /** Threes, twos and ones. */
    REPEATED,
    /** Rows and columns that fall together from 1 to ulp. */
    GRADED;

    /** An m × n matrix whose entries are numbers of the type. */
    double[][] make(DType type, int m, int n) {
        double ulp = type.epsilon();
        double smallest = type == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL;
        double largest = type == DType.F64 ? Double.MAX_VALUE : Float.MAX_VALUE;
        int k = Math.min(m, n);
        Random random = new Random(97L * m + n);
        IntToDoubleFunction arithmetic = i -> k == 1 ? 1 : 1 - (1 - ulp) * i / (k - 1);
        IntToDoubleFunction geometric = i -> k == 1 ? 1 : Math.pow(ulp, (double) i / (k - 1));
        double angle = 1.2;
        double[][] a = switch (this) {
            case ZERO -> new double[m][n];
            case IDENTITY -> diagonal(m, n, i -> 1);
            case DIAGONAL_ARITHMETIC -> diagonal(m, n, arithmetic);
            case DIAGONAL_GEOMETRIC -> diagonal(m, n, geometric);
            case DIAGONAL_CLUSTERED -> diagonal(m, n, i -> i == 0 ? 1 : ulp);
            case ARITHMETIC -> dense(random, m, n, arithmetic);
            case GEOMETRIC -> dense(random, m, n, geometric);
            case CLUSTERED_SMALL -> dense(random, m, n, i -> i == 0 ? 1 : ulp);
            case CLUSTERED_LARGE -> dense(random, m, n, i -> i == k - 1 ? ulp : 1);
            case RANDOM_SPECTRUM -> dense(random, m, n, i -> Math.pow(ulp, random.nextDouble()));
            case RANDOM -> fill(m, n, (i, j) -> 2 * random.nextDouble() - 1);
            case NEAR_UNDERFLOW -> times(dense(random, m, n, arithmetic), smallest / ulp);
            case NEAR_OVERFLOW -> times(dense(random, m, n, arithmetic), largest * ulp);
            case DENORMAL -> times(dense(random, m, n, arithmetic), smallest / 16);
            case KAHAN ->
                fill(m, n, (i, j) -> j < i ? 0 : Math.pow(Math.sin(angle), i) * (i == j ? 1 : -Math.cos(angle)));
            case HILBERT -> fill(m, n, (i, j) -> 1.0 / (i + j + 1));
            case LAUCHLI -> fill(m, n, (i, j) -> i == 0 ? 1 : i == j + 1 ? ulp : 0);
            case RANK_DEFICIENT -> dense(random, m, n, i -> i < (k + 2) / 3 ? 1.0 + i : 0);
            case REPEATED -> dense(random, m, n, i -> 3 - 3 * i / k);
            case GRADED ->
                fill(m, n, (i, j) -> (2 * random.nextDouble() - 1) * Math.pow(ulp, 0.5 * i / m + 0.5 * j / n));
        };
        return type == DType.F64 ? a : fill(m, n, (i, j) -> (float) a[i][j]);
    }

    /** Entry (i, j). */
    private interface Entry {
        double at(int i, int j);
    }

    private static double[][] fill(int m, int n, Entry entry) {
        double[][] a = new double[m][n];
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                a[i][j] = entry.at(i, j);
            }
        }
        return a;
    }

    private static double[][] times(double[][] a, double factor) {
        return a.length == 0 ? a : fill(a.length, a[0].length, (i, j) -> a[i][j] * factor);
    }

    private static double[][] diagonal(int m, int n, IntToDoubleFunction values) {
        return fill(m, n, (i, j) -> i == j ? values.applyAsDouble(i) : 0);
    }

    /** U·diag(values)·Vᵀ with random orthonormal U and V, random signs. */
    static double[][] dense(Random random, int m, int n, IntToDoubleFunction values) {
        int k = Math.min(m, n);
        double[][] u = orthonormal(random, k, m);
        double[][] v = orthonormal(random, k, n);
        double[][] a = new double[m][n];
        for (int l = 0; l < k; l++) {
            double value = values.applyAsDouble(l) * (random.nextBoolean() ? 1 : -1);
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    a[i][j] += value * u[l][i] * v[l][j];
                }
            }
        }
        return a;
    }

    /** k random orthonormal rows of the given length: Gram and Schmidt, twice. */
    private static double[][] orthonormal(Random random, int k, int length) {
        double[][] q = fill(k, length, (i, j) -> random.nextGaussian());
        for (int i = 0; i < k; i++) {
            for (int pass = 0; pass < 2; pass++) {
                for (int l = 0; l < i; l++) {
                    double dot = dot(q[l], q[i]);
                    for (int j = 0; j < length; j++) {
                        q[i][j] -= dot * q[l][j];
                    }
                }
            }
            double norm = Math.sqrt(dot(q[i], q[i]));
            for (int j = 0; j < length; j++) {
                q[i][j] /= norm;
            }
        }
        return q;
    }

    private static double dot(double[] x, double[] y) {
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += x[i] * y[i];
        }
        return sum;
    }
}
