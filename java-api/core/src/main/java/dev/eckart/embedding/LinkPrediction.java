package dev.eckart.embedding;

import dev.eckart.linalg.LinearOperator;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * How well vectors of nodes tell edges that were hidden from pairs without one: a share of the edges of an undirected graph is taken
 * away, vectors are fitted to the rest, and a logistic regression on the product of two vectors, entry by entry, learns from the edges
 * that stayed and as many pairs without an edge, both ends drawn by degree (Grover and Leskovec 2016, section 4.4). The vectors keep their
 * lengths, which tell how busy a node is; the entries of the products are scaled to mean 0 and variance 1 over the training. Pairs of the
 * test are other ones than those of the training.
 */
public final class LinkPrediction {
    private static final int MOST_TRIES = 1000;

    private LinkPrediction() {}

    /**
     * The area under the receiver operating characteristic: the probability that a hidden edge scores above a pair without one.
     *
     * @param share of the edges that are hidden, in (0, 1)
     * @param fit gives vectors of a graph of the same nodes; they are closed afterwards
     * @throws IllegalArgumentException for a directed graph, one with fewer than ten edges, or one so dense that pairs without an edge
     *     are not found
     */
    public static double auc(Graph graph, double share, long seed, Function<Graph, WordVectors> fit) {
        if (graph.directed()) {
            throw new IllegalArgumentException("link prediction: the graph is directed; give an undirected one");
        }
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("link prediction: share " + share + " is outside (0, 1)");
        }
        SplittableRandom random = new SplittableRandom(seed);
        List<int[]> edges = shuffled(graph, random);
        if (edges.size() < 10) {
            throw new IllegalArgumentException(
                    "link prediction: " + edges.size() + " edges are too few; ten are needed");
        }
        int hidden = (int) Math.min(edges.size() - 1, Math.max(1, Math.round(share * edges.size())));
        List<int[]> test = edges.subList(0, hidden);
        List<int[]> kept = edges.subList(hidden, edges.size());
        List<int[]> none = withoutEdge(graph, edges.size(), random);
        try (Graph rest = graph.with(kept);
                WordVectors vectors = fit.apply(rest);
                Scope scope = Scope.open()) {
            Tensor train = products(vectors, kept, none.subList(hidden, none.size()));
            Vectors.Scaling scaling = Vectors.Scaling.of(train);
            LogisticRegression model =
                    LogisticRegression.options().fit(LinearOperator.of(scaling.apply(train)), labels(kept.size()));
            LinearOperator asked = LinearOperator.of(scaling.apply(products(vectors, test, none.subList(0, hidden))));
            double[] scores = Arrays.stream(model.probabilities(asked))
                    .mapToDouble(p -> p[1])
                    .toArray();
            return area(scores, hidden);
        }
    }

    private static List<int[]> shuffled(Graph graph, SplittableRandom random) {
        List<int[]> edges = new ArrayList<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            for (int e = graph.start(i); e < graph.start(i + 1); e++) {
                if (graph.target(e) < i) {
                    edges.add(new int[] {i, graph.target(e)});
                }
            }
        }
        for (int i = edges.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int[] other = edges.get(j);
            edges.set(j, edges.get(i));
            edges.set(i, other);
        }
        return edges;
    }

    /** Pairs, none of them twice: ends of two edges drawn at random, so each node by its number of edges. */
    private static List<int[]> withoutEdge(Graph graph, int count, SplittableRandom random) {
        int entries = graph.start(graph.nodes().size());
        Set<Long> drawn = new HashSet<>();
        List<int[]> pairs = new ArrayList<>();
        for (long tries = 0; pairs.size() < count; tries++) {
            if (tries > (long) MOST_TRIES * count) {
                throw new IllegalArgumentException("link prediction: the graph is too dense to find " + count
                        + " pairs without an edge; take a sparser one");
            }
            int a = graph.target(random.nextInt(entries));
            int b = graph.target(random.nextInt(entries));
            if (a != b && !graph.leads(a, b) && drawn.add((long) Math.max(a, b) << 32 | Math.min(a, b))) {
                pairs.add(new int[] {a, b});
            }
        }
        return pairs;
    }

    /** One row for each pair, edges first: the product of its vectors. */
    private static Tensor products(WordVectors vectors, List<int[]> edges, List<int[]> none) {
        List<int[]> all = new ArrayList<>(edges);
        all.addAll(none);
        Tensor rows = vectors.vectors().to(DType.F64);
        Tensor left = Indexing.gather(
                rows, 0, Tensor.of(all.stream().mapToInt(p -> p[0]).toArray()));
        Tensor right = Indexing.gather(
                rows, 0, Tensor.of(all.stream().mapToInt(p -> p[1]).toArray()));
        return left.multiply(right);
    }

    private static int[] labels(int each) {
        int[] labels = new int[2 * each];
        Arrays.fill(labels, 0, each, 1);
        return labels;
    }

    /** From the ranks: Mann and Whitney's U over the number of pairs. */
    static double area(double[] scores, int positive) {
        double[] ranks = Spearman.ranks(scores);
        double sum = 0;
        for (int i = 0; i < positive; i++) {
            sum += ranks[i];
        }
        double least = positive * (positive + 1.0) / 2;
        return (sum - least) / ((double) positive * (scores.length - positive));
    }
}
