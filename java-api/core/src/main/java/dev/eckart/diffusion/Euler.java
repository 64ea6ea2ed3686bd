package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/**
 * Euler's method in σ/α (Karras et al. 2022, algorithm 1 without its correction): a step is {@link Ddim}'s for η = 0, order 1 in the
 * number of steps.
 */
public record Euler() implements Sampler {
    @Override
    public String name() {
        return "euler";
    }

    @Override
    public Stepper begin() {
        return Euler::step;
    }

    private static Tensor step(Step step) {
        return Ode.solve(step.from(), step.to(), step.x(), step.clean());
    }
}
