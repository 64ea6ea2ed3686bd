package dev.eckart.pca;

/**
 * How the missing values of a fit were filled in.
 *
 * @param missing how many values were NaN
 * @param iterations fits that were needed; 0 for {@link Missing#MEAN}
 * @param change of the filled-in values in the last iteration, relative to their distance from the means
 * @param converged whether that is below the tolerance, or the most iterations were made
 */
public record Imputation(long missing, int iterations, double change, boolean converged) {}
