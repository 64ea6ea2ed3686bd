package dev.eckart.benchmarks.quality;

import dev.eckart.embedding.Graph;
import dev.eckart.embedding.NodeClassification;
import dev.eckart.embedding.NodeVectors;
import dev.eckart.embedding.RandomWalks;
import dev.eckart.embedding.WordVectors;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** WordNet's nouns from their hypernyms: vectors of walks, which word2vec then gets as well, and what they tell of the nouns' classes. */
public final class Nouns {
    private static final int DIMENSIONS = 64;
    private static final int WINDOW = 10;
    private static final int WALKS = 4;
    private static final int LENGTH = 40;
    private static final int SPLITS = 3;
    private static final List<NodeVectors.Method> METHODS =
            List.of(NodeVectors.Method.DEEPWALK, NodeVectors.Method.PRONE);

    private final Graph graph;
    private final int[][] classes;

    private Nouns(Graph graph, Map<String, Integer> labels) {
        this.graph = graph;
        this.classes = graph.nodes().words().stream()
                .map(name -> new int[] {labels.get(name)})
                .toArray(int[][]::new);
    }

    /**
     * Arguments: the folder with nouns.tsv and labels.tsv; nothing, to make vectors and leave walks.txt there, or a file of vectors in
     * word2vec's text format, and the name of its figures.
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Map<String, Integer> labels = new HashMap<>();
        for (String line : Files.readAllLines(folder.resolve("labels.tsv"))) {
            String[] cells = line.split("\t");
            labels.put(cells[0], Integer.valueOf(cells[1]));
        }
        try (Graph graph = Graph.read(folder.resolve("nouns.tsv"), false)) {
            Nouns nouns = new Nouns(graph, labels);
            if (args.length == 1) {
                nouns.walk(folder.resolve("walks.txt"));
            } else {
                nouns.judge(folder.resolve(args[1]), args[2]);
            }
        }
    }

    private RandomWalks walks() {
        return RandomWalks.in(graph).perNode(WALKS).length(LENGTH);
    }

    private void walk(Path file) throws IOException {
        Figures.print("wordnet nodes", graph.nodes().size());
        long start = System.nanoTime();
        AtomicLong steps = new AtomicLong();
        walks().forEach((walk, length) -> steps.addAndGet(length - 1L));
        Figures.print("walks steps per second", steps.get() / Figures.since(start));
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            walks().forEach((walk, length) -> write(out, walk, length));
        }
        for (NodeVectors.Method method : METHODS) {
            String name = method.name().toLowerCase(Locale.ROOT).replace('_', '-');
            start = System.nanoTime();
            try (WordVectors vectors = NodeVectors.dimensions(DIMENSIONS)
                    .method(method)
                    .window(WINDOW)
                    .walks(WALKS, LENGTH)
                    .fit(graph)) {
                Figures.print("wordnet " + name + " seconds", Figures.since(start));
                classify(vectors, classes, name);
            }
        }
    }

    /** The nodes' numbers. */
    private static void write(BufferedWriter out, int[] walk, int length) {
        try {
            for (int i = 0; i < length; i++) {
                out.write(Integer.toString(walk[i]));
                out.write(i + 1 < length ? ' ' : '\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void judge(Path file, String name) throws IOException {
        try (WordVectors vectors = WordVectors.read(file)) {
            int[][] ofEach = vectors.vocabulary().words().stream()
                    .map(number -> classes[Integer.parseInt(number)])
                    .toArray(int[][]::new);
            classify(vectors, ofEach, name);
        }
    }

    /** Half of the nodes teach, some times over. */
    private static void classify(WordVectors vectors, int[][] classes, String name) {
        for (int seed = 0; seed < SPLITS; seed++) {
            NodeClassification.Scores scores = NodeClassification.f1(vectors, classes, 0.5, seed);
            Figures.print("seed " + seed + " wordnet " + name, scores.microF1());
            Figures.print("seed " + seed + " wordnet macro " + name, scores.macroF1());
        }
    }
}
