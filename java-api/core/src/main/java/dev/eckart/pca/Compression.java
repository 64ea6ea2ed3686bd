package dev.eckart.pca;

/**
 * What it costs and loses to keep scores and components instead of observations.
 *
 * @param components k
 * @param bytes of scores (n, k), components (k, d), mean and scale (d), in the data's type
 * @param bytesBefore of the observations (n, d)
 * @param rootMeanSquare √(‖x − x̃‖F² / (n·d)): error of a value, in the units of the data
 * @param relativeError ‖x − x̃‖F / ‖x − mean‖F; 0 when both are 0
 */
public record Compression(long components, long bytes, long bytesBefore, double rootMeanSquare, double relativeError) {
    /** How many times fewer bytes. */
    public double factor() {
        return (double) bytesBefore / bytes;
    }
}
