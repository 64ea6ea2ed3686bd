package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.embedding.WordVectors.Analogy;
import dev.eckart.io.BadFileException;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WordVectorsTest {
    /** Royal, male and female, young. */
    private static final List<String> WORDS =
            List.of("king", "queen", "man", "woman", "prince", "princess", "boy", "girl");

    private static final double[][] VECTORS = {
        {1, 1, 0, 0.1},
        {1, 0, 1, 0.1},
        {0, 1, 0, 0.1},
        {0, 0, 1, 0.1},
        {1, 1, 0, 1},
        {1, 0, 1, 1},
        {0, 1, 0, 1},
        {0, 0, 1, 1}
    };

    @TempDir
    Path folder;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static WordVectors royal() {
        return WordVectors.of(Vocabulary.of(WORDS), Tensor.of(VECTORS));
    }

    private static double cosine(double[] a, double[] b) {
        double product = 0;
        for (int i = 0; i < a.length; i++) {
            product += a[i] * b[i];
        }
        return product / (length(a) * length(b));
    }

    private static double length(double[] a) {
        double squares = 0;
        for (double x : a) {
            squares += x * x;
        }
        return Math.sqrt(squares);
    }

    @Test
    void neighbours_are_those_of_largest_cosine() {
        WordVectors vectors = royal();
        for (int i = 0; i < WORDS.size(); i++) {
            double[] own = VECTORS[i];
            List<Match> near = vectors.nearest(WORDS.get(i), 7);
            assertThat(near).hasSize(7).extracting(Match::name).doesNotContain(WORDS.get(i));
            assertThat(near).isSortedAccordingTo(Comparator.comparingDouble(m -> -m.score()));
            for (Match match : near) {
                assertThat(match.score()).isCloseTo(cosine(own, VECTORS[match.number()]), within(1e-14));
                assertThat(vectors.similarity(WORDS.get(i), match.name())).isCloseTo(match.score(), within(1e-14));
            }
        }
        assertThat(vectors.nearest(Tensor.of(VECTORS[3]), 1).get(0).name()).isEqualTo("woman");
        assertThat(vectors.vector("man")).containsExactly(VECTORS[2]);
    }

    @ParameterizedTest
    @EnumSource(Analogy.class)
    void man_is_to_king_as_woman_to_queen(Analogy method) {
        List<Match> answers = royal().analogy("man", "king", "woman", 5, method);
        assertThat(answers.get(0).name()).isEqualTo("queen");
        assertThat(answers).hasSize(5).extracting(Match::name).doesNotContain("man", "king", "woman");
        for (Match answer : answers) {
            double[] x = VECTORS[answer.number()];
            double a = cosine(x, VECTORS[2]);
            double b = cosine(x, VECTORS[0]);
            double c = cosine(x, VECTORS[3]);
            double expected = method == Analogy.ADD ? b - a + c : (b + 1) / 2 * (c + 1) / 2 / ((a + 1) / 2 + 0.001);
            assertThat(answer.score()).isCloseTo(expected, within(1e-14));
        }
    }

    @Test
    void should_name_words_that_are_not_there() {
        assertThatThrownBy(() -> royal().nearest("duke", 1))
                .hasMessage("the word 'duke' is not among the 8 known ones");
        assertThatThrownBy(() -> royal().analogy("man", "king", "duke", 1, Analogy.ADD))
                .hasMessageContaining("'duke'");
        assertThatThrownBy(() -> Vocabulary.of(List.of("a", "b", "a"))).hasMessageContaining("'a' stands at 0 and 2");
        assertThatThrownBy(() -> WordVectors.of(Vocabulary.of(WORDS), Tensor.eye(DType.F64, 3)))
                .hasMessageContaining("(3,3)");
    }

    @Test
    void normalized_vectors_have_length_one() {
        double[][] unit = royal().normalized().vectors().toMatrix();
        for (int i = 0; i < unit.length; i++) {
            assertThat(length(unit[i])).isCloseTo(1, within(1e-15));
            assertThat(cosine(unit[i], VECTORS[i])).isCloseTo(1, within(1e-15));
        }
    }

    /** Words of one of two sets surround each other: the vectors tell the sets apart. */
    @Test
    void a_fit_brings_words_of_like_surroundings_together() {
        Random random = new Random(3);
        List<List<String>> sentences = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            List<String> sentence = new ArrayList<>();
            String set = random.nextBoolean() ? "a" : "b";
            for (int j = 0; j < 8; j++) {
                sentence.add(random.nextInt(4) == 0 ? "common" + random.nextInt(5) : set + random.nextInt(10));
            }
            sentences.add(sentence);
        }
        for (Embedding.Combine combine : Embedding.Combine.values()) {
            try (WordVectors vectors =
                    WordVectors.dimensions(4).combine(combine).normalize().fit(sentences)) {
                assertThat(vectors.vectors().shape())
                        .isEqualTo(Shape.of(25, combine == Embedding.Combine.CONCAT ? 8 : 4));
                assertThat(vectors.vectors().dtype()).isEqualTo(DType.F32);
                assertThat(vectors.nearest("a3", 9)).extracting(Match::name).allMatch(w -> w.startsWith("a"));
                assertThat(vectors.similarity("a3", "b3")).isLessThan(vectors.similarity("a3", "a5") - 0.3);
            }
        }
    }

    @Test
    void should_refuse_more_dimensions_than_words() {
        assertThatThrownBy(() -> WordVectors.dimensions(9).minCount(1).fit(List.of(List.of("a", "b", "c"))))
                .hasMessageContaining("9 dimensions are more than the 3 words");
        assertThatThrownBy(() -> WordVectors.dimensions(0)).hasMessageContaining("at least 1");
    }

    @Test
    void files_give_back_what_was_written() throws IOException {
        Path text = folder.resolve("v.txt");
        Path binary = folder.resolve("v.bin");
        WordVectors vectors =
                WordVectors.of(Vocabulary.of(List.of("é", "語", "x/y")), Tensor.normal(DType.F32, 5, 3, 7));
        vectors.write(text);
        vectors.writeBinary(binary);
        for (WordVectors read : List.of(WordVectors.read(text), WordVectors.readBinary(binary))) {
            assertThat(read.vocabulary().words()).containsExactly("é", "語", "x/y");
            assertThat(read.vectors().toFloatArray())
                    .containsExactly(vectors.vectors().toFloatArray());
        }
        assertThat(Files.readAllLines(text)).hasSize(3).allMatch(line -> line.split(" ").length == 8);
    }

    @Test
    void evaluations_are_those_by_hand() throws IOException {
        Path pairs = folder.resolve("pairs.csv");
        Files.writeString(
                pairs, "Word 1,Word 2,Human (mean)\nking,Queen,7\nking,prince,8\nking,girl,1.5\nking,duke,9\n\n");
        WordVectors vectors = royal();
        Evaluation.Pairs agreement = Evaluation.pairs(vectors, pairs);
        // Cosines .501, .825, .05: the order of 7, 8, 1.5.
        assertThat(agreement).isEqualTo(new Evaluation.Pairs(1, 3, 4));
        Path analogies = folder.resolve("questions.txt");
        Files.writeString(
                analogies,
                ": family\nman king woman queen\nMan king woman prince\nboy prince girl princess\na b c d\n");
        Evaluation.Analogies answers = Evaluation.analogies(vectors, analogies, Analogy.ADD);
        assertThat(answers).isEqualTo(new Evaluation.Analogies(2, 3, 4));
        assertThat(answers.accuracy()).isCloseTo(2 / 3.0, within(1e-15));
        Files.writeString(analogies, "man king woman\n");
        assertThatThrownBy(() -> Evaluation.analogies(vectors, analogies, Analogy.ADD))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("line 1");
        Files.writeString(pairs, "man king 1\nman\n");
        assertThatThrownBy(() -> Evaluation.pairs(vectors, pairs)).hasMessageContaining("line 2");
    }

    @Test
    void rank_correlation_shares_the_ranks_of_equals() {
        assertThat(Spearman.of(new double[] {1, 2, 3}, new double[] {10, 20, 1000}))
                .isEqualTo(1);
        assertThat(Spearman.of(new double[] {1, 2, 3}, new double[] {3, 2, 1})).isEqualTo(-1);
        // Ranks 1, 2.5, 2.5, 4 and 1, 3, 2, 4: Σ products 4.5, squares 4.5 and 5.
        assertThat(Spearman.of(new double[] {0, 5, 5, 9}, new double[] {1, 3, 2, 4}))
                .isCloseTo(4.5 / Math.sqrt(4.5 * 5), within(1e-15));
        assertThat(Spearman.of(new double[] {1, 1}, new double[] {1, 2})).isNaN();
        assertThatThrownBy(() -> Spearman.of(new double[1], new double[2])).hasMessageContaining("1 and 2");
        assertThatThrownBy(() -> Spearman.of(new double[] {Double.NaN}, new double[1]))
                .hasMessageContaining("NaN");
    }
}
