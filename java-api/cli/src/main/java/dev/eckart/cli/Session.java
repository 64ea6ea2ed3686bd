package dev.eckart.cli;

import dev.eckart.memory.Device;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Scope;

/** One run of a command: the device it computes on, its threads, and the scope that closes its tensors. */
public final class Session implements AutoCloseable {
    private final Device device;
    private final Threads threads;
    private final Scope scope;

    Session(Device device, Integer count) {
        this.device = device;
        this.threads = count == null ? null : Threads.use(count);
        this.scope = Scope.open();
    }

    /** Where to compute. */
    public Device device() {
        return device;
    }

    @Override
    public void close() {
        scope.close();
        if (threads != null) {
            threads.close();
        }
    }
}
