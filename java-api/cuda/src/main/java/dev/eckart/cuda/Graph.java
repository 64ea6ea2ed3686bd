package dev.eckart.cuda;

import dev.eckart.backend.Backend;
import dev.eckart.memory.Buffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUgraphExec_st;

/**
 * Work that was captured from a stream and is launched as one (CUDA Programming Guide, CUDA Graphs). A graph has the addresses that
 * the work had when it was captured: blocks that the work takes are the graph's until it is closed, and of what others have it holds
 * shares. The first pass is done as ever, so that kernels are compiled, handles made and memory taken; the second asks for the same
 * sizes in the same order, gets the same blocks, and is captured. Thread-safe; launches follow one another in the order of all streams.
 */
final class Graph implements Backend.Recorded {
    /** Memory of others. */
    private record Lent(Buffer buffer, Block block, boolean written) {}

    private final Card card;

    /** All that were taken for the work, and those that nothing has now; guarded by the card's memory. */
    private final List<Block> own = new ArrayList<>();

    private final List<Block> free = new ArrayList<>();
    private final Map<Block, Lent> lent = new IdentityHashMap<>();
    private CUgraphExec_st executable;

    private Graph(Card card) {
        this.card = card;
    }

    /** Does the work, and captures it. */
    static Graph of(Card card, Operations on, Runnable work) {
        if (on.gpu.graph() != null) {
            throw new IllegalStateException("record: this thread records on " + on.gpu.device()
                    + " already; recordings hold no others, do their work instead");
        }
        long bytes = Blas.workspace(Cuda.attribute(Cuda.COMPUTE_MAJOR, card.index()));
        Graph graph = new Graph(card);
        on.gpu.record(graph);
        try (Scratch workspace = new Scratch(on.gpu, "record", bytes)) {
            on.blas.useWorkspace(workspace.address(), bytes); // in both passes, that they take the same kernels
            work.run();
            graph.capture(on.gpu, work);
            return graph;
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        } finally {
            on.gpu.record(null);
            on.blas.useWorkspace(0, 0);
        }
    }

    private void capture(Gpu gpu, Runnable work) {
        // Nobody may wait for the device as a whole meanwhile.
        synchronized (card.whole()) {
            gpu.beginCapture();
            try {
                work.run();
                executable = gpu.endCapture();
            } catch (RuntimeException | Error e) {
                if (gpu.captures()) {
                    gpu.abandonCapture();
                }
                throw e;
            }
        }
    }

    // ---- memory; under the lock of the card's

    /** A block of its own that nothing has, of that size; null when there is none. */
    Block take(long size) {
        for (Iterator<Block> blocks = free.iterator(); blocks.hasNext(); ) {
            Block block = blocks.next();
            if (block.bytes() == size) {
                blocks.remove();
                return block;
            }
        }
        return null;
    }

    void give(Block block) {
        free.add(block);
    }

    void own(Block block) {
        own.add(block);
        block.belongTo(this);
    }

    /** All of its blocks, which are nobody's from here on; those that nothing has are added to {@code idle}. */
    void disown(List<Block> idle) {
        own.forEach(block -> block.belongTo(null));
        own.clear();
        idle.addAll(free);
        free.clear();
    }

    // ---- use

    /** Says that the work that is captured is on the block of a buffer. */
    void use(Buffer buffer, Block block, boolean writes) {
        if (block.graph() == this) {
            return;
        }
        Lent before = lent.get(block);
        if (before == null) {
            buffer.retain();
        }
        lent.put(block, new Lent(buffer, block, writes || before != null && before.written()));
    }

    @Override
    public synchronized void replay() {
        if (executable == null) {
            throw new IllegalStateException("replay: the recording is closed");
        }
        Gpu gpu = card.operations().gpu;
        gpu.requireNoCapture();
        gpu.begin();
        own.forEach(block -> block.use(gpu, true));
        lent.values().forEach(part -> part.block().use(gpu, part.written()));
        Cuda.launch(executable, gpu.stream());
        gpu.end();
    }

    @Override
    public synchronized void close() {
        if (executable != null && !Faults.isLost(card.index())) {
            card.operations().gpu.begin();
            Cuda.destroy(executable);
        }
        executable = null;
        card.memory().disown(this);
        lent.values().forEach(part -> part.buffer().release());
        lent.clear();
    }
}
