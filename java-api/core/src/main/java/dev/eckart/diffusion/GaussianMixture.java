package dev.eckart.diffusion;

import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * The exact denoiser of data x₀ ~ Σ wᵢ·N(μᵢ, sᵢ²·I). Noise keeps it a mixture, p_t = Σ wᵢ·N(α·μᵢ, (α²sᵢ² + σ²)·I), and the noise that
 * is expected in x is ε = −σ·∇log p_t(x) (Tweedie's formula, Efron 2011). Immutable but for {@link #close}; thread-safe.
 */
public final class GaussianMixture implements Denoiser, AutoCloseable {
    private final double[] weights;
    private final Tensor means;
    private final double[] variances;

    private GaussianMixture(double[] weights, Tensor means, double[] variances) {
        this.weights = weights;
        this.means = means;
        this.variances = variances;
    }

    /**
     * A mixture of k Gaussians in d dimensions.
     *
     * @param weights (k), positive; scaled to the sum 1
     * @param means (k, d)
     * @param variances (k), the variance in each direction, at least 0
     * @throws IllegalArgumentException when the lengths differ, or a number is out of its range
     */
    public static GaussianMixture of(double[] weights, double[][] means, double[] variances) {
        if (weights.length == 0 || weights.length != means.length || weights.length != variances.length) {
            throw new IllegalArgumentException("gaussian mixture: " + weights.length + " weights, " + means.length
                    + " means and " + variances.length + " variances; needed are k of each");
        }
        double sum = 0;
        for (int i = 0; i < weights.length; i++) {
            if (!(weights[i] > 0 && variances[i] >= 0)) {
                throw new IllegalArgumentException("gaussian mixture: component " + i + " has weight " + weights[i]
                        + " and variance " + variances[i] + "; needed are a positive weight and no negative variance");
            }
            sum += weights[i];
        }
        double[] scaled = weights.clone();
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] /= sum;
        }
        return new GaussianMixture(scaled, Scope.outside(() -> Tensor.of(means)), variances.clone());
    }

    @Override
    public Prediction prediction() {
        return Prediction.EPSILON;
    }

    /** @throws IllegalArgumentException when the samples do not have d elements each */
    @Override
    public Tensor predict(Tensor x, NoiseLevel level) {
        long samples = x.dim(0);
        long k = means.dim(0);
        long d = means.dim(1);
        Samples.requireWidth("gaussian mixture", x, d);
        try (Scope scope = Scope.open()) {
            double[] scale = new double[variances.length];
            double[] factor = new double[variances.length];
            double[] logWeight = new double[variances.length];
            for (int i = 0; i < variances.length; i++) {
                double variance = level.alphaBar() * variances[i] + level.sigma() * level.sigma();
                scale[i] = -.5 / variance;
                factor[i] = level.sigma() / variance;
                logWeight[i] = Math.log(weights[i]) - d / 2.0 * Math.log(variance);
            }
            Tensor centres = Recording.constant(
                    () -> means.multiply(level.alpha()).to(x.dtype()).to(x.device()));
            Tensor away = x.reshape(samples, 1, d).subtract(centres);
            Tensor logits =
                    away.square().sum(2).multiply(Samples.constant(x, scale, k)).add(Samples.constant(x, logWeight, k));
            Tensor shares = Activations.softmax(logits, 1).multiply(Samples.constant(x, factor, k));
            Tensor epsilon = shares.reshape(samples, 1, k).matmul(away);
            return scope.keep(epsilon.reshape(x.shape().dims()));
        }
    }

    @Override
    public void close() {
        means.close();
    }
}
