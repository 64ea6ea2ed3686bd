package dev.eckart.diffusion;

/**
 * How much of a sample is noise: x = α·x₀ + σ·ε with α² + σ² = 1 (variance-preserving, Ho et al. 2020 eq. 4 with α = √ᾱ). Other
 * parametrizations are this one scaled: Karras et al. 2022 write x/α and σ/α.
 *
 * @param time what a trained network is told: for a {@link NoiseSchedule} the index of the step, counted from 0, perhaps between two
 * @param alpha in (0, 1]
 * @param sigma in [0, 1]
 */
public record NoiseLevel(double time, double alpha, double sigma) {
    /** No noise at all. Its time is that before the first of a schedule. */
    public static final NoiseLevel CLEAN = new NoiseLevel(-1, 1, 0);

    /** What α² + σ² may differ from 1 by. */
    private static final double ROUNDING = 1e-12;

    /** Checks the ranges. */
    public NoiseLevel {
        if (!(alpha > 0 && sigma >= 0 && Math.abs(alpha * alpha + sigma * sigma - 1) <= ROUNDING)) {
            throw new IllegalArgumentException("noise level: alpha " + alpha + " and sigma " + sigma
                    + "; needed are alpha in (0, 1], sigma in [0, 1], and squares that sum to 1");
        }
    }

    /**
     * By the part of the variance that is the data's.
     *
     * @param alphaBar ᾱ = α², in (0, 1]
     */
    public static NoiseLevel ofAlphaBar(double time, double alphaBar) {
        return new NoiseLevel(time, Math.sqrt(alphaBar), Math.sqrt(1 - alphaBar));
    }

    /**
     * By σ/α, the standard deviation of the noise where the data's scale stays 1 (Karras et al. 2022).
     *
     * @param ratio at least 0, finite
     */
    public static NoiseLevel ofRatio(double time, double ratio) {
        double norm = Math.hypot(1, ratio);
        return new NoiseLevel(time, 1 / norm, ratio / norm);
    }

    /** ᾱ = α². */
    public double alphaBar() {
        return alpha * alpha;
    }

    /** σ/α: the noise level of Karras et al. 2022. */
    public double ratio() {
        return sigma / alpha;
    }

    /** The signal-to-noise ratio α²/σ²; infinite without noise. */
    public double snr() {
        return alpha / sigma * (alpha / sigma);
    }

    /** λ = log(α/σ), half the logarithm of {@link #snr} (Lu et al. 2022); infinite without noise. */
    public double lambda() {
        return Math.log(alpha / sigma);
    }

    /** Whether there is no noise. */
    public boolean isClean() {
        return sigma == 0;
    }
}
