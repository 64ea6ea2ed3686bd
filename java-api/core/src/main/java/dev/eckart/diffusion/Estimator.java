package dev.eckart.diffusion;

import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/** Asks a denoiser, checks its answer, and makes an estimate of x₀ of it. */
final class Estimator {
    private final Denoiser denoiser;
    private final Threshold threshold;
    private final Answers answers;

    Estimator(Denoiser denoiser, Threshold threshold, Answers answers) {
        this.denoiser = denoiser;
        this.threshold = threshold;
        this.answers = answers;
    }

    /** @param where the sampler and its step, for messages */
    Estimate estimate(String where, Tensor x, NoiseLevel level) {
        Tensor answer = denoiser.predict(x, level);
        Shape shape = x.shape();
        boolean learned = shape.rank() > 1 && answer.shape().equals(shape.with(1, 2 * shape.dim(1)));
        check(where, x, answer, learned);
        answers.add(where, level, answer);
        Tensor predicted = learned ? answer.slice(1, 0, shape.dim(1)) : answer;
        Tensor clean = threshold.apply(denoiser.prediction().toClean(x, predicted, level));
        return new Estimate(
                clean, learned ? Optional.of(answer.slice(1, shape.dim(1), 2 * shape.dim(1))) : Optional.empty());
    }

    private static void check(String where, Tensor x, Tensor answer, boolean learned) {
        if (!learned && !answer.shape().equals(x.shape())
                || answer.dtype() != x.dtype()
                || !answer.device().equals(x.device())) {
            throw new IllegalArgumentException(where + ": the denoiser returned " + text(answer) + " for samples "
                    + text(x) + "; it has to return the same shape and type, or twice as many along axis 1");
        }
    }

    private static String text(Tensor t) {
        return t.shape() + " " + t.dtype() + " " + t.device();
    }
}
