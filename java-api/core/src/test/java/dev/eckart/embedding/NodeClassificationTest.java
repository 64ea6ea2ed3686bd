package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NodeClassificationTest {
    private static final int NODES = 120;

    /** Vectors of 2: the first entry is large where i % 3 is 0, the second where it is 1; a little noise. */
    private static WordVectors vectors() {
        double[] noise = Tensor.normal(DType.F64, 1, NODES, 2).toArray();
        double[] entries = IntStream.range(0, 2 * NODES)
                .mapToDouble(e -> (e / 2 % 3 == e % 2 ? 1000 : 0) + noise[e])
                .toArray();
        return named(Tensor.of(entries, NODES, 2));
    }

    private static WordVectors named(Tensor vectors) {
        return WordVectors.of(
                Vocabulary.of(IntStream.range(0, NODES).mapToObj(i -> "n" + i).toList()), vectors);
    }

    private static int[][] each(IntFunction<int[]> classes) {
        return IntStream.range(0, NODES).mapToObj(classes).toArray(int[][]::new);
    }

    @Test
    void classes_are_told_by_vectors_and_not_by_noise() {
        int[][] classes = each(i -> i < 20 ? new int[0] : new int[] {i % 3});
        try (WordVectors vectors = vectors();
                WordVectors noise = named(Tensor.normal(DType.F32, 2, NODES, 2))) {
            assertThat(NodeClassification.f1(vectors, classes, 0.5, 7))
                    .isEqualTo(new NodeClassification.Scores(1, 1, 50));
            assertThat(NodeClassification.f1(noise, classes, 0.5, 7).microF1()).isBetween(0.1, 0.6);
        }
    }

    @Test
    void nodes_of_several_classes_are_given_as_many() {
        // All have class 3, so that nothing tells it from the rest.
        int[][] classes = each(i -> i % 3 == 2 ? new int[] {3} : new int[] {i % 3, 3});
        try (WordVectors vectors = vectors()) {
            assertThat(NodeClassification.f1(vectors, classes, 0.5, 7))
                    .isEqualTo(new NodeClassification.Scores(1, 1, 60));
        }
    }

    /** Counted by hand: of class 0 one right of 2 given and 2 true, of class 1 one of 1 and 2, of class 2 none of 1 and none. */
    @Test
    void f1_is_over_all_classes_and_the_mean_of_each() {
        int[][] classes = {{9}, {0}, {0, 1}, {1}};
        int[][] given = {{0}, {1, 2}, {0}};
        NodeClassification.Scores scores = NodeClassification.scores(given, classes, new int[] {1, 2, 3});
        assertThat(scores.microF1()).isCloseTo(2.0 * 2 / 8, within(1e-15));
        assertThat(scores.macroF1()).isCloseTo((2.0 / 4 + 2.0 / 3 + 0) / 3, within(1e-15));
        assertThat(scores.asked()).isEqualTo(3);
    }

    @Test
    void should_refuse_what_teaches_nothing() {
        try (WordVectors vectors = vectors()) {
            assertThatThrownBy(() -> NodeClassification.f1(vectors, new int[1][1], 0.5, 0))
                    .hasMessageContaining("1 lists of classes, 120 nodes");
            for (int[][] bad : List.of(each(i -> new int[] {0}), each(i -> new int[0]))) {
                assertThatThrownBy(() -> NodeClassification.f1(vectors, bad, 0.5, 0))
                        .hasMessageContaining("two are needed");
            }
            int[][] negative = each(i -> new int[] {i % 2});
            negative[3] = new int[] {-1};
            assertThatThrownBy(() -> NodeClassification.f1(vectors, negative, 0.5, 0))
                    .hasMessageContaining("node 3 has class -1");
            assertThatThrownBy(() -> NodeClassification.f1(vectors, Arrays.copyOf(negative, NODES), 1, 0))
                    .hasMessageContaining("share 1.0");
        }
    }
}
