package dev.eckart.tensor;

import dev.eckart.backend.UnaryOp;
import dev.eckart.backend.View;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;
import java.util.Optional;

/**
 * What neural networks apply between their products: smooth gates, softmax, normalization. Each takes F64, F32 or BF16 (which is
 * computed in F32), with any strides, and makes a new tensor of the same type and shape. Thread-safe.
 */
public final class Activations {
    private Activations() {}

    // ---- element by element

    /** The error function, within 2 ulp. */
    public static Tensor erf(Tensor t) {
        return t.unary(UnaryOp.ERF, "erf");
    }

    /** SiLU, x / (1 + e^−x), within 2 ulp (Elfwing, Uchibe and Doya 2018); −0 at −∞. */
    public static Tensor silu(Tensor t) {
        return t.unary(UnaryOp.SILU, "silu");
    }

    /**
     * GELU, x·Φ(x) = x/2·(1 + erf(x/√2)), within 2 ulp for negative x too, where that formula would cancel (Hendrycks and Gimpel 2016);
     * −0 at −∞.
     */
    public static Tensor gelu(Tensor t) {
        return t.unary(UnaryOp.GELU, "gelu");
    }

    // ---- softmax

    /**
     * e^xᵢ / Σ e^xⱼ along {@code axis}; negative counts from the end. Does not overflow. A line that holds NaN or +∞, or nothing but
     * −∞, becomes NaN.
     *
     * @throws IllegalArgumentException for a scalar, an axis out of range or a type that is not floating-point
     */
    public static Tensor softmax(Tensor t, int axis) {
        return softmax("softmax", false, t, axis);
    }

    /**
     * log softmax, xᵢ − log Σ e^xⱼ, along {@code axis}; negative counts from the end. Exact to rounding where softmax itself vanishes.
     * NaN as in {@link #softmax(Tensor, int)}.
     *
     * @throws IllegalArgumentException for a scalar, an axis out of range or a type that is not floating-point
     */
    public static Tensor logSoftmax(Tensor t, int axis) {
        return softmax("logSoftmax", true, t, axis);
    }

