package dev.eckart.cuda;

import dev.eckart.memory.DType;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Something that is timed: by Eckart on a device, and by PyTorch on the same card, each on data of its own made by one recipe.
 *
 * @param op what is done: one of those of {@link GpuWork} and of {@code torch_figures.py}
 * @param how a variant, or empty
 * @param flops what it takes at least, or 0
 * @param bytes of device memory that it reads and writes at least, or 0
 * @param sizes as the operation has them
 */
record GpuCase(String op, String how, DType dtype, double flops, double bytes, long... sizes) {
    /** Operations of a product from which on a call of its own for each of a batch is nothing beside it. */
    private static final double LARGE = 1e9;

    static GpuCase of(String op, DType dtype, long... sizes) {
        return of(op, "", dtype, sizes);
    }

    static GpuCase of(String op, String how, DType dtype, long... sizes) {
        double size = Arrays.stream(sizes).asDoubleStream().reduce(1, (a, b) -> a * b);
        double flops = switch (op) {
            case "matmul", "bmm", "linear", "truncated" ->
                2 * size; // of leading triplets, for each pass over the matrix
            case "steps" -> 12 * 2.0 * sizes[0] * 128 * 128 * 128;
            case "svd" -> decomposition(sizes);
            case "svd-condition" -> decomposition(sizes[0], sizes[1]);
            default -> 0;
        };
        double elements = switch (op) {
            case "matmul", "bmm", "linear" -> factors(sizes);
            case "copy", "exp" -> 2 * size;
            case "sum", "upload", "download", "svd" -> size;
            case "truncated", "svd-condition" -> (double) sizes[0] * sizes[1];
            default -> 0;
        };
        return new GpuCase(op, how, dtype, flops, dtype.bytes() * elements, sizes);
    }

    /** Elements of both factors and of the product, (m, k, n) or (batch, m, k, n). */
    private static double factors(long... s) {
        int i = s.length - 3;
        return (i == 0 ? 1.0 : s[0])
                * ((double) s[i] * s[i + 1] + (double) s[i + 1] * s[i + 2] + (double) s[i] * s[i + 2]);
    }

    /** The thin SVD of (m, n) or (batch, m, n) with vectors by R-SVD (Golub and Van Loan, fig. 8.6.1), or without Q first. */
    private static double decomposition(long... s) {
        double m = Math.max(s[s.length - 2], s[s.length - 1]);
        double n = Math.min(s[s.length - 2], s[s.length - 1]);
        return (s.length == 3 ? s[0] : 1) * n * n * Math.min(6 * m + 20 * n, 14 * m + 8 * n);
    }

    /** Whether it is so short that several are started before the device is waited for, as its throughput is asked for. */
    boolean repeats() {
        return op.equals("matmul") || op.equals("bmm") || op.equals("linear") || op.equals("copy");
    }

    /**
     * Whether each of a batch of layers is a call of its own, which takes bias and GELU along (by tanh, which is the one that cuBLASLt
     * has); else products are one call, and bias and GELU (by erf) follow.
     */
    boolean layerByLayer() {
        return op.equals("linear") && (sizes.length == 3 || flops / sizes[0] >= LARGE);
    }

    /** For people: {@code matmul 4096x4096x4096 TF32}. */
    String name() {
        String size = Arrays.stream(sizes).mapToObj(Long::toString).collect(Collectors.joining("x"));
        return (op + " " + size + " " + how).trim();
    }

    /** For {@code torch_figures.py}. */
    String json() {
        return String.format(
                Locale.ROOT,
                "{\"op\": \"%s\", \"how\": \"%s\", \"dtype\": \"%s\", \"gelu\": \"%s\", \"sizes\": %s}",
                op,
                how,
                dtype,
                layerByLayer() ? "tanh" : "none",
                Arrays.toString(sizes));
    }
}
