package dev.eckart.cuda;

import dev.eckart.memory.Buffer;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryLimitException;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.bytedeco.javacpp.BytePointer;

/** Page-locked host memory, from and to which devices copy by themselves. Thread-safe. */
final class Pinned {
    /** The bytes of each, by address. */
    private static final ConcurrentSkipListMap<Long, Long> BLOCKS = new ConcurrentSkipListMap<>();

    private Pinned() {}

    static Buffer allocate(long bytes) {
        long address;
        try {
            address = Cuda.allocateHost(Math.max(1, bytes));
        } catch (CudaException e) {
            throw new MemoryLimitException(
                    "pinned tensor", bytes, 0, e.getMessage() + ": take an ordinary one, which is copied in parts");
        }
        BLOCKS.put(address, bytes);
        return Buffer.owned(Device.cpu(), address, bytes, () -> {
            BLOCKS.remove(address);
            Cuda.freeHost(address);
        });
    }

    /** The address of what remains of a direct buffer that lies in such memory; 0 for another. */
    static long address(java.nio.Buffer buffer, int width) {
        if (!(buffer instanceof java.nio.ByteBuffer bytes) || !bytes.isDirect() || BLOCKS.isEmpty()) {
            return 0;
        }
        BytePointer pointer = new BytePointer(bytes);
        long address = pointer.address() + pointer.position();
        Map.Entry<Long, Long> block = BLOCKS.floorEntry(address);
        boolean inside =
                block != null && address + (long) bytes.remaining() * width <= block.getKey() + block.getValue();
        return inside ? address : 0;
    }
}
