package dev.eckart.embedding;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The matrix that DeepWalk factors when it walks forever (Qiu, Dong, Ma, Li, Wang and Tang 2018, theorem 2.3): M = vol(G)/(b·T) ·
 * (P + P² + … + P^T)·D⁻¹, with the degrees D, P = D⁻¹·A, T the window and b the negative samples, of an undirected graph. Its entries are
 * made block of columns by block; n·n numbers are held.
 */
final class NetMf {
    private static final long BLOCK_ELEMENTS = 1 << 22;

    private NetMf() {}

    /**
     * ln max(M, 1), (n, n); nodes without edges have zeros.
     *
     * @param window T
     * @param negative b
     * @throws IllegalArgumentException for a directed graph
     */
    static Tensor logarithm(Graph graph, int window, double negative, DType dtype) {
        double[] degrees = degrees("netmf", graph);
        int n = degrees.length;
        double volume = Arrays.stream(degrees).sum();
        double[] inverse = Arrays.stream(degrees).map(d -> d == 0 ? 0 : 1 / d).toArray();
        Tensor all = Tensor.empty(Device.cpu(), dtype, n, n);
        try (Scope scope = Scope.open();
                Csr transition = transition(graph, inverse, dtype)) {
            long width = Math.max(1, BLOCK_ELEMENTS / Math.max(1, n));
            for (long from = 0; from < n; from += width) {
                Interrupts.check("netmf");
                long to = Math.min(n, from + width);
                block(transition, inverse, volume / (negative * window), window, from, to, all);
            }
            return all;
        } catch (RuntimeException | Error e) {
            all.close();
            throw e;
        }
    }

    /** Of an undirected graph. */
    static double[] degrees(String method, Graph graph) {
        if (graph.directed()) {
            throw new IllegalArgumentException(
                    method + ": the graph is directed, its formula holds for undirected ones; walk instead");
        }
        return IntStream.range(0, graph.nodes().size())
                .mapToDouble(graph::degree)
                .toArray();
    }

    /** Columns of ln max(M, 1): P applied again and again to those of the identity. */
    private static void block(
            Csr transition, double[] inverse, double factor, int window, long from, long to, Tensor all) {
        try (Scope scope = Scope.open()) {
            DType dtype = all.dtype();
            Tensor power = transition.columns(from, to);
            Tensor sum = power.copy();
            for (int r = 1; r < window; r++) {
                power = transition.multiply(power);
                sum = sum.add(power);
            }
            double[] scales = new double[(int) (to - from)];
            for (int j = 0; j < scales.length; j++) {
                scales[j] = factor * inverse[(int) from + j];
            }
            Tensor one = Tensor.full(dtype, 1, 1);
            all.slice(1, from, to)
                    .assign(sum.multiply(Tensor.of(scales).to(dtype))
                            .maximum(one)
                            .log());
        }
    }

    /** D⁻¹·A. */
    static Csr transition(Graph graph, double[] inverse, DType dtype) {
        try (CsrBuilder rows = new CsrBuilder(dtype)) {
            for (int i = 0; i < inverse.length; i++) {
                for (int e = graph.start(i); e < graph.start(i + 1); e++) {
                    rows.add(graph.target(e), graph.weight(e) * inverse[i]);
                }
                rows.endRow();
            }
            return rows.toCsr(inverse.length);
        }
    }
}
