package dev.eckart.benchmarks.quality;

import dev.eckart.embedding.Embedding;
import dev.eckart.embedding.Graph;
import dev.eckart.embedding.LinkPrediction;
import dev.eckart.embedding.NodeVectors;
import dev.eckart.embedding.WordVectors;
import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.RidgeRegression;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Airports from the flights between them. */
public final class Nodes {
    private static final int DIMENSIONS = 64;
    private static final int FOLDS = 10;
    private static final int INNER_DRAWS = 2;
    private static final double[] LAMBDAS = {0.001, 0.01, 0.1, 1, 10};

    /** How a graph becomes vectors. */
    private interface Linking {
        WordVectors fit(Graph graph);
    }

    /** NetMF of the graph with all weights raised to a power: 1 as they are, 0 all alike. */
    private record Setting(double weights, int window, double power) implements Linking {
        @Override
        public WordVectors fit(Graph graph) {
            try (Graph raised = raised(graph, weights)) {
                return NodeVectors.dimensions(DIMENSIONS)
                        .method(NodeVectors.Method.NETMF)
                        .window(window)
                        .power(power)
                        .fit(raised);
            }
        }
    }

    /** Leading eigenvectors of D^-a·A·D^-a, with A the graph's weights raised to a power, D what its rows add up to. */
    private record Spectral(double weights, double degrees, int dimensions) implements Linking {
        @Override
        public WordVectors fit(Graph graph) {
            long[] starts = graph.adjacency().starts().toLongArray();
            long[] targets = graph.adjacency().indices().toLongArray();
            double[] values = graph.adjacency().values().toArray();
            double[] scales = new double[graph.nodes().size()];
            for (int i = 0; i < scales.length; i++) {
                for (int e = (int) starts[i]; e < starts[i + 1]; e++) {
                    values[e] = Math.pow(values[e], weights);
                    scales[i] += values[e];
                }
                scales[i] = scales[i] == 0 ? 0 : Math.pow(scales[i], -degrees);
            }
            for (int i = 0; i < scales.length; i++) {
                for (int e = (int) starts[i]; e < starts[i + 1]; e++) {
                    values[e] *= scales[i] * scales[(int) targets[e]];
                }
            }
            try (Scope scope = Scope.open();
                    Csr matrix =
                            Csr.ofCompressed(scales.length, Tensor.of(starts), Tensor.of(targets), Tensor.of(values));
                    Embedding found = Embedding.rank(dimensions)
                            .certify(Certificate.Level.NONE)
                            .of(matrix)) {
                return WordVectors.of(graph.nodes(), scope.keep(found.left(0.5)));
            }
        }
    }

    private static final List<Setting> SETTINGS = List.of(
            new Setting(0, 10, 0.5),
            new Setting(0.5, 10, 0.5),
            new Setting(1, 10, 0.5),
            new Setting(0, 1, 0.5),
            new Setting(0, 10, 0),
            new Setting(0.25, 10, 0.25),
            new Setting(0.5, 10, 0.25),
            new Setting(0, 1, 1),
            new Setting(0.5, 1, 0.5),
            new Setting(1, 1, 0.5));

    private Nodes() {}

    /** Arguments: the folder with flights.csv and places.tsv; how many seeds of link prediction. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        try (Graph flights = Graph.read(folder.resolve("flights.csv"), false)) {
            airports(flights, places(folder.resolve("places.tsv")), Integer.parseInt(args[1]));
        }
    }

    private static void airports(Graph flights, Map<String, double[]> places, int seeds) {
        Figures.print("airports nodes", flights.nodes().size());
        List<double[][]> candidates = new ArrayList<>();
        for (Setting setting : SETTINGS) {
            try (WordVectors vectors = setting.fit(flights)) {
                candidates.add(vectors.vectors().toMatrix());
            }
        }
        for (int axis = 0; axis < 2; axis++) {
            double[] y = new double[flights.nodes().size()];
            for (int i = 0; i < y.length; i++) {
                y[i] = places.get(flights.nodes().word(i))[axis];
            }
            Figures.print("airports " + (axis == 0 ? "longitude" : "latitude"), crossValidated(candidates, y));
        }
        for (int seed = 0; seed < seeds; seed++) {
            long draw = seed;
            Linking[] found = new Linking[1];
            double area = LinkPrediction.auc(flights, 0.2, seed, rest -> {
                found[0] = chosen(rest, draw);
                return found[0].fit(rest);
            });
            Figures.print("seed " + seed + " links", area);
            Figures.print(
                    "seed " + seed + " links drawn evenly",
                    LinkPrediction.auc(flights, 0.2, seed, LinkPrediction.Pairs.EVENLY, found[0]::fit));
        }
    }

    /** What does best when a fifth of the edges that are left is hidden as well, on the mean of some draws. */
    private static Linking chosen(Graph rest, long seed) {
        Best<Linking> best = new Best<>();
        for (Linking linking : linkings()) {
            double sum = 0;
            for (int draw = 0; draw < INNER_DRAWS; draw++) {
                sum += LinkPrediction.auc(rest, 0.2, 1000 * (seed + 1) + draw, linking::fit);
            }
            best.offer(linking, sum / INNER_DRAWS);
        }
        Figures.print("seed " + seed + " links settings", best.get());
        return best.get();
    }

