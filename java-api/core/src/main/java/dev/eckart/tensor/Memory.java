package dev.eckart.tensor;

import dev.eckart.backend.Backends;
import dev.eckart.memory.Buffer;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryStatistics;
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
     * The tensors that are not closed, by the place that made them, most bytes first, a line each; with
     * {@code -Deckart.debug=true}, which also prints them when the process ends. Without it nothing is known, and the list empty.
     */
    public static List<String> live() {
        return Buffer.live();
    }
}
