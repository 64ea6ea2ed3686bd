package dev.eckart.diffusion;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleBinaryOperator;
import java.util.function.IntFunction;

/**
 * What each sampler makes of one principal direction of normal data, from the formulas of its paper. There E[x₀ | x] − μ is a multiple
 * of u = x − α·μ, and a step is u' = a·u + b·z with numbers a and b of its levels alone, so that n steps end with mean
 * α_n·μ − Πaᵢ·α₀·μ and variance Πaᵢ² + Σᵢ bᵢ²·Π_{j&gt;i} aⱼ². For a multistep method a is a matrix, which also moves what it remembers.
 */
final class PaperSamplers {
    private final NoiseLevels levels;
    private final double mean;
    private final double variance;

    PaperSamplers(NoiseLevels levels, double mean, double variance) {
        this.levels = levels;
        this.mean = mean;
        this.variance = variance;
    }

    /** Of the samples after all steps. */
    record Moments(double mean, double variance) {}

    /** One of the methods below. */
    @FunctionalInterface
    interface Paper {
        Moments run(PaperSamplers samplers);
    }

    /** A step: the matrix of u and what is remembered, and the factor of the noise that enters u. */
    private record Coefficients(double[][] a, double b) {
        Coefficients(double a, double b) {
            this(new double[][] {{a}}, b);
        }
    }

    /** Ho et al. 2020, algorithm 2; {@code sigma2} gives the variance for β and β̃. */
    Moments ddpm(DoubleBinaryOperator sigma2) {
        return inX(i -> {
            double now = levels.at(i).alphaBar();
            double next = levels.at(i + 1).alphaBar();
            double alpha = now / next;
            double beta = 1 - alpha;
            double small = (1 - next) / (1 - now) * beta;
            // ε = √(1 − ᾱ)/V·u with the variance V of x.
            double a = (1 - beta / noisy(now)) / Math.sqrt(alpha);
            return new Coefficients(a, next < 1 ? Math.sqrt(sigma2.applyAsDouble(beta, small)) : 0);
        });
    }

    /** Song et al. 2021, eq. 12 and 16. */
    Moments ddim(double eta) {
        return inX(i -> {
            double now = levels.at(i).alphaBar();
            double next = levels.at(i + 1).alphaBar();
            double sigma = eta * Math.sqrt((1 - next) / (1 - now)) * Math.sqrt(1 - now / next);
            double predicted = Math.sqrt(next) * Math.sqrt(now) * variance / noisy(now);
            double direction = Math.sqrt(1 - next - sigma * sigma) * Math.sqrt(1 - now) / noisy(now);
            return new Coefficients(predicted + direction, sigma);
        });
    }

    /** Karras et al. 2022, algorithm 1; without its lines 6 to 8 Euler's method. */
    Moments karras(boolean corrected) {
        return inRatio(i -> {
            double now = levels.at(i).ratio();
            double next = levels.at(i + 1).ratio();
            double euler = 1 + (next - now) * slope(now);
            boolean heun = corrected && next > 0;
            return new Coefficients(heun ? 1 + (next - now) * (slope(now) + slope(next) * euler) / 2 : euler, 0);
        });
    }

    /** k-diffusion's sample_euler_ancestral. */
    Moments ancestral(double eta) {
        return inRatio(i -> {
            double from = levels.at(i).ratio();
            double to = levels.at(i + 1).ratio();
            double up = Math.min(to, eta * Math.sqrt(to * to * (from * from - to * to) / (from * from)));
            double down = Math.sqrt(to * to - up * up);
            return new Coefficients(1 + (down - from) * slope(from), up);
        });
    }

    /** k-diffusion's sample_dpmpp_2m, and sample_dpmpp_2m_sde with its midpoint solver and η = 1; the last estimate is remembered. */
    Moments dpmSolver(boolean stochastic) {
        return inRatio(i -> {
            double now = levels.at(i).ratio();
            double next = levels.at(i + 1).ratio();
            double estimate = gain(now);
            if (next == 0) {
                return new Coefficients(new double[][] {{estimate, 0}, {estimate, 0}}, 0);
            }
            double h = Math.log(now / next);
            double etaH = stochastic ? h : 0;
            double part = -Math.expm1(-h - etaH);
            double more = i == 0 ? 0 : .5 * h / Math.log(levels.at(i - 1).ratio() / now);
            double kept = next / now * Math.exp(-etaH);
            double[][] a = {{kept + part * (1 + more) * estimate, -part * more}, {estimate, 0}};
            return new Coefficients(a, next * Math.sqrt(-Math.expm1(-2 * etaH)));
        });
    }

