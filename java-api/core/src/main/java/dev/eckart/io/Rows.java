package dev.eckart.io;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows of numbers whose count is not known before, gathered outside the Java heap in blocks. Closing frees what was gathered. */
final class Rows implements AutoCloseable {
    static final int BLOCK = 1 << 19;

    /** Numbers that the first block has room for: most tables are small. */
    private static final int START = 1 << 10;

    private final int columns;
    private final DType dtype;
    private final int blockRows;
    private double[] block;
    private final List<Tensor> full = new ArrayList<>();
    private int filled;
    private long rows;

    Rows(int columns) {
        this(columns, DType.F64);
    }

    /** @param dtype F64 or F32, of what is gathered */
    Rows(int columns, DType dtype) {
        this.columns = columns;
        this.dtype = dtype;
        this.blockRows = Math.max(1, BLOCK / columns);
        this.block = new double[Math.max(1, Math.min(START / columns, blockRows)) * columns];
    }

    void add(double[] row) {
        if ((filled + 1) * columns > block.length) {
            block = Arrays.copyOf(block, Math.min(2 * block.length, blockRows * columns));
        }
        System.arraycopy(row, 0, block, filled++ * columns, columns);
        rows++;
        if (filled == blockRows) {
            flush();
        }
    }

    private void flush() {
        if (filled > 0) {
            try (Tensor wide = Tensor.of(Arrays.copyOf(block, filled * columns), filled, columns)) {
                full.add(wide.to(dtype));
            }
            filled = 0;
        }
    }

    /** All rows, (rows, columns). */
    Tensor toTensor() {
        flush();
        try (Scope scope = Scope.open()) {
            Tensor all = Tensor.empty(Device.cpu(), dtype, rows, columns);
            long at = 0;
            for (Tensor part : full) {
                try (Tensor slice = all.slice(0, at, at + part.dim(0))) {
                    slice.assign(part);
                }
                at += part.dim(0);
                part.close();
            }
            return scope.keep(all);
        }
    }

    @Override
    public void close() {
        full.forEach(Tensor::close);
    }
}
