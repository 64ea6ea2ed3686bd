package dev.eckart.tensor;

import dev.eckart.memory.Shape;
import java.util.Locale;

/** A tensor as text: shape, type, device, and the corner values of its last two dimensions. */
final class TensorText {
    private static final int EDGE = 3;

    private TensorText() {}

    static String of(Tensor t) {
        String head = "Tensor " + t.shape() + " " + t.dtype() + " " + t.device();
        if (t.isClosed()) {
            return head + ", closed";
        }
        Shape shape = t.shape();
        if (shape.size() == 0) {
            return head + " []";
        }
        return Scope.outside(() -> head + (shape.rank() < 2 ? " " : "\n") + body(t));
    }

    private static String body(Tensor t) {
        int rank = t.shape().rank();
        if (rank == 0) {
            return number(t, t.get());
        }
        if (rank > 2) {
            try (Tensor first = t.select(0, 0)) {
                return body(first) + (t.dim(0) > 1 ? "\n… and " + (t.dim(0) - 1) + " more" : "");
            }
        }
        StringBuilder out = new StringBuilder("[");
        long count = t.dim(0);
        for (long i = 0; i < count; i++) {
            if (count > 2 * EDGE + 1 && i == EDGE) {
                out.append(rank == 1 ? ", …" : "\n …");
                i = count - EDGE;
            }
            out.append(i == 0 ? "" : rank == 1 ? ", " : "\n ");
            if (rank == 1) {
                out.append(number(t, t.get(i)));
            } else {
                try (Tensor row = t.select(0, i)) {
                    out.append(body(row));
                }
            }
        }
        return out.append(']').toString();
    }

    private static String number(Tensor t, double value) {
        return t.dtype().isFloating() ? String.format(Locale.ROOT, "%.6g", value) : Long.toString((long) value);
    }
}
