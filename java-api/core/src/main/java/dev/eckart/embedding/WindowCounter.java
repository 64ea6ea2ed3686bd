package dev.eckart.embedding;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Adds up pairs of numbers that stand within a window of each other, block by block. In a block the places of each number are listed
 * (a counting sort); then row i is gathered in one array by going to all places of i. Rows are independent: threads share them.
 */
final class WindowCounter implements AutoCloseable {
    private static final int END = TokenLog.END;

    private final int words;
    private final double[] weights;
    private final double divisor;
    private final int block;
    private int[] tokens = new int[1024];
    private int filled;
    /** How many numbers at the start of the block were in the block before. */
    private int seen;

    private Csr sum;

    /**
     * @param words how many different numbers there are
     * @param weights of each distance, from 1; their number less one is the window
     * @param divisor of all sums: with integers for weights they are exact, and the matrix symmetric to the last bit
     * @param block how many numbers are counted in one go
     */
    WindowCounter(int words, double[] weights, double divisor, int block) {
        this.words = words;
        this.weights = weights;
        this.divisor = divisor;
        this.block = Math.max(block, 2 * weights.length);
    }

    void add(int word) {
        if (filled == block) {
            flush(true);
        }
        if (filled == tokens.length) {
            tokens = Arrays.copyOf(tokens, Math.min(block, 2 * filled));
        }
        tokens[filled++] = word;
    }

    void endSentence() {
        if (filled > 0 && tokens[filled - 1] != END) {
            add(END);
        }
    }

    /** The counts; the caller's to close. */
    Csr finish() {
        flush(false);
        Csr result = sum == null ? new Windows(0).count() : sum;
        sum = null;
        return result;
    }

    /**
     * Counts the block. In the middle of a sentence its last words stay for the next block, where those that follow see them; pairs
     * among them have been counted then.
     */
    private void flush(boolean more) {
        if (filled == 0) {
            return;
        }
        Interrupts.check("co-occurrence");
        int window = weights.length - 1;
        int keep = 0;
        while (more && keep < Math.min(window, filled) && tokens[filled - 1 - keep] != END) {
            keep++;
        }
        Csr counted = new Windows(seen).count();
        Csr before = sum;
        sum = before == null ? counted : add(before, counted);
        if (before != null) {
            before.close();
            counted.close();
        }
        System.arraycopy(tokens, filled - keep, tokens, 0, keep);
        filled = keep;
        seen = keep;
    }

    /** Both, rows one behind another: entries of one place are added. */
    private static Csr add(Csr a, Csr b) {
        long[] first = a.starts().toLongArray();
        long[] second = b.starts().toLongArray();
        try (Scope scope = Scope.open()) {
            long[] starts = new long[first.length];
            for (int i = 0; i < starts.length; i++) {
                starts[i] = first[i] + second[i];
            }
            Tensor columns = Tensor.empty(a.device(), DType.I32, a.entries() + b.entries());
            Tensor values = Tensor.empty(a.device(), a.dtype(), a.entries() + b.entries());
            for (int i = 0; i + 1 < starts.length; i++) {
                long middle = starts[i] + first[i + 1] - first[i];
                put(a, first, i, columns, values, starts[i], middle);
                put(b, second, i, columns, values, middle, starts[i + 1]);
            }
            return Csr.ofCompressed(a.columns(), Tensor.of(starts), columns, values);
        }
    }

    private static void put(Csr from, long[] starts, int row, Tensor columns, Tensor values, long at, long end) {
        if (at == end) {
            return;
        }
        try (Tensor sourceColumns = from.indices().slice(0, starts[row], starts[row + 1]);
                Tensor targetColumns = columns.slice(0, at, end);
                Tensor sourceValues = from.values().slice(0, starts[row], starts[row + 1]);
                Tensor targetValues = values.slice(0, at, end)) {
            targetColumns.assign(sourceColumns);
            targetValues.assign(sourceValues);
        }
    }

    /** The pairs of one block. */
    private final class Windows {
        private final int fresh;
        private final int[] starts = new int[words + 1];
        private final int[] places;

        /** @param fresh from which number on pairs count: at least one of the two must be there */
        Windows(int fresh) {
            this.fresh = fresh;
            for (int p = 0; p < filled; p++) {
                if (tokens[p] != END) {
                    starts[tokens[p] + 1]++;
                }
            }
            for (int i = 0; i < words; i++) {
                starts[i + 1] += starts[i];
            }
            places = new int[starts[words]];
            int[] next = Arrays.copyOf(starts, words);
            for (int p = 0; p < filled; p++) {
                if (tokens[p] != END) {
                    places[next[tokens[p]]++] = p;
                }
            }
        }

        /** Rows in parts of about as many places, many more than threads: the next free thread takes the next. */
        Csr count() {
            int[] cuts = cuts(Math.max(1, 16 * Threads.current()));
            List<CsrBuilder> parts = new ArrayList<>();
            for (int i = 0; i + 1 < cuts.length; i++) {
                parts.add(new CsrBuilder(Cooccurrences.dtype()));
            }
            try {
                Parallel.run("co-occurrence", parts.size(), i -> rows(cuts[i], cuts[i + 1], parts.get(i)));
                return CsrBuilder.join(words, Cooccurrences.dtype(), parts);
            } finally {
                parts.forEach(CsrBuilder::close);
            }
        }

        private int[] cuts(int parts) {
            int[] cuts = new int[parts + 1];
            int row = 0;
            for (int i = 1; i < parts; i++) {
                long target = (long) places.length * i / parts;
                while (row < words && starts[row] < target) {
                    row++;
                }
                cuts[i] = row;
            }
            cuts[parts] = words;
            return cuts;
        }

        private void rows(int from, int to, CsrBuilder out) {
            double[] row = new double[words];
            int[] met = new int[words];
            for (int i = from; i < to; i++) {
                int count = 0;
                for (int e = starts[i]; e < starts[i + 1]; e++) {
                    count = neighbours(places[e], row, met, count);
                }
                for (int k = 0; k < count; k++) {
                    out.add(met[k], row[met[k]] / divisor);
                    row[met[k]] = 0;
                }
                out.endRow();
            }
        }

        /** Adds the words around place p; returns how many different ones were met so far. */
        private int neighbours(int p, double[] row, int[] met, int before) {
            int count = before;
            int last = Math.min(filled - 1, p + weights.length - 1);
            for (int q = Math.max(p + 1, p < fresh ? fresh : 0); q <= last; q++) {
                int word = tokens[q];
                if (word == END) {
                    break;
                }
                if (row[word] == 0) {
                    met[count++] = word;
                }
                row[word] += weights[q - p];
            }
            int first = Math.max(p < fresh ? p : 0, p - weights.length + 1);
            for (int q = p - 1; q >= first; q--) {
                int word = tokens[q];
                if (word == END) {
                    break;
                }
                if (row[word] == 0) {
                    met[count++] = word;
                }
                row[word] += weights[p - q];
            }
            return count;
        }
    }

    @Override
    public void close() {
        if (sum != null) {
            sum.close();
        }
    }
}
