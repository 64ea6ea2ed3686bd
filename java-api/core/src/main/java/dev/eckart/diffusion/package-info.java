/** Denoising diffusion: schedules, denoisers, samplers. Start with {@link dev.eckart.diffusion.Sampling}. */
package dev.eckart.diffusion;
