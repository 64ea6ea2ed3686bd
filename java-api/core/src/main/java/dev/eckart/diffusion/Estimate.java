package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;
import java.util.Optional;

/**
 * What a denoiser says of noisy samples.
 *
 * @param clean the estimate of x₀, (b, …)
 * @param variance the v of {@link Ddpm.Variance#LEARNED}, of the same shape, when the denoiser has learned it
 */
public record Estimate(Tensor clean, Optional<Tensor> variance) {}
