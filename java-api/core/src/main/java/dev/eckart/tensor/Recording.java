package dev.eckart.tensor;

import dev.eckart.backend.Backend;
import dev.eckart.backend.Backends;
import dev.eckart.memory.Device;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Work that is done again and again on the same tensors, as a network's is in each step of a sampler. A GPU keeps what was asked of it
 * and starts all of it at once, where one by one the host may take longer to start operations than the device to do them (CUDA graphs);
 * on the host the work is run again.
 *
 * <pre>{@code
 * try (Recording layer = Recording.of(x.device(), () -> y.assign(x.matmul(w).tanh()))) { // y is that of x
 *     x.assign(next);
 *     layer.replay(); // y is that of the new x
 * }
 * }</pre>
 *
 * <p>What is repeated are operations on that one device, on the memory of the tensors that were there, which the recording keeps
 * alive, with the numbers that Java had: a sampler's level has to be in a tensor that is assigned before. So the work may read no
 * values, copy nothing from or to the host, and neither factorize, gather nor scatter. It makes the same tensors each time, which are
 * closed with its scope; their memory is the recording's until that is closed. Thread-safe.
 */
public final class Recording implements AutoCloseable {
    private final Backend.Recorded recorded;
    private final AtomicBoolean closed = new AtomicBoolean();

    private Recording(Backend.Recorded recorded) {
        this.recorded = recorded;
    }

    /**
     * Does the work once and records it.
     *
     * @param work on tensors of {@code device}; it may be run twice, of which one run has no effect on tensors
     * @throws IllegalStateException when the work does what can't be repeated, naming it; or records itself
     */
    public static Recording of(Device device, Runnable work) {
        return new Recording(Backends.of(device).record(() -> {
            try (Scope scope = Scope.open()) {
                work.run();
            }
        }));
    }

    /**
     * Does the work again; does not wait for it.
     *
     * @throws IllegalStateException when it is closed
     */
    public void replay() {
        if (closed.get()) {
            throw new IllegalStateException("replay: the recording is closed");
        }
        recorded.replay();
    }

    /** Frees its memory. Closing again does nothing. */
    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            recorded.close();
        }
    }
}
