package dev.eckart.tensor;

import dev.eckart.backend.Backends;
import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryStatistics;
import dev.eckart.memory.Shape;
import java.util.List;

/**
 * What Eckart holds outside the Java heap. Freed memory is kept for the next tensor of its size, because the page faults of
 * fresh memory cost more than most operations: on the host up to 64 MiB of blocks below 4 MiB, and up to 256 MiB of
 * larger ones, which are given back as soon as a size is asked for that is not there. Thread-safe.
 */
public final class Memory {
    private Memory() {}

    /** What is in use, and what was. */
    public static MemoryStatistics statistics(Device device) {
        return Backends.of(device).memory();
    }

    /**
     * Gives freed memory that is kept for reuse back to the system, as after the largest part of a program's work.
     *
     * @return how many bytes of it there were
     */
    public static long trim(Device device) {
        return Backends.of(device).trim();
    }

    /**
     * A host tensor of unspecified content that {@code device} copies from and to by itself, at the full rate of the bus (page-locked
     * memory); other host tensors go through a staging area. Such memory is taken from all processes, and takes milliseconds to make:
     * for what is used again and again, by {@link Tensor#to} and {@link #copy}.
     *
     * @throws dev.eckart.memory.MemoryLimitException when the system does not have that much to lock
     */
    public static Tensor pinned(Device device, DType dtype, long... shape) {
        Shape s = Shape.of(shape);
        return Tensor.over(Backends.of(device).allocatePinned(Math.multiplyExact(s.size(), dtype.bytes())), dtype, s);
    }

    /**
     * Copies a tensor to one that is there, on the host or on another device; waits until both may be changed.
     *
     * @param target contiguous, of the shape and type of {@code source}
     * @throws IllegalArgumentException when it is not, or both are GPUs
     */
    public static void copy(Tensor source, Tensor target) {
        boolean fits = source.shape().equals(target.shape())
                && source.dtype() == target.dtype()
                && target.view().layout().isContiguous();
        boolean host =
                source.device().kind() == Device.Kind.CPU || target.device().kind() == Device.Kind.CPU;
        if (!fits || !host) {
            throw new IllegalArgumentException("copy: " + source.shape() + " " + source.dtype() + " " + source.device()
                    + " to " + target.shape() + " " + target.dtype() + " " + target.device()
                    + "; the target has to be contiguous, of that shape and type, and one of both on the host");
        }
        if (source.device().equals(target.device())) {
            target.assign(source);
        } else {
            source.copyTo(target);
        }
    }

    /**
     * The tensors that are not closed, by the place that made them, most bytes first, a line each; with
     * {@code -Deckart.debug=true}, which also prints them when the process ends. Without it nothing is known, and the list empty.
     */
    public static List<String> live() {
        return Buffer.live();
    }
}
