package dev.eckart.diffusion;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;

/** Where samplers get their noise from: all randomness enters here. */
@FunctionalInterface
public interface NoiseSource {
    /**
     * Standard normal numbers for some samples.
     *
     * @param step 0 for the noise that a sampler begins with, 1 to n for that of its steps, 2^31 more for what covers known parts
     * @param first the number of the first sample
     * @param shape (samples, …)
     * @return of that shape, of independent rows: row i is the noise of sample first + i and does not depend on the others
     */
    Tensor draw(long step, long first, DType dtype, Device device, long... shape);

    /**
     * Philox4x32-10 with this seed in stream (sample, step): the noise of a sample is the same bits whatever batch it is in.
     */
    static NoiseSource seeded(long seed) {
        return new SeededNoise(seed);
    }
}