    /**
     * Zhao et al. 2023: exponential Adams-Bashforth and -Moulton of the estimates, with ½ where one difference enters. Remembered are
     * the corrected u and three estimates, the latest first.
     */
    Moments uniPc(int order) {
        return inRatio(i -> {
            double[] latest = times(gain(levels.at(i).ratio()), unit(0));
            List<double[]> estimates = List.of(unit(4), unit(3), unit(2), latest);
            double[] corrected = unit(0);
            if (i > 0) {
                int p = Math.min(order, i);
                corrected = integrated(unit(1), i - 1, estimates.subList(3 - p, 4), i);
            }
            int p = levels.at(i + 1).isClean() ? 1 : Math.min(order, i + 1);
            double[] predicted = integrated(corrected, i, estimates.subList(4 - p, 4), i);
            return new Coefficients(new double[][] {predicted, corrected, latest, unit(2), unit(3)}, 0);
        });
    }

    /** E (x − α·μ)², for ᾱ. */
    private double noisy(double alphaBar) {
        return alphaBar * variance + 1 - alphaBar;
    }

    /** g in E[x₀ | x̃] − μ = g·(x̃ − μ) for x̃ = x/α = x₀ + σ̃·ε. */
    private double gain(double ratio) {
        return variance / (variance + ratio * ratio);
    }

    /** (1 − g)/σ̃, by which d = (x̃ − E[x₀ | x̃])/σ̃ follows x̃ − μ. */
    private double slope(double ratio) {
        return ratio / (variance + ratio * ratio);
    }

    private Moments inX(IntFunction<Coefficients> step) {
        return moments(step, 1, 1);
    }

    /** u = x̃ − μ. */
    private Moments inRatio(IntFunction<Coefficients> step) {
        return moments(step, 1 / levels.first().alpha(), levels.last().alpha());
    }

    /** @param into, out factors from x to what steps are written in, and back */
    private Moments moments(IntFunction<Coefficients> step, double into, double out) {
        double[] later = {1}; // the first row of the product of all later matrices
        double noise = 0;
        for (int i = levels.steps() - 1; i >= 0; i--) {
            Coefficients c = step.apply(i);
            noise += later[0] * c.b * (later[0] * c.b);
            double[] row = new double[c.a.length];
            for (int k = 0; k < later.length; k++) {
                for (int j = 0; j < row.length; j++) {
                    row[j] += later[k] * c.a[k][j];
                }
            }
            later = row;
        }
        double whole = out * later[0] * into;
        double left =
                mean * levels.last().alpha() - whole * mean * levels.first().alpha();
        return new Moments(left, whole * whole + out * out * noise);
    }

    private static double[] unit(int i) {
        double[] row = new double[5];
        row[i] = 1;
        return row;
    }

    private static double[] times(double factor, double[] row) {
        return Arrays.stream(row).map(c -> factor * c).toArray();
    }

    /**
     * x̃ at level i + 1 from that at level i, by the polynomial through estimates whose last belongs to level {@code end}: that is
     * e^−h·x̃ + ∫ e^(u − h)·D(u) du over 0..h.
     */
    private double[] integrated(double[] x, int i, List<double[]> estimates, int end) {
        double now = levels.at(i).ratio();
        double next = levels.at(i + 1).ratio();
        double[] out = times(next / now, x);
        double all = 1 - next / now;
        int count = estimates.size();
        double h = Math.log(now / next);
        double[] nodes = new double[count];
        for (int k = 0; k < count; k++) {
            nodes[k] = Math.log(now / levels.at(end - count + 1 + k).ratio());
        }
        for (int k = 0; k < count; k++) {
            double weight;
            if (count == 1) {
                weight = all;
            } else if (count == 2) {
                int base = end == i ? 1 : 0; // of the estimate at level i
                double half = h / (nodes[1 - base] - nodes[base]) / 2;
                weight = all * (k == base ? 1 - half : half);
            } else {
                weight = simpson(nodes, k, h);
            }
            for (int j = 0; j < out.length; j++) {
                out[j] += weight * estimates.get(k)[j];
            }
        }
        return out;
    }

    /** ∫ e^(u − h)·L_k(u) du over 0..h with Lagrange's polynomial L_k. */
    private static double simpson(double[] nodes, int k, double h) {
        int cells = 400;
        double sum = 0;
        for (int j = 0; j <= cells; j++) {
            double u = h * j / cells;
            double value = Math.exp(u - h);
            for (int m = 0; m < nodes.length; m++) {
                value *= m == k ? 1 : (u - nodes[m]) / (nodes[k] - nodes[m]);
            }
            sum += value * (j == 0 || j == cells ? 1 : j % 2 == 1 ? 4 : 2);
        }
        return sum * h / cells / 3;
    }
}
