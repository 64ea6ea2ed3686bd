package dev.eckart.cli.demo;

import dev.eckart.tensor.Tensor;

/** Selections of the rows of a matrix. */
final class Rows {
    private Rows() {}

    /** The rows {@code index[0]}, {@code index[1]}, … of {@code x} (n, d), as a copy (count, d). */
    static Tensor take(Tensor x, int... index) {
        Tensor out = Tensor.empty(x.device(), x.dtype(), index.length, x.dim(1));
        for (int i = 0; i < index.length; i++) {
            try (Tensor target = out.select(0, i);
                    Tensor source = x.select(0, index[i])) {
                target.assign(source);
            }
        }
        return out;
    }

    /** Euclidean norm of each row of {@code x} (n, d): (n). */
    static Tensor norms(Tensor x) {
        try (Tensor squares = x.square();
                Tensor sums = squares.sum(1)) {
            return sums.sqrt();
        }
    }
}
