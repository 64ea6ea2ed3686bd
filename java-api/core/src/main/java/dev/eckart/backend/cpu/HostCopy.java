package dev.eckart.backend.cpu;

import dev.eckart.jni.Native;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/** Copies between Java buffers and native memory in bulk; no array is pinned. Takes what remains of each Java buffer. */
final class HostCopy {
    private static final int CHUNK_BYTES = 1 << 30;

    private HostCopy() {}

    static void upload(Buffer source, long address) {
        forEachChunk(source, address, (from, memory) -> {
            if (from instanceof ByteBuffer b) {
                memory.put(b);
            } else if (from instanceof DoubleBuffer b) {
                memory.asDoubleBuffer().put(b);
            } else if (from instanceof FloatBuffer b) {
                memory.asFloatBuffer().put(b);
            } else if (from instanceof LongBuffer b) {
                memory.asLongBuffer().put(b);
            } else {
                memory.asIntBuffer().put((IntBuffer) from);
            }
        });
    }

    static void download(long address, Buffer target) {
        forEachChunk(target, address, (to, memory) -> {
            if (to instanceof ByteBuffer b) {
                b.put(memory);
            } else if (to instanceof DoubleBuffer b) {
                b.put(memory.asDoubleBuffer());
            } else if (to instanceof FloatBuffer b) {
                b.put(memory.asFloatBuffer());
            } else if (to instanceof LongBuffer b) {
                b.put(memory.asLongBuffer());
            } else {
                ((IntBuffer) to).put(memory.asIntBuffer());
            }
        });
    }

    private interface Copy {
        void copy(Buffer part, ByteBuffer memory);
    }

    private static void forEachChunk(Buffer buffer, long address, Copy copy) {
        int width = width(buffer);
        int limit = buffer.limit();
        long at = address;
        while (buffer.position() < limit) {
            int count = Math.min(limit - buffer.position(), CHUNK_BYTES / width);
            buffer.limit(buffer.position() + count);
            copy.copy(buffer, Native.bytes(at, count * width));
            at += (long) count * width;
            buffer.limit(limit);
        }
    }

    private static int width(Buffer buffer) {
        if (buffer instanceof ByteBuffer) {
            return 1;
        }
        return buffer instanceof FloatBuffer || buffer instanceof IntBuffer ? 4 : 8;
    }
}
