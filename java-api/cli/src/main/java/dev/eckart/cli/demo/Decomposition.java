package dev.eckart.cli.demo;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * The singular value decomposition X̃ = U·diag(σ)·Vᵀ of the centred pictures X̃ = X − x̄: the rows v₁, v₂, … of Vᵀ are the principal
 * components, σᵢ²/(n − 1) the variances along them.
 *
 * @param mean x̄ (d)
 * @param vt (r, d) with r = min(n, d)
 * @param sigma r singular values, descending
 * @param rows n
 * @param certificate how good the decomposition is
 */
record Decomposition(Tensor mean, Tensor vt, double[] sigma, long rows, Certificate certificate) {
    /** Decomposes; {@code seed} is that of the certificate, so that the same page comes of it again. */
    static Decomposition of(Tensor x, long seed) {
        try (Scope scope = Scope.open()) {
            Tensor mean = x.mean(0);
            Tensor centred = x.subtract(mean);
            Svd svd = Svd.options().seed(seed).of(centred);
            double[] sigma = svd.s().toArray();
            return new Decomposition(scope.keep(mean), scope.keep(svd.vt()), sigma, x.dim(0), svd.certificate());
        }
    }

    long columns() {
        return mean.dim(0);
    }

    /** The first {@code k} components, a view (k, d). */
    Tensor components(long k) {
        return vt.slice(0, 0, k);
    }

    /** Coordinates of {@code x} (m, d) along the first {@code k} components: z = (x − x̄)·Vᵀ, (m, k). */
    Tensor project(Tensor x, long k) {
        try (Scope scope = Scope.open()) {
            return scope.keep(x.subtract(mean).matmul(components(k).transpose()));
        }
    }

    /** The pictures x̄ + Σ zᵢ·vᵢ with the coordinates {@code z} (m, k): (m, d). */
    Tensor paint(Tensor z) {
        try (Scope scope = Scope.open()) {
            return scope.keep(z.matmul(components(z.dim(1))).add(mean));
        }
    }

    /** Σ σᵢ² over i > k, for each k = 0..r, smallest terms first. */
    double[] tails() {
        double[] tails = new double[sigma.length + 1];
        for (int k = sigma.length - 1; k >= 0; k--) {
            tails[k] = tails[k + 1] + sigma[k] * sigma[k];
        }
        return tails;
    }

    /** Share of the total variance along the first k components, for each k = 0..r. */
    double[] cumulative() {
        double[] tails = tails();
        double[] out = new double[tails.length];
        for (int k = 0; k < out.length; k++) {
            out[k] = tails[0] == 0 ? 0 : 1 - tails[k] / tails[0];
        }
        return out;
    }

    /** The smallest k whose share of the variance is at least {@code fraction}. */
    int componentsFor(double fraction) {
        double[] cumulative = cumulative();
        int k = 0;
        while (k < sigma.length && cumulative[k] < fraction) {
            k++;
        }
        return k;
    }

    /** Variance along each component, divisor n − 1. */
    double[] variances() {
        double[] out = new double[sigma.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = sigma[i] * sigma[i] / (rows - 1);
        }
        return out;
    }

    /** Number of singular values above max(n, d)·ε·σ₁. */
    int rank() {
        return rank(sigma, Math.max(rows, columns()) * vt.dtype().epsilon());
    }

    /** Number of singular values above {@code tolerance}·σ₁. */
    static int rank(double[] sigma, double tolerance) {
        int rank = 0;
        while (rank < sigma.length && sigma[rank] > tolerance * sigma[0]) {
            rank++;
        }
        return rank;
    }
}
