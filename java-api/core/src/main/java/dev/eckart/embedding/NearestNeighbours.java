package dev.eckart.embedding;

import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * Exact nearest neighbours: all scores by products of blocks, of which the first k are kept. On any device; immutable, thread-safe.
 */
public final class NearestNeighbours implements AutoCloseable {
    /** What is large for near vectors. */
    public enum Metric {
        /** The inner product over both lengths; 0 with a vector of zeros. */
        COSINE,
        /** The inner product. */
        INNER_PRODUCT
    }

    /** Scores of a block: as many stay in the last-level cache while the first k are found. */
    private static final long BLOCK_SCORES = 1 << 20;
    /** Queries that meet one block of vectors. */
    private static final long BLOCK_QUERIES = 128;

    private final Tensor vectors;
    private final Metric metric;

    private NearestNeighbours(Tensor vectors, Metric metric) {
        this.vectors = vectors;
        this.metric = metric;
    }

    /**
     * Vectors to search among. For COSINE a copy of length 1 is made; otherwise their memory is shared.
     *
     * @param vectors (n, d), F64 or F32, finite
     * @throws IllegalArgumentException for another rank or type, NaN or infinity
     */
    public static NearestNeighbours of(Tensor vectors, Metric metric) {
        Vectors.check("nearest neighbours", vectors);
        return new NearestNeighbours(
                metric == Metric.COSINE ? Vectors.normalized(vectors) : vectors.contiguous(), metric);
    }

    /** The vectors, (n, d); for COSINE of length 1. Belongs to this object. */
    public Tensor vectors() {
        return vectors;
    }

    /**
     * The {@code k} vectors of largest score for each query, by descending score; of equal ones the first.
     *
     * @param queries (q, d), of the type and on the device of the vectors
     * @return scores (q, k) and numbers (q, k), of fewer columns where there are fewer vectors
     * @throws IllegalArgumentException for another shape or type, NaN or infinity, or a negative k
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public Indexing.Ranked search(Tensor queries, long k) {
        Vectors.check("nearest neighbours: queries", queries);
        Vectors.requireWidth("nearest neighbours", queries, vectors);
        if (k < 0) {
            throw new IllegalArgumentException("nearest neighbours: k = " + k + " is negative");
        }
        int most = Math.toIntExact(Math.min(k, vectors.dim(0)));
        int count = Math.toIntExact(queries.dim(0));
        double[] scores = new double[count * most];
        long[] numbers = new long[count * most];
        for (int from = 0; from < count && most > 0; from += (int) BLOCK_QUERIES) {
            int to = (int) Math.min(count, from + BLOCK_QUERIES);
            try (Scope scope = Scope.open()) {
                Tensor part = queries.slice(0, from, to);
                Best best = best(metric == Metric.COSINE ? Vectors.normalized(part) : part, most);
                System.arraycopy(best.scores, 0, scores, from * most, best.scores.length);
                System.arraycopy(best.numbers, 0, numbers, from * most, best.numbers.length);
            }
        }
        try (Tensor wide = Tensor.of(scores, count, most);
                Tensor host = wide.to(vectors.dtype());
                Tensor places = Tensor.of(numbers, count, most)) {
            return new Indexing.Ranked(host.to(vectors.device()), places.to(vectors.device()));
        }
    }

    private Best best(Tensor queries, int k) {
        long height = Math.max(k, BLOCK_SCORES / Math.max(1, queries.dim(0)));
        Best best = new Best(Math.toIntExact(queries.dim(0)), k);
        for (long from = 0; from < vectors.dim(0); from += height) {
            Interrupts.check("nearest neighbours");
            try (Scope scope = Scope.open()) {
                Tensor block = vectors.slice(0, from, Math.min(vectors.dim(0), from + height));
                Tensor scores = queries.matmul(block.transpose());
                Indexing.Ranked first = Indexing.topK(scores, Math.min(k, block.dim(0)));
                best.merge(
                        first.values().toArray(), first.indices().to(DType.I64).toLongArray(), from);
            }
        }
        return best;
    }

    /** The first k of each query among the blocks so far. */
    private static final class Best {
        private final int k;
        private final double[] scores;
        private final long[] numbers;
        private final double[] mergedScores;
        private final long[] mergedNumbers;
        private int filled;

        Best(int queries, int k) {
            this.k = k;
            this.scores = new double[queries * k];
            this.numbers = new long[queries * k];
            this.mergedScores = new double[k];
            this.mergedNumbers = new long[k];
        }

        /** Two descending lists become one for each query; of equal scores that of the earlier block stays first. */
        void merge(double[] other, long[] places, long offset) {
            int width = other.length / (scores.length / k);
            for (int q = 0; q < scores.length / k; q++) {
                int old = q * k;
                int fresh = q * width;
                for (int i = 0; i < k; i++) {
                    boolean taken = fresh < (q + 1) * width && (old - q * k >= filled || other[fresh] > scores[old]);
                    mergedScores[i] = taken ? other[fresh] : scores[old];
                    mergedNumbers[i] = taken ? places[fresh++] + offset : numbers[old++];
                }
                System.arraycopy(mergedScores, 0, scores, q * k, k);
                System.arraycopy(mergedNumbers, 0, numbers, q * k, k);
            }
            filled = Math.min(k, filled + width);
        }
    }

    @Override
    public void close() {
        vectors.close();
    }
}
