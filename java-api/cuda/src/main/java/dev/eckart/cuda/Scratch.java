package dev.eckart.cuda;

import dev.eckart.backend.View;
import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;

/** Device memory for the time of one operation, given back in the order of the stream; none for 0 bytes. */
final class Scratch implements AutoCloseable {
    private final Gpu gpu;
    private final Buffer buffer;

    Scratch(Gpu gpu, String operation, long bytes) {
        this.gpu = gpu;
        this.buffer = bytes == 0 ? null : gpu.allocate(operation, bytes);
    }

    /** A contiguous matrix. */
    static Scratch matrix(Gpu gpu, String operation, DType dtype, long rows, long columns) {
        return new Scratch(gpu, operation, Math.max(1, rows * columns) * dtype.bytes());
    }

    long address() {
        return buffer == null ? 0 : buffer.address();
    }

    View view(DType dtype, long... dims) {
        return new View(buffer, dtype, Layout.contiguous(Shape.of(dims)));
    }

    /** The first 8 bytes; waits for what was started. */
    long readLong() {
        return gpu.readLong(address());
    }

    double readDouble() {
        return Double.longBitsToDouble(readLong());
    }

    @Override
    public void close() {
        if (buffer != null) {
            buffer.release();
        }
    }
}
