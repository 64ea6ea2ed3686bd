package dev.eckart.cuda;

import dev.eckart.memory.Buffer;
import dev.eckart.memory.Bytes;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.memory.MemoryStatistics;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The memory of one device. Freed blocks are kept for requests of their size, and given back when memory runs out or by
 * {@link #trim}: CUDA waits for the device whenever it frees. The most that may be in use is the property
 * {@code eckart.cuda.memory.max} (bytes, or a number with k, m, g); {@code eckart.cuda.pool=none} keeps nothing. Thread-safe.
 */
final class DeviceMemory {
    private static final String MAX = "eckart.cuda.memory.max";

    private final Device device;
    private final boolean keeps = !"none".equals(System.getProperty("eckart.cuda.pool"));
    private final long max =
            System.getProperty(MAX) == null ? Long.MAX_VALUE : Bytes.parse(MAX, System.getProperty(MAX));
    private final Map<Long, Deque<Block>> kept = new HashMap<>();
    private final Map<Long, Block> taken = new ConcurrentHashMap<>();
    private long used;
    private long peak;
    private long keptBytes;
    private long allocations;
    private long reused;

    DeviceMemory(Device device) {
        this.device = device;
    }

    /** The size of the block for a request: an eighth of a power of two is the most that is wasted. */
    private long size(long bytes) {
        if (!keeps) {
            return Math.max(1, bytes);
        }
        long least = Math.max(512, bytes);
        long step = Math.max(512, Long.highestOneBit(least) / 8);
        return (least + step - 1) / step * step;
    }

    /** Memory of unknown content for what {@code gpu} is asked for next. */
    synchronized Block take(Gpu gpu, String operation, long bytes) {
        long size = size(bytes);
        Graph graph = gpu.graph();
        Block own = graph == null ? null : graph.take(size);
        if (own == null) {
            gpu.requireNoCapture();
            own = take(gpu, operation, bytes, size);
            if (graph != null) {
                graph.own(own);
            }
        }
        taken.put(own.address(), own);
        if (!gpu.captures()) {
            own.use(gpu, true);
        }
        return own;
    }

    private Block take(Gpu gpu, String operation, long bytes, long size) {
        if (used + size > max) {
            throw new MemoryLimitException(
                    operation + " on " + device,
                    bytes,
                    Math.max(0, max - used),
                    "raise -D" + MAX + " (now " + Bytes.text(max) + ")");
        }
        Block block = keptOf(size, gpu);
        if (block == null) {
            block = new Block(fresh(gpu, operation, size, bytes), size);
        } else {
            keptBytes -= size;
            reused++;
        }
        allocations++;
        used += size;
        peak = Math.max(peak, used);
        return block;
    }

    /** One of that size, for which no other stream has to be waited for if there is such; null when there is none. */
    private Block keptOf(long size, Gpu gpu) {
        Deque<Block> blocks = kept.get(size);
        if (blocks == null || blocks.isEmpty()) {
            return null;
        }
        for (Block block : blocks) {
            if (block.isIdleFor(gpu)) {
                blocks.remove(block);
                return block;
            }
        }
        return blocks.poll();
    }

    private long fresh(Gpu gpu, String operation, long size, long bytes) {
        long address = Cuda.allocate(size);
        if (address == 0) {
            trim();
            address = Cuda.allocate(size);
        }
        if (address == 0) {
            throw full(operation, bytes, Cuda.freeBytes(gpu.result()));
        }
        return address;
    }

    MemoryLimitException full(String operation, long bytes, long available) {
        return new MemoryLimitException(
                operation + " on " + device,
                bytes,
                available,
                "close tensors that are no longer used, or compute on the host: .to(Device.cpu())");
    }

    /** Keeps a block for the next request, that of a graph for the graph's. */
    synchronized void give(Block block) {
        taken.remove(block.address());
        if (block.graph() != null) {
            block.graph().give(block);
            return;
        }
        used -= block.bytes();
        if (keeps) {
            kept.computeIfAbsent(block.bytes(), size -> new ArrayDeque<>()).push(block);
            keptBytes += block.bytes();
        } else if (!Faults.isLost(device.index())) {
            Cuda.setDevice(device.index());
            Cuda.free(block);
        }
    }

    /** Says that what {@code gpu} is asked for now works on the block of a buffer; on other memory it is nobody's business. */
    void use(Buffer buffer, Gpu gpu, boolean writes) {
        Block block = taken.get(buffer.address());
        if (block == null) {
            return;
        }
        if (gpu.captures()) {
            gpu.graph().use(buffer, block, writes);
        } else {
            block.use(gpu, writes);
        }
    }

    /** Blocks of a graph are its no longer. */
    synchronized void disown(Graph graph) {
        List<Block> idle = new ArrayList<>();
        graph.disown(idle);
        idle.forEach(this::give);
    }

    /** Gives back what is kept; how many bytes. During a call of the device. */
    synchronized long trim() {
        long bytes = keptBytes;
        kept.values().forEach(blocks -> blocks.forEach(Cuda::free));
        kept.clear();
        keptBytes = 0;
        return bytes;
    }

    /** Bytes that may still be taken, of {@code free} bytes of the device. */
    synchronized long available(long free) {
        return Math.min(max - used, free + keptBytes);
    }

    synchronized MemoryStatistics statistics() {
        return new MemoryStatistics(used, peak, keptBytes, allocations, reused);
    }
}
