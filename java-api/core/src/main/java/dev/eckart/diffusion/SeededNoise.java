package dev.eckart.diffusion;

import dev.eckart.backend.Distribution;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;

/**
 * Philox4x32-10 in stream (sample, step): the noise of a sample is the same bits whatever batch it is in.
 *
 * @param seed its key
 */
record SeededNoise(long seed) implements NoiseSource {
    private static final long STEPS = 1L << 32;
    private static final long SAMPLES = 1L << 31;

    @Override
    public Tensor draw(long step, long first, DType dtype, Device device, long... shape) {
        if (step < 0 || step >= STEPS || first < 0 || first + shape[0] > SAMPLES) {
            throw new IllegalArgumentException("noise: samples " + first + " to " + (first + shape[0]) + " of step "
                    + step + "; there are 2^31 samples and 2^32 steps");
        }
        try (Tensor here = streams(first, shape[0]);
                Tensor streams = here.to(device)) {
            return draw(step, streams, dtype, shape);
        }
    }

    /** The same for samples whose streams are on a device already. */
    Tensor draw(long step, Tensor streams, DType dtype, long... shape) {
        Tensor out = Tensor.empty(streams.device(), dtype, shape);
        try (Tensor rows = Samples.rows(out)) {
            out.backend().random(Distribution.NORMAL, 0, 1, seed, streams.view(), step, rows.view());
        }
        return out;
    }

    /** The streams of step 0 of some samples, on the host. */
    static Tensor streams(long first, long count) {
        long[] streams = new long[Math.toIntExact(count)];
        for (int i = 0; i < streams.length; i++) {
            streams[i] = (first + i) * STEPS;
        }
        return Tensor.of(streams, count);
    }
}
