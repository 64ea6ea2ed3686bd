package dev.eckart.tensor;

import dev.eckart.memory.DType;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** What may become the memory of a tensor. */
final class DirectBuffers {
    private DirectBuffers() {}

    /** The element type of a direct, writable buffer in native order; any other is refused. */
    static DType elementType(String operation, Buffer buffer) {
        if (!buffer.isDirect()) {
            throw new IllegalArgumentException(operation
                    + ": the buffer lies in the Java heap; allocateDirect one, or copy its array with Tensor.of");
        }
        if (buffer.isReadOnly()) {
            throw new IllegalArgumentException(
                    operation + ": the buffer is read-only, and tensors can be written to; copy it");
        }
        if (buffer instanceof ByteBuffer) {
            return DType.U8;
        }
        DType type = null;
        ByteOrder order = null;
        if (buffer instanceof DoubleBuffer b) {
            type = DType.F64;
            order = b.order();
        } else if (buffer instanceof FloatBuffer b) {
            type = DType.F32;
            order = b.order();
        } else if (buffer instanceof LongBuffer b) {
            type = DType.I64;
            order = b.order();
        } else if (buffer instanceof IntBuffer b) {
            type = DType.I32;
            order = b.order();
        } else {
            throw new IllegalArgumentException(operation + ": no element type is that of a "
                    + buffer.getClass().getSimpleName() + "; there are double, float, long, int and byte");
        }
        if (order != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException(operation + ": the buffer's byte order is " + order
                    + "; make it with order(ByteOrder.nativeOrder())");
        }
        return type;
    }
}
