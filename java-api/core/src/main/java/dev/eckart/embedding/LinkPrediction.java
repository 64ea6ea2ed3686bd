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
 * How well vectors of nodes tell edges that were hidden from pairs without one: a share of the edges of an undirected graph is taken away,
 * vectors are fitted to the rest, and a logistic regression on the product of two vectors, entry by entry, learns from the edges that
 * stayed and as many pairs without an edge, both ends drawn by degree, or evenly (Grover and Leskovec 2016, section 4.4). Pairs drawn by
 * degree are the harder ones: how busy its ends are does not tell them from an edge. The vectors keep their lengths, which tell how busy a
 * node is; the entries of the products are scaled to mean 0 and variance 1 over the training. Pairs of the test are other ones than those
 * of the training.
 */
public final class LinkPrediction {
    private static final int MOST_TRIES = 1000;

    /** Which pairs without an edge are asked for. */
    public enum Pairs {
        /** Each end as often as it has edges. */
        BY_DEGREE,
        /** All pairs alike. */
        EVENLY
    }

    private LinkPrediction() {}

    /** The area against pairs drawn by degree. */
    public static double auc(Graph graph, double share, long seed, Function<Graph, WordVectors> fit) {
        return auc(graph, share, seed, Pairs.BY_DEGREE, fit);
    }

    /**
     * The area under the receiver operating characteristic: the probability that a hidden edge scores above a pair without one.
     *
     * @param share of the edges that are hidden, in (0, 1)
     * @param pairs how those without an edge are drawn, of the training and of the test
     * @param fit gives vectors of a graph of the same nodes; they are closed afterwards
     * @throws IllegalArgumentException for a directed graph, one with fewer than ten edges, or one so dense that pairs without an edge
     *     are not found
     */
    public static double auc(Graph graph, double share, long seed, Pairs pairs, Function<Graph, WordVectors> fit) {
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
        List<int[]> none = withoutEdge(graph, edges.size(), pairs, random);
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
        shuffle(edges, random);
        return edges;
    }

    private static void shuffle(List<int[]> pairs, SplittableRandom random) {
        for (int i = pairs.size() - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int[] other = pairs.get(j);
            pairs.set(j, pairs.get(i));
            pairs.set(i, other);
        }
    }

    /** Pairs, none of them twice; by degree they are ends of two edges drawn at random. */
    static List<int[]> withoutEdge(Graph graph, int count, Pairs kind, SplittableRandom random) {
        int nodes = graph.nodes().size();
        int entries = graph.start(nodes);
        Set<Long> drawn = new HashSet<>();
        List<int[]> pairs = new ArrayList<>();
        for (long tries = 0; pairs.size() < count; tries++) {
            if (tries > (long) MOST_TRIES * count) {
                throw new IllegalArgumentException("link prediction: the graph is too dense to find " + count
                        + " pairs without an edge; take a sparser one");
            }
            int a = kind == Pairs.EVENLY ? random.nextInt(nodes) : graph.target(random.nextInt(entries));
            int b = kind == Pairs.EVENLY ? random.nextInt(nodes) : graph.target(random.nextInt(entries));
            if (a != b && !graph.leads(a, b) && drawn.add((long) Math.max(a, b) << 32 | Math.min(a, b))) {
                pairs.add(new int[] {a, b});
            }
        }
        // Those of busy nodes were drawn first: the test is to have as many as the training.
        shuffle(pairs, random);
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
