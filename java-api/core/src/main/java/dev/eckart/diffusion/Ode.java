package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/** The probability-flow ODE, dx̃/dσ̃ = (x̃ − x̂₀)/σ̃ in x̃ = x/α and σ̃ = σ/α (Karras et al. 2022, eq. 1 and 4). */
final class Ode {
    private Ode() {}

    /**
     * Where it leads from t to s when the estimate of x₀ is {@code clean} all the way: (σ_s/σ_t)·x + α_s·(1 − e^−h)·x̂₀ with
     * h = λ_s − λ_t (Lu et al. 2022, DPM-Solver++, proposition 4.1). Every solver here is this with an estimate of its own: written so,
     * nothing is divided by α, which is small where there is most noise.
     */
    static Tensor solve(NoiseLevel t, NoiseLevel s, Tensor x, Tensor clean) {
        double kept = s.sigma() / t.sigma();
        return Combination.of(kept, x, s.alpha() - kept * t.alpha(), clean);
    }
}
