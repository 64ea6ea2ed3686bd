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
    static GpuCase of(String op, DType dtype, long... sizes) {
        return of(op, "", dtype, sizes);
    }

    static GpuCase of(String op, String how, DType dtype, long... sizes) {
        double size = Arrays.stream(sizes).asDoubleStream().reduce(1, (a, b) -> a * b);
        double width = dtype.bytes();
        return switch (op) {
            case "matmul" ->
                new GpuCase(
                        op,
                        how,
                        dtype,
                        2 * size,
                        width * (sizes[0] * sizes[1] + sizes[1] * sizes[2] + sizes[0] * sizes[2]),
                        sizes);
            case "bmm" ->
                new GpuCase(
                        op,
                        how,
                        dtype,
                        2 * size,
                        width * sizes[0] * (sizes[1] * sizes[2] + sizes[2] * sizes[3] + sizes[1] * sizes[3]),
                        sizes);
            case "linear" -> new GpuCase(op, how, dtype, 2 * size, 0, sizes);
            case "steps" -> new GpuCase(op, how, dtype, 12 * 2.0 * sizes[0] * 128 * 128 * 128, 0, sizes);
            case "copy", "exp" -> new GpuCase(op, how, dtype, 0, 2 * width * size, sizes);
            // Of one pass over the matrix.
            case "truncated" -> new GpuCase(op, how, dtype, 2 * size, width * sizes[0] * sizes[1], sizes);
            case "sum", "upload", "download" -> new GpuCase(op, how, dtype, 0, width * size, sizes);
            default -> new GpuCase(op, how, dtype, 0, 0, sizes);
        };
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
                "{\"op\": \"%s\", \"how\": \"%s\", \"dtype\": \"%s\", \"sizes\": %s}",
                op,
                how,
                dtype,
                Arrays.toString(sizes));
    }
}
