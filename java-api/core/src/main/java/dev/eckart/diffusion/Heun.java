package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/**
 * Heun's method in σ̃ = σ/α (Karras et al. 2022, algorithm 1): order 2, with two evaluations a step, one in a step that ends without
 * noise.
 */
public record Heun() implements Sampler {
    @Override
    public String name() {
        return "heun";
    }

    @Override
    public Stepper begin() {
        return Heun::step;
    }

    /** x̃ + (σ̃_s − σ̃_t)·(d_t + d_s)/2 with d = (x̃ − x̂₀)/σ̃, as {@link Ode#solve} with a mean of both estimates. */
    private static Tensor step(Step step) {
        NoiseLevel t = step.from();
        NoiseLevel s = step.to();
        Tensor first = step.clean();
        Tensor euler = Ode.solve(t, s, step.x(), first);
        if (s.isClean()) {
            return euler;
        }
        double weight = t.ratio() / s.ratio() / 2;
        Tensor second = step.clean(euler, s);
        return Ode.solve(t, s, step.x(), Combination.of(1 - weight, first, weight, second));
    }
}
