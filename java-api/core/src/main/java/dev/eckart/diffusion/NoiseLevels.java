package dev.eckart.diffusion;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The way of a sampler: the levels it visits, most noise first; n steps lie between n + 1 levels. Immutable. */
public final class NoiseLevels implements Iterable<NoiseLevel> {
    private final List<NoiseLevel> levels;

    private NoiseLevels(List<NoiseLevel> levels) {
        this.levels = List.copyOf(levels);
    }

    /**
     * Any levels.
     *
     * @throws IllegalArgumentException for fewer than two, or when σ/α does not fall from each to the next
     */
    public static NoiseLevels of(List<NoiseLevel> levels) {
        if (levels.size() < 2) {
            throw new IllegalArgumentException(
                    "noise levels: " + levels.size() + " given; a step lies between two, 0 steps are none");
        }
        for (int i = 1; i < levels.size(); i++) {
            if (!(levels.get(i).ratio() < levels.get(i - 1).ratio())) {
                throw new IllegalArgumentException(
                        "noise levels: " + levels.get(i) + " after " + levels.get(i - 1) + "; sigma/alpha has to fall");
            }
        }
        return new NoiseLevels(levels);
    }

    /**
     * {@code n} steps in continuous time: σ/α at (σmax^(1/ρ) + i/(n−1)·(σmin^(1/ρ) − σmax^(1/ρ)))^ρ, then 0 (Karras et al. 2022, eq. 5).
     * The time of each is ¼·log(σ/α), what networks of that paper are told.
     *
     * @param least σmin &gt; 0; .002 in the paper
     * @param most σmax &gt; σmin; 80 in the paper
     * @param rho ρ ≥ 1; 7 in the paper
     */
    public static NoiseLevels karras(int n, double least, double most, double rho) {
        return then(karrasRatios(n, least, most, rho), List.of(NoiseLevel.CLEAN));
    }

    /**
     * {@code n} steps whose n + 1 levels have λ = log α/σ evenly spaced, down to {@code least}, which stays above no noise. The times are
     * those of {@link #karras}.
     *
     * @param least the last σ/α &gt; 0
     * @param most the first σ/α
     */
    public static NoiseLevels logarithmic(int n, double least, double most) {
        checkRange(n, least, most);
        double[] ratios = new double[n + 1];
        for (int i = 0; i <= n; i++) {
            double part = (double) i / n;
            ratios[i] = i == 0 ? most : i == n ? least : Math.pow(most, 1 - part) * Math.pow(least, part);
        }
        return then(ratios, List.of());
    }

    static double[] karrasRatios(int n, double least, double most, double rho) {
        checkRange(n, least, most);
        if (!(rho >= 1)) {
            throw new IllegalArgumentException("noise levels: rho is " + rho + "; at least 1 is needed, 7 is usual");
        }
        double from = Math.pow(most, 1 / rho);
        double to = Math.pow(least, 1 / rho);
        double[] ratios = new double[n];
        for (int i = 0; i < n; i++) {
            double part = n == 1 ? 0 : i / (n - 1.0);
            ratios[i] = i == 0 ? most : i == n - 1 ? least : Math.pow(from + part * (to - from), rho);
        }
        return ratios;
    }

    private static void checkRange(int n, double least, double most) {
        if (n < 1) {
            throw new IllegalArgumentException("steps: " + n + "; at least 1 is needed");
        }
        if (!(least > 0 && least < most && most < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "noise levels: sigma/alpha from " + most + " down to " + least + "; needed is 0 < least < most");
        }
    }

    private static NoiseLevels then(double[] ratios, List<NoiseLevel> last) {
        List<NoiseLevel> levels = new ArrayList<>();
        for (double ratio : ratios) {
            levels.add(NoiseLevel.ofRatio(Math.log(ratio) / 4, ratio));
        }
        levels.addAll(last);
        return of(levels);
    }

    /** The number of steps n. */
    public int steps() {
        return levels.size() - 1;
    }

    /** Level i of 0..n: step i goes from level i to level i + 1. */
    public NoiseLevel at(int i) {
        return levels.get(i);
    }

    /** Where a sampler begins. */
    public NoiseLevel first() {
        return levels.get(0);
    }

    /** Where a sampler ends. */
    public NoiseLevel last() {
        return levels.get(levels.size() - 1);
    }

    /**
     * The last {@code n} steps alone: a sampler that begins there changes a given picture instead of making one up. The fewer steps, the
     * closer it stays; n over all steps is the "strength" of other programs (Meng et al. 2022, SDEdit).
     */
    public NoiseLevels lastSteps(int n) {
        if (n < 1 || n > steps()) {
            throw new IllegalArgumentException(
                    "noise levels: the last " + n + " of " + steps() + " steps; take 1 to " + steps());
        }
        return new NoiseLevels(levels.subList(levels.size() - 1 - n, levels.size()));
    }

    @Override
    public Iterator<NoiseLevel> iterator() {
        return levels.iterator();
    }
}
