package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LinkPredictionTest {
    /** Four groups of 15: an edge with probability 0.6 within one, 0.02 between two. */
    private static Graph groups(boolean directed) {
        Random random = new Random(4);
        List<int[]> edges = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < i; j++) {
                if (random.nextDouble() < (i % 4 == j % 4 ? 0.6 : 0.02)) {
                    edges.add(new int[] {i, j});
                }
            }
        }
        return graph(edges, directed);
    }

    private static Graph graph(List<int[]> edges, boolean directed) {
        double[] ones = new double[edges.size()];
        Arrays.fill(ones, 1);
        return Graph.of(
                IntStream.range(0, 60).mapToObj(i -> "n" + i).toList(),
                edges.stream().mapToInt(e -> e[0]).toArray(),
                edges.stream().mapToInt(e -> e[1]).toArray(),
                ones,
                directed);
    }

    @Test
    void hidden_edges_are_told_from_pairs_without_one_and_noise_tells_nothing() {
        try (Graph graph = groups(false)) {
            double found = IntStream.range(0, 3)
                    .mapToDouble(seed -> LinkPrediction.auc(graph, 0.2, seed, rest -> {
                        assertThat(rest.adjacency().entries())
                                .isEqualTo(Math.round(0.8 * graph.adjacency().entries() / 2) * 2);
                        assertThat(rest.nodes().words()).isEqualTo(graph.nodes().words());
                        return NodeVectors.dimensions(8).fit(rest);
                    }))
                    .average()
                    .orElseThrow();
            assertThat(found).isGreaterThan(0.8);
            double noise = LinkPrediction.auc(
                    graph, 0.2, 1, rest -> WordVectors.of(rest.nodes(), Tensor.normal(DType.F32, 1, 60, 8)));
            assertThat(noise).isBetween(0.3, 0.7);
        }
    }

    @Test
    void units_of_the_entries_of_vectors_do_not_count() {
        try (Graph graph = groups(false)) {
            double found = LinkPrediction.auc(graph, 0.2, 1, rest -> scaled(rest, 1, 1));
            assertThat(LinkPrediction.auc(graph, 0.2, 1, rest -> scaled(rest, 1e-3, 1e3)))
                    .isCloseTo(found, within(1e-3));
        }
    }

    /**
     * All pairs of the first 30 nodes have an edge, of the others one in twenty: no pair without an edge is among the first 30, nine in
     * ten of those with one are. Vectors that point all one way tell them by their lengths alone.
     */
    @Test
    void lengths_of_vectors_tell_busy_nodes() {
        Random random = new Random(4);
        List<int[]> edges = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < i; j++) {
                if (i < 30 || random.nextDouble() < 0.05) {
                    edges.add(new int[] {i, j});
                }
            }
        }
        try (Graph graph = graph(edges, false)) {
            double[] lengths =
                    IntStream.range(0, 60).mapToDouble(i -> i < 30 ? 2 : 1).toArray();
            double found =
                    LinkPrediction.auc(graph, 0.2, 1, rest -> WordVectors.of(rest.nodes(), Tensor.of(lengths, 60, 1)));
            assertThat(found).isGreaterThan(0.85);
        }
    }

    /** Nodes have edges by their number: pairs drawn evenly are told by that, pairs drawn by degree hardly. */
    @Test
    void pairs_drawn_by_degree_are_harder_than_those_drawn_evenly_and_as_hard_in_the_test_as_in_the_training() {
        Random random = new Random(4);
        List<int[]> edges = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            for (int j = 0; j < i; j++) {
                if (random.nextDouble() < 0.9 * (i / 60.0) * (i / 60.0) * (j / 60.0) * (j / 60.0) + 0.01) {
                    edges.add(new int[] {i, j});
                }
            }
        }
        try (Graph graph = graph(edges, false)) {
            double[] numbers = IntStream.range(0, 60).mapToDouble(i -> i + 1.0).toArray();
            double[] found = Arrays.stream(LinkPrediction.Pairs.values())
                    .mapToDouble(pairs -> LinkPrediction.auc(
                            graph, 0.5, 1, pairs, rest -> WordVectors.of(rest.nodes(), Tensor.of(numbers, 60, 1))))
                    .toArray();
            assertThat(found[0]).isLessThan(found[1] - 0.1);
            List<int[]> none =
                    LinkPrediction.withoutEdge(graph, 600, LinkPrediction.Pairs.BY_DEGREE, new SplittableRandom(1));
            double[] busy = IntStream.range(0, 2)
                    .mapToDouble(half -> none.subList(300 * half, 300 * half + 300).stream()
                            .mapToDouble(p -> graph.degree(p[0]) * graph.degree(p[1]))
                            .average()
                            .orElseThrow())
                    .toArray();
            assertThat(busy[0] / busy[1]).isBetween(0.85, 1.18);
        }
    }

    private static WordVectors scaled(Graph graph, double first, double others) {
        double[] scale = new double[8];
        Arrays.fill(scale, others);
        scale[0] = first;
        try (Scope scope = Scope.open();
                WordVectors vectors = NodeVectors.dimensions(8).dtype(DType.F64).fit(graph)) {
            return WordVectors.of(graph.nodes(), scope.keep(vectors.vectors().multiply(Tensor.of(scale))));
        }
    }

    @Test
    void the_area_counts_pairs_in_the_right_order_and_equals_half() {
        assertThat(LinkPrediction.area(new double[] {3, 4, 1, 2}, 2)).isEqualTo(1);
        assertThat(LinkPrediction.area(new double[] {1, 2, 3, 4}, 2)).isZero();
        assertThat(LinkPrediction.area(new double[] {2, 5, 2, 1}, 2)).isEqualTo(3.5 / 4);
    }

    @Test
    void should_refuse_what_has_no_edges_to_hide() {
        try (Graph graph = groups(false);
                Graph directed = groups(true);
                Graph few = Graph.of(List.of("a", "b"), new int[] {0}, new int[] {1}, new double[] {1}, false)) {
            assertThatThrownBy(() -> LinkPrediction.auc(directed, 0.2, 0, g -> null))
                    .hasMessageContaining("directed");
            assertThatThrownBy(() -> LinkPrediction.auc(graph, 1, 0, g -> null)).hasMessageContaining("share 1.0");
            assertThatThrownBy(() -> LinkPrediction.auc(few, 0.2, 0, g -> null)).hasMessageContaining("1 edges");
        }
    }
}
