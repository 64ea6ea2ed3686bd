package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;

/** What a sparse matrix is made from, checked: nothing behind this looks at an index again. */
final class CompressedChecks {
    private static final int BLOCK = 1 << 20;

    private CompressedChecks() {}

    static void size(long rows, long columns) {
        if (rows < 0 || columns < 0 || rows > Integer.MAX_VALUE || columns > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("csr: size " + Shape.of(Math.max(0, rows), Math.max(0, columns))
                    + " has a negative side, or one above 2147483647");
        }
    }

    static void values(Tensor values) {
        vector("values", values);
        Matrices.checkType("csr", values.dtype());
        long bad = values.backend().firstNonFinite(values.view());
        if (bad >= 0) {
            throw new IllegalArgumentException(
                    "csr: entry " + bad + " is " + values.get(bad) + "; entries need to be finite");
        }
    }

    static void indices(String what, Tensor indices, long bound, Tensor values) {
        long count = values.dim(0);
        vector(what + " indices", indices);
        integers(what + " indices", indices);
        sameDevice(what + " indices", indices, values);
        if (indices.dim(0) != count) {
            throw new IllegalArgumentException(
                    "csr: " + indices.dim(0) + " " + what + " indices for " + count + " entries");
        }
        for (long from = 0; from < count; from += BLOCK) {
            long[] block = block(indices, from);
            for (int i = 0; i < block.length; i++) {
                if (block[i] < 0 || block[i] >= bound) {
                    throw new IllegalArgumentException("csr: entry " + (from + i) + " has " + what + " " + block[i]
                            + "; " + what + "s run from 0 to " + (bound - 1));
                }
            }
        }
    }

    static void starts(Tensor starts, Tensor values) {
        long count = values.dim(0);
        vector("starts", starts);
        integers("starts", starts);
        sameDevice("starts", starts, values);
        if (starts.dim(0) == 0) {
            throw new IllegalArgumentException("csr: starts is empty; it has one entry more than there are rows");
        }
        long before = 0;
        for (long from = 0; from < starts.dim(0); from += BLOCK) {
            long[] block = block(starts, from);
            for (int i = 0; i < block.length; i++) {
                if (from + i == 0 ? block[i] != 0 : block[i] < before || block[i] > count) {
                    throw new IllegalArgumentException("csr: starts[" + (from + i) + "] is " + block[i]
                            + (from + i == 0
                                    ? ", not 0"
                                    : ", after " + before + " and with " + count + " entries; starts never fall"));
                }
                before = block[i];
            }
        }
        if (before != count) {
            throw new IllegalArgumentException(
                    "csr: starts ends at " + before + ", but there are " + count + " entries");
        }
    }

    private static void vector(String what, Tensor t) {
        if (t.shape().rank() != 1) {
            throw new IllegalArgumentException("csr: " + what + " needs to be a vector, its shape is " + t.shape());
        }
    }

    private static void integers(String what, Tensor t) {
        if (t.dtype() != DType.I32 && t.dtype() != DType.I64) {
            throw new IllegalArgumentException("csr: " + what + " needs to be i32 or i64, not " + t.dtype());
        }
    }

    private static void sameDevice(String what, Tensor t, Tensor values) {
        if (!t.device().equals(values.device())) {
            throw new IllegalArgumentException("csr: " + what + " lie on " + t.device() + ", the values on "
                    + values.device() + "; move one with to(device)");
        }
    }

    private static long[] block(Tensor t, long from) {
        try (Tensor part = t.slice(0, from, Math.min(t.dim(0), from + BLOCK))) {
            return part.toLongArray();
        }
    }
}
