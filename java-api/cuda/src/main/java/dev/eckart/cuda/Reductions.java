package dev.eckart.cuda;

import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;

/** Reductions: how the elements are cut among threads and blocks, see {@code reduce.cuh}. */
final class Reductions {
    /** Up to this many elements, or from {@link #MANY} totals on, a thread takes a total; else a block. */
    private static final long FEW = 128;

    private static final long MANY = 1 << 14;

    /** Elements of a chunk, where one total is cut so that the device has enough to do. */
    private static final long CHUNK = 1 << 15;

    private static final int THREADS = 128;

    private final Gpu gpu;

    Reductions(Gpu gpu) {
        this.gpu = gpu;
    }

    void reduce(ReduceOp op, View a, View out) {
        String name = switch (op) {
            case SUM -> "sum";
            case MIN -> "min_";
            case MAX -> "max_";
            case SUM_OF_SQUARES -> "sum_of_squares";
        };
        reduce(name, a, out);
    }

    /** The largest magnitude of a floating-point view, 0 for none; waits for it. */
    double largest(View a) {
        if (a.shape().size() == 0) {
            return 0;
        }
        try (Scratch scratch = new Scratch(gpu, "svd", 8)) {
            View out = scratch.view(DType.F64);
            reduce("max_of_magnitudes", a, out);
            return scratch.readDouble();
        }
    }

    private void reduce(String op, View a, View out) {
        Walk walk = Walk.byInput(out.broadcastTo(a.shape()), a);
        Axes kept = new Axes();
        Axes reduced = new Axes();
        for (int i = 0; i < walk.rank(); i++) {
            (walk.stride(0, i) != 0 ? kept : reduced).add(walk.dim(i), walk.stride(0, i), walk.stride(1, i));
        }
        if (a.shape().size() == 0) {
            // Of no elements: reduced.count is right only if there is an axis of 0 among the reduced.
            reduced.count = 0;
            kept = new Axes();
            for (int i = 0; i < out.shape().rank(); i++) {
                kept.add(out.shape().dim(i), out.layout().stride(i), 0);
            }
        }
        long chunks = kept.count < 256 && reduced.count > CHUNK ? (reduced.count + CHUNK - 1) / CHUNK : 1;
        boolean byThread = reduced.count <= FEW || kept.count >= MANY;
        String module = "reduce.cuh " + (a.dtype().isFloating() ? "ECKART_REDUCTIONS_OF_REALS(" : "ECKART_REDUCTIONS(")
                + Types.name(a.dtype()) + ")";
        try (Scratch partial = new Scratch(gpu, "reduce", chunks > 1 ? 16 * kept.count * chunks : 0)) {
            Arguments arguments = new Arguments();
            kept.addTo(arguments);
            reduced.addTo(arguments);
            arguments
                    .add(a.address())
                    .add(out.address())
                    .add(partial.address())
                    .add(chunks)
                    .add(chunks > 1 ? CHUNK : reduced.count)
                    .add(out.dtype() == a.dtype() ? 0 : 1);
            long totals = kept.count * chunks;
            if (byThread) {
                gpu.launch(module, op + "_thread", totals, arguments);
            } else {
                gpu.launchBlocks(module, op + "_block", totals, THREADS, arguments);
            }
            if (chunks > 1) {
                gpu.launch(module, op + "_finish", kept.count, arguments);
            }
        }
    }

    long firstNonFinite(View a) {
        if (a.shape().size() == 0) {
            return -1;
        }
        try (Scratch first = new Scratch(gpu, "firstNonFinite", 8)) {
            firstNonFinite(a, first.address());
            return first.readLong();
        }
    }

    /** The same, to an address of the device; not waited for. */
    void firstNonFinite(View a, long place) {
        Walk walk = Walk.inOrder(a);
        Cuda.set(place, 0xFF, 8, gpu.stream());
        if (walk.count() > 0) {
            gpu.launch(
                    "reduce.cuh ECKART_REDUCTIONS_OF_REALS(" + Types.name(a.dtype()) + ")",
                    "search",
                    walk.count(),
                    walk.addTo(new Arguments()).add(place));
        }
    }

    /** A list of axes as {@code reduce.cuh} reads it. */
    private static final class Axes {
        private int rank;
        private long count = 1;
        private final long[] dims = new long[8];
        private final long[] out = new long[8];
        private final long[] in = new long[8];

        void add(long dim, long outStride, long inStride) {
            dims[rank] = dim;
            out[rank] = outStride;
            in[rank++] = inStride;
            count *= dim;
        }

        void addTo(Arguments arguments) {
            arguments.add(rank).add(count).add(dims, 8).add(out, 8).add(in, 8);
        }
    }
}
