package dev.eckart.embedding;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Entries of a sparse matrix, row by row, gathered outside the Java heap. Several may be joined, one below another. Not thread-safe. */
final class CsrBuilder implements AutoCloseable {
    private static final int BLOCK = 1 << 16;

    private final DType dtype;
    private int[] columns = new int[256];
    private double[] values = new double[256];
    private int filled;
    private final List<Tensor> columnBlocks = new ArrayList<>();
    private final List<Tensor> valueBlocks = new ArrayList<>();
    private long[] ends = new long[64];
    private int rows;
    private long entries;

    CsrBuilder(DType dtype) {
        this.dtype = dtype;
    }

    /** An entry of the row under way. */
    void add(int column, double value) {
        if (filled == columns.length) {
            if (filled == BLOCK) {
                flush();
            } else {
                columns = Arrays.copyOf(columns, 4 * filled);
                values = Arrays.copyOf(values, 4 * filled);
            }
        }
        columns[filled] = column;
        values[filled++] = value;
        entries++;
    }

    void endRow() {
        if (rows == ends.length) {
            ends = Arrays.copyOf(ends, 2 * rows);
        }
        ends[rows++] = entries;
    }

    private void flush() {
        if (filled == 0) {
            return;
        }
        Scope.outside(() -> {
            columnBlocks.add(Tensor.of(Arrays.copyOf(columns, filled)));
            try (Tensor wide = Tensor.of(Arrays.copyOf(values, filled))) {
                valueBlocks.add(wide.to(dtype));
            }
            return null;
        });
        filled = 0;
    }

    /** The matrix of these rows. */
    Csr toCsr(long width) {
        return join(width, dtype, List.of(this));
    }

    /** The rows of all parts, in their order. */
    static Csr join(long width, DType dtype, List<CsrBuilder> parts) {
        long rows = 0;
        long entries = 0;
        for (CsrBuilder part : parts) {
            part.flush();
            rows += part.rows;
            entries += part.entries;
        }
        long[] starts = new long[Math.toIntExact(rows + 1)];
        try (Scope scope = Scope.open()) {
            Tensor columns = Tensor.empty(Device.cpu(), DType.I32, entries);
            Tensor values = Tensor.empty(Device.cpu(), dtype, entries);
            int row = 0;
            long at = 0;
            for (CsrBuilder part : parts) {
                for (int i = 0; i < part.rows; i++) {
                    starts[++row] = at + part.ends[i];
                }
                put(part.columnBlocks, columns, at);
                put(part.valueBlocks, values, at);
                at += part.entries;
            }
            return Csr.ofCompressed(width, Tensor.of(starts), columns, values);
        }
    }

    private static void put(List<Tensor> blocks, Tensor all, long from) {
        long at = from;
        for (Tensor block : blocks) {
            long end = at + block.dim(0);
            try (Tensor place = all.slice(0, at, end)) {
                place.assign(block);
            }
            at = end;
        }
    }

    @Override
    public void close() {
        columnBlocks.forEach(Tensor::close);
        valueBlocks.forEach(Tensor::close);
    }
}
