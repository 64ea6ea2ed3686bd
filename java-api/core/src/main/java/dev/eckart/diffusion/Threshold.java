package dev.eckart.diffusion;

import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** Keeps estimates of x₀ within the range of data, which errors of a denoiser and strong guidance leave. */
@FunctionalInterface
public interface Threshold {
    /** The estimates (b, …), kept in range. */
    Tensor apply(Tensor clean);

    /** Leaves estimates as they are. */
    static Threshold none() {
        return clean -> clean;
    }

    /** Clamps each element to [least, most], −1 and 1 for usual images ("static" in Saharia et al. 2022, §2.3). */
    static Threshold clip(double least, double most) {
        if (!(least < most)) {
            throw new IllegalArgumentException("threshold: from " + least + " to " + most + "; exchange them");
        }
        return clean -> {
            try (Scope scope = Scope.open()) {
                Tensor low = Samples.constant(clean, new double[] {least});
                Tensor high = Samples.constant(clean, new double[] {most});
                return scope.keep(clean.maximum(low).minimum(high));
            }
        };
    }

    /**
     * Clamps each sample to [−s, s] and divides it by s, where s is the quantile {@code fraction} of its magnitudes, or 1 if that is
     * more ("dynamic" in Saharia et al. 2022, §2.3). For data in [−1, 1].
     *
     * @param fraction in (0, 1]; .995 is usual. Between two magnitudes the quantile is interpolated.
     */
    static Threshold dynamic(double fraction) {
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException("threshold: quantile " + fraction + " is outside (0, 1]; .995 is usual");
        }
        return clean -> {
            try (Scope scope = Scope.open()) {
                Tensor rows = Samples.rows(clean);
                Tensor one = Samples.constant(clean, new double[] {1});
                Tensor s = quantile(rows.abs(), fraction).maximum(one);
                Tensor kept = rows.maximum(s.negate()).minimum(s).divide(s);
                return scope.keep(kept.reshape(clean.shape().dims()));
            }
        };
    }

    /** Of each row of (b, d), as a column (b, 1). */
    private static Tensor quantile(Tensor rows, double fraction) {
        long last = rows.dim(1) - 1;
        double at = fraction * last;
        long below = (long) Math.floor(at);
        long above = Math.min(below + 1, last);
        double part = at - below;
        // Descending, so that only those above are put in order.
        Tensor top = Indexing.topK(rows, rows.dim(1) - below).values();
        Tensor lower = top.slice(1, last - below, last - below + 1);
        Tensor upper = top.slice(1, last - above, last - above + 1);
        return Combination.of(1 - part, lower, part, upper);
    }
}
