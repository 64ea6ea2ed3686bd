package dev.eckart.backend;

/**
 * A number of about 106 bits, as the sum of two doubles (Dekker 1971; Hida, Li and Bailey 2001). What overflows or is NaN is kept in
 * {@code high}.
 */
record DoubleDouble(double high, double low) {
    static final DoubleDouble ONE = of(1);

    static DoubleDouble of(double x) {
        return new DoubleDouble(x, 0);
    }

    private static DoubleDouble sum(double a, double b) {
        double s = a + b;
        double t = s - a;
        double rest = (a - (s - t)) + (b - t);
        return new DoubleDouble(s, Double.isFinite(s) ? rest : 0);
    }

    DoubleDouble plus(DoubleDouble other) {
        DoubleDouble s = sum(high, other.high);
        DoubleDouble t = sum(low, other.low);
        DoubleDouble u = sum(s.high, s.low + t.high);
        return sum(u.high, u.low + t.low);
    }

    DoubleDouble minus(DoubleDouble other) {
        return plus(other.negate());
    }

    DoubleDouble negate() {
        return new DoubleDouble(-high, -low);
    }

    DoubleDouble times(DoubleDouble other) {
        double p = high * other.high;
        double rest = Double.isFinite(p) ? Math.fma(high, other.high, -p) + (high * other.low + low * other.high) : 0;
        return sum(p, rest);
    }

    DoubleDouble times(double x) {
        return times(of(x));
    }

    DoubleDouble over(DoubleDouble other) {
        double q = high / other.high;
        DoubleDouble rest = minus(other.times(q));
        double r = rest.high / other.high;
        double s = rest.minus(other.times(r)).high / other.high;
        return sum(q, r).plus(of(s));
    }

    /** Times 2^n. */
    DoubleDouble scale(int n) {
        return new DoubleDouble(Math.scalb(high, n), Math.scalb(low, n));
    }
}
