package dev.eckart.cuda;

import dev.eckart.memory.Buffer;
import dev.eckart.memory.Device;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUevent_st;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;

/**
 * A thread's way to one GPU: a stream, which takes its work in order, and a block of host memory for the arguments of calls. What reads
 * a value waits. For one thread at a time, but for {@link #waitFor}.
 */
final class Gpu {
    /** Where the arguments block begins to hold a kernel's struct; before it stand a pointer to it, and results. */
    private static final int STRUCT = 64;

    private static final int BLOCK = 4096;
    private static final long MOST_BLOCKS = 1 << 20;

    private final Card card;
    private final CUstream_st stream;
    private final ByteBuffer block = ByteBuffer.allocateDirect(BLOCK).order(ByteOrder.nativeOrder());
    private final long blockAddress = new BytePointer(block).address();

    /** Recorded when another stream has to wait for this one; covers the calls up to {@link #marked} and more. */
    private final CUevent_st mark;

    private long marked;

    /** The number of the call that is under way, or was last. */
    private volatile long now;

    /** What is being recorded; null when nothing is. */
    private Graph graph;

    private boolean captures;

    /** Up to which of their calls other streams were waited for. */
    private final Map<Gpu, Long> waited = new HashMap<>();

    Gpu(Card card) {
        this.card = card;
        Cuda.setDevice(card.index());
        block.putLong(0, blockAddress + STRUCT);
        stream = Cuda.stream();
        mark = Cuda.event();
    }

    /** Begins a call. */
    void begin() {
        Cuda.setDevice(card.index());
        now++;
    }

    /** Ends it: all of its work was started. */
    void end() {
        now++;
    }

    long now() {
        return now;
    }

    /** Lets this stream wait for the work of another's calls up to number {@code until}. */
    void waitFor(Gpu other, long until) {
        if (other != this && waited.getOrDefault(other, 0L) < until) {
            waited.put(other, other.mark(until, stream));
        }
    }

    /** A stream waits for this one's calls up to {@code until}, or more; up to which. */
    private synchronized long mark(long until, CUstream_st waiting) {
        if (marked < until) {
            // The call under way may not have started all of its work, even where it is done with this block.
            long covered = now - 1;
            Cuda.record(mark, stream);
            marked = covered;
        }
        Cuda.await(waiting, mark);
        return marked;
    }

    Graph graph() {
        return graph;
    }

    /** Memory comes from {@code recorded}, and goes back to it, from here on; from the card again for null. */
    void record(Graph recorded) {
        graph = recorded;
    }

    /** Whether work is kept for the graph in place of being started. */
    boolean captures() {
        return captures;
    }

    /** Keeps work from here on. No event may be recorded meanwhile: other threads find one that covers all that was started. */
    void beginCapture() {
        synchronized (this) {
            if (marked < now) {
                Cuda.record(mark, stream);
                marked = now;
            }
        }
        Cuda.beginCapture(stream);
        captures = true;
    }

    CUgraphExec_st endCapture() {
        captures = false;
        return Cuda.endCapture(stream);
    }

    void abandonCapture() {
        captures = false;
        Cuda.abandonCapture(stream);
    }

    /** Refuses what waits, copies from or to the host, or takes memory that the first pass did not. */
    void requireNoCapture() {
        if (captures) {
            throw new IllegalStateException(Faults.operation() + " in recorded work: it may neither read values nor"
                    + " upload, factorize, gather, or go another way the second time; do that before or after");
        }
    }

    Device device() {
        return Device.cuda(card.index());
    }

    /** Where work is put. */
    CUstream_st stream() {
        return stream;
    }

    /** Room for results of calls in host memory, 48 bytes. */
    long result() {
        return blockAddress + 8;
    }

    int resultInt() {
        return block.getInt(8);
    }

    long resultLong(int offset) {
        return block.getLong(8 + offset);
    }

    double resultDouble(int offset) {
        return block.getDouble(8 + offset);
    }

    /** 8 bytes of device memory; waits for what was started. */
    long readLong(long address) {
        read(address, 8);
        return block.getLong(8);
    }

    /** Some bytes of device memory become the result; waits for what was started. */
    void read(long address, int bytes) {
        requireNoCapture();
        Cuda.download(result(), address, bytes, stream);
        Cuda.synchronize(stream);
    }

    void putResult(int offset, double value, boolean single) {
        if (single) {
            block.putFloat(8 + offset, (float) value);
        } else {
            block.putDouble(8 + offset, value);
        }
    }

    void putResult(int offset, long value) {
        block.putLong(8 + offset, value);
    }

    /** Memory with one share, the caller's. */
    Buffer allocate(String operation, long bytes) {
        DeviceMemory memory = card.memory();
        Block taken = memory.take(this, operation, bytes);
        return Buffer.owned(device(), taken.address(), bytes, () -> memory.give(taken));
    }

    /** Starts one thread per index, at most {@code count} of them useful; the kernel strides over what is left. */
    void launch(String module, String kernel, long count, Arguments arguments) {
        launchBlocks(module, kernel, (count + 255) / 256, 256, arguments);
    }

    /** Starts {@code blocks} blocks, or as many as there may be: the kernel strides over what is left. */
    void launchBlocks(String module, String kernel, long blocks, int threads, Arguments arguments) {
        if (blocks == 0) {
            return;
        }
        CUfunc_st function = card.kernels().get(module, kernel);
        arguments.write(block, STRUCT);
        Cuda.launch(
                module + " " + kernel, function, (int) Math.min(blocks, MOST_BLOCKS), threads, blockAddress, stream);
    }
}
