package dev.eckart.backend;

/** The transcendental functions to about 30 digits, from their series (Abramowitz and Stegun 4.2, 7.1). Slow. */
final class PreciseFunctions {
    private static final DoubleDouble LN2 = new DoubleDouble(0.6931471805599453, 2.3190468138462996e-17);
    private static final DoubleDouble ROOT_HALF = new DoubleDouble(0.7071067811865476, -4.833646656726457e-17);
    private static final DoubleDouble ONE_OVER_ROOT_PI = new DoubleDouble(0.5641895835477563, 7.66772980658294e-18);

    private PreciseFunctions() {}

    /** m·2^n; a factor apart, as e^x and erfc x leave the range of double where their products with x do not. */
    private record Scaled(DoubleDouble m, int n) {
        DoubleDouble value() {
            return m.scale(n);
        }

        Scaled times(DoubleDouble x) {
            return new Scaled(m.times(x), n);
        }
    }

    static DoubleDouble of(UnaryOp op, double x) {
        if (Double.isNaN(x)) {
            return DoubleDouble.of(x);
        }
        return switch (op) {
            case EXP -> x > 800 ? DoubleDouble.of(Double.POSITIVE_INFINITY) : exp(x).value();
            case LOG -> log(x);
            case TANH -> odd(x, tanh(Math.abs(x)));
            case SIGMOID -> sigmoid(x).value();
            case ERF -> odd(x, erf(Math.abs(x)));
            case SILU -> gated(x, 800, sigmoid(x));
            case GELU -> gated(x, 60, normal(x));
            default -> throw new IllegalArgumentException(op + " is no transcendental function");
        };
    }

    private static DoubleDouble odd(double x, DoubleDouble ofMagnitude) {
        return x < 0 || 1 / x < 0 ? ofMagnitude.negate() : ofMagnitude;
    }

    /** x·f, whose limits are 0 and x. */
    private static DoubleDouble gated(double x, double limit, Scaled f) {
        return x < -limit
                ? DoubleDouble.of(-0.0)
                : x > limit ? DoubleDouble.of(x) : f.times(DoubleDouble.of(x)).value();
    }

    private static Scaled exp(double x) {
        return exp(DoubleDouble.of(Math.max(x, -2000)));
    }

    /** e^x = 2^n·(e^(r/2^8))^(2^8), |r| ≤ ln 2 / 2; the inner power by Taylor, less 1 so that squaring keeps its digits. */
    private static Scaled exp(DoubleDouble x) {
        int n = (int) Math.rint(x.high() / LN2.high());
        DoubleDouble r = x.minus(LN2.times(n)).scale(-8);
        DoubleDouble less1 = DoubleDouble.of(0);
        for (int i = 12; i >= 1; i--) {
            less1 = less1.plus(DoubleDouble.ONE).times(r).over(DoubleDouble.of(i));
        }
        for (int i = 0; i < 8; i++) {
            less1 = less1.plus(less1).plus(less1.times(less1));
        }
        return new Scaled(less1.plus(DoubleDouble.ONE), n);
    }

    /** One Newton step on the logarithm of double. */
    private static DoubleDouble log(double x) {
        double y = StrictMath.log(x);
        if (Double.isNaN(y) || Double.isInfinite(y)) {
            return DoubleDouble.of(y);
        }
        int n = Math.getExponent(x);
        Scaled inverse = exp(-y);
        DoubleDouble ratio =
                inverse.m().times(DoubleDouble.of(Math.scalb(x, -n))).scale(inverse.n() + n);
        DoubleDouble d = ratio.minus(DoubleDouble.ONE);
        return DoubleDouble.of(y).plus(d.minus(d.times(d).scale(-1)));
    }

    private static DoubleDouble tanh(double a) {
        if (a < 1e-4) {
            DoubleDouble z = DoubleDouble.of(a).times(a);
            DoubleDouble series = z.times(2.0 / 15).minus(DoubleDouble.ONE.over(DoubleDouble.of(3)));
            return DoubleDouble.of(a).plus(series.times(z).times(a));
        }
        DoubleDouble e = exp(Math.max(-2 * a, -200)).value();
        return DoubleDouble.ONE.minus(e).over(DoubleDouble.ONE.plus(e));
    }

    private static Scaled sigmoid(double x) {
        Scaled e = exp(-Math.abs(x));
        DoubleDouble inverse = DoubleDouble.ONE.over(DoubleDouble.ONE.plus(e.value()));
        return x < 0 ? e.times(inverse) : new Scaled(inverse, 0);
    }

    private static DoubleDouble erf(double a) {
        if (a < 2) {
            return series(DoubleDouble.of(a));
        }
        return DoubleDouble.ONE.minus(erfc(DoubleDouble.of(Math.min(a, 30))).value());
    }

    /** F(x) of the normal distribution. */
    private static Scaled normal(double x) {
        DoubleDouble a = ROOT_HALF.times(Math.min(Math.abs(x), 60));
        Scaled tail = a.high() < 2
                ? new Scaled(DoubleDouble.ONE.minus(series(a)).scale(-1), 0)
                : erfc(a).times(DoubleDouble.of(0.5));
        return x < 0 ? tail : new Scaled(DoubleDouble.ONE.minus(tail.value()), 0);
    }

    /** erf a = 2 e^(−a²) / √π · Σ a (2a²)^k / (2k + 1)!!, all of one sign (7.1.6). */
    private static DoubleDouble series(DoubleDouble a) {
        DoubleDouble square = a.times(a);
        DoubleDouble term = a;
        DoubleDouble sum = a;
        for (int k = 1; term.high() > 1e-33 * sum.high(); k++) {
            term = term.times(square).scale(1).over(DoubleDouble.of(2 * k + 1));
            sum = sum.plus(term);
        }
        return exp(square.negate()).value().times(sum).times(ONE_OVER_ROOT_PI).scale(1);
    }

    /** erfc a, a ≥ 2, as e^(−a²) / √π over the continued fraction a + (1/2)/(a + 1/(a + (3/2)/(a + …))) (7.1.14). */
    private static Scaled erfc(DoubleDouble a) {
        DoubleDouble fraction = a;
        for (int k = 20 + (int) (400 / (a.high() * a.high())); k >= 1; k--) {
            fraction = a.plus(DoubleDouble.of(k).scale(-1).over(fraction));
        }
        Scaled e = exp(a.times(a).negate());
        return e.times(ONE_OVER_ROOT_PI.over(fraction));
    }
}
