package dev.eckart.cuda;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.javacpp.BytePointer;

/**
 * Copies between Java buffers and the device, by itself where the buffer is {@link Pinned}, else through two halves of pinned host memory: while the device copies one, the other is
 * filled or emptied. For one thread at a time.
 */
final class Transfer {
    private static final int HALF = 4 << 20;

    /** Small uploads go through places of their own, of which each is free again so many uploads later: none waits for the last one. */
    private static final int PLACES = 64;

    private static final int PLACE = 16 << 10;

    private final Gpu gpu;
    private final ByteBuffer[] halves = new ByteBuffer[2];
    private final CUevent_st[] done = new CUevent_st[2];
    private final ByteBuffer[] places = new ByteBuffer[PLACES];
    private final CUevent_st[] taken = new CUevent_st[PLACES];
    private long small;
    private long address;

    Transfer(Gpu gpu) {
        this.gpu = gpu;
    }

    private void start() {
        gpu.requireNoCapture();
        if (address == 0) {
            for (int i = 0; i < 2; i++) {
                done[i] = Cuda.event();
            }
            address = Cuda.allocateHost(2L * HALF + (long) PLACES * PLACE);
            for (int i = 0; i < 2; i++) {
                halves[i] = part((long) i * HALF, HALF);
            }
            for (int i = 0; i < PLACES; i++) {
                places[i] = part(2L * HALF + (long) i * PLACE, PLACE);
            }
        }
    }

    private ByteBuffer part(long offset, int bytes) {
        BytePointer part = new BytePointer(new Address(address + offset)).capacity(bytes);
        return part.asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** Copies what remains of {@code source}; it may be changed when this returns. */
    void upload(Buffer source, long device) {
        start();
        int limit = source.limit();
        int width = width(source);
        long pinned = Pinned.address(source, width);
        if (pinned != 0) {
            Cuda.upload(device, pinned, (long) source.remaining() * width, gpu.stream());
            source.position(limit);
            settle();
            return;
        }
        if ((long) source.remaining() * width <= PLACE) {
            uploadSmall(source, (long) source.remaining() * width, device);
            return;
        }
        long at = device;
        for (int i = 0; source.position() < limit; i ^= 1) {
            int count = Math.min(limit - source.position(), HALF / width);
            Cuda.await(done[i]);
            source.limit(source.position() + count);
            move(source, halves[i].clear(), true);
            source.limit(limit);
            Cuda.upload(at, address + (long) i * HALF, (long) count * width, gpu.stream());
            Cuda.record(done[i], gpu.stream());
            at += (long) count * width;
        }
    }

    /** Waits for the last copy, whose host memory is somebody else's. */
    private void settle() {
        Cuda.record(done[0], gpu.stream());
        Cuda.await(done[0]);
    }

    private void uploadSmall(Buffer source, long bytes, long device) {
        int i = (int) (small % PLACES);
        if (small < PLACES) {
            taken[i] = Cuda.event();
        } else {
            Cuda.await(taken[i]);
        }
        small++;
        move(source, places[i].clear(), true);
        Cuda.upload(device, address + 2L * HALF + (long) i * PLACE, bytes, gpu.stream());
        Cuda.record(taken[i], gpu.stream());
    }

    /** Fills what remains of {@code target}. */
    void download(long device, Buffer target) {
        start();
        int width = width(target);
        long pinned = Pinned.address(target, width);
        if (pinned != 0) {
            Cuda.download(pinned, device, (long) target.remaining() * width, gpu.stream());
            target.position(target.limit());
            settle();
            return;
        }
        int each = HALF / width;
        int all = target.remaining();
        int limit = target.limit();
        int start = target.position();
        for (int asked = 0, i = 0; target.position() < limit; i ^= 1) {
            // One ahead: the next part is under way while this one is emptied.
            for (; asked < all && asked <= target.position() - start + each; asked += each) {
                int half = asked / each % 2;
                long count = Math.min(all - asked, each);
                Cuda.download(address + (long) half * HALF, device + (long) asked * width, count * width, gpu.stream());
                Cuda.record(done[half], gpu.stream());
            }
            Cuda.await(done[i]);
            target.limit(Math.min(limit, target.position() + each));
            move(target, halves[i].clear(), false);
            target.limit(limit);
        }
    }

    private static void move(Buffer java, ByteBuffer memory, boolean up) {
        if (java instanceof ByteBuffer b) {
            if (up) {
                memory.put(b);
            } else {
                b.put(memory.limit(b.remaining()));
            }
        } else if (java instanceof DoubleBuffer b) {
            DoubleBuffer m = memory.asDoubleBuffer();
            DoubleBuffer unused = up ? m.put(b) : b.put(m.limit(b.remaining()));
        } else if (java instanceof FloatBuffer b) {
            FloatBuffer m = memory.asFloatBuffer();
            FloatBuffer unused = up ? m.put(b) : b.put(m.limit(b.remaining()));
        } else if (java instanceof LongBuffer b) {
            LongBuffer m = memory.asLongBuffer();
            LongBuffer unused = up ? m.put(b) : b.put(m.limit(b.remaining()));
        } else {
            IntBuffer b = (IntBuffer) java;
            IntBuffer m = memory.asIntBuffer();
            IntBuffer unused = up ? m.put(b) : b.put(m.limit(b.remaining()));
        }
    }

    private static int width(Buffer buffer) {
        return buffer instanceof ByteBuffer
                ? 1
                : buffer instanceof DoubleBuffer || buffer instanceof LongBuffer ? 8 : 4;
    }
}
