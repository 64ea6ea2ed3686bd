package dev.eckart.diffusion;

import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * The exact denoiser of data that is the training set and nothing else: the estimate of x₀ is Σ pᵢ·xᵢ with
 * p = softmax of −‖x − α·xᵢ‖²/(2σ²) over all n (Karras et al. 2022, appendix B.3). A sampler that follows it exactly ends in one of the
 * xᵢ: it memorizes. Two products over the data for each call, in chunks. Thread-safe; it holds a share of the data's
 * memory until it is closed.
 */
public final class EmpiricalDenoiser implements Denoiser, AutoCloseable {
    /** Of a chunk's logits: 16 MiB in F32. */
    private static final long CHUNK_ELEMENTS = 1 << 22;

    private final Tensor data;
    /** −½·‖xᵢ‖². */
    private final Tensor norms;

    private final long chunkElements;

    private EmpiricalDenoiser(Tensor data, Tensor norms, long chunkElements) {
        this.data = data;
        this.norms = norms;
        this.chunkElements = chunkElements;
    }

    /**
     * Of a training set.
     *
     * @param data (n, …), n ≥ 1, F64 or F32, finite
     */
    public static EmpiricalDenoiser of(Tensor data) {
        return of(data, CHUNK_ELEMENTS);
    }

    static EmpiricalDenoiser of(Tensor data, long chunkElements) {
        boolean real = data.dtype() == DType.F64 || data.dtype() == DType.F32;
        if (!real || data.shape().rank() == 0 || data.dim(0) == 0) {
            throw new IllegalArgumentException("empirical denoiser: data " + data.shape() + " " + data.dtype()
                    + "; needed are (n, …) in f64 or f32 with n at least 1");
        }
        long bad = data.backend().firstNonFinite(data.view());
        if (bad >= 0) {
            throw new IllegalArgumentException("empirical denoiser: element " + Samples.place(data.shape(), bad)
                    + " of " + data.shape() + " is not finite; drop or replace it");
        }
        return Scope.outside(() -> {
            Tensor rows = Samples.rows(data);
            Tensor norms = Tensor.empty(data.device(), data.dtype(), data.dim(0));
            long height = Math.max(1, chunkElements / Math.max(1, rows.dim(1)));
            for (long from = 0; from < rows.dim(0); from += height) {
                long to = Math.min(rows.dim(0), from + height);
                try (Scope scope = Scope.open()) {
                    norms.slice(0, from, to)
                            .assign(rows.slice(0, from, to).square().sum(1).multiply(-.5));
                }
            }
            return new EmpiricalDenoiser(rows, norms, chunkElements);
        });
    }

    @Override
    public Prediction prediction() {
        return Prediction.X0;
    }

    /**
     * @throws IllegalArgumentException when the samples do not have the shape or type of the data, or the level is without noise, where
     *     there is nothing to estimate
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    @Override
    public Tensor predict(Tensor x, NoiseLevel level) {
        Samples.requireWidth("empirical denoiser", x, data.dim(1));
        if (x.dtype() != data.dtype() || level.isClean()) {
            throw new IllegalArgumentException("empirical denoiser: samples are " + x.dtype() + " at " + level
                    + ", the data " + data.dtype() + "; sample in that type, from levels with noise");
        }
        long height = Math.max(1, chunkElements / Math.max(1, x.dim(0)));
        try (Scope scope = Scope.open()) {
            Tensor rows = Samples.rows(x);
            Part all = part(rows, level, 0, Math.min(height, data.dim(0)));
            for (long from = height; from < data.dim(0); from += height) {
                Interrupts.check("empirical denoiser");
                try (Scope inner = Scope.open()) {
                    all.merge(part(rows, level, from, Math.min(from + height, data.dim(0))));
                }
            }
            return scope.keep(all.mean.reshape(x.shape().dims()));
        }
    }

    /**
     * What a part of the data contributes.
     *
     * @param mean Σ pᵢ·xᵢ with the pᵢ of this part alone, (b, d)
     * @param total log Σ exp of its logits, (b, 1)
     */
    private record Part(Tensor mean, Tensor total) {
        /** Takes another part in, weighted by both totals, without overflow. */
        void merge(Part other) {
            Tensor share = total.subtract(other.total).sigmoid();
            Tensor rest = other.total.subtract(total).sigmoid();
            mean.assign(mean.multiply(share).add(other.mean.multiply(rest)));
            total.assign(total.maximum(other.total).subtract(share.maximum(rest).log()));
        }
    }

    private Part part(Tensor rows, NoiseLevel level, long from, long to) {
        try (Scope scope = Scope.open()) {
            Tensor block = data.slice(0, from, to);
            Tensor logits = logits(rows, block, norms.slice(0, from, to), level);
            // Not below 1e-30, which changes nothing: a product with subnormal numbers takes twenty times as long.
            Tensor least = Samples.constant(rows, new double[] {1e-30});
            Tensor shares = Activations.softmax(logits, 1).maximum(least);
            // The largest share is exp(largest logit − total).
            Tensor total = logits.max(1).subtract(shares.max(1).log()).reshape(-1, 1);
            return new Part(scope.keep(shares.matmul(block)), scope.keep(total));
        }
    }

    /** (α/σ²)·x·xᵢ − (α²/2σ²)·‖xᵢ‖², which is −‖x − α·xᵢ‖²/(2σ²) but for what is the same for all i. */
    private static Tensor logits(Tensor rows, Tensor block, Tensor norms, NoiseLevel level) {
        double precision = 1 / (level.sigma() * level.sigma());
        long b = rows.dim(0);
        long count = block.dim(0);
        Tensor logits = Combination.of(level.alphaBar() * precision, norms.broadcastTo(b, count));
        Tensor transposed = block.reshape(1, count, rows.dim(1)).transpose();
        logits.backend()
                .gemm(
                        level.alpha() * precision,
                        rows.reshape(1, b, rows.dim(1)).view(),
                        transposed.view(),
                        1,
                        logits.reshape(1, b, count).view());
        return logits;
    }

    @Override
    public void close() {
        data.close();
        norms.close();
    }
}
