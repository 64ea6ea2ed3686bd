package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SentenceVectorsTest {
    private static final List<List<String>> SENTENCES =
            List.of(List.of("a", "b", "a", "unknown"), List.of("c"), List.of(), List.of("unknown"), List.of("c", "b"));

    private static final double[][] VECTORS = {{1, 0, 2}, {0, 3, 1}, {-1, 1, 1}};

    private Scope scope;
    private WordVectors words;

    @BeforeEach
    void open() {
        scope = Scope.open();
        words = WordVectors.of(Vocabulary.of(List.of("a", "b", "c"), new long[] {6, 3, 1}), Tensor.of(VECTORS));
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void the_mean_is_that_of_known_words() {
        double[][] means = SentenceVectors.mean(words).transform(SENTENCES).toMatrix();
        assertThat(means[0]).containsExactly(new double[] {2 / 3.0, 1, 5 / 3.0}, within(1e-15));
        assertThat(means[1]).containsExactly(VECTORS[2]);
        assertThat(means[2]).containsExactly(0, 0, 0);
        assertThat(means[3]).containsExactly(0, 0, 0);
        assertThat(means[4]).containsExactly(new double[] {-0.5, 2, 1}, within(1e-15));
    }

    @Test
    void rare_words_weigh_more_and_the_common_direction_goes() {
        double a = 0.1;
        double[] weights = {a / (a + 0.6), a / (a + 0.3), a / (a + 0.1)};
        double[][] plain = new double[SENTENCES.size()][3];
        for (int j = 0; j < 3; j++) {
            plain[0][j] = (2 * weights[0] * VECTORS[0][j] + weights[1] * VECTORS[1][j]) / 3;
            plain[1][j] = weights[2] * VECTORS[2][j];
            plain[4][j] = (weights[2] * VECTORS[2][j] + weights[1] * VECTORS[1][j]) / 2;
        }
        double[] common = {1, 1, 1};
        for (int step = 0; step < 500; step++) {
            common = powerStep(plain, common);
        }
        double[][] sif = SentenceVectors.sif(words, words.vocabulary(), a, SENTENCES)
                .transform(SENTENCES)
                .toMatrix();
        for (int i = 0; i < plain.length; i++) {
            double along = dot(plain[i], common);
            for (int j = 0; j < 3; j++) {
                assertThat(sif[i][j]).isCloseTo(plain[i][j] - along * common[j], within(1e-12));
            }
        }
    }

    private static double[] powerStep(double[][] x, double[] v) {
        double[] next = new double[v.length];
        for (double[] row : x) {
            double product = dot(row, v);
            for (int j = 0; j < v.length; j++) {
                next[j] += product * row[j];
            }
        }
        double length = Math.sqrt(dot(next, next));
        for (int j = 0; j < v.length; j++) {
            next[j] /= length;
        }
        return next;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void concatenations_are_cut_and_filled() {
        double[][] first = SentenceVectors.concatenation(words, SENTENCES, 2).toMatrix();
        assertThat(first[0]).containsExactly(1, 0, 2, 0, 3, 1);
        assertThat(first[1]).containsExactly(-1, 1, 1, 0, 0, 0);
        assertThat(first[3]).containsExactly(0, 0, 0, 0, 0, 0);
    }

    @Test
    void components_reproduce_the_products_of_a_sentence() {
        Tensor all = SentenceVectors.components(words, SENTENCES, 3);
        assertThat(all.shape()).isEqualTo(Shape.of(5, 9));
        Tensor matrix = Tensor.of(new double[][] {VECTORS[0], VECTORS[1], VECTORS[0]});
        Tensor parts = all.select(0, 0).reshape(3, 3);
        Tensor difference =
                parts.transpose().matmul(parts).subtract(matrix.transpose().matmul(matrix));
        assertThat(difference.norm()).isLessThan(1e-13);
        assertThat(all.select(0, 2).norm()).isZero();
        Tensor one = SentenceVectors.components(words, SENTENCES, 1);
        assertThat(one.select(0, 0).subtract(all.select(0, 0).slice(0, 0, 3)).norm())
                .isLessThan(1e-14);
    }

    @Test
    void should_refuse_weights_that_cannot_be_known() {
        Vocabulary uncounted = Vocabulary.of(List.of("a", "b", "c"));
        assertThatThrownBy(() -> SentenceVectors.sif(words, uncounted, 1e-3, SENTENCES))
                .hasMessageContaining("no word was counted");
        assertThatThrownBy(() -> SentenceVectors.sif(words, words.vocabulary(), 0, SENTENCES))
                .hasMessageContaining("positive");
        assertThatThrownBy(() -> SentenceVectors.mean(words).transform(List.of()))
                .hasMessageContaining("no document");
        assertThat(words.vectors().dtype()).isEqualTo(DType.F64);
    }
}
