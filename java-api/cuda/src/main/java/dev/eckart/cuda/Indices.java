package dev.eckart.cuda;

import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import java.util.Optional;

/** Rows by number, and the first of rows in order: {@code index.cuh}, {@code sort.cuh}. */
final class Indices {
    /** Rows up to this length are put in order by counting, longer ones are sorted. */
    private static final long SHORT = 512;

    /** Elements that are sorted at once. */
    private static final long AT_ONCE = 1 << 26;

    private static final String GATHER = "index.cuh ECKART_GATHER()";

    private final Gpu gpu;

    Indices(Gpu gpu) {
        this.gpu = gpu;
    }

    private static Arguments addNumbers(Arguments arguments, View index) {
        return arguments.add(index.address()).add(index.dtype() == DType.I64 ? 1 : 0);
    }

    private static Arguments addRows(Arguments arguments, View a) {
        return arguments
                .add(a.address())
                .add(a.layout().stride(0))
                .add(a.layout().stride(1))
                .add(a.layout().stride(2));
    }

    /** The place of the first number outside of [0, size), or -1; waits for it. */
    private long outside(String operation, View index, long size) {
        long count = index.shape().size();
        if (count == 0) {
            return -1;
        }
        try (Scratch first = new Scratch(gpu, operation, 8)) {
            Cuda.set(first.address(), 0xFF, 8, gpu.stream());
            Arguments arguments = addNumbers(new Arguments(), index);
            gpu.launch(GATHER, "outside", count, arguments.add(count).add(size).add(first.address()));
            return first.readLong();
        }
    }

    long gather(View a, View index, View out) {
        long bad = outside("gather", index, a.shape().dim(1));
        if (bad < 0) {
            Arguments arguments = new Arguments()
                    .add(out.shape().dim(0))
                    .add(out.shape().dim(1))
                    .add(out.shape().dim(2));
            addNumbers(addRows(addRows(arguments, out), a), index);
            gpu.launch(GATHER, "gather_" + a.dtype().bytes(), out.shape().size(), arguments);
        }
        return bad;
    }

    long scatterAdd(View target, View index, View source) {
        long rows = target.shape().dim(1);
        long bad = outside("scatterAdd", index, rows);
        long count = index.shape().size();
        if (bad >= 0 || source.shape().size() == 0) {
            return bad;
        }
        try (Entries entries = new Entries(gpu, "scatterAdd", count, rows)) {
            String module = "index.cuh ECKART_SCATTER(" + entries.type() + ")";
            gpu.launch(
                    module,
                    "keys",
                    count,
                    addNumbers(new Arguments(), index).add(count).add(entries.address()));
            entries.sort(Entries.bits(rows), 0);
            Arguments arguments = new Arguments()
                    .add(source.shape().dim(0))
                    .add(count)
                    .add(source.shape().dim(2));
            addRows(addRows(arguments, target), source).add(entries.address());
            gpu.launch(module, "scatter_" + target.dtype(), source.shape().size(), arguments);
        }
        return -1;
    }

    void topK(boolean largest, View a, Optional<View> values, View indices) {
        long n = RowMajor.columns(a);
        long rows = RowMajor.rows(a);
        if (indices.shape().size() == 0) {
            return;
        }
        if (n <= SHORT) {
            gpu.launch(module(a), "rank", rows * n, arguments(largest, a, values, indices, 0, rows, 0));
            return;
        }
        long some = Math.max(1, AT_ONCE / n);
        for (long first = 0; first < rows; first += some) {
            topKBySorting(largest, a, values, indices, first, Math.min(some, rows - first));
        }
    }

    private static String module(View a) {
        return "sort.cuh ECKART_TOPK(" + Types.name(a.dtype()) + ")";
    }

    private void topKBySorting(boolean largest, View a, Optional<View> values, View indices, long first, long rows) {
        long n = RowMajor.columns(a);
        long all = rows * n;
        int bits = a.dtype().bytes() == 8 ? 64 : a.dtype() == DType.U8 && !largest ? 8 : 32;
        try (Entries entries = new Entries(gpu, "topK", all, bits == 64 ? Long.MAX_VALUE : 0)) {
            gpu.launch(module(a), "keys", all, arguments(largest, a, values, indices, first, rows, entries.address()));
            entries.sort(bits, 0);
            if (rows > 1) {
                entries.sort(Entries.bits(rows), n);
            }
            gpu.launch(
                    module(a),
                    "first",
                    rows * RowMajor.columns(indices),
                    arguments(largest, a, values, indices, first, rows, entries.address()));
        }
    }

    private static Arguments arguments(
            boolean largest, View a, Optional<View> values, View indices, long first, long rows, long entries) {
        long k = RowMajor.columns(indices);
        long width = a.dtype().bytes();
        return new Arguments()
                .add(a.address() + first * RowMajor.leading(a) * width)
                .add(rows)
                .add(RowMajor.columns(a))
                .add(RowMajor.leading(a))
                .add(k)
                .add(largest ? 1 : 0)
                .add(values.map(v -> v.address() + first * k * width).orElse(0L))
                .add(indices.address() + first * k * Long.BYTES)
                .add(entries);
    }
}
