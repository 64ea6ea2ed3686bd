package dev.eckart.cli;

import dev.eckart.diffusion.Denoiser;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;

/** What {@code diffusion sample} makes samples with. */
interface SampleModel extends AutoCloseable {
    /** The type it computes in. */
    DType dtype();

    /** The shape of a sample, as the denoiser takes it. */
    long[] sample();

    /** Samples as pictures (n, h, w) or (n, h, w, 3) of shades from 0 to 1, on the host, in f32. */
    Tensor shades(Tensor samples);

    /** The denoiser, which may have to be learned first. */
    Denoiser denoiser();

    /** For a person: {@code the exact denoiser (pca) of (60000,784)}. */
    String describe();

    /** Floating-point operations for one sample in one evaluation. */
    double flops();

    @Override
    default void close() {}
}
