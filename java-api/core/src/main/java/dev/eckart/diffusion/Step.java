package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/** One step of a sampler: what it starts from, where it has to go, and whom it may ask. Belongs to one thread. */
public final class Step {
    private final Estimator estimator;
    private final NoiseSource noise;
    private final String sampler;
    private final NoiseLevels levels;
    private final int index;
    private final long firstSample;
    private final Tensor x;

    Step(
            Estimator estimator,
            NoiseSource noise,
            String sampler,
            NoiseLevels levels,
            int index,
            long firstSample,
            Tensor x) {
        this.estimator = estimator;
        this.noise = noise;
        this.sampler = sampler;
        this.levels = levels;
        this.index = index;
        this.firstSample = firstSample;
        this.x = x;
    }

    /** The samples, (b, …); not to be changed, nor kept. */
    public Tensor x() {
        return x;
    }

    /** The level of {@link #x}. */
    public NoiseLevel from() {
        return levels.at(index);
    }

    /** The level of the result. */
    public NoiseLevel to() {
        return levels.at(index + 1);
    }

    /** The number of this step, from 0. */
    public int index() {
        return index;
    }

    /** Asks the denoiser about {@link #x}. */
    public Estimate estimate() {
        return estimator.estimate(where(), x, from());
    }

    /** The estimate of x₀ for {@link #x}. */
    public Tensor clean() {
        return estimate().clean();
    }

    /** The estimate of x₀ for other samples at another level. */
    public Tensor clean(Tensor other, NoiseLevel level) {
        return estimator.estimate(where(), other, level).clean();
    }

    /** Standard normal numbers of the shape of {@link #x}, the same at each call. */
    public Tensor noise() {
        return noise.draw(
                index + 1L, firstSample, x.dtype(), x.device(), x.shape().dims());
    }

    /** For messages: {@code ddim: step 3 of 50}. */
    String where() {
        return sampler + ": step " + (index + 1) + " of " + levels.steps();
    }
}
