package dev.eckart.embedding;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;

/**
 * {@link NetMf}'s ln max(M, 1) for many nodes (Qiu et al. 2018, algorithm 4): with the h largest eigenvalues Λ of D^-½·A·D^-½ and their
 * vectors U, M ≈ X·Xᵀ, X = (vol(G)/b)^½ · D^-½·U·f(Λ)^½, where f(λ) = (λ + λ² + … + λ^T)/T, and 0 where that is negative. The matrix is
 * known by its products: each makes all n² entries, some rows at a time, and holds none of them. The eigenvalues are the singular values
 * of D^-½·A·D^-½ + I, which is positive semidefinite, less 1: those of the sum are never of two signs, as a tree's own are.
 */
final class LowRankNetMf implements LinearOperator, AutoCloseable {
    private static final long BLOCK_ELEMENTS = 1 << 24;
    /** What passes through several operations in turn stays in the cache. */
    private static final long PIECE_ELEMENTS = 1 << 20;

    /** X, (n, h). */
    private final Tensor x;

    private LowRankNetMf(Tensor x) {
        this.x = x;
    }

    /**
     * The matrix of a graph; nodes without edges have zeros.
     *
     * @param window T
     * @param negative b
     * @param rank h, at most the number of nodes
     * @throws IllegalArgumentException for a directed graph
     */
    static LowRankNetMf of(Graph graph, int window, double negative, int rank, long seed, DType dtype) {
        double[] degrees = NetMf.degrees("netmf", graph);
        int n = degrees.length;
        double volume = Arrays.stream(degrees).sum();
        double[] inverse =
                Arrays.stream(degrees).map(d -> d == 0 ? 0 : 1 / Math.sqrt(d)).toArray();
        try (Scope scope = Scope.open();
                Csr shifted = shifted(graph, inverse, dtype);
                Svd svd = TruncatedSvd.rank(rank)
                        .seed(seed)
                        .certify(Certificate.Level.NONE)
                        .of(shifted)) {
            double[] scales = svd.s().toArray();
            for (int j = 0; j < scales.length; j++) {
                scales[j] = Math.sqrt(volume / negative * Math.max(0, filter(scales[j] - 1, window)));
            }
            Tensor rows = Tensor.of(inverse, n, 1).to(dtype);
            return new LowRankNetMf(
                    scope.keep(svd.u().multiply(Tensor.of(scales).to(dtype)).multiply(rows)));
        }
    }

    /** D^-½·A·D^-½ + I. */
    private static Csr shifted(Graph graph, double[] inverse, DType dtype) {
        int n = inverse.length;
        try (CsrBuilder rows = new CsrBuilder(dtype)) {
            for (int i = 0; i < n; i++) {
                rows.add(i, 1);
                for (int e = graph.start(i); e < graph.start(i + 1); e++) {
                    int j = graph.target(e);
                    rows.add(j, graph.weight(e) * inverse[i] * inverse[j]);
                }
                rows.endRow();
            }
            return rows.toCsr(n);
        }
    }

    private static double filter(double lambda, int window) {
        double sum = 0;
        for (int r = 0; r < window; r++) {
            sum = lambda * (1 + sum);
        }
        return sum / window;
    }

    @Override
    public long rows() {
        return x.dim(0);
    }

    @Override
    public long columns() {
        return x.dim(0);
    }

    @Override
    public DType dtype() {
        return x.dtype();
    }

    @Override
    public Device device() {
        return x.device();
    }

    /** Some rows, (to − from, n). */
    @Override
    public Tensor rows(long from, long to) {
        Tensor all = Tensor.empty(device(), dtype(), to - from, rows());
        long height = Math.max(1, PIECE_ELEMENTS / rows());
        for (long i = from; i < to; i += height) {
            long end = Math.min(to, i + height);
            try (Scope scope = Scope.open()) {
                Tensor products = x.slice(0, i, end).matmul(x.transpose());
                all.slice(0, i - from, end - from)
                        .assign(products.maximum(Tensor.full(dtype(), 1, 1)).log());
            }
        }
        return all;
    }

    @Override
    public Tensor columns(long from, long to) {
        try (Tensor rows = rows(from, to)) {
            return rows.transpose().copy();
        }
    }

    @Override
    public Tensor multiply(Tensor right) {
        Tensor all = Tensor.empty(device(), dtype(), rows(), right.dim(1));
        forEachBlock((from, block) -> all.slice(0, from, from + block.dim(0)).assign(block.matmul(right)));
        return all;
    }

    /** The matrix is symmetric. */
    @Override
    public Tensor multiplyTransposed(Tensor right) {
        return multiply(right);
    }

    /** Makes the entries once. */
    @Override
    public Tensor gram(Tensor right) {
        Tensor sum = Tensor.zeros(dtype(), rows(), right.dim(1));
        forEachBlock((from, block) -> sum.assign(sum.add(block.transpose().matmul(block.matmul(right)))));
        return sum;
    }

    private void forEachBlock(RowAction action) {
        long height = Math.max(1, BLOCK_ELEMENTS / Math.max(1, rows()));
        for (long from = 0; from < rows(); from += height) {
            Interrupts.check("netmf");
            try (Scope scope = Scope.open()) {
                action.accept(from, rows(from, Math.min(rows(), from + height)));
            }
        }
    }

    @Override
    public void forEachRows(RowAction action) {
        forEachBlock(action);
    }

    /** Making the entries takes most of a product's time. */
    @Override
    public boolean isStreamed() {
        return true;
    }

    @Override
    public void close() {
        x.close();
    }
}
