package dev.eckart.tensor;

import dev.eckart.backend.Backend;
import dev.eckart.backend.Backends;
import dev.eckart.memory.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

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
 * alive, with the numbers that Java had: what changes from one time to the next has to be in a tensor that is assigned before. So the
 * work may read no values, copy nothing from or to the host but by {@link #constant}, and neither factorize, gather nor scatter. It
 * makes the same tensors each time, which are closed with its scope; their memory is the recording's until that is closed. Thread-safe.
 */
public final class Recording implements AutoCloseable {
    private static final ThreadLocal<Constants> UNDER_WAY = new ThreadLocal<>();

    private final Backend.Recorded recorded;
    private final Constants constants;
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What recorded work has from Java, in the order in which it asks for it. */
    private static final class Constants {
        private final Backend backend;
        private final List<Tensor> all = new ArrayList<>();
        private int next;

        Constants(Backend backend) {
            this.backend = backend;
        }

        Tensor next(Supplier<Tensor> maker) {
            if (next == all.size()) {
                all.add(backend.unrecorded(() -> Scope.outside(() -> made(maker))));
            }
            Tensor held = all.get(next++);
            return held.reshape(held.shape().dims());
        }

        private static Tensor made(Supplier<Tensor> maker) {
            try (Scope scope = Scope.open()) {
                return scope.keep(maker.get());
            }
        }

        void run(Runnable work) {
            Constants around = UNDER_WAY.get();
            UNDER_WAY.set(this);
            next = 0;
            try (Scope scope = Scope.open()) {
                work.run();
            } finally {
                if (around == null) {
                    UNDER_WAY.remove();
                } else {
                    UNDER_WAY.set(around);
                }
            }
        }

        void close() {
            all.forEach(Tensor::close);
            all.clear();
        }
    }

    private Recording(Backend.Recorded recorded, Constants constants) {
        this.recorded = recorded;
        this.constants = constants;
    }

    /**
     * Does the work once and records it.
     *
     * @param work on tensors of {@code device}; it may be run twice, of which one run has no effect on tensors
     * @throws IllegalStateException when the work does what can't be repeated, naming it; or records itself
     */
    public static Recording of(Device device, Runnable work) {
        Backend backend = Backends.of(device);
        Constants constants = new Constants(backend);
        try {
            return new Recording(backend.record(() -> constants.run(work)), constants);
        } catch (RuntimeException | Error e) {
            constants.close();
            throw e;
        }
    }

    /** Whether this thread is doing work that is recorded. */
    public static boolean isUnderWay() {
        return UNDER_WAY.get() != null;
    }

    /**
     * Numbers that Java knows, as a tensor. In recorded work they are made once and kept as long as the recording is: the work has to ask
     * for the same ones in the same order each time. Elsewhere they are made at each call.
     *
     * @param maker makes one tensor, on the device that is recorded on; it may copy from the host
     * @return of the scope that is open; not to be written to
     */
    public static Tensor constant(Supplier<Tensor> maker) {
        Constants constants = UNDER_WAY.get();
        return constants == null ? maker.get() : constants.next(maker);
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
            constants.close();
        }
    }
}
