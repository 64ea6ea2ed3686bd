package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/**
 * Ancestral sampling (Ho et al. 2020, algorithm 2), also over fewer steps than the schedule has (Nichol and Dhariwal 2021, §4). A step
 * that ends without noise adds none.
 *
 * @param variance of the noise that each step adds
 */
public record Ddpm(Variance variance) implements Sampler {
    /** What noise a step from t to s adds; β = 1 − ᾱ_t/ᾱ_s. */
    public enum Variance {
        /** β̃ = (1 − ᾱ_s)/(1 − ᾱ_t)·β: right for data that is a point (Ho et al. 2020, §3.2). */
        FIXED_SMALL,
        /** β: right for data that is N(0, I) (Ho et al. 2020, §3.2). */
        FIXED_LARGE,
        /**
         * Between both by what the denoiser learned for each element: exp(f·log β + (1 − f)·log β̃), where f = (v + 1)/2 for its v (Nichol
         * and Dhariwal 2021, eq. 15; in [−1, 1] as in their code).
         */
        LEARNED
    }

    @Override
    public String name() {
        return "ddpm";
    }

    @Override
    public Stepper begin() {
        return this::step;
    }

    private Tensor step(Step step) {
        Estimate estimate = step.estimate();
        Posterior posterior = Posterior.of(step.from(), step.to());
        Tensor mean = Combination.of(posterior.noisy(), step.x(), posterior.clean(), estimate.clean());
        if (step.to().isClean()) {
            return mean;
        }
        return switch (variance) {
            case FIXED_SMALL -> Combination.plus(mean, Math.sqrt(posterior.variance()), step.noise());
            case FIXED_LARGE -> Combination.plus(mean, Math.sqrt(posterior.beta()), step.noise());
            case LEARNED -> mean.add(deviation(step, estimate, posterior).multiply(step.noise()));
        };
    }

    /** exp of ½·(f·log β + (1 − f)·log β̃) = ¼·v·(log β − log β̃) + ¼·(log β + log β̃). */
    private static Tensor deviation(Step step, Estimate estimate, Posterior posterior) {
        Tensor v = estimate.variance()
                .orElseThrow(() -> new IllegalArgumentException(step.where()
                        + ": the denoiser has no learned variance, which would be a second half along axis 1; take"
                        + " FIXED_SMALL or FIXED_LARGE"));
        double large = Math.log(posterior.beta()) / 4;
        double small = Math.log(posterior.variance()) / 4;
        return v.multiply(large - small).add(large + small).exp();
    }
}
