package dev.eckart.diffusion;

/**
 * The distribution of x_s given x_t and x₀, for levels s with less noise than t: normal with mean c·x₀ + a·x_t (Ho et al. 2020, eq. 6
 * and 7, for any two levels).
 *
 * @param clean c, the factor of x₀
 * @param noisy a, the factor of x_t
 * @param variance β̃, of each element
 * @param beta 1 − ᾱ_t/ᾱ_s, the variance of the forward step from s to t
 */
record Posterior(double clean, double noisy, double variance, double beta) {
    static Posterior of(NoiseLevel t, NoiseLevel s) {
        double a = t.alpha() / s.alpha();
        double kept = a * s.sigma();
        double beta = (t.sigma() - kept) * (t.sigma() + kept);
        double total = t.sigma() * t.sigma();
        double less = s.sigma() * s.sigma();
        return new Posterior(s.alpha() * beta / total, a * less / total, less / total * beta, beta);
    }
}
