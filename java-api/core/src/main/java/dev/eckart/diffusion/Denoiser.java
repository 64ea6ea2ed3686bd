package dev.eckart.diffusion;

import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * What knows the data: given noisy samples, it says what is noise in them. A network, or one of the exact ones:
 * {@link GaussianMixture}, {@link PcaDenoiser}, {@link EmpiricalDenoiser}.
 */
public interface Denoiser {
    /** What {@link #predict} returns. */
    Prediction prediction();

    /**
     * The prediction for noisy samples, each on its own.
     *
     * @param x (b, …) = α·x₀ + σ·ε, F64 or F32; not to be changed, nor kept: it is overwritten later
     * @return of the shape and type of x, on its device. A network that learned its variance returns twice as many along axis 1: the
     *     prediction, then the v of {@link Ddpm.Variance#LEARNED}
     */
    Tensor predict(Tensor x, NoiseLevel level);

    /** The same knowledge as another prediction. Not for a denoiser with a learned variance, nor for levels without noise. */
    default Denoiser as(Prediction other) {
        Denoiser self = this;
        return new Denoiser() {
            @Override
            public Prediction prediction() {
                return other;
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                if (other == self.prediction()) {
                    return self.predict(x, level);
                }
                try (Scope scope = Scope.open()) {
                    Tensor clean = self.prediction().toClean(x, self.predict(x, level), level);
                    // A copy, for the denoiser may have returned a tensor of its own.
                    return scope.keep(other.fromClean(x, clean, level).copy());
                }
            }
        };
    }
}
