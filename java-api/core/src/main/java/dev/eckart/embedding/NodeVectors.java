package dev.eckart.embedding;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Vectors of the nodes of a graph: nodes that walks meet together are near. By random walks, their co-occurrence, its positive mutual
 * information and SVD; by NetMF, the matrix that such walks tend to, without walking; or by ProNE, from the edges alone and a filter of
 * the graph. Each method returns this object. Not thread-safe.
 *
 * <pre>{@code
 * try (Graph graph = Graph.read(Path.of("edges.csv"), false);
 *         WordVectors vectors = NodeVectors.dimensions(64).fit(graph)) { … }
 * }</pre>
 */
public final class NodeVectors {
    /** How vectors come about. */
    public enum Method {
        /** NETMF up to 20,000 nodes of an undirected graph, else DEEPWALK. */
        AUTO,
        /** Walks by the weights of edges. */
        DEEPWALK,
        /** Walks that depend on the node before as well. */
        NODE2VEC,
        /** The closed form of DeepWalk's matrix; n² numbers, undirected graphs. */
        NETMF,
        /** The same from the leading eigenvectors of the graph ({@link #rank}), for many nodes: n² numbers are made, none is held; PRONE is far faster. */
        NETMF_LOW_RANK,
        /** The mutual information of neighbours alone, spread along the edges; seconds for large undirected graphs. */
        PRONE
    }

    private static final int MOST_FOR_NETMF = 20_000;

    private final int dimensions;
    private final Embedding.Options embedding;
    private Method method = Method.AUTO;
    private int window = 10;
    private double negative = 1;
    private int rank = 256;
    private int length = 40;
    private int walks = 10;
    private double p = 1;
    private double q = 1;
    private double power = 0.5;
    private DType dtype = DType.F32;
    private long seed;
    private Consumer<SvdPlan> plan = s -> {};
    private Certificate certificate;

    private NodeVectors(int dimensions) {
        this.dimensions = dimensions;
        this.embedding = Embedding.rank(dimensions);
    }

    /** A fit with so many dimensions. */
    public static NodeVectors dimensions(int d) {
        return new NodeVectors(d);
    }

    /** How; AUTO by default. */
    public NodeVectors method(Method choice) {
        this.method = choice;
        return this;
    }

    /** The largest distance along a walk of two nodes that count as near; 10 by default. */
    public NodeVectors window(int nodes) {
        if (nodes < 1) {
            throw new IllegalArgumentException("node vectors: window " + nodes + " is below 1");
        }
        this.window = nodes;
        return this;
    }

    /** Negative samples b, whose logarithm is taken off the mutual information; 1 by default. */
    public NodeVectors negative(double b) {
        if (!(b >= 1 && b < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("node vectors: " + b + " negative samples are less than 1");
        }
        this.negative = b;
        return this;
    }

    /** Of NETMF_LOW_RANK: how many eigenvectors; 256 by default, or as many as there are nodes. */
    public NodeVectors rank(int eigenvectors) {
        if (eigenvectors < 1) {
            throw new IllegalArgumentException("node vectors: rank " + eigenvectors + " is below 1");
        }
        this.rank = eigenvectors;
        return this;
    }

    /** Walks from each node, and the nodes of each; 10 of 40 by default. */
    public NodeVectors walks(int perNode, int nodes) {
        this.walks = perNode;
        this.length = nodes;
        return this;
    }

    /** Of NODE2VEC: p and q, as {@link RandomWalks#bias}. */
    public NodeVectors bias(double p, double q) {
        this.p = p;
        this.q = q;
        return this;
    }

    /** Power of the singular values; 0.5 by default. */
    public NodeVectors power(double exponent) {
        this.power = exponent;
        return this;
    }

    /** F32 (the default) or F64. */
    public NodeVectors dtype(DType choice) {
        this.dtype = choice;
        return this;
    }

    /** Seed of walks and decomposition; 0 by default. */
    public NodeVectors seed(long value) {
        this.seed = value;
        return this;
    }

    /** Takes the plan of the decomposition before it is made; what it throws ends the fit. */
    public NodeVectors onPlan(Consumer<SvdPlan> taker) {
        this.plan = taker;
        return this;
    }

    /** How good the decomposition of the last fit is. */
    public Optional<Certificate> certificate() {
        return Optional.ofNullable(certificate);
    }

    /** What {@link #fit} does with this graph; never AUTO. */
    public Method methodFor(Graph graph) {
        if (method != Method.AUTO) {
            return method;
        }
        return graph.directed() || graph.nodes().size() > MOST_FOR_NETMF ? Method.DEEPWALK : Method.NETMF;
    }

    /**
     * Fits.
     *
     * @throws IllegalArgumentException when there are fewer nodes than dimensions, or NetMF or ProNE is asked for a directed graph
     * @throws dev.eckart.memory.MemoryLimitException when NETMF's n² numbers do not fit
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public WordVectors fit(Graph graph) {
        if (graph.nodes().size() < dimensions) {
            throw new IllegalArgumentException("node vectors: " + dimensions + " dimensions are more than the "
                    + graph.nodes().size() + " nodes; ask for at most that");
        }
        return WordVectors.of(
                graph.nodes(),
                switch (methodFor(graph)) {
                    case NETMF -> netmf(graph);
                    case NETMF_LOW_RANK -> lowRank(graph);
                    case PRONE -> proNe(graph);
                    default -> walked(graph);
                });
    }

    private Tensor lowRank(Graph graph) {
        int most = Math.min(rank, graph.nodes().size());
        try (LowRankNetMf matrix = LowRankNetMf.of(graph, window, negative, most, seed, dtype)) {
            return vectors(matrix);
        }
    }

    /** The authors divide vectors by their lengths before and after they are spread. */
    private Tensor proNe(Graph graph) {
        double[] joined = NetMf.degrees("prone", graph);
        for (int i = 0; i < joined.length; i++) {
            joined[i] = Math.signum(joined[i]);
        }
        try (Scope scope = Scope.open();
                Csr associations = ProNe.associations(graph, negative, dtype)) {
            Tensor mask = Tensor.of(joined, joined.length, 1).to(dtype);
            Tensor near = Vectors.normalized(vectors(associations).multiply(mask));
            Embedding spread =
                    Embedding.of(Svd.options().certify(Certificate.Level.NONE).of(ProNe.spread(graph, near)));
            return scope.keep(Vectors.normalized(spread.left(power).multiply(mask)));
        }
    }

    private Tensor netmf(Graph graph) {
        try (Scope scope = Scope.open()) {
            Tensor matrix = NetMf.logarithm(graph, window, negative, dtype);
            return scope.keep(vectors(LinearOperator.of(matrix)));
        }
    }

    private Tensor walked(Graph graph) {
        RandomWalks random = RandomWalks.in(graph).perNode(walks).length(length).seed(seed);
        if (methodFor(graph) == Method.NODE2VEC) {
            random.bias(p, q);
        }
        try (Csr counts = random.cooccurrences(window);
                Csr associations = Association.ppmi().shift(negative).of(counts, dtype)) {
            return vectors(associations);
        }
    }

    private Tensor vectors(LinearOperator matrix) {
        embedding.seed(seed);
        plan.accept(embedding.explain(matrix));
        try (Embedding found = embedding.of(matrix)) {
            certificate = found.svd().certificate();
            return found.left(power);
        }
    }
}
