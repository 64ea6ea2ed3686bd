package dev.eckart.diffusion;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * How noise is added in T discrete steps: x_t = √(1 − β_t)·x_{t−1} + √β_t·ε, so that x_t = √ᾱ_t·x₀ + √(1 − ᾱ_t)·ε with
 * ᾱ_t = Π (1 − β_s) over s ≤ t (Ho et al. 2020). Steps count from 0, and ᾱ_0 includes β_0. All in f64; implementations that keep β
 * in f32 differ by about 1e-5 relative. Immutable.
 */
public final class NoiseSchedule {
    /** The largest β of schedules that are given by ᾱ (Nichol and Dhariwal 2021, §3.2). */
    private static final double LARGEST_BETA = .999;

    private final double[] betas;
    private final double[] alphaBars;

    private NoiseSchedule(double[] betas, double[] alphaBars) {
        this.betas = betas;
        this.alphaBars = alphaBars;
    }

    /** β evenly from {@code first} to {@code last}; 1e-4 to 0.02 over 1000 steps in Ho et al. 2020. */
    public static NoiseSchedule linear(int steps, double first, double last) {
        return ofBetas(spaced(steps, i -> between(first, last, i)));
    }

    /** √β evenly from √{@code first} to √{@code last}; 0.00085 to 0.012 over 1000 steps in Rombach et al. 2022. */
    public static NoiseSchedule scaledLinear(int steps, double first, double last) {
        double from = Math.sqrt(first);
        double to = Math.sqrt(last);
        return ofBetas(spaced(steps, i -> between(from, to, i) * between(from, to, i)));
    }

    /** ᾱ(t) ∝ cos²((t + .008)/1.008·π/2), β at most .999 (Nichol and Dhariwal 2021, eq. 17). */
    public static NoiseSchedule cosine(int steps) {
        return ofAlphaBar(steps, t -> {
            double c = Math.cos((t + .008) / 1.008 * Math.PI / 2);
            return c * c;
        });
    }

    /** ᾱ(t) falls as a sigmoid from −3 to 3 does, β at most .999 (Jabri et al. 2023; Chen 2023, algorithm 1, with τ = 1). */
    public static NoiseSchedule sigmoid(int steps) {
        return sigmoid(steps, -3, 3, 1);
    }

    /**
     * ᾱ(t) = (s(end) − s(start + t·(end − start))) / (s(end) − s(start)) with s(x) = 1/(1 + e^−x/τ), β at most .999 (Chen 2023,
     * algorithm 1).
     */
    public static NoiseSchedule sigmoid(int steps, double start, double end, double tau) {
        if (!(start < end && tau > 0)) {
            throw new IllegalArgumentException("sigmoid schedule: start " + start + ", end " + end + ", tau " + tau
                    + "; needed are start < end and tau > 0");
        }
        double last = logistic(end / tau);
        double first = logistic(start / tau);
        return ofAlphaBar(steps, t -> (last - logistic((start + t * (end - start)) / tau)) / (last - first));
    }

    /**
     * By a decreasing function of t in [0, 1] that is proportional to ᾱ: β_i = min(1 − f((i + 1)/T)/f(i/T), .999).
     *
     * @throws IllegalArgumentException when a β is not in (0, 1)
     */
    public static NoiseSchedule ofAlphaBar(int steps, DoubleUnaryOperator alphaBar) {
        checkSteps(steps);
        double[] betas = new double[steps];
        for (int i = 0; i < steps; i++) {
            double ratio = alphaBar.applyAsDouble((i + 1.0) / steps) / alphaBar.applyAsDouble((double) i / steps);
            betas[i] = Math.min(1 - ratio, LARGEST_BETA);
        }
        return ofBetas(betas);
    }

    /**
     * By each step's β.
     *
     * @throws IllegalArgumentException when one is not in (0, 1): its place and value; when there are none, or so many that ᾱ becomes 0
     */
    public static NoiseSchedule ofBetas(double... betas) {
        checkSteps(betas.length);
        double[] alphaBars = new double[betas.length];
        double product = 1;
        for (int i = 0; i < betas.length; i++) {
            if (!(betas[i] > 0 && betas[i] < 1)) {
                throw new IllegalArgumentException(
                        "noise schedule: beta[" + i + "] = " + betas[i] + " is outside (0, 1)");
            }
            product *= 1 - betas[i];
            alphaBars[i] = product;
        }
        if (product < Double.MIN_NORMAL) {
            throw new IllegalArgumentException("noise schedule: alphaBar[" + (betas.length - 1) + "] = " + product
                    + " is too small for f64; take fewer steps or smaller betas");
        }
        return new NoiseSchedule(betas.clone(), alphaBars);
    }

