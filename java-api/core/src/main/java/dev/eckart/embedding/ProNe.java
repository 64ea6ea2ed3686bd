package dev.eckart.embedding;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * ProNE (Zhang, Dong, Wang, Tang and Ding 2019, "ProNE: Fast and scalable network representation learning"): vectors of a node's
 * neighbours alone, which a filter of the graph then spreads. With P = D⁻¹·A, b negative samples and qⱼ ∝ (Σᵢ Pᵢⱼ)^¾, first the mutual
 * information ln Pᵢⱼ − ln(b·qⱼ) of each edge; of its vectors R then S·(R − g·R), with S the mean over a node and its neighbours,
 * L = I − S and g = exp(−θ·(½(L − μ)² − I)), by a sum of Chebyshev polynomials. μ, θ, the number of terms, and the I in g, where the
 * paper writes ½I, are those of the authors' program; S is the paper's, where the program takes sums for means.
 */
final class ProNe {
    private static final double MU = 0.5;
    private static final double THETA = 0.5;
    private static final int TERMS = 10;

    private ProNe() {}

    /**
     * Mutual information of nodes that an edge joins, (n, n).
     *
     * @throws IllegalArgumentException for a directed graph
     */
    static Csr associations(Graph graph, double negative, DType dtype) {
        double[] inverse = NetMf.degrees("prone", graph);
        for (int i = 0; i < inverse.length; i++) {
            inverse[i] = inverse[i] == 0 ? 0 : 1 / inverse[i];
        }
        try (Csr transition = NetMf.transition(graph, inverse, DType.F64)) {
            return Association.pmi().smoothing(0.75).shift(negative).of(transition, dtype);
        }
    }

    /** S·(R − g·R), (n, d) as R is. */
    static Tensor spread(Graph graph, Tensor vectors) {
        try (Scope scope = Scope.open();
                Csr means = means(graph, vectors.dtype())) {
            Tensor before = vectors.copy();
            Tensor now = argument(means, vectors);
            // e^(−θx) = I₀(θ)·T₀(x) + 2·Σ (−1)^i·Iᵢ(θ)·Tᵢ(x), Tᵢ₊₁ = 2x·Tᵢ − Tᵢ₋₁
            Tensor sum = before.multiply(bessel(0)).subtract(now.multiply(2 * bessel(1)));
            for (int i = 2; i < TERMS; i++) {
                Interrupts.check("prone");
                try (Scope step = Scope.open()) {
                    Tensor next = argument(means, now).multiply(2).subtract(before);
                    sum.assign(sum.add(next.multiply((i % 2 == 0 ? 2 : -2) * bessel(i))));
                    before.assign(now);
                    now.assign(next);
                }
            }
            return scope.keep(means.multiply(vectors.subtract(sum)));
        }
    }

    /** ½·(L − μ)²·X − X. */
    private static Tensor argument(Csr means, Tensor x) {
        try (Scope scope = Scope.open()) {
            Tensor twice = shifted(means, shifted(means, x));
            return scope.keep(twice.multiply(0.5).subtract(x));
        }
    }

    /** (L − μ)·X. */
    private static Tensor shifted(Csr means, Tensor x) {
        return x.multiply(1 - MU).subtract(means.multiply(x));
    }

    /** Iᵢ(θ), the modified Bessel function of the first kind, by its power series. */
    private static double bessel(int order) {
        double term = 1;
        for (int k = 1; k <= order; k++) {
            term *= THETA / 2 / k;
        }
        double sum = 0;
        for (int k = 1; term > sum * 1e-17; k++) {
            sum += term;
            term *= THETA * THETA / 4 / k / (k + order);
        }
        return sum;
    }

    /** Rows of A + I, divided by their sums. */
    private static Csr means(Graph graph, DType dtype) {
        int n = graph.nodes().size();
        try (CsrBuilder rows = new CsrBuilder(dtype)) {
            for (int i = 0; i < n; i++) {
                double all = graph.degree(i) + 1;
                rows.add(i, 1 / all);
                for (int e = graph.start(i); e < graph.start(i + 1); e++) {
                    rows.add(graph.target(e), graph.weight(e) / all);
                }
                rows.endRow();
            }
            return rows.toCsr(n);
        }
    }
}
