package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class NodeVectorsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static List<String> names(int n) {
        return IntStream.range(0, n).mapToObj(i -> "n" + i).toList();
    }

    /** Weights, a loop at 2, and 5 without edges. */
    private static final int[][] EDGES = {{0, 1}, {0, 2}, {1, 2}, {2, 3}, {3, 4}, {2, 2}};

    private static final double[] WEIGHTS = {1, 2, 0.5, 3, 1.5, 4};

    private static Graph small(boolean directed) {
        return Graph.of(
                names(6),
                Arrays.stream(EDGES).mapToInt(e -> e[0]).toArray(),
                Arrays.stream(EDGES).mapToInt(e -> e[1]).toArray(),
                WEIGHTS,
                directed);
    }

    private static double[][] dense() {
        double[][] a = new double[6][6];
        for (int e = 0; e < EDGES.length; e++) {
            a[EDGES[e][0]][EDGES[e][1]] = WEIGHTS[e];
            a[EDGES[e][1]][EDGES[e][0]] = WEIGHTS[e];
        }
        return a;
    }

    /** Circles through all nodes with steps of 1 and 3: every degree is 4, so that walks start as they go on. */
    private static Graph regular(int n) {
        int[] from = new int[2 * n];
        int[] to = new int[2 * n];
        double[] weights = new double[2 * n];
        Arrays.fill(weights, 1);
        for (int i = 0; i < n; i++) {
            from[i] = i;
            to[i] = (i + 1) % n;
            from[n + i] = i;
            to[n + i] = (i + 3) % n;
        }
        return Graph.of(names(n), from, to, weights, false);
    }

    private static double[][] multiply(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    /** vol/(bT)·(P + … + P^T)·D⁻¹, by loops. */
    private static double[][] formula(double[][] a, int window, double negative) {
        int n = a.length;
        double[] degrees = new double[n];
        double volume = 0;
        for (int i = 0; i < n; i++) {
            degrees[i] = Arrays.stream(a[i]).sum();
            volume += degrees[i];
        }
        double[][] p = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                p[i][j] = degrees[i] == 0 ? 0 : a[i][j] / degrees[i];
            }
        }
        double[][] m = new double[n][n];
        double[][] power = p;
        for (int r = 1; r <= window; r++) {
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    m[i][j] += degrees[j] == 0 ? 0 : volume / (negative * window) * power[i][j] / degrees[j];
                }
            }
            power = multiply(power, p);
        }
        return m;
    }

    @Test
    void netmf_is_its_formula() {
        for (int window : new int[] {1, 2, 10}) {
            double[][] m = NetMf.logarithm(small(false), window, 2, DType.F64).toMatrix();
            double[][] expected = formula(dense(), window, 2);
            for (int i = 0; i < 6; i++) {
                for (int j = 0; j < 6; j++) {
                    assertThat(m[i][j]).isCloseTo(Math.log(Math.max(1, expected[i][j])), within(1e-14));
                    assertThat(m[i][j]).isCloseTo(m[j][i], within(1e-14));
                }
            }
        }
        assertThatThrownBy(() -> NetMf.logarithm(small(true), 2, 1, DType.F64)).hasMessageContaining("directed");
    }

    /** Loops make D^-½·A·D^-½ positive semidefinite, so that all eigenvectors give the formula. */
    @Test
    void netmf_of_all_eigenvectors_is_its_formula() {
        int[] from = {0, 0, 1, 2, 3, 0, 1, 2, 3, 4};
        int[] to = {1, 2, 2, 3, 4, 0, 1, 2, 3, 4};
        double[] weights = {1, 2, 0.5, 3, 1.5, 9, 9, 9, 9, 9};
        Graph graph = Graph.of(names(6), from, to, weights, false);
        for (int window : new int[] {1, 2, 10}) {
            double[][] expected = NetMf.logarithm(graph, window, 2, DType.F64).toMatrix();
            Tensor right = Tensor.uniform(DType.F64, 3, 6, 2);
            try (LowRankNetMf m = LowRankNetMf.of(graph, window, 2, 6, 0, DType.F64)) {
                Tensor exact = Tensor.of(expected);
                assertThat(m.rows(1, 5).subtract(exact.slice(0, 1, 5)).norm()).isLessThan(1e-12);
                assertThat(m.columns(1, 5).subtract(exact.slice(1, 1, 5)).norm())
                        .isLessThan(1e-12);
                assertThat(m.multiply(right).subtract(exact.matmul(right)).norm())
                        .isLessThan(1e-12);
                assertThat(m.gram(right)
                                .subtract(exact.matmul(exact).matmul(right))
                                .norm())
                        .isLessThan(1e-11);
            }
        }
        assertThatThrownBy(() -> LowRankNetMf.of(small(true), 2, 1, 3, 0, DType.F64))
                .hasMessageContaining("directed");
    }

    /** ln P − ln q of the edges by loops, q ∝ (Σᵢ Pᵢⱼ)^¾. */
    @Test
    void prone_factors_the_mutual_information_of_edges() {
        double[][] a = dense();
        double[] columns = new double[6];
        double all = 0;
        for (int j = 0; j < 6; j++) {
            for (double[] row : a) {
                columns[j] += row[j] == 0 ? 0 : row[j] / Arrays.stream(row).sum();
            }
            all += Math.pow(columns[j], 0.75);
        }
        try (Csr m = ProNe.associations(small(false), 2, DType.F64)) {
            double[][] found = m.toDense().toMatrix();
            for (int i = 0; i < 6; i++) {
                double degree = Arrays.stream(a[i]).sum();
                for (int j = 0; j < 6; j++) {
                    double share = 2 * Math.pow(columns[j], 0.75) / all;
                    double expected = a[i][j] == 0 ? 0 : Math.log(a[i][j] / degree / share);
                    assertThat(found[i][j]).isCloseTo(expected, within(1e-13));
                }
            }
        }
        assertThatThrownBy(() -> ProNe.associations(small(true), 1, DType.F64)).hasMessageContaining("prone: ");
    }

    /** The filter as the power series of e^X instead of Chebyshev polynomials; what those leave out is below 2·I₁₀(½) = 5e-13. */
    @Test
    void prone_spreads_vectors_by_its_filter() {
        double[][] s = dense();
        for (int i = 0; i < 6; i++) {
            s[i][i] += 1;
            double sum = Arrays.stream(s[i]).sum();
            for (int j = 0; j < 6; j++) {
                s[i][j] /= sum;
            }
        }
        double[][] shifted = new double[6][6]; // I − S − μ
        double[][] r = Tensor.normal(DType.F64, 5, 6, 3).toMatrix();
        double[][] rest = new double[6][3]; // R − g·R
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                shifted[i][j] = (i == j ? 0.5 : 0) - s[i][j];
            }
            rest[i] = r[i].clone();
        }
        double[][] squared = multiply(shifted, shifted);
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                squared[i][j] = -0.5 * (squared[i][j] / 2 - (i == j ? 1 : 0));
            }
        }
        double[][] term = r;
        for (int k = 1; k < 30; k++) {
            for (int i = 0; i < 6; i++) {
                for (int j = 0; j < 3; j++) {
                    rest[i][j] -= term[i][j];
                }
            }
            term = multiply(squared, term);
            for (double[] row : term) {
                for (int j = 0; j < 3; j++) {
                    row[j] /= k;
                }
            }
        }
        Tensor expected = Tensor.of(multiply(s, rest));
        assertThat(ProNe.spread(small(false), Tensor.of(r)).subtract(expected).norm())
                .isLessThan(1e-11);
    }

    /** 3000 nodes take three blocks of columns. */
    @Test
    void blocks_of_columns_make_one_matrix() {
        Tensor m = NetMf.logarithm(regular(3000), 2, 1, DType.F32);
        assertThat(m.shape()).isEqualTo(Shape.of(3000, 3000));
        // P: 1/4 for 4 nodes; P²: 16 paths to 0 (4), ±2, ±6 (1 each), ±4, ±2 (2 each).
        double own = Math.log(3000 / 2.0 * 4 / 16);
        double next = Math.log(3000 / 2.0 / 4);
        for (int i : new int[] {0, 1500, 2999}) {
            assertThat(m.get(i, i)).isCloseTo(own, within(1e-5));
            assertThat(m.get(i, (i + 1) % 3000)).isCloseTo(next, within(1e-5));
            assertThat(m.get((i + 3) % 3000, i)).isCloseTo(next, within(1e-5));
            assertThat(m.get(i, (i + 5) % 3000)).isZero();
        }
    }

    @Test
    void steps_go_by_weight_and_walks_end_where_no_edge_leaves() {
        Graph graph = small(true);
        long[][] steps = new long[6][6];
        int[] lengths = new int[30];
        RandomWalks.in(graph).perNode(20_000).length(20).seed(1).forEach((walk, length) -> {
            lengths[length]++;
            for (int i = 1; i < length; i++) {
                steps[walk[i - 1]][walk[i]]++;
            }
            assertThat(walk[length - 1] == 4 || walk[length - 1] == 5 || length == 20)
                    .isTrue();
        });
        assertThat(lengths[1]).isEqualTo(40_000); // from 4 and 5
        double[][] expected = {
            {0, 1 / 3.0, 2 / 3.0, 0, 0}, {0, 0, 1, 0, 0}, {0, 0, 4 / 7.0, 3 / 7.0, 0}, {0, 0, 0, 0, 1}
        };
        for (int i = 0; i < expected.length; i++) {
            double total = Arrays.stream(steps[i]).sum();
            for (int j = 0; j < 5; j++) {
                double p = expected[i][j];
                assertThat(steps[i][j] / total).isCloseTo(p, within(5 * Math.sqrt(p * (1 - p) / total) + 1e-15));
            }
        }
    }

    @Test
    void biased_steps_depend_on_the_node_before() {
        Graph graph = small(false);
        double[][] a = dense();
        double p = 4;
        double q = 0.25;
        long[][][] steps = new long[6][6][6];
        RandomWalks.in(graph).perNode(3000).length(40).bias(p, q).seed(2).forEach((walk, length) -> {
            for (int i = 2; i < length; i++) {
                steps[walk[i - 2]][walk[i - 1]][walk[i]]++;
            }
        });
        for (int before = 0; before < 5; before++) {
            for (int now = 0; now < 5; now++) {
                double total = Arrays.stream(steps[before][now]).sum();
                double[] weights = new double[6];
                for (int next = 0; next < 6; next++) {
                    weights[next] = a[now][next] * (next == before ? 1 / p : a[before][next] > 0 ? 1 : 1 / q);
                }
                double sum = Arrays.stream(weights).sum();
                for (int next = 0; next < 6 && a[before][now] > 0; next++) {
                    double share = weights[next] / sum;
                    assertThat(total).isGreaterThan(1000);
                    assertThat(steps[before][now][next] / total)
                            .as("%d %d %d", before, now, next)
                            .isCloseTo(share, within(5 * Math.sqrt(share * (1 - share) / total) + 1e-15));
                }
            }
        }
    }

    @Test
    void walks_are_the_same_for_any_number_of_threads() {
        List<List<Integer>> expected = null;
        for (int count : new int[] {1, 3}) {
            List<List<Integer>> all = new ArrayList<>();
            try (Threads t = Threads.use(count)) {
                RandomWalks.in(regular(50))
                        .perNode(3)
                        .length(9)
                        .bias(2, 3)
                        .seed(5)
                        .forEach((walk, length) ->
                                all.add(Arrays.stream(walk, 0, length).boxed().toList()));
            }
            expected = expected == null ? all : expected;
            assertThat(all).hasSize(150).isEqualTo(expected);
        }
        assertThat(expected.get(51).get(0)).isEqualTo(1);
    }

    /** Qiu et al. 2018, theorem 2.3: #(i,j)·N/(#i·#j) tends to vol/T·Σ P^r·D⁻¹, and sixteen times the walks quarter the distance. */
    @Test
    void counts_of_walks_tend_to_the_formula_of_netmf() {
        int n = 20;
        int window = 3;
        Graph graph = regular(n);
        double[][] limit = formula(graph.adjacency().toDense().toMatrix(), window, 1);
        double few = 0;
        double many = 0;
        for (int seed = 0; seed < 4; seed++) {
            few += distance(graph, window, 1, seed, limit) / 4;
            many += distance(graph, window, 16, seed, limit) / 4;
        }
        assertThat(many).isLessThan(0.02);
        assertThat(few / many).isBetween(3.0, 5.5);
    }

    /** Root of the mean squared difference. */
    private static double distance(Graph graph, int window, int walks, long seed, double[][] limit) {
        int n = limit.length;
        RandomWalks random = RandomWalks.in(graph).perNode(walks).length(3000).seed(seed);
        try (Csr counts = random.cooccurrences(window)) {
            double[][] c = counts.toDense().toMatrix();
            double[] sums = Arrays.stream(c)
                    .mapToDouble(row -> Arrays.stream(row).sum())
                    .toArray();
            double all = Arrays.stream(sums).sum();
            double squares = 0;
            for (int i = 0; i < n; i++) {
                for (int j = 0; j < n; j++) {
                    double difference = c[i][j] * all / (sums[i] * sums[j]) - limit[i][j];
                    squares += difference * difference;
                }
            }
            return Math.sqrt(squares) / n;
        }
    }

    /** Two cliques of eight, joined by one edge. */
    private static Graph cliques() {
        List<int[]> edges = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            for (int j = i / 8 * 8; j < i; j++) {
                edges.add(new int[] {i, j});
            }
        }
        edges.add(new int[] {0, 15});
        double[] weights = new double[edges.size()];
        Arrays.fill(weights, 1);
        return Graph.of(
                names(16),
                edges.stream().mapToInt(e -> e[0]).toArray(),
                edges.stream().mapToInt(e -> e[1]).toArray(),
                weights,
                false);
    }

    @Test
    void nodes_that_walks_meet_together_are_near() {
        for (NodeVectors.Method method : NodeVectors.Method.values()) {
            WordVectors vectors = NodeVectors.dimensions(4)
                    .window(3)
                    .method(method)
                    .bias(0.5, 2)
                    .fit(cliques());
            assertThat(vectors.vectors().shape()).isEqualTo(Shape.of(16, 4));
            for (int i = 0; i < 16; i++) {
                int own = i;
                assertThat(vectors.nearest("n" + i, 7))
                        .as("%s n%d", method, i)
                        .allMatch(m -> m.number() / 8 == own / 8);
            }
        }
        assertThat(NodeVectors.dimensions(1).methodFor(cliques())).isEqualTo(NodeVectors.Method.NETMF);
        assertThat(NodeVectors.dimensions(1).methodFor(small(true))).isEqualTo(NodeVectors.Method.DEEPWALK);
    }

    @Test
    void isolated_nodes_have_vectors_of_zeros_and_loops_stand_once() {
        Graph graph = small(false);
        for (NodeVectors.Method method : NodeVectors.Method.values()) {
            WordVectors vectors =
                    NodeVectors.dimensions(2).method(method).dtype(DType.F64).fit(graph);
            assertThat(vectors.vectors().select(0, 5).norm()).isLessThan(1e-12);
        }
        assertThat(graph.adjacency().toDense().get(2, 2)).isEqualTo(4);
        assertThat(graph.degree(2)).isEqualTo(9.5);
    }

    @ParameterizedTest
    @EnumSource
    void an_interrupt_ends_a_fit_and_leaves_no_memory(NodeVectors.Method method) {
        try (Graph graph = cliques()) {
            long before = MemoryBudget.used();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> NodeVectors.dimensions(2).method(method).fit(graph))
                    .isInstanceOf(CancellationException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(MemoryBudget.used()).isEqualTo(before);
        }
    }

    @Test
    void should_refuse_what_is_no_graph() {
        int[] ends = {0, 1};
        assertThatThrownBy(() -> Graph.of(names(2), ends, ends, new double[] {1, -1}, false))
                .hasMessageContaining("edge 1 has weight -1.0");
        assertThatThrownBy(() -> Graph.of(names(2), ends, ends, new double[] {Double.NaN, 1}, true))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> Graph.of(names(1), ends, ends, new double[] {1, 1}, true))
                .hasMessageContaining("1");
        assertThatThrownBy(() -> Graph.of(names(2), ends, ends, new double[] {1}, true))
                .hasMessageContaining("1 weights");
        assertThatThrownBy(() -> NodeVectors.dimensions(7).fit(small(false)))
                .hasMessageContaining("more than the 6 nodes");
        assertThatThrownBy(() -> NodeVectors.dimensions(2)
                        .method(NodeVectors.Method.NETMF)
                        .fit(small(true)))
                .hasMessageContaining("directed");
        assertThatThrownBy(() -> RandomWalks.in(small(false)).bias(0, 1)).hasMessageContaining("positive");
        assertThatThrownBy(() -> RandomWalks.in(small(false)).length(0)).hasMessageContaining("length 0");
    }
}
