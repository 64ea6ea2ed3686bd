package dev.eckart.cuda;

import java.util.HashMap;
import java.util.Map;

/**
 * A block of device memory, and the work that was started on it. A stream that reads waits for the one that wrote; one that writes, for
 * those that read as well: so memory passes from thread to thread, and from one tensor to the next, in the right order. Thread-safe.
 */
final class Block {
    private final long address;
    private final long bytes;
    private final Map<Gpu, Long> readers = new HashMap<>(2);
    private Gpu writer;
    private long written;

    /** Whose it is also while nothing has it; null for nobody's. */
    private volatile Graph graph;

    Block(long address, long bytes) {
        this.address = address;
        this.bytes = bytes;
    }

    long address() {
        return address;
    }

    long bytes() {
        return bytes;
    }

    Graph graph() {
        return graph;
    }

    void belongTo(Graph owner) {
        graph = owner;
    }

    /** Says that what {@code gpu} is asked for now works on the block. */
    synchronized void use(Gpu gpu, boolean writes) {
        if (writer != null) {
            gpu.waitFor(writer, written);
        }
        if (writes) {
            readers.forEach(gpu::waitFor);
            readers.clear();
            writer = gpu;
            written = gpu.now();
        } else {
            readers.put(gpu, gpu.now());
        }
    }

    /** Whether {@code gpu} may use it without waiting for another stream. */
    synchronized boolean isIdleFor(Gpu gpu) {
        return (writer == null || writer == gpu) && readers.keySet().stream().allMatch(r -> r == gpu);
    }
}
