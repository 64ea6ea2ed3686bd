package dev.eckart.cli.demo;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * The majority among the nearest examples, ties going to the nearer. Distances come from products of blocks: ‖q − x‖² is
 * ‖x‖² − 2⟨q, x⟩ but for a constant, which is (q, 1)·(−2x, ‖x‖²)ᵀ.
 */
final class NearestNeighbours implements Classifier {
    private static final int[] COUNTS = {1, 3, 5, 7, 9};
    private static final int MOST = 9;
    private static final long BLOCK_BYTES = 64L << 20;

    @Override
    public String name() {
        return "nearest neighbours";
    }

    @Override
    public String[] settings() {
        return java.util.Arrays.stream(COUNTS)
                .mapToObj(k -> k == 1 ? "1 neighbour" : k + " neighbours")
                .toArray(String[]::new);
    }

    @Override
    public int[][] guesses(Tensor x, int[] labels, Tensor queries) {
        int m = Math.toIntExact(queries.dim(0));
        int[][] out = new int[COUNTS.length][m];
        long block = Math.max(1, BLOCK_BYTES / (x.dim(0) * x.dtype().bytes()));
        try (Scope scope = Scope.open()) {
            Tensor examples = extended(x.multiply(-2), x.square().sum(1)).transpose();
            for (long from = 0; from < m; from += block) {
                try (Scope inner = Scope.open()) {
                    Tensor some = queries.slice(0, from, Math.min(m, from + block));
                    Tensor ones = Tensor.full(x.dtype(), 1, some.dim(0)).to(x.device());
                    Tensor distances = extended(some, ones).matmul(examples);
                    for (int i = 0; i < some.dim(0); i++) {
                        vote(distances, i, labels, out, Math.toIntExact(from) + i);
                    }
                }
            }
        }
        return out;
    }

    /** The columns of {@code x} (n, d) and one more (n). */
    private static Tensor extended(Tensor x, Tensor column) {
        Tensor out = Tensor.empty(x.device(), x.dtype(), x.dim(0), x.dim(1) + 1);
        out.slice(1, 0, x.dim(1)).assign(x);
        out.select(1, x.dim(1)).assign(column);
        return out;
    }

    private static void vote(Tensor distances, int row, int[] labels, int[][] out, int query) {
        int[] nearest;
        try (Tensor line = distances.select(0, row);
                Tensor wide = line.to(DType.F64)) {
            nearest = smallest(wide.toArray(), Math.min(MOST, labels.length));
        }
        for (int s = 0; s < COUNTS.length; s++) {
            int[] votes = new int[LabelledImages.CLASSES];
            int best = labels[nearest[0]];
            for (int i = 0; i < Math.min(COUNTS[s], nearest.length); i++) {
                votes[labels[nearest[i]]]++;
            }
            for (int i = 0; i < Math.min(COUNTS[s], nearest.length); i++) {
                if (votes[labels[nearest[i]]] > votes[best]) {
                    best = labels[nearest[i]];
                }
            }
            out[s][query] = best;
        }
    }

    /** Positions of the {@code count} smallest values, ascending; of equal ones the first. */
    static int[] smallest(double[] values, int count) {
        int[] at = new int[count];
        double[] held = new double[count];
        int filled = 0;
        for (int i = 0; i < values.length; i++) {
            if (filled == count && values[i] >= held[count - 1]) {
                continue;
            }
            int j = filled == count ? count - 1 : filled++;
            for (; j > 0 && held[j - 1] > values[i]; j--) {
                held[j] = held[j - 1];
                at[j] = at[j - 1];
            }
            held[j] = values[i];
            at[j] = i;
        }
        return at;
    }
}
