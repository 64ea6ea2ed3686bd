package dev.eckart.diffusion;

import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * Denoising diffusion implicit models (Song, Meng and Ermon 2021, eq. 12 and 16): deterministic for η = 0, {@link Ddpm} with the small
 * variance for η = 1.
 *
 * @param eta η ≥ 0, how much of the ancestral noise a step adds
 */
public record Ddim(double eta) implements Sampler {
    /** Checks η. */
    public Ddim {
        if (!(eta >= 0 && eta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("ddim: eta is " + eta + "; it has to be at least 0, up to 1 as a rule");
        }
    }

    @Override
    public String name() {
        return "ddim";
    }

    @Override
    public Stepper begin() {
        return this::step;
    }

    /** α_s·x̂₀ + √(σ_s² − ς²)·ε̂ + ς·z with ε̂ = (x − α_t·x̂₀)/σ_t. */
    private Tensor step(Step step) {
        NoiseLevel t = step.from();
        NoiseLevel s = step.to();
        // Beyond σ_s² an η above 1 would ask for more noise than the level has.
        double added = Math.min(eta * Math.sqrt(Posterior.of(t, s).variance()), s.sigma());
        double kept = Math.sqrt((s.sigma() - added) * (s.sigma() + added)) / t.sigma();
        Tensor next = Combination.of(kept, step.x(), s.alpha() - kept * t.alpha(), step.clean());
        return added == 0 ? next : Combination.plus(next, added, step.noise());
    }

    /**
     * The noise that DDIM with η = 0 turns into given samples. Each step is an equation for x_t, x_t = (α_t/α_s)·x_s +
     * (σ_t − σ_s·α_t/α_s)·ε̂(x_t) or the same in x̂₀(x_t), which is put into itself {@code iterations} times (Pan et al. 2023): once is the usual inversion (Song et al.,
     * §4.3), and more comes closer to the exact inverse of sampling.
     *
     * @param samples (b, …) at the last of {@code levels}, F64 or F32
     * @param iterations evaluations per step, at least 1
     * @return at the first of {@code levels}
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public static Tensor invert(Denoiser denoiser, NoiseLevels levels, Tensor samples, int iterations) {
        if (iterations < 1) {
            throw new IllegalArgumentException("ddim inversion: " + iterations + " iterations; take at least 1");
        }
        Estimator estimator = new Estimator(denoiser, Threshold.none(), Answers.atOnce());
        Tensor x = samples.copy();
        for (int i = levels.steps() - 1; i >= 0; i--) {
            Interrupts.check("ddim inversion");
            String where = "ddim inversion: step " + (levels.steps() - i) + " of " + levels.steps();
            try (Scope scope = Scope.open()) {
                x.assign(inverted(estimator, where, levels.at(i), levels.at(i + 1), x, iterations));
            }
        }
        return x;
    }

    private static Tensor inverted(
            Estimator estimator, String where, NoiseLevel t, NoiseLevel s, Tensor x, int iterations) {
        double a = t.alpha() / s.alpha();
        double b = t.sigma() - s.sigma() * a;
        // For data of variance 1 this is the form that contracts more: the other hardly does at the far end.
        boolean byNoise = t.alpha() * s.alpha() > t.sigma() * s.sigma();
        Tensor next = x;
        for (int i = 0; i < iterations; i++) {
            Tensor clean = estimator.estimate(where, next, t).clean();
            next = byNoise
                    ? Combination.of(a, x, b, Prediction.EPSILON.fromClean(next, clean, t))
                    : Ode.solve(s, t, x, clean);
        }
        return next;
    }
}
