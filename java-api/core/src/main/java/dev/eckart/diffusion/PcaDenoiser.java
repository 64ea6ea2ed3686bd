package dev.eckart.diffusion;

import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * The exact denoiser of normal data with the mean and the covariance that a PCA found: the Wiener filter in the principal basis. Along
 * component i, of variance vᵢ, the estimate of x₀ is μ + gᵢ·(x − α·μ) with gᵢ = α·vᵢ/(α²vᵢ + σ²) (Wiener 1949). Directions outside of
 * the components have a variance of their own, 0 unless given: then samples lie in the components' subspace. Thread-safe; the model
 * stays its maker's to close, and open meanwhile.
 */
public final class PcaDenoiser implements Denoiser {
    private final Pca pca;
    private final double[] variances;
    private final double rest;

    private PcaDenoiser(Pca pca, double rest) {
        this.pca = pca;
        this.variances = pca.explainedVariance().toArray();
        this.rest = rest;
    }

    /**
     * Data in the subspace of the components.
     *
     * @param pca without scaling
     * @throws IllegalArgumentException for a scaled model, in whose coordinates noise isn't the same in all directions
     */
    public static PcaDenoiser of(Pca pca) {
        return of(pca, 0);
    }

    /**
     * Data in all directions.
     *
     * @param rest the variance in each direction outside of the components, at least 0: the mean of those left out in probabilistic PCA
     *     (Tipping and Bishop 1999)
     */
    public static PcaDenoiser of(Pca pca, double rest) {
        if (pca.scale().isPresent()) {
            throw new IllegalArgumentException(
                    "pca denoiser: the model is scaled, so that noise would differ by variable; fit without scale()");
        }
        if (!(rest >= 0 && rest < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "pca denoiser: variance " + rest + " of the other directions is negative or not finite");
        }
        return new PcaDenoiser(pca, rest);
    }

    @Override
    public Prediction prediction() {
        return Prediction.X0;
    }

    /** @throws IllegalArgumentException when the samples do not have the model's number of variables, or another type */
    @Override
    public Tensor predict(Tensor x, NoiseLevel level) {
        Samples.requireWidth("pca denoiser", x, pca.mean().dim(0));
        if (x.dtype() != pca.mean().dtype()) {
            throw new IllegalArgumentException("pca denoiser: samples are " + x.dtype() + ", the model "
                    + pca.mean().dtype() + "; sample in that type");
        }
        double outside = gain(rest, level);
        double[] gains = new double[variances.length];
        for (int i = 0; i < gains.length; i++) {
            gains[i] = gain(variances[i], level) - outside;
        }
        try (Scope scope = Scope.open()) {
            Tensor away = Samples.rows(x).subtract(pca.mean().multiply(level.alpha()));
            Tensor gain = Samples.constant(x, gains, gains.length);
            Tensor inside = away.matmul(pca.components().transpose()).multiply(gain);
            Tensor clean = inside.matmul(pca.components()).add(pca.mean());
            Combination.plus(clean, outside, away);
            return scope.keep(clean.reshape(x.shape().dims()));
        }
    }

    private static double gain(double variance, NoiseLevel level) {
        double noise = level.sigma() * level.sigma();
        return variance == 0 ? 0 : level.alpha() * variance / (level.alphaBar() * variance + noise);
    }
}
