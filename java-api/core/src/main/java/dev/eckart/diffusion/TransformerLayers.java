package dev.eckart.diffusion;

import dev.eckart.backend.Finish;
import dev.eckart.memory.Device;
import dev.eckart.memory.Precision;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/** The layers of a transformer, for tokens as rows (b·n, h). What a device has no kernel for is composed. */
final class TransformerLayers {
    private static final double EPSILON = 1e-6;
    /** Columns of a stripe: what the host's kernels multiply by at a time. */
    private static final long STRIPE = 16;
    /** Of the products of queries and keys that are held at a time. */
    private static final long CHUNK_ELEMENTS = 1 << 20;

    private TransformerLayers() {}

    /**
     * A copy of a weight (out, in) as a device's products read it: on the host Wᵀ in stripes of columns, (out/16, in, 16), where that
     * divides: packed once instead of in each product.
     */
    static Tensor packed(Tensor weight, Device device) {
        long stripes = weight.dim(0) / STRIPE;
        if (!device.equals(Device.cpu()) || stripes * STRIPE != weight.dim(0)) {
            return weight.to(device);
        }
        return weight.reshape(stripes, STRIPE, weight.dim(1)).transpose().copy();
    }

    /**
     * x·Wᵀ + b.
     *
     * @param weight (out, in), or {@link #packed}
     * @param bias (out)
     * @param precision to which x and W may be rounded
     */
    record Linear(Tensor weight, Tensor bias, Precision precision) {
        Tensor apply(Tensor x) {
            return apply(x, Finish.NONE);
        }

        /** f of it. */
        Tensor apply(Tensor x, Finish f) {
            Tensor y = Tensor.empty(x.device(), x.dtype(), x.dim(0), bias.dim(0));
            if (!striped() && y.backend().linear(precision, f, x.view(), weight.view(), bias.view(), y.view())) {
                return y;
            }
            multiply(x, y);
            if (y.backend().finish(f, y.view(), bias.view())) {
                return y;
            }
            return switch (f) {
                case NONE -> y.add(bias);
                case GELU -> Activations.gelu(y.add(bias));
                case GELU_TANH -> geluTanh(y.add(bias));
                case SILU -> Activations.silu(y.add(bias));
            };
        }

        /** sum += gate·(x·Wᵀ + b), in place; a gate for each sample, (b, out), or one for all, (1, out). */
        void addGated(Tensor sum, Tensor gate, Tensor x) {
            Tensor y = Tensor.empty(x.device(), x.dtype(), x.dim(0), bias.dim(0));
            multiply(x, y);
            Tensor to = samples(sum, gate);
            Tensor each = samples(y, gate);
            if (!to.backend().addGated(to.view(), gate.view(), each.view(), bias.view())) {
                to.backend()
                        .axpby(1, each.add(bias).multiply(stretched(gate, each)).view(), 1, to.view());
            }
        }

        /** y = x·Wᵀ. */
        private void multiply(Tensor x, Tensor y) {
            Tensor left = x.reshape(1, x.dim(0), x.dim(1));
            Tensor right = weight;
            Tensor to = y.reshape(1, y.dim(0), y.dim(1));
            if (striped()) {
                long stripes = weight.dim(0);
                left = left.broadcastTo(stripes, x.dim(0), x.dim(1));
                to = y.reshape(y.dim(0), stripes, STRIPE).permute(1, 0, 2);
            } else {
                right = weight.reshape(1, y.dim(1), x.dim(1)).transpose();
            }
            y.backend().gemm(precision, 1, left.view(), right.view(), 0, to.view());
        }

        private boolean striped() {
            return weight.shape().rank() == 3;
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

    /** Tokens as (b, n, h), for b rows of a modulation. */
    private static Tensor samples(Tensor tokens, Tensor rows) {
        return tokens.reshape(rows.dim(0), tokens.dim(0) / rows.dim(0), tokens.dim(1));
    }

    private static Tensor stretched(Tensor rows, Tensor like) {
        return rows.reshape(rows.dim(0), 1, rows.dim(1))
                .broadcastTo(like.shape().dims());
    }

    /** x times a sigmoid, which is x/2·(1 + tanh(√(2/π)·(x + .044715·x³))). */
    private static Tensor geluTanh(Tensor x) {
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
        Tensor parts = qkv.reshape(samples, n, 3, heads, h / heads).permute(2, 0, 3, 1, 4);
        Tensor q = parts.select(0, 0);
        Tensor k = parts.select(0, 1);
        Tensor v = parts.select(0, 2);
        Tensor mixed = Tensor.empty(qkv.device(), qkv.dtype(), samples * n, h);
        Tensor out = mixed.reshape(samples, n, heads, h / heads).permute(0, 2, 1, 3);
        double scale = 1 / Math.sqrt((double) h / heads);
        if (!out.backend().attention(scale, q.view(), k.view(), v.view(), out.view())) {
            out.assign(composed(scale, q, k, v));
        }
        return mixed;
    }

    /** Of (samples, heads, n, d), some heads at a time. */
    private static Tensor composed(double scale, Tensor q, Tensor k, Tensor v) {
        long count = q.dim(0) * q.dim(1);
        long n = q.dim(2);
        long d = q.dim(3);
        Tensor queries = q.copy().reshape(count, n, d);
        Tensor keys = k.copy().reshape(count, n, d);
        Tensor values = v.copy().reshape(count, n, d);
        Tensor out = Tensor.empty(q.device(), q.dtype(), count, n, d);
        long chunk = Math.max(1, CHUNK_ELEMENTS / (n * n));
        for (long from = 0; from < count; from += chunk) {
            long to = Math.min(from + chunk, count);
            try (Scope scope = Scope.open()) {
                Tensor scores = Tensor.empty(q.device(), q.dtype(), to - from, n, n);
                scores.backend()
                        .gemm(
                                scale,
                                queries.slice(0, from, to).view(),
                                keys.slice(0, from, to).transpose().view(),
                                0,
                                scores.view());
                scores.backend().softmax(false, scores.view(), scores.view());
                scores.backend()
                        .gemm(
                                1,
                                scores.view(),
                                values.slice(0, from, to).view(),
                                0,
                                out.slice(0, from, to).view());
            }
        }
        return out.reshape(q.shape().dims());
    }
}