    /**
     * By each step's ᾱ.
     *
     * @throws IllegalArgumentException when they do not decrease inside (0, 1): the place and both values
     */
    public static NoiseSchedule ofAlphaBars(double... alphaBars) {
        checkSteps(alphaBars.length);
        double[] betas = new double[alphaBars.length];
        double before = 1;
        for (int i = 0; i < alphaBars.length; i++) {
            if (!(alphaBars[i] > 0 && alphaBars[i] < before)) {
                throw new IllegalArgumentException("noise schedule: alphaBar[" + i + "] = " + alphaBars[i] + " after "
                        + before + "; they have to decrease inside (0, 1)");
            }
            betas[i] = 1 - alphaBars[i] / before;
            before = alphaBars[i];
        }
        return new NoiseSchedule(betas, alphaBars.clone());
    }

    /** T, the number of steps. */
    public int steps() {
        return betas.length;
    }

    /** β of each step. */
    public double[] betas() {
        return betas.clone();
    }

    /** ᾱ of each step. */
    public double[] alphaBars() {
        return alphaBars.clone();
    }

    /** The noise after step {@code t}, 0..T−1. */
    public NoiseLevel level(int t) {
        if (t < 0 || t >= betas.length) {
            throw new IllegalArgumentException("noise schedule: step " + t + " is outside 0.." + (betas.length - 1));
        }
        return NoiseLevel.ofAlphaBar(t, alphaBars[t]);
    }

    /**
     * The levels of {@code n} steps, and at the end none. In each step "the level before" is the next of these, for DDIM too (some
     * implementations take t − T/n there, which differs under LINSPACE).
     *
     * @throws IllegalArgumentException when n is not in 1..T
     */
    public NoiseLevels levels(Spacing spacing, int n) {
        List<NoiseLevel> levels = new ArrayList<>();
        for (int t : spacing.steps(n, steps())) {
            levels.add(level(t));
        }
        levels.add(NoiseLevel.CLEAN);
        return NoiseLevels.of(levels);
    }

    /**
     * {@code n} levels between this schedule's own extremes as {@link NoiseLevels#karras} spaces them, and at the end none. Their times
     * lie between steps, where log σ/α is interpolated.
     *
     * @throws IllegalArgumentException when n is not in 1..T
     */
    public NoiseLevels karras(int n, double rho) {
        if (n < 1 || n > steps()) {
            throw new IllegalArgumentException("steps: " + n + " of " + steps() + "; take 1 to " + steps());
        }
        double least = level(0).ratio();
        double most = level(steps() - 1).ratio();
        List<NoiseLevel> levels = new ArrayList<>();
        for (double ratio : NoiseLevels.karrasRatios(n, least, most, rho)) {
            levels.add(NoiseLevel.ofRatio(time(ratio), ratio));
        }
        levels.add(NoiseLevel.CLEAN);
        return NoiseLevels.of(levels);
    }

    /**
     * When σ/α is {@code ratio}: between two steps by the logarithm of σ/α, beyond the first or last step that step.
     */
    public double time(double ratio) {
        int low = 0;
        int high = steps() - 1;
        if (!(ratio > level(low).ratio())) {
            return low;
        }
        if (ratio >= level(high).ratio()) {
            return high;
        }
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (level(middle).ratio() <= ratio) {
                low = middle;
            } else {
                high = middle;
            }
        }
        double below = -level(low).lambda();
        double above = -level(high).lambda();
        return low + (Math.log(ratio) - below) / (above - below);
    }

    private static double[] spaced(int steps, DoubleUnaryOperator beta) {
        checkSteps(steps);
        double[] betas = new double[steps];
        for (int i = 0; i < steps; i++) {
            betas[i] = beta.applyAsDouble(steps == 1 ? 0 : (double) i / (steps - 1));
        }
        return betas;
    }

    private static double between(double first, double last, double part) {
        return first + part * (last - first);
    }

    private static double logistic(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private static void checkSteps(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("noise schedule: " + steps + " steps; it needs at least one");
        }
    }
}
