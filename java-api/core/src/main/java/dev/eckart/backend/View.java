package dev.eckart.backend;

import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;

/**
 * What a backend works on: elements of one type, laid out in a buffer.
 *
 * @param buffer the memory
 * @param dtype the element type
 * @param layout where the elements stand
 */
public record View(Buffer buffer, DType dtype, Layout layout) {
    /** The shape. */
    public Shape shape() {
        return layout.shape();
    }

    /** The address of element (0, …, 0); valid while the caller holds a share of the buffer. */
    public long address() {
        return buffer.address() + layout.offset() * dtype.bytes();
    }

    /** The same memory in another layout. */
    public View with(Layout other) {
        return new View(buffer, dtype, other);
    }

    /** This view stretched to {@code shape}. */
    public View broadcastTo(Shape shape) {
        return with(layout.broadcastTo(shape));
    }
}
