package dev.eckart.diffusion;

import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * Classifier-free guidance: what a denoiser that knows the label says, carried further away from what one without says (Ho and
 * Salimans 2022, eq. 6, whose w is this weight − 1). A learned variance is that of the former.
 *
 * @param conditional knows the label
 * @param unconditional does not
 * @param weight 1 for the conditional alone, 0 for the unconditional, above 1 for guidance
 * @param rescale φ in [0, 1], how far each sample's standard deviation is brought back to that of the conditional's prediction (Lin et
 *     al. 2024, eq. 15 and 16); 0 for not at all
 */
public record Guidance(Denoiser conditional, Denoiser unconditional, double weight, double rescale)
        implements Denoiser {
    /** Checks the numbers, and that both predict the same. */
    public Guidance {
        if (!Double.isFinite(weight) || !(rescale >= 0 && rescale <= 1)) {
            throw new IllegalArgumentException("guidance: weight " + weight + " and rescale " + rescale
                    + "; needed are a finite weight and a rescale in [0, 1]");
        }
        if (conditional.prediction() != unconditional.prediction()) {
            throw new IllegalArgumentException("guidance: the conditional predicts " + conditional.prediction()
                    + ", the unconditional " + unconditional.prediction() + "; convert one with as(…)");
        }
    }

    /** Guidance without rescaling. */
    public Guidance(Denoiser conditional, Denoiser unconditional, double weight) {
        this(conditional, unconditional, weight, 0);
    }

    @Override
    public Prediction prediction() {
        return conditional.prediction();
    }

    @Override
    public Tensor predict(Tensor x, NoiseLevel level) {
        try (Scope scope = Scope.open()) {
            Tensor with = conditional.predict(x, level);
            Tensor without = unconditional.predict(x, level);
            if (!with.shape().equals(without.shape())) {
                throw new IllegalArgumentException("guidance: the conditional returned " + with.shape()
                        + ", the unconditional " + without.shape() + "; both have to return the same shape");
            }
            Tensor out = with.copy();
            Shape shape = x.shape();
            boolean learned = !with.shape().equals(shape) && shape.rank() > 1;
            Tensor part = learned ? out.slice(1, 0, shape.dim(1)) : out;
            Tensor rest = learned ? without.slice(1, 0, shape.dim(1)) : without;
            part.assign(guided(part, rest));
            return scope.keep(out);
        }
    }

    private Tensor guided(Tensor with, Tensor without) {
        Tensor out = Combination.of(weight, with, 1 - weight, without);
        if (rescale == 0) {
            return out;
        }
        Tensor ratio = deviation(with).divide(deviation(out));
        Tensor rows = Samples.rows(out).multiply(ratio.multiply(rescale).add(1 - rescale));
        return rows.reshape(out.shape().dims());
    }

    /** Of each sample's elements, as a column (b, 1). */
    private static Tensor deviation(Tensor t) {
        Tensor rows = Samples.rows(t);
        Tensor away = rows.subtract(rows.mean(1).reshape(-1, 1));
        return away.square().mean(1).sqrt().reshape(-1, 1);
    }
}
