package dev.eckart.diffusion;

import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/** The layers of a transformer, for tokens as rows (b·n, h). */
final class TransformerLayers {
    private static final double EPSILON = 1e-6;
    /** Of the products of queries and keys that are held at a time. */
    private static final long CHUNK_ELEMENTS = 1 << 20;

    private TransformerLayers() {}

    /**
     * x·Wᵀ + b.
     *
     * @param weight (out, in)
     * @param bias (out)
     */
    record Linear(Tensor weight, Tensor bias) {
        Tensor apply(Tensor x) {
            long rows = x.dim(0);
            long out = weight.dim(0);
            Tensor y = Tensor.empty(x.device(), x.dtype(), rows, out);
            y.assign(bias.broadcastTo(rows, out));
            y.backend()
                    .gemm(
                            1,
                            x.reshape(1, rows, x.dim(1)).view(),
                            weight.reshape(1, out, weight.dim(1)).transpose().view(),
                            1,
                            y.reshape(1, rows, out).view());
            return y;
        }
    }

    /**
     * Rows normalized over their features, times 1 + scale, plus shift.
     *
     * @param x (b·n, h)
     * @param shift (b, h), or (1, h) for all
     * @param scale likewise
     */
    static Tensor modulated(Tensor x, Tensor shift, Tensor scale) {
        Tensor out = Tensor.empty(x.device(), x.dtype(), x.shape().dims());
        Tensor each = samples(x, shift);
        Tensor factor = scale.add(1);
        out.backend()
                .normalize(
                        1,
                        EPSILON,
                        each.view(),
                        Optional.of(stretched(factor, each).view()),
                        Optional.of(stretched(shift, each).view()),
                        samples(out, shift).view());
        return out;
    }

    /** x += gate·y, in place; gate as in {@link #modulated}. */
    static void addGated(Tensor x, Tensor gate, Tensor y) {
        Tensor each = samples(y, gate);
        y.backend()
                .axpby(
                        1,
                        each.multiply(stretched(gate, each))
                                .reshape(x.shape().dims())
                                .view(),
                        1,
                        x.view());
    }

    /** Tokens as (b, n, h), for b rows of a modulation. */
    private static Tensor samples(Tensor tokens, Tensor rows) {
        return tokens.reshape(rows.dim(0), tokens.dim(0) / rows.dim(0), tokens.dim(1));
    }

    private static Tensor stretched(Tensor rows, Tensor like) {
        return rows.reshape(rows.dim(0), 1, rows.dim(1))
                .broadcastTo(like.shape().dims());
    }

    /** GELU, or its approximation x/2·(1 + tanh(√(2/π)·(x + .044715·x³))), which is x times a sigmoid (Hendrycks and Gimpel 2016). */
    static Tensor gelu(Tensor x, boolean tanh) {
        if (!tanh) {
            return Activations.gelu(x);
        }
        double root = 2 * Math.sqrt(2 / Math.PI);
        return x.multiply(
                x.square().multiply(.044715 * root).add(root).multiply(x).sigmoid());
    }

    /**
     * Softmax attention of each token to those of its sample (Vaswani et al. 2017, eq. 1), a head at a time.
     *
     * @param qkv (b·n, 3h): queries, keys and values side by side, each of all heads side by side
     * @return (b·n, h)
     */
    static Tensor attention(Tensor qkv, long samples, int heads) {
        long n = qkv.dim(0) / samples;
        long h = qkv.dim(1) / 3;
        long d = h / heads;
        Tensor parts = qkv.reshape(samples, n, 3, heads, d)
                .permute(2, 0, 3, 1, 4)
                .copy()
                .reshape(3, samples * heads, n, d);
        Tensor mixed = Tensor.empty(qkv.device(), qkv.dtype(), samples * heads, n, d);
        long chunk = Math.max(1, CHUNK_ELEMENTS / (n * n));
        for (long from = 0; from < samples * heads; from += chunk) {
            long to = Math.min(from + chunk, samples * heads);
            try (Scope scope = Scope.open()) {
                Tensor q = parts.select(0, 0).slice(0, from, to);
                Tensor k = parts.select(0, 1).slice(0, from, to);
                Tensor v = parts.select(0, 2).slice(0, from, to);
                Tensor scores = Tensor.empty(qkv.device(), qkv.dtype(), to - from, n, n);
                scores.backend().gemm(1 / Math.sqrt(d), q.view(), k.transpose().view(), 0, scores.view());
                scores.backend().softmax(false, scores.view(), scores.view());
                scores.backend()
                        .gemm(
                                1,
                                scores.view(),
                                v.view(),
                                0,
                                mixed.slice(0, from, to).view());
            }
        }
        return mixed.reshape(samples, heads, n, d).permute(0, 2, 1, 3).copy().reshape(samples * n, h);
    }
}
