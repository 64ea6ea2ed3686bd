package dev.eckart.diffusion;

import dev.eckart.backend.Distribution;
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
        return (step, first, dtype, device, shape) -> {
            if (step < 0 || step > 0xFFFFFFFFL || first < 0 || first + shape[0] > 1L << 31) {
                throw new IllegalArgumentException("noise: samples " + first + " to " + (first + shape[0]) + " of step "
                        + step + "; there are 2^31 samples and 2^32 steps");
            }
            Tensor out = Tensor.empty(device, dtype, shape);
            for (long i = 0; i < shape[0]; i++) {
                try (Tensor row = out.select(0, i)) {
                    long stream = (first + i) << 32 | step;
                    out.backend().random(Distribution.NORMAL, 0, 1, seed, stream, 0, row.view());
                }
            }
            return out;
        };
    }
}
