package dev.eckart.backend;

import dev.eckart.memory.Buffer;

/** Shares of the buffers of one native call, held until it returns: neither a close nor the collector frees them meanwhile. */
public final class Lease implements AutoCloseable {
    private final Buffer[] held;

    private Lease(Buffer[] held) {
        this.held = held;
    }

    /** Takes a share of one buffer; an IllegalStateException when it has been freed. */
    public static Lease of(Buffer buffer) {
        return take(new Buffer[] {buffer});
    }

    /** Takes a share of the buffer of each view; an IllegalStateException when one has been freed. */
    public static Lease of(View... views) {
        Buffer[] buffers = new Buffer[views.length];
        for (int i = 0; i < views.length; i++) {
            buffers[i] = views[i].buffer();
        }
        return take(buffers);
    }

    private static Lease take(Buffer[] buffers) {
        for (int i = 0; i < buffers.length; i++) {
            if (!buffers[i].retain()) {
                for (int j = 0; j < i; j++) {
                    buffers[j].release();
                }
                throw new IllegalStateException(
                        "tensor: it was closed as a call on it began; close it later, or keep it in its scope");
            }
        }
        return new Lease(buffers);
    }

    @Override
    public void close() {
        for (Buffer buffer : held) {
            buffer.release();
        }
    }
}