    private static Tensor softmax(String name, boolean log, Tensor t, int axis) {
        t.requireFloating(name);
        int rank = t.shape().rank();
        if (rank == 0) {
            throw new IllegalArgumentException(name + ": a scalar has no axis; reshape to (1)");
        }
        int chosen = t.shape().axis(axis);
        if (chosen == rank - 1) {
            return softmaxOfLast(log, t);
        }
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i == chosen ? rank - 1 : i == rank - 1 ? chosen : i;
        }
        try (Tensor turned = t.permute(order);
                Tensor out = softmaxOfLast(log, turned)) {
            return out.permute(order);
        }
    }

    private static Tensor softmaxOfLast(boolean log, Tensor t) {
        return Tensor.empty(t.device(), t.dtype(), t.shape())
                .filledBy(out -> out.backend().softmax(log, t.view(), out.view()));
    }

    // ---- normalization

    /**
     * Layer normalization without scale and shift, as {@link #layerNorm(Tensor, Tensor, Tensor, double)}.
     *
     * @param epsilon added to the variance, at least 0
     */
    public static Tensor layerNorm(Tensor t, double epsilon) {
        return layerNorm(t, Optional.empty(), Optional.empty(), epsilon);
    }

    /**
     * Layer normalization over the last axis: (x − mean) / √(variance + ε)·scale + shift, with divisor n in the variance (Ba, Kiros and
     * Hinton 2016). Sums are taken in F64 about the mean: rows far from 0 lose nothing.
     *
     * @param t (…, n)
     * @param scale (n), of the same type
     * @param shift (n), of the same type
     * @param epsilon added to the variance, at least 0
     * @throws IllegalArgumentException when a shape, type or device does not fit
     */
    public static Tensor layerNorm(Tensor t, Tensor scale, Tensor shift, double epsilon) {
        return layerNorm(t, Optional.of(scale), Optional.of(shift), epsilon);
    }

    private static Tensor layerNorm(Tensor t, Optional<Tensor> scale, Optional<Tensor> shift, double epsilon) {
        checkInput("layerNorm", t, 1, epsilon);
        long n = t.dim(-1);
        checkParameters("layerNorm", t, n, scale, shift);
        Shape shape = t.shape();
        return Tensor.empty(t.device(), t.dtype(), shape)
                .filledBy(out -> out.backend()
                        .normalize(
                                1,
                                epsilon,
                                t.view(),
                                scale.map(s -> s.view().broadcastTo(shape)),
                                shift.map(s -> s.view().broadcastTo(shape)),
                                out.view()));
    }

    /**
     * Group normalization without scale and shift, as {@link #groupNorm(Tensor, int, Tensor, Tensor, double)}.
     *
     * @param epsilon added to the variance, at least 0
     */
    public static Tensor groupNorm(Tensor t, int groups, double epsilon) {
        return groupNorm(t, groups, Optional.empty(), Optional.empty(), epsilon);
    }

    /**
     * Group normalization: each sample's channels are cut into {@code groups} of adjacent ones, each normalized over its channels and
     * all positions as in {@link #layerNorm(Tensor, Tensor, Tensor, double)}, then scaled and shifted by channel (Wu and He 2018).
     *
     * @param t (samples, channels, …)
     * @param groups a divisor of the number of channels
     * @param scale (channels), of the same type
     * @param shift (channels), of the same type
     * @param epsilon added to the variance, at least 0
     * @throws IllegalArgumentException when a shape, type or device does not fit
     */
    public static Tensor groupNorm(Tensor t, int groups, Tensor scale, Tensor shift, double epsilon) {
        return groupNorm(t, groups, Optional.of(scale), Optional.of(shift), epsilon);
    }

    private static Tensor groupNorm(
            Tensor t, int groups, Optional<Tensor> scale, Optional<Tensor> shift, double epsilon) {
        checkInput("groupNorm", t, 2, epsilon);
        long channels = t.dim(1);
        if (groups < 1 || channels % groups != 0) {
            throw new IllegalArgumentException("groupNorm: " + channels + " channels of " + t.shape()
                    + " can't be cut into " + groups + " groups; take a divisor");
        }
        checkParameters("groupNorm", t, channels, scale, shift);
        long positions = 1;
        for (int i = 2; i < t.shape().rank(); i++) {
            positions *= t.dim(i);
        }
        Shape grouped = Shape.of(t.dim(0), groups, channels / groups, positions);
        Shape parameters = Shape.of(1, groups, channels / groups, 1);
        try (Tensor a = t.reshape(grouped.dims())) {
            return Tensor.empty(t.device(), t.dtype(), t.shape())
                    .filledBy(out -> out.backend()
                            .normalize(
                                    2,
                                    epsilon,
                                    a.view(),
                                    scale.map(s -> stretched(s, parameters, grouped)),
                                    shift.map(s -> stretched(s, parameters, grouped)),
                                    out.view().with(Layout.contiguous(grouped))));
        }
    }

    /** A vector cut to {@code shape}, which is always a view, and stretched to {@code target}. */
    private static View stretched(Tensor vector, Shape shape, Shape target) {
        Layout cut = vector.view().layout().reshape(shape).orElseThrow();
        return vector.view().with(cut).broadcastTo(target);
    }

    private static void checkInput(String name, Tensor t, int leastRank, double epsilon) {
        t.requireFloating(name);
        if (t.shape().rank() < leastRank) {
            throw new IllegalArgumentException(name + ": shape " + t.shape() + " needs at least " + leastRank
                    + (leastRank == 1 ? " axis" : " axes, (samples, channels, …)"));
        }
        if (!(epsilon >= 0 && epsilon < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    name + ": epsilon is " + epsilon + "; it has to be finite and at least 0, 1e-5 is usual");
        }
    }

    private static void checkParameters(
            String name, Tensor t, long length, Optional<Tensor> scale, Optional<Tensor> shift) {
        scale.ifPresent(s -> checkParameter(name, "scale", t, length, s));
        shift.ifPresent(s -> checkParameter(name, "shift", t, length, s));
    }

    private static void checkParameter(String name, String which, Tensor t, long length, Tensor parameter) {
        parameter.check(name);
        if (!parameter.shape().equals(Shape.of(length))) {
            throw new IllegalArgumentException(name + ": " + which + " of shape " + parameter.shape() + " for input "
                    + t.shape() + "; it has to be (" + length + ")");
        }
        t.requireSameType(name, parameter);
    }
}
