package dev.eckart.cuda;

import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.ScanOp;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;

/** Places of extrema and running totals along the middle of three axes: {@code lanes.cuh}. */
final class Lanes {
    /** Up to this many elements, or from {@link #MANY} lanes on, a lane is one thread's; else a block's. */
    private static final long FEW = 128;

    private static final long MANY = 1 << 14;

    /** Elements of a chunk at least, where few lanes are cut so that the device has enough to do. */
    private static final long CHUNK = 1 << 13;

    /** Chunks of a lane at most: they are joined one after the other. */
    private static final long MOST_CHUNKS = 4096;

    private static final int THREADS = 128;

    private final Gpu gpu;

    Lanes(Gpu gpu) {
        this.gpu = gpu;
    }

    private static long count(View a) {
        return a.shape().dim(0) * a.shape().dim(2);
    }

    private static long chunk(View a) {
        long n = a.shape().dim(1);
        return count(a) < 256 ? Math.max(CHUNK, (n + MOST_CHUNKS - 1) / MOST_CHUNKS) : n;
    }

    private static boolean byThread(View a) {
        return a.shape().dim(1) <= FEW || count(a) >= MANY;
    }

    private static String module(View a) {
        return "lanes.cuh ECKART_LANES(" + Types.name(a.dtype()) + ")";
    }

    /** Sizes and operands, with the outer axes in the order in which neighbouring lanes are neighbours in {@code in}. */
    private static Arguments arguments(View out, View in) {
        boolean turned = in.shape().dim(0) > 1
                && (in.shape().dim(2) == 1
                        || Math.abs(in.layout().stride(0))
                                < Math.abs(in.layout().stride(2)));
        int outer = turned ? 2 : 0;
        Arguments arguments = new Arguments()
                .add(in.shape().dim(outer))
                .add(in.shape().dim(1))
                .add(in.shape().dim(2 - outer));
        for (View v : new View[] {out, in}) {
            arguments
                    .add(v.address())
                    .add(v.layout().stride(outer))
                    .add(v.layout().stride(1))
                    .add(v.layout().stride(2 - outer));
        }
        return arguments;
    }

    void argReduce(ReduceOp op, View a, View out) {
        if (out.shape().size() == 0) {
            return;
        }
        long size = byThread(a) ? a.shape().dim(1) : chunk(a);
        long chunks = (a.shape().dim(1) + size - 1) / size;
        long parts = count(a) * chunks;
        try (Scratch partial = new Scratch(gpu, "argReduce", chunks > 1 ? 8 * parts : 0)) {
            Arguments arguments = arguments(out, a)
                    .add(partial.address())
                    .add(chunks)
                    .add(size)
                    .add(op == ReduceOp.MAX ? 1 : 0);
            if (byThread(a)) {
                gpu.launch(module(a), "arg_thread", parts, arguments);
            } else {
                gpu.launchBlocks(module(a), "arg_block", parts, THREADS, arguments);
            }
            if (chunks > 1) {
                gpu.launch(module(a), "arg_finish", count(a), arguments);
            }
        }
    }

    void scan(ScanOp op, View a, View out) {
        if (out.shape().size() == 0) {
            return;
        }
        String name = switch (op) {
            case SUM -> "sum";
            case MIN -> "min_";
            case MAX -> "max_";
            case PRODUCT -> "product";
        };
        boolean byThread = byThread(a) || op == ScanOp.PRODUCT;
        long size = byThread ? a.shape().dim(1) : chunk(a);
        long chunks = (a.shape().dim(1) + size - 1) / size;
        long parts = count(a) * chunks;
        try (Scratch partial = new Scratch(gpu, "scan", chunks > 1 ? 16 * parts : 0)) {
            boolean wide = out.dtype() == DType.I64 && (op == ScanOp.SUM || op == ScanOp.PRODUCT);
            Arguments arguments = arguments(out, a)
                    .add(partial.address())
                    .add(chunks)
                    .add(size)
                    .add(wide ? 1 : 0);
            if (byThread) {
                gpu.launch(module(a), name + "_thread", parts, arguments);
                return;
            }
            if (chunks > 1) {
                gpu.launchBlocks(module(a), name + "_totals", parts, THREADS, arguments);
                gpu.launch(module(a), name + "_before", count(a), arguments);
            }
            gpu.launchBlocks(module(a), name + "_block", parts, THREADS, arguments);
        }
    }
}
