package dev.eckart.linalg;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;

/** Singular values by one-sided Jacobi rotations (Hestenes 1958) in so many digits that no condition matters: a reference. */
final class HighPrecision {
    private static final BigDecimal TWO = BigDecimal.valueOf(2);
    private static final int SWEEPS = 60;

    private final MathContext digits;
    private final BigDecimal[][] columns;

    private HighPrecision(double[][] a, int digits) {
        this.digits = new MathContext(digits);
        columns = new BigDecimal[a[0].length][a.length];
        for (int j = 0; j < columns.length; j++) {
            for (int i = 0; i < a.length; i++) {
                columns[j][i] = new BigDecimal(a[i][j]);
            }
        }
    }

    /**
     * The singular values of a (m, n), m at least n, descending.
     *
     * @param digits more than the decimal logarithm of the condition
     */
    static double[] singularValues(double[][] a, int digits) {
        HighPrecision jacobi = new HighPrecision(a, digits);
        int sweeps = 0;
        while (jacobi.sweep()) {
            if (++sweeps == SWEEPS) {
                throw new ArithmeticException("no convergence");
            }
        }
        double[] values = Arrays.stream(jacobi.columns)
                .mapToDouble(c -> jacobi.dot(c, c).sqrt(jacobi.digits).doubleValue())
                .sorted()
                .toArray();
        for (int i = 0; i < values.length / 2; i++) {
            double swapped = values[i];
            values[i] = values[values.length - 1 - i];
            values[values.length - 1 - i] = swapped;
        }
        return values;
    }

    private boolean sweep() {
        boolean turned = false;
        for (int p = 0; p < columns.length; p++) {
            for (int q = p + 1; q < columns.length; q++) {
                turned |= rotate(columns[p], columns[q]);
            }
        }
        return turned;
    }

    /** Makes two columns orthogonal; false when they were, to twenty digits. */
    private boolean rotate(BigDecimal[] x, BigDecimal[] y) {
        BigDecimal xx = dot(x, x);
        BigDecimal yy = dot(y, y);
        BigDecimal xy = dot(x, y);
        BigDecimal cosine = xy.multiply(xy, digits);
        if (cosine.compareTo(xx.multiply(yy, digits).movePointLeft(40)) <= 0) {
            return false;
        }
        BigDecimal zeta = yy.subtract(xx, digits).divide(xy.multiply(TWO), digits);
        BigDecimal root =
                zeta.multiply(zeta, digits).add(BigDecimal.ONE, digits).sqrt(digits);
        BigDecimal t =
                BigDecimal.valueOf(zeta.signum() < 0 ? -1 : 1).divide(zeta.abs().add(root, digits), digits);
        BigDecimal c = BigDecimal.ONE.divide(
                t.multiply(t, digits).add(BigDecimal.ONE, digits).sqrt(digits), digits);
        BigDecimal s = c.multiply(t, digits);
        for (int i = 0; i < x.length; i++) {
            BigDecimal old = x[i];
            x[i] = c.multiply(old, digits).subtract(s.multiply(y[i], digits), digits);
            y[i] = s.multiply(old, digits).add(c.multiply(y[i], digits), digits);
        }
        return true;
    }

    private BigDecimal dot(BigDecimal[] x, BigDecimal[] y) {
        BigDecimal sum = BigDecimal.ZERO;
        for (int i = 0; i < x.length; i++) {
            sum = sum.add(x[i].multiply(y[i], digits), digits);
        }
        return sum;
    }
}
