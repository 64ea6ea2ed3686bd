package dev.eckart.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;

/**
 * Each sampler once more, for one direction of normal data and with the noise as symbols, as its paper or the usual code writes it: in
 * β and ε, or in x/α and σ/α. What is tested works on estimates of x₀ in x itself.
 */
final class PaperSamplers {
    private final NoiseLevels levels;
    private final double mean;
    private final double variance;
    private final int normals;

    PaperSamplers(NoiseLevels levels, double mean, double variance) {
        this.levels = levels;
        this.mean = mean;
        this.variance = variance;
        this.normals = levels.steps() + 1;
    }

    /** The samples that one finds after all steps. */
    @FunctionalInterface
    interface Paper {
        Affine run(PaperSamplers samplers);
    }

    private Affine start() {
        return Affine.normal(0, normals);
    }

    private Affine noise(int step) {
        return Affine.normal(step + 1, normals);
    }

    /** E[x₀ | x̃] for x̃ = x₀ + σ̃·ε. */
    private Affine denoised(Affine scaled, double ratio) {
        double gain = variance / (variance + ratio * ratio);
        return scaled.times(gain).plus(Affine.constant(mean * (1 - gain), normals));
    }

    /** Expected noise in x = √ᾱ·x₀ + √(1 − ᾱ)·ε. */
    private Affine epsilon(Affine x, double alphaBar) {
        Affine away = x.minus(Affine.constant(Math.sqrt(alphaBar) * mean, normals));
        return away.times(Math.sqrt(1 - alphaBar) / (alphaBar * variance + 1 - alphaBar));
    }

    /** Ho et al. 2020, algorithm 2; {@code sigma2} gives the variance for β and β̃. */
    Affine ddpm(ToDoubleBiFunction<Double, Double> sigma2) {
        Affine x = start();
        for (int i = 0; i < levels.steps(); i++) {
            double now = levels.at(i).alphaBar();
            double next = levels.at(i + 1).alphaBar();
            double alpha = now / next;
            double beta = 1 - alpha;
            Affine without = x.minus(epsilon(x, now).times(beta / Math.sqrt(1 - now)));
            x = without.times(1 / Math.sqrt(alpha));
            if (next < 1) {
                double small = (1 - next) / (1 - now) * beta;
                x = x.plus(noise(i).times(Math.sqrt(sigma2.applyAsDouble(beta, small))));
            }
        }
        return x;
    }

    /** Song et al. 2021, eq. 12 and 16. */
    Affine ddim(double eta) {
        Affine x = start();
        for (int i = 0; i < levels.steps(); i++) {
            double now = levels.at(i).alphaBar();
            double next = levels.at(i + 1).alphaBar();
            double sigma = eta * Math.sqrt((1 - next) / (1 - now)) * Math.sqrt(1 - now / next);
            Affine epsilon = epsilon(x, now);
            Affine clean = x.minus(epsilon.times(Math.sqrt(1 - now))).times(1 / Math.sqrt(now));
            x = clean.times(Math.sqrt(next))
                    .plus(epsilon.times(Math.sqrt(1 - next - sigma * sigma)))
                    .plus(noise(i).times(sigma));
        }
        return x;
    }

    /** Karras et al. 2022, algorithm 1; without its lines 6 to 8 Euler's method. */
    Affine karras(boolean corrected) {
        Affine x = start().times(1 / levels.first().alpha());
        for (int i = 0; i < levels.steps(); i++) {
            double now = levels.at(i).ratio();
            double next = levels.at(i + 1).ratio();
            Affine d = x.minus(denoised(x, now)).times(1 / now);
            Affine there = x.plus(d.times(next - now));
            if (corrected && next > 0) {
                Affine e = there.minus(denoised(there, next)).times(1 / next);
                there = x.plus(d.plus(e).times((next - now) / 2));
            }
            x = there;
        }
        return x.times(levels.last().alpha());
    }

