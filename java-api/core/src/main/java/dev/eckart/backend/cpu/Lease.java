package dev.eckart.backend.cpu;

import dev.eckart.backend.View;
import dev.eckart.memory.Buffer;

/** Shares of the buffers of one native call, held until it returns: neither a close nor the collector frees them meanwhile. */
final class Lease implements AutoCloseable {
    private final Buffer[] held;

    private Lease(Buffer[] held) {
        this.held = held;
    }

    static Lease of(Buffer buffer) {
        return take(new Buffer[] {buffer});
    }

    static Lease of(View... views) {
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
                        "tensor: its memory has been freed; close it later, or keep it in its scope");
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
