package dev.eckart.diffusion;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/** Asks a denoiser, checks its answer, and makes an estimate of x₀ of it. */
final class Estimator {
    private final Denoiser denoiser;
    private final Threshold threshold;

    Estimator(Denoiser denoiser, Threshold threshold) {
        this.denoiser = denoiser;
        this.threshold = threshold;
    }

    /** @param where the sampler and its step, for messages */
    Estimate estimate(String where, Tensor x, NoiseLevel level) {
        Tensor answer = denoiser.predict(x, level);
        Shape shape = x.shape();
        boolean learned = shape.rank() > 1 && answer.shape().equals(shape.with(1, 2 * shape.dim(1)));
        check(where, x, level, answer, learned);
        Tensor predicted = learned ? answer.slice(1, 0, shape.dim(1)) : answer;
        Tensor clean = threshold.apply(denoiser.prediction().toClean(x, predicted, level));
        return new Estimate(
                clean, learned ? Optional.of(answer.slice(1, shape.dim(1), 2 * shape.dim(1))) : Optional.empty());
    }

    private static void check(String where, Tensor x, NoiseLevel level, Tensor answer, boolean learned) {
        DType type = answer.dtype();
        if (!learned && !answer.shape().equals(x.shape())
                || type != x.dtype()
                || !answer.device().equals(x.device())) {
            throw new IllegalArgumentException(where + ": the denoiser returned " + text(answer) + " for samples "
                    + text(x) + "; it has to return the same shape and type, or twice as many along axis 1");
        }
        long bad = answer.backend().firstNonFinite(answer.view());
        if (bad >= 0) {
            Shape place = Samples.place(answer.shape(), bad);
            throw new ArithmeticException(where + ": the denoiser returned " + answer.get(place.dims()) + " at " + place
                    + " of " + answer.shape() + ", time " + (float) level.time() + "; see whether it overflows in "
                    + type + ", or takes times of another schedule");
        }
    }

    private static String text(Tensor t) {
        return t.shape() + " " + t.dtype() + " " + t.device();
    }
}