    /** k-diffusion's sample_euler_ancestral. */
    Affine ancestral(double eta) {
        Affine x = start().times(1 / levels.first().alpha());
        for (int i = 0; i < levels.steps(); i++) {
            double from = levels.at(i).ratio();
            double to = levels.at(i + 1).ratio();
            double up = Math.min(to, eta * Math.sqrt(to * to * (from * from - to * to) / (from * from)));
            double down = Math.sqrt(to * to - up * up);
            Affine d = x.minus(denoised(x, from)).times(1 / from);
            x = x.plus(d.times(down - from)).plus(noise(i).times(up));
        }
        return x.times(levels.last().alpha());
    }

    /** k-diffusion's sample_dpmpp_2m, and sample_dpmpp_2m_sde with its midpoint solver and η = 1. */
    Affine dpmSolver(boolean stochastic) {
        Affine x = start().times(1 / levels.first().alpha());
        Affine old = null;
        double hLast = 0;
        for (int i = 0; i < levels.steps(); i++) {
            double now = levels.at(i).ratio();
            double next = levels.at(i + 1).ratio();
            Affine denoised = denoised(x, now);
            if (next == 0) {
                x = denoised;
                break;
            }
            double h = Math.log(now) - Math.log(next);
            double etaH = stochastic ? h : 0;
            double part = -Math.expm1(-h - etaH);
            x = x.times(next / now * Math.exp(-etaH)).plus(denoised.times(part));
            if (old != null) {
                x = x.plus(denoised.minus(old).times(.5 * part * h / hLast));
            }
            x = x.plus(noise(i).times(next * Math.sqrt(-Math.expm1(-2 * etaH))));
            old = denoised;
            hLast = h;
        }
        return x.times(levels.last().alpha());
    }

    /** Zhao et al. 2023: exponential Adams-Bashforth and -Moulton of the estimates, with ½ where one difference enters. */
    Affine uniPc(int order) {
        Affine x = start().times(1 / levels.first().alpha());
        List<Affine> estimates = new ArrayList<>();
        Affine before = null;
        int p = 0;
        for (int i = 0; i < levels.steps(); i++) {
            Affine estimate = denoised(x, levels.at(i).ratio());
            if (i > 0) {
                List<Affine> known = new ArrayList<>(estimates.subList(i - p, i));
                known.add(estimate);
                x = integrated(before, i - 1, known, i);
            }
            estimates.add(estimate);
            before = x;
            p = levels.at(i + 1).isClean() ? 1 : Math.min(order, i + 1);
            x = integrated(x, i, estimates.subList(i + 1 - p, i + 1), i);
        }
        return x.times(levels.last().alpha());
    }

    /**
     * x̃ at level i + 1 from that at level i, by the polynomial through estimates whose last belongs to level {@code end}: that is
     * e^−h·x̃ + ∫ e^(u − h)·D(u) du over 0..h.
     */
    private Affine integrated(Affine x, int i, List<Affine> estimates, int end) {
        double now = levels.at(i).ratio();
        double next = levels.at(i + 1).ratio();
        Affine out = x.times(next / now);
        double all = 1 - next / now;
        int count = estimates.size();
        if (count == 1) {
            return out.plus(estimates.get(0).times(all));
        }
        double h = Math.log(now / next);
        double[] nodes = new double[count];
        for (int k = 0; k < count; k++) {
            nodes[k] = Math.log(now / levels.at(end - count + 1 + k).ratio());
        }
        for (int k = 0; k < count; k++) {
            double weight;
            if (count == 2) {
                int base = end == i ? 1 : 0; // of the estimate at level i
                double half = h / (nodes[1 - base] - nodes[base]) / 2;
                weight = all * (k == base ? 1 - half : half);
            } else {
                weight = simpson(nodes, k, h);
            }
            out = out.plus(estimates.get(k).times(weight));
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
