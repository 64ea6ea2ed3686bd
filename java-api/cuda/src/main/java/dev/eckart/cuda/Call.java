package dev.eckart.cuda;

import dev.eckart.backend.Lease;
import dev.eckart.backend.View;
import dev.eckart.memory.Buffer;
import java.util.List;
import java.util.stream.Stream;

/** One call of the backend: this thread's stream, and shares of the buffers that it works on, in the order of all streams. */
final class Call implements AutoCloseable {
    private final Lease lease;
    private final Operations on;

    private Call(Lease lease, Operations on) {
        this.lease = lease;
        this.on = on;
    }

    /** Begins a call that writes some views and reads others; those of both lists are written. */
    static Call of(Card card, List<View> written, View... read) {
        Lease lease = Lease.of(Stream.concat(written.stream(), Stream.of(read)).toArray(View[]::new));
        try {
            Call call = new Call(lease, card.operations());
            call.on.gpu.begin();
            written.forEach(v -> call.use(card, v.buffer(), true));
            for (View v : read) {
                call.use(card, v.buffer(), false);
            }
            return call;
        } catch (RuntimeException | Error e) {
            lease.close();
            throw e;
        }
    }

    /** Another device's address would be a fault in a kernel, after which CUDA serves this process no more. */
    private void use(Card card, Buffer buffer, boolean writes) {
        if (!buffer.device().equals(on.gpu.device())) {
            throw new IllegalArgumentException(Faults.operation() + ": operands lie on " + on.gpu.device() + " and "
                    + buffer.device() + "; move one with to(device)");
        }
        card.memory().use(buffer, on.gpu, writes);
    }

    Operations on() {
        return on;
    }

    @Override
    public void close() {
        on.gpu.end();
        lease.close();
    }
}
