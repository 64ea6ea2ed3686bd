package dev.eckart.embedding;

import dev.eckart.io.EdgeList;
import dev.eckart.linalg.Csr;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A graph with weights: nodes by name, and the sparse matrix A (n, n) of what leads from one to another. Edges given twice are added up; an
 * edge of weight 0 is none, but its nodes are there; a loop stands once on the diagonal. Immutable, thread-safe; close it.
 */
public final class Graph implements AutoCloseable {
    private final Vocabulary nodes;
    private final Csr adjacency;
    private final boolean directed;
    private final long[] starts;
    private final int[] targets;
    private final double[] weights;

    private Graph(Vocabulary nodes, Csr adjacency, boolean directed) {
        this.nodes = nodes;
        this.adjacency = adjacency;
        this.directed = directed;
        this.starts = adjacency.starts().toLongArray();
        this.targets = Arrays.stream(adjacency.indices().toLongArray())
                .mapToInt(i -> (int) i)
                .toArray();
        this.weights = adjacency.values().toArray();
    }

    /**
     * A graph from its edges.
     *
     * @param names of the nodes; those without edges are isolated
     * @param from where each edge starts
     * @param to where it ends
     * @param weights of each, not negative
     * @param directed whether an edge leads one way only
     * @throws IllegalArgumentException when lengths differ, a number is out of range, or a weight is negative, NaN or infinite
     */
    public static Graph of(List<String> names, int[] from, int[] to, double[] weights, boolean directed) {
        if (from.length != to.length || from.length != weights.length) {
            throw new IllegalArgumentException("graph: " + from.length + " starts, " + to.length + " ends and "
                    + weights.length + " weights; needed is one of each for an edge");
        }
        int[] rows = new int[2 * from.length];
        int[] columns = new int[2 * from.length];
        double[] values = new double[2 * from.length];
        int count = 0;
        for (int e = 0; e < from.length; e++) {
            if (!(weights[e] >= 0 && weights[e] < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "graph: edge " + e + " has weight " + weights[e] + "; weights are 0 or more");
            }
            if (weights[e] > 0) {
                rows[count] = from[e];
                columns[count] = to[e];
                values[count++] = weights[e];
                if (!directed && from[e] != to[e]) {
                    rows[count] = to[e];
                    columns[count] = from[e];
                    values[count++] = weights[e];
                }
            }
        }
        Csr adjacency = Csr.ofCoordinates(
                names.size(),
                names.size(),
                Arrays.copyOf(rows, count),
                Arrays.copyOf(columns, count),
                Arrays.copyOf(values, count));
        return new Graph(Vocabulary.of(names), adjacency, directed);
    }

    /**
     * Reads a list of edges, as {@link EdgeList}.
     *
     * @throws dev.eckart.io.BadFileException naming the line that is no edge
     */
    public static Graph read(Path file, boolean directed) throws IOException {
        EdgeList.Content edges = EdgeList.read(file);
        return of(edges.names(), edges.from(), edges.to(), edges.weights(), directed);
    }

    /** The nodes. */
    public Vocabulary nodes() {
        return nodes;
    }

    /** A, (n, n) F64; belongs to this object. */
    public Csr adjacency() {
        return adjacency;
    }

    /** Whether edges lead one way only. */
    public boolean directed() {
        return directed;
    }

    /** The sum of the weights that leave a node. */
    double degree(int node) {
        double sum = 0;
        for (int e = start(node); e < start(node + 1); e++) {
            sum += weights[e];
        }
        return sum;
    }

    /** Where the edges of a node begin. */
    int start(int node) {
        return (int) starts[node];
    }

    int target(int edge) {
        return targets[edge];
    }

    double weight(int edge) {
        return weights[edge];
    }

    /** An undirected graph of the same nodes, with some of these edges. */
    Graph with(List<int[]> edges) {
        int[] from = edges.stream().mapToInt(e -> e[0]).toArray();
        int[] to = edges.stream().mapToInt(e -> e[1]).toArray();
        double[] kept = new double[from.length];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = weights[Arrays.binarySearch(targets, start(from[i]), start(from[i] + 1), to[i])];
        }
        return of(nodes.words(), from, to, kept, false);
    }

    /** Whether an edge leads from one node to another. */
    boolean leads(int from, int to) {
        return Arrays.binarySearch(targets, start(from), start(from + 1), to) >= 0;
    }

    @Override
    public void close() {
        adjacency.close();
    }

    @Override
    public String toString() {
        return (directed ? "directed" : "undirected") + " graph of " + nodes.size() + " nodes, " + targets.length
                + " entries";
    }
}
