package dev.eckart.cuda;

import dev.eckart.memory.Device;
import java.lang.ref.Cleaner;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What all threads share of one GPU: its memory and its kernels; and the streams, one for each thread, that of one that has ended
 * going to the next. Thread-safe. Touches the device only when it is used.
 */
final class Card {
    private static final Cleaner CLEANER = Cleaner.create();

    private final int index;
    private final DeviceMemory memory;
    private final Queue<Operations> idle = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<Hold> here = ThreadLocal.withInitial(this::hold);
    private final Object whole = new Object();
    private Kernels kernels;

    /** A thread's hold on its stream; it is gone with the thread. */
    private record Hold(Operations operations) {}

    Card(int index) {
        this.index = index;
        this.memory = new DeviceMemory(Device.cuda(index));
    }

    int index() {
        return index;
    }

    DeviceMemory memory() {
        return memory;
    }

    /** Held while all of the device is waited for, and while a stream of it is captured: CUDA has one or the other. */
    Object whole() {
        return whole;
    }

    synchronized Kernels kernels() {
        if (kernels == null) {
            kernels = new Kernels(
                    "sm_" + Cuda.attribute(Cuda.COMPUTE_MAJOR, index) + Cuda.attribute(Cuda.COMPUTE_MINOR, index));
        }
        return kernels;
    }

    private Hold hold() {
        Operations free = idle.poll();
        Operations mine = free == null ? new Operations(new Gpu(this)) : free;
        Hold hold = new Hold(mine);
        CLEANER.register(hold, () -> idle.add(mine));
        return hold;
    }

    /** This thread's; refused once the device is lost. */
    Operations operations() {
        Faults.check(index);
        return here.get().operations();
    }
}
