package dev.eckart.cuda;

import dev.eckart.backend.Backend.Sparse;
import dev.eckart.backend.ScanOp;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;

/** Sparse matrices in compressed rows: {@code sparse.cuh}. */
final class SparseMatrices {
    private final Gpu gpu;

    SparseMatrices(Gpu gpu) {
        this.gpu = gpu;
    }

    void multiply(Sparse a, View x, View c) {
        gpu.launch(
                "sparse.cuh ECKART_SPMM()",
                "spmm_" + c.dtype(),
                c.shape().size(),
                new Arguments()
                        .add(a.starts().address())
                        .add(RowMajor.rows(a.starts()))
                        .add(RowMajor.rows(c))
                        .add(a.indices().address())
                        .add(a.values().address())
                        .add(x.address())
                        .add(RowMajor.leading(x))
                        .add(RowMajor.columns(c))
                        .add(c.address())
                        .add(RowMajor.leading(c)));
    }

    void compress(View row, View column, View values, Sparse out) {
        long count = values.shape().size();
        long rows = RowMajor.columns(out.starts()) - 1;
        try (Entries entries = new Entries(gpu, "sparse matrix", count, rows)) {
            gpu.launch(
                    "index.cuh ECKART_SCATTER(" + entries.type() + ")",
                    "keys",
                    count,
                    new Arguments().add(row.address()).add(0).add(count).add(entries.address()));
            entries.sort(Entries.bits(rows), 0);
            starts(entries, count, 0, out.starts());
            gpu.launch(
                    module(entries),
                    "compress_" + values.dtype(),
                    count,
                    new Arguments()
                            .add(entries.address())
                            .add(count)
                            .add(column.address())
                            .add(values.address())
                            .add(out.indices().address())
                            .add(out.values().address()));
        }
    }

    private static String module(Entries entries) {
        return "sparse.cuh ECKART_SPARSE(" + entries.type() + ")";
    }

    private void starts(Entries entries, long count, long places, View starts) {
        gpu.launch(
                module(entries),
                "starts",
                starts.shape().size(),
                new Arguments()
                        .add(entries.address())
                        .add(count)
                        .add(places)
                        .add(RowMajor.rows(starts))
                        .add(RowMajor.columns(starts) - 1)
                        .add(starts.address()));
    }

    /** The entries' keys are their tile and column, which become tile and row: of one key, rows ascend as they did. */
    long transpose(Sparse a, long tileHeight, Sparse out) {
        long rows = RowMajor.columns(a.starts()) - 1;
        long columns = RowMajor.columns(out.starts()) - 1;
        long bound = RowMajor.rows(out.starts()) * columns;
        long count = gpu.readLong(a.starts().address() + Long.BYTES * rows);
        String type = "_" + a.values().dtype();
        try (Entries entries = new Entries(gpu, "sparse matrix", count, bound);
                Scratch row = new Scratch(gpu, "sparse matrix", Integer.BYTES * count);
                Scratch places = new Scratch(gpu, "sparse matrix", Long.BYTES * count)) {
            gpu.launch(
                    module(entries),
                    "keys",
                    count,
                    arguments(a, rows, columns, tileHeight, count, entries, row, places, out));
            entries.sort(Entries.bits(bound), 0);
            Arguments sorted = arguments(a, rows, columns, tileHeight, count, entries, row, places, out);
            gpu.launch(module(entries), "heads", count, sorted);
            if (count > 0) {
                View all = places.view(DType.I64, 1, count, 1);
                new Lanes(gpu).scan(ScanOp.SUM, all, all);
            }
            gpu.launch(module(entries), "sums" + type, count, sorted);
            starts(entries, count, places.address(), out.starts());
            return count == 0 ? 0 : gpu.readLong(places.address() + Long.BYTES * (count - 1));
        }
    }

    private static Arguments arguments(
            Sparse a,
            long rows,
            long columns,
            long tileHeight,
            long count,
            Entries entries,
            Scratch row,
            Scratch places,
            Sparse out) {
        return new Arguments()
                .add(a.starts().address())
                .add(rows)
                .add(columns)
                .add(tileHeight)
                .add(count)
                .add(a.indices().address())
                .add(a.values().address())
                .add(row.address())
                .add(entries.address())
                .add(places.address())
                .add(out.indices().address())
                .add(out.values().address());
    }
}
