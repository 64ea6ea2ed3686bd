package dev.eckart.cuda;

import dev.eckart.memory.Buffer;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryLimitException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmemPoolHandle_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.javacpp.BytePointer;

/**
 * One GPU: its stream, its memory pool, and a block of host memory for the arguments of calls. All work goes to one stream, in the
 * order in which threads {@link #enter}; what reads a value waits. Thread-safe.
 */
final class Gpu {
    /** Where the arguments block begins to hold a kernel's struct; before it stand a pointer to it, and results. */
    private static final int STRUCT = 64;

    private static final int BLOCK = 4096;

    private static final long MOST_BLOCKS = 1 << 20;

    private final int index;
    private final ReentrantLock lock = new ReentrantLock();
    private CUstream_st stream;
    private CUmemPoolHandle_st pool;
    private ByteBuffer block;
    private long blockAddress;
    private Kernels kernels;

    Gpu(int index) {
        this.index = index;
    }

    /** The right to call CUDA for this device, on this thread, until it is closed. */
    final class Turn implements AutoCloseable {
        private Turn() {}

        @Override
        public void close() {
            lock.unlock();
        }
    }

    private final Turn turn = new Turn();

    /** Waits for the device to be free for calls. */
    Turn enter() {
        lock.lock();
        try {
            Cuda.setDevice(index);
            if (stream == null) {
                start();
            }
        } catch (RuntimeException | Error e) {
            lock.unlock();
            throw e;
        }
        return turn;
    }

    private void start() {
        block = ByteBuffer.allocateDirect(BLOCK).order(ByteOrder.nativeOrder());
        blockAddress = new BytePointer(block).address();
        block.putLong(0, blockAddress + STRUCT);
        CUstream_st first = Cuda.stream();
        pool = Cuda.pool(index, result());
        kernels = new Kernels(
                "sm_" + Cuda.attribute(Cuda.COMPUTE_MAJOR, index) + Cuda.attribute(Cuda.COMPUTE_MINOR, index));
        stream = first;
    }

    Device device() {
        return Device.cuda(index);
    }

    int index() {
        return index;
    }

    /** Where work is put; during a turn. */
    CUstream_st stream() {
        return stream;
    }

    /** Room for results of calls in host memory, 48 bytes; during a turn. */
    long result() {
        return blockAddress + 8;
    }

    int resultInt() {
        return block.getInt(8);
    }

    /** 8 bytes of device memory; waits for what was started. */
    long readLong(long address) {
        Cuda.download(result(), address, 8, stream);
        Cuda.synchronize(stream);
        return block.getLong(8);
    }

    void putResult(int offset, double value, boolean single) {
        if (single) {
            block.putFloat(8 + offset, (float) value);
        } else {
            block.putDouble(8 + offset, value);
        }
    }

    // ---- memory

    /** Free memory, that which the pool keeps included. */
    long available() {
        try (Turn t = enter()) {
            return Cuda.free(result()) + (pool == null ? 0 : Cuda.idle(pool, result()));
        }
    }

    /** Memory with one share, the caller's. */
    Buffer allocate(String operation, long bytes) {
        try (Turn t = enter()) {
            long address = take(operation, Math.max(256, bytes));
            return Buffer.owned(device(), address, bytes, () -> release(address));
        }
    }

    private long take(String operation, long bytes) {
        try {
            return Cuda.allocate(bytes, pool, stream);
        } catch (CudaException e) {
            if (e.code() != Cuda.OUT_OF_MEMORY) {
                throw e;
            }
        }
        // What the pool keeps may be in pieces that do not fit.
        Cuda.synchronize(stream);
        if (pool != null) {
            Cuda.trim(pool);
        }
        try {
            return Cuda.allocate(bytes, pool, stream);
        } catch (CudaException e) {
            if (e.code() != Cuda.OUT_OF_MEMORY) {
                throw e;
            }
            throw full(operation, bytes);
        }
    }

    MemoryLimitException full(String operation, long bytes) {
        return new MemoryLimitException(
                operation + " on " + device(),
                bytes,
                available(),
                "close tensors that are no longer used, or compute on the host: .to(Device.cpu())");
    }

    private void release(long address) {
        try (Turn t = enter()) {
            Cuda.free(address, pool, stream);
        }
    }

    // ---- kernels

    /** Starts one thread per index, at most {@code count} of them useful; the kernel strides over what is left. */
    void launch(String module, String kernel, long count, Arguments arguments) {
        launchBlocks(module, kernel, (count + 255) / 256, 256, arguments);
    }

    /** Starts {@code blocks} blocks, or as many as there may be: the kernel strides over what is left. */
    void launchBlocks(String module, String kernel, long blocks, int threads, Arguments arguments) {
        if (blocks == 0) {
            return;
        }
        CUfunc_st function = kernels.get(module, kernel);
        arguments.write(block, STRUCT);
        Cuda.launch(
                module + " " + kernel, function, (int) Math.min(blocks, MOST_BLOCKS), threads, blockAddress, stream);
    }

    void synchronize() {
        try (Turn t = enter()) {
            Cuda.synchronize(stream);
        }
    }
}
