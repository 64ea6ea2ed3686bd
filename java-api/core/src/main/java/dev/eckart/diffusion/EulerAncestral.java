package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/**
 * Euler's method in σ̃ = σ/α to a level below the next, then noise up to that: as k-diffusion's {@code sample_euler_ancestral}, after
 * Song et al. 2021. In distribution {@link Ddim} with the same η.
 *
 * @param eta η ≥ 0, how much of the ancestral noise a step adds; 1 is usual
 */
public record EulerAncestral(double eta) implements Sampler {
    /** Checks η. */
    public EulerAncestral {
        if (!(eta >= 0 && eta < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("euler-a: eta is " + eta + "; it has to be at least 0, 1 is usual");
        }
    }

    @Override
    public String name() {
        return "euler-a";
    }

    @Override
    public Stepper begin() {
        return this::step;
    }

    private Tensor step(Step step) {
        NoiseLevel t = step.from();
        NoiseLevel s = step.to();
        double most = t.ratio();
        double next = s.ratio();
        double up = Math.min(next, eta * next * Math.sqrt((most - next) * (most + next)) / most);
        double down = Math.sqrt((next - up) * (next + up));
        // α_s·(x/α_t·down/most + (1 − down/most)·x̂₀)
        Tensor x = Combination.of(s.alpha() * down / t.sigma(), step.x(), s.alpha() * (1 - down / most), step.clean());
        return up == 0 ? x : Combination.plus(x, s.alpha() * up, step.noise());
    }
}
