package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/** How samples become noise (Ho et al. 2020, §2), with noise that is given. */
public final class ForwardProcess {
    private ForwardProcess() {}

    /**
     * A sample of q(x_t | x₀): α·x₀ + σ·ε (eq. 4).
     *
     * @param clean x₀, F64 or F32
     * @param noise ε of the same shape
     */
    public static Tensor noised(Tensor clean, NoiseLevel level, Tensor noise) {
        check(clean, noise);
        return Combination.of(level.alpha(), clean, level.sigma(), noise);
    }

    /**
     * A sample of q(x_t | x_s) for s before t: with a = α_t/α_s, a·x_s + √(σ_t² − a²σ_s²)·ε. From one step of a schedule to the next that
     * is √(1 − β_t)·x_{t−1} + √β_t·ε (eq. 2).
     *
     * @param x x_s, F64 or F32
     * @param from the level of x
     * @param to the level of the result, with more noise
     * @param noise ε of the same shape
     */
    public static Tensor step(Tensor x, NoiseLevel from, NoiseLevel to, Tensor noise) {
        check(x, noise);
        if (!(from.ratio() < to.ratio())) {
            throw new IllegalArgumentException(
                    "forward process: from " + from + " to " + to + ", which has no more noise; exchange them");
        }
        double a = to.alpha() / from.alpha();
        double kept = a * from.sigma();
        return Combination.of(a, x, Math.sqrt((to.sigma() - kept) * (to.sigma() + kept)), noise);
    }

    private static void check(Tensor x, Tensor noise) {
        if (!x.shape().equals(noise.shape()) || x.dtype() != noise.dtype()) {
            throw new IllegalArgumentException("forward process: samples " + x.shape() + " " + x.dtype() + " and noise "
                    + noise.shape() + " " + noise.dtype() + " differ; draw noise of that shape and type");
        }
    }
}
