package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/** What the numbers are that a denoiser returns for x = α·x₀ + σ·ε. Each can be had from any other and x. */
public enum Prediction {
    /** ε, the noise (Ho et al. 2020). */
    EPSILON {
        @Override
        Tensor toClean(Tensor x, Tensor predicted, NoiseLevel level) {
            return Combination.of(1 / level.alpha(), x, -level.ratio(), predicted);
        }

        @Override
        Tensor fromClean(Tensor x, Tensor clean, NoiseLevel level) {
            return Combination.of(1 / level.sigma(), x, -level.alpha() / level.sigma(), clean);
        }
    },
    /** v = α·ε − σ·x₀, which stays well-scaled at every level (Salimans and Ho 2022, appendix D). */
    V {
        @Override
        Tensor toClean(Tensor x, Tensor predicted, NoiseLevel level) {
            return Combination.of(level.alpha(), x, -level.sigma(), predicted);
        }

        @Override
        Tensor fromClean(Tensor x, Tensor clean, NoiseLevel level) {
            return Combination.of(level.alpha() / level.sigma(), x, -1 / level.sigma(), clean);
        }
    },
    /** x₀, the sample without its noise. */
    X0 {
        @Override
        Tensor toClean(Tensor x, Tensor predicted, NoiseLevel level) {
            return predicted;
        }

        @Override
        Tensor fromClean(Tensor x, Tensor clean, NoiseLevel level) {
            return clean;
        }
    };

    /** The estimate of x₀ that a prediction for x stands for. */
    abstract Tensor toClean(Tensor x, Tensor predicted, NoiseLevel level);

    /** The prediction that stands for an estimate of x₀. */
    abstract Tensor fromClean(Tensor x, Tensor clean, NoiseLevel level);
}