    private static List<Linking> linkings() {
        List<Linking> all = new ArrayList<>(SETTINGS);
        for (double weights : new double[] {0, 0.25, 0.5}) {
            for (double degrees : new double[] {0.25, 0.5}) {
                for (int dimensions : new int[] {8, 16, 32, DIMENSIONS}) {
                    all.add(new Spectral(weights, degrees, dimensions));
                }
            }
        }
        return all;
    }

    /** Name, longitude, latitude in each line. */
    private static Map<String, double[]> places(Path file) throws IOException {
        Map<String, double[]> places = new HashMap<>();
        for (String line : Files.readAllLines(file)) {
            String[] cells = line.split("\t");
            places.put(cells[0], new double[] {Double.parseDouble(cells[1]), Double.parseDouble(cells[2])});
        }
        return places;
    }

    private static Graph raised(Graph graph, double power) {
        long[] starts = graph.adjacency().starts().toLongArray();
        long[] targets = graph.adjacency().indices().toLongArray();
        double[] values = graph.adjacency().values().toArray();
        List<int[]> edges = new ArrayList<>();
        List<Double> weights = new ArrayList<>();
        for (int i = 0; i + 1 < starts.length; i++) {
            for (int e = (int) starts[i]; e < starts[i + 1]; e++) {
                if (targets[e] <= i) {
                    edges.add(new int[] {i, (int) targets[e]});
                    weights.add(Math.pow(values[e], power));
                }
            }
        }
        return Graph.of(
                graph.nodes().words(),
                edges.stream().mapToInt(e -> e[0]).toArray(),
                edges.stream().mapToInt(e -> e[1]).toArray(),
                weights.stream().mapToDouble(w -> w).toArray(),
                false);
    }

    /**
     * R² of what ten ridge regressions predict for the nodes that each of them has not seen; vectors and λ are chosen inside the nine
     * others.
     */
    private static double crossValidated(List<double[][]> candidates, double[] y) {
        int[] order = shuffled(y.length);
        double[] predicted = new double[y.length];
        for (int fold = 0; fold < FOLDS; fold++) {
            int[] train = part(order, fold, false);
            double most = Double.NEGATIVE_INFINITY;
            double[][] best = null;
            double strength = 0;
            for (double[][] x : candidates) {
                double[] found = inside(x, y, train);
                for (int i = 0; i < LAMBDAS.length; i++) {
                    if (found[i] > most) {
                        most = found[i];
                        best = x;
                        strength = LAMBDAS[i];
                    }
                }
            }
            Figures.print(
                    "# airports fold " + fold, most + " " + SETTINGS.get(candidates.indexOf(best)) + " " + strength);
            predict(best, y, train, part(order, fold, true), new double[] {strength}, new double[][] {predicted});
        }
        return determination(y, predicted, order);
    }

    /** R² inside the rows, for each λ. */
    private static double[] inside(double[][] x, double[] y, int[] rows) {
        double[][] predicted = new double[LAMBDAS.length][x.length];
        for (int fold = 0; fold < FOLDS; fold++) {
            predict(x, y, part(rows, fold, false), part(rows, fold, true), LAMBDAS, predicted);
        }
        return Arrays.stream(predicted)
                .mapToDouble(p -> determination(y, p, rows))
                .toArray();
    }

    private static int[] shuffled(int n) {
        List<Integer> order = new ArrayList<>(IntStream.range(0, n).boxed().toList());
        Collections.shuffle(order, new Random(0));
        return order.stream().mapToInt(i -> i).toArray();
    }

    private static int[] part(int[] order, int fold, boolean inside) {
        return IntStream.range(0, order.length)
                .filter(i -> i % FOLDS == fold == inside)
                .map(i -> order[i])
                .toArray();
    }

    /** predicted[k] gets at the rows of {@code test} what a regression of penalty lambdas[k] on those of {@code train} expects. */
    private static void predict(
            double[][] x, double[] y, int[] train, int[] test, double[] lambdas, double[][] predicted) {
        double[] seen = IntStream.of(train).mapToDouble(i -> y[i]).toArray();
        try (Scope scope = Scope.open();
                RidgeRegression ridge = RidgeRegression.of(Tensor.of(copies(x, train)), Tensor.of(seen, seen.length))) {
            Tensor asked = Tensor.of(copies(x, test));
            for (int k = 0; k < lambdas.length; k++) {
                double[] expected = ridge.predict(asked, lambdas[k]).toArray();
                for (int i = 0; i < test.length; i++) {
                    predicted[k][test[i]] = expected[i];
                }
            }
        }
    }

    private static double[][] copies(double[][] x, int[] rows) {
        return IntStream.of(rows).mapToObj(i -> x[i].clone()).toArray(double[][]::new);
    }

    private static double determination(double[] y, double[] predicted, int[] rows) {
        double[] seen = IntStream.of(rows).mapToDouble(i -> y[i]).toArray();
        double[] expected = IntStream.of(rows).mapToDouble(i -> predicted[i]).toArray();
        try (Tensor a = Tensor.of(seen, seen.length);
                Tensor b = Tensor.of(expected, expected.length)) {
            return RidgeRegression.determination(a, b);
        }
    }
}
