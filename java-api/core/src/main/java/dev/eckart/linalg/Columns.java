package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** A matrix (n, size) that grows by blocks of columns, in memory that belongs to no scope; a basis, where they are orthonormal. */
final class Columns implements AutoCloseable {
    /** Directions that a block lacks are replaced by arbitrary ones, whose overlap with the rest takes some turns to go. */
    private static final int MOST_TURNS = 6;

    private final long rows;
    private Tensor memory;
    private long size;

    Columns(Device device, DType type, long rows, long capacity) {
        this.rows = rows;
        this.memory = make(device, type, rows, Math.max(1, capacity));
    }

    private static Tensor make(Device device, DType type, long rows, long capacity) {
        return Scope.outside(() -> Tensor.empty(device, type, rows, capacity));
    }

    long size() {
        return size;
    }

    /** All columns, a view. */
    Tensor all() {
        return memory.slice(1, 0, size);
    }

    /** Adds columns at the end; where there is no room for them, the memory is made half as large again. */
    void append(Tensor block) {
        long larger = size + block.dim(1);
        if (larger > memory.dim(1)) {
            long capacity = Math.max(larger, memory.dim(1) + memory.dim(1) / 2);
            Tensor moved = make(memory.device(), memory.dtype(), rows, capacity);
            try (Tensor old = memory;
                    Tensor to = moved.slice(1, 0, size);
                    Tensor from = old.slice(1, 0, size)) {
                memory = moved;
                to.assign(from);
            }
        }
        try (Tensor place = memory.slice(1, size, larger)) {
            place.assign(block);
        }
        size = larger;
    }

    /** Has these columns, no more than before, in place of its own. */
    void replace(Tensor columns) {
        size = 0;
        append(columns);
    }

    /** QᵀW for these columns Q: (size, w). */
    Tensor coefficients(Tensor w) {
        try (Tensor q = all();
                Tensor transposed = q.transpose()) {
            return transposed.matmul(w);
        }
    }

    /** W becomes W − Q·C. */
    void subtract(Tensor c, Tensor w) {
        if (size > 0) {
            try (Tensor q = all()) {
                w.backend().gemm(-1, Matrices.single(q), Matrices.single(c), 1, Matrices.single(w));
            }
        }
    }

    /**
     * As many orthonormal columns as W has, orthogonal to these as well, which together with these span W; takes W. There must be room:
     * size + w ≤ n.
     */
    Tensor orthonormal(Tensor w) {
        Tensor q = Basis.orthonormal(w);
        double near = Math.sqrt(q.dtype().epsilon());
        for (int turn = 0; turn < MOST_TURNS && size > 0; turn++) {
            try (Tensor c = coefficients(q)) {
                double overlap = c.norm();
                subtract(c, q);
                if (overlap <= near) {
                    break;
                }
            }
            q = Basis.orthonormal(q);
        }
        return q;
    }

    @Override
    public void close() {
        memory.close();
    }
}
