package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.embedding.NearestNeighbours.Metric;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Comparator;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNeighboursTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static double score(double[] a, double[] b, Metric metric) {
        double product = 0;
        double squaresA = 0;
        double squaresB = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
            squaresA += a[i] * a[i];
            squaresB += b[i] * b[i];
        }
        return metric == Metric.INNER_PRODUCT ? product : product / Math.sqrt(squaresA * squaresB);
    }

    /** The last takes three blocks of vectors and two of queries. */
    @ParameterizedTest
    @CsvSource({
        "COSINE,1,3,1,1",
        "INNER_PRODUCT,7,4,3,7",
        "COSINE,50,5,9,10",
        "COSINE,20001,3,131,4",
        "INNER_PRODUCT,20001,3,131,4"
    })
    void finds_what_a_search_through_all_finds(Metric metric, int n, int d, int q, int k) {
        Tensor vectors = Tensor.normal(DType.F64, 1, n, d);
        Tensor queries = Tensor.normal(DType.F64, 2, q, d);
        double[][] among = vectors.toMatrix();
        try (NearestNeighbours neighbours = NearestNeighbours.of(vectors, metric)) {
            Indexing.Ranked found = neighbours.search(queries, k);
            assertThat(found.values().shape()).isEqualTo(Shape.of(q, k));
            long[] numbers = found.indices().toLongArray();
            double[] scores = found.values().toArray();
            for (int i = 0; i < q; i += Math.max(1, q / 10)) {
                double[] query = queries.select(0, i).toArray();
                double[] all = IntStream.range(0, n)
                        .mapToDouble(j -> score(query, among[j], metric))
                        .toArray();
                int[] best = IntStream.range(0, n)
                        .boxed()
                        .sorted(Comparator.comparingDouble(j -> -all[j]))
                        .limit(k)
                        .mapToInt(j -> j)
                        .toArray();
                for (int r = 0; r < k; r++) {
                    assertThat(numbers[i * k + r]).isEqualTo(best[r]);
                    assertThat(scores[i * k + r]).isCloseTo(all[best[r]], within(1e-12));
                }
            }
        }
    }

    @Test
    void of_equals_the_first_comes_first_also_over_blocks() {
        Tensor vectors = Tensor.full(DType.F32, 1, 20_000, 2);
        NearestNeighbours neighbours = NearestNeighbours.of(vectors, Metric.COSINE);
        Indexing.Ranked found = neighbours.search(Tensor.full(DType.F32, 1, 128, 2), 3);
        assertThat(found.indices().select(0, 127).toLongArray()).containsExactly(0, 1, 2);
    }

    @Test
    void vectors_of_zeros_have_cosine_zero_and_large_ones_do_not_overflow() {
        Tensor vectors = Tensor.of(new double[][] {{0, 0}, {3e200, 4e200}, {-1e-200, 0}});
        Indexing.Ranked found =
                NearestNeighbours.of(vectors, Metric.COSINE).search(Tensor.of(new double[][] {{1, 0}, {0, 0}}), 3);
        assertThat(found.indices().toMatrix()).isDeepEqualTo(new double[][] {{1, 0, 2}, {0, 1, 2}});
        assertThat(found.values().select(0, 0).toArray()).containsExactly(new double[] {0.6, 0, -1}, within(1e-15));
    }

    @Test
    void an_interrupt_ends_a_search() {
        NearestNeighbours three = NearestNeighbours.of(Tensor.eye(DType.F64, 3), Metric.COSINE);
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> three.search(Tensor.eye(DType.F64, 3), 1))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("nearest neighbours");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void asks_for_no_more_than_there_are() {
        NearestNeighbours three = NearestNeighbours.of(Tensor.eye(DType.F64, 3), Metric.COSINE);
        assertThat(three.search(Tensor.eye(DType.F64, 3), 9).indices().shape()).isEqualTo(Shape.of(3, 3));
        assertThat(three.search(Tensor.eye(DType.F64, 3), 0).indices().shape()).isEqualTo(Shape.of(3, 0));
        assertThat(three.search(Tensor.zeros(DType.F64, 0, 3), 2).indices().shape())
                .isEqualTo(Shape.of(0, 2));
        NearestNeighbours none = NearestNeighbours.of(Tensor.zeros(DType.F64, 0, 3), Metric.COSINE);
        assertThat(none.search(Tensor.eye(DType.F64, 3), 2).indices().shape()).isEqualTo(Shape.of(3, 0));
    }

    @Test
    void should_refuse_what_is_not_finite_or_does_not_fit() {
        NearestNeighbours three = NearestNeighbours.of(Tensor.eye(DType.F64, 3), Metric.COSINE);
        assertThatThrownBy(() -> three.search(Tensor.eye(DType.F64, 2), 1)).hasMessageContaining("(2,2)");
        assertThatThrownBy(() -> three.search(Tensor.full(DType.F64, Double.NaN, 1, 3), 1))
                .hasMessageContaining("nearest neighbours: queries")
                .hasMessageContaining("NaN");
        assertThatThrownBy(() ->
                        NearestNeighbours.of(Tensor.of(new double[][] {{Double.POSITIVE_INFINITY}}), Metric.COSINE))
                .hasMessageContaining("Infinity");
        assertThatThrownBy(() -> three.search(Tensor.eye(DType.F64, 3), -1)).hasMessageContaining("negative");
    }
}
