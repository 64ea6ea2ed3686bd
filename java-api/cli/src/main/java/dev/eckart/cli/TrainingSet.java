package dev.eckart.cli;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.LongStream;

/**
 * The data that an exact denoiser knows, each value scaled to [−1, 1].
 *
 * @param rows (n, d)
 * @param shape of one picture
 * @param least what −1 stands for
 * @param most what 1 stands for
 */
record TrainingSet(Tensor rows, long[] shape, double least, double most) {
    /**
     * Of pictures (n, h, w) or (n, h, w, c), or of rows (n, d): these are square pictures where d is a square, else lines of pixels. Values
     * from 0 to 1 keep their meaning, others are scaled by their extremes.
     *
     * @throws UsageException when the shape is another
     */
    static TrainingSet of(Path file, Tensor data) {
        Shape shape = data.shape();
        boolean colour = shape.rank() == 4 && (shape.dim(3) == 1 || shape.dim(3) == 3);
        if (shape.rank() != 2 && shape.rank() != 3 && !colour || shape.size() == 0) {
            throw new UsageException(
                    file + ": its shape is " + shape + "; needed are pictures (n,h,w), (n,h,w,3), or rows (n,d)");
        }
        try (Scope scope = Scope.open()) {
            double least = Math.min(0, data.min().get());
            double most = data.max().get();
            most = least == 0 && most <= 1 ? 1 : most;
            if (!Double.isFinite(most - least)) {
                throw new UsageException(file + ": holds NaN or infinity; a denoiser needs finite data");
            }
            Tensor rows = data.reshape(data.dim(0), shape.without(0).size());
            double scale = 2 / (most - least);
            return new TrainingSet(
                    scope.keep(rows.multiply(scale).add(-1 - least * scale)), picture(shape), least, most);
        }
    }

    private static long[] picture(Shape shape) {
        if (shape.rank() == 4 && shape.dim(3) == 3) {
            return new long[] {shape.dim(1), shape.dim(2), 3};
        }
        if (shape.rank() >= 3) {
            return new long[] {shape.dim(1), shape.dim(2)};
        }
        long side = Math.round(Math.sqrt(shape.dim(1)));
        return side * side == shape.dim(1) ? new long[] {side, side} : new long[] {1, shape.dim(1)};
    }

    /**
     * Those of one label.
     *
     * @throws UsageException listing the labels, when none has it
     */
    Tensor labelled(String label, List<String> labels) {
        long[] members = LongStream.range(0, labels.size())
                .filter(i -> labels.get((int) i).equals(label))
                .toArray();
        if (members.length == 0) {
            List<String> known = new TreeSet<>(labels).stream().limit(20).toList();
            throw new UsageException("--label " + label + ": is none of the labels " + String.join(", ", known));
        }
        try (Tensor index = Tensor.of(members).to(rows.device())) {
            return Indexing.gather(rows, 0, index);
        }
    }

    /** Samples as shades from 0 to 1, on the host, in f32. */
    Tensor shades(Tensor samples) {
        return unit(samples);
    }

    /** Values from −1 to 1, and what lies beyond, as shades from 0 to 1, on the host, in f32. */
    static Tensor unit(Tensor samples) {
        try (Scope scope = Scope.open()) {
            Tensor unit = samples.add(1).multiply(.5).to(DType.F32).to(Device.cpu());
            Tensor zero = Tensor.zeros(DType.F32);
            Tensor one = Tensor.full(DType.F32, 1);
            return scope.keep(unit.maximum(zero).minimum(one));
        }
    }
}
