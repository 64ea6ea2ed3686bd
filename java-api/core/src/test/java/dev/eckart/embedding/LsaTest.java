package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.io.BadFileException;
import dev.eckart.io.Safetensors;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LsaTest {
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

    private static Lsa titles(int rank) {
        return Lsa.rank(rank).weighting(Weighting.COUNTS).minDocuments(2).fit(Titles.documents());
    }

    @Test
    void the_nine_titles_have_the_published_singular_values_and_entries() {
        Lsa all = titles(9);
        assertThat(all.vocabulary().words()).containsExactlyInAnyOrderElementsOf(Titles.WORDS);
        double[] published = {3.34, 2.54, 2.35, 1.64, 1.50, 1.31, 0.85, 0.56, 0.36};
        assertThat(all.embedding().svd().s().toArray()).containsExactly(published, within(0.005));
        // Landauer, Foltz and Laham 1998, figure 3: the row of "human", with two dimensions.
        Tensor two = titles(2)
                .embedding()
                .left(0)
                .matmul(titles(2).embedding().right(1).transpose());
        double[] human = two.select(1, all.vocabulary().number("human")).toArray();
        assertThat(human)
                .containsExactly(new double[] {.16, .40, .38, .47, .18, -.05, -.12, -.16, -.09}, within(0.005));
    }

    @Test
    void a_search_finds_titles_that_share_no_word_with_it() {
        Lsa lsa = titles(2);
        List<Match> found = lsa.search(Titles.words("human computer interaction"), 9);
        double[] scores = new double[9];
        found.forEach(m -> scores[m.number()] = m.score());
        // As gensim's tutorial prints them, from the same titles.
        assertThat(scores)
                .containsExactly(
                        new double[] {
                            .99809301,
                            .93748635,
                            .99844527,
                            .9865886,
                            .90755945,
                            -.12416792,
                            -.1063926,
                            -.098794639,
                            .05004178
                        },
                        within(1e-6));
        assertThat(found).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
        assertThat(found.get(0).name()).isEqualTo(Titles.TEXTS.get(2));
        assertThat(Titles.words(Titles.TEXTS.get(4))).doesNotContain("human", "computer");
    }

    @Test
    void two_documents_without_a_common_word_become_similar_through_a_third() {
        List<Document> documents = List.of(
                Document.of("car", "road"),
                Document.of("road", "wheel"),
                Document.of("wheel", "tyre"),
                Document.of("soup", "salt"),
                Document.of("soup", "salt"));
        Lsa lsa = Lsa.rank(2).weighting(Weighting.COUNTS).fit(documents);
        List<Match> near = lsa.similarDocuments(0, 3);
        assertThat(near).extracting(Match::number).contains(1, 2).hasSize(3);
        assertThat(near.get(1).score()).isGreaterThan(0.99);
        assertThat(near.get(2).score()).isCloseTo(0, within(1e-12));
        List<Match> terms = lsa.similarTerms("car", 9);
        assertThat(terms).extracting(Match::name).doesNotContain("car").hasSize(5);
        assertThat(terms.get(2).score()).isGreaterThan(0.99);
        assertThat(terms.get(3).score()).isCloseTo(0, within(1e-12));
    }

    @Test
    void inner_products_are_joint_occurrences_and_entries() {
        Lsa lsa = titles(9);
        Vocabulary terms = lsa.vocabulary();
        Tensor y = lsa.embedding().right(1);
        double[][] joint = y.matmul(y.transpose()).toMatrix();
        double[][] entries = lsa.embedding().left(0).matmul(y.transpose()).toMatrix();
        for (int i = 0; i < terms.size(); i++) {
            for (int j = 0; j < terms.size(); j++) {
                double expected = 0;
                for (String text : Titles.TEXTS) {
                    expected += count(text, terms.word(i)) * count(text, terms.word(j));
                }
                assertThat(joint[i][j]).isCloseTo(expected, within(1e-12));
            }
            for (int a = 0; a < entries.length; a++) {
                assertThat(entries[a][i]).isCloseTo(count(Titles.TEXTS.get(a), terms.word(i)), within(1e-12));
            }
        }
    }

    @Test
    void three_reviews_are_bags_of_words_whose_vectors_have_their_common_words_as_products() {
        List<String> words = List.of("small", "handy", "excellent", "great", "quality", "compact", "easy", "difficult");
        List<Document> reviews = List.of(
                Document.of("small", "handy", "great", "great"),
                Document.of("compact", "easy", "great", "quality"),
                Document.of("excellent", "quality", "difficult"));
        Lsa lsa = Lsa.rank(3).weighting(Weighting.COUNTS).fit(reviews);
        assertThat(lsa.vocabulary().words()).containsExactlyInAnyOrderElementsOf(words);
        double[][] bags = {{1, 1, 0, 2, 0, 0, 0, 0}, {0, 0, 0, 1, 1, 1, 1, 0}, {0, 0, 1, 0, 1, 0, 0, 1}};
        Tensor z = lsa.embedding().left(1);
        double[][] entries = lsa.embedding()
                .left(0)
                .matmul(lsa.embedding().right(1).transpose())
                .toMatrix();
        double[][] common = z.matmul(z.transpose()).toMatrix();
        double[][] expected = {{6, 2, 0}, {2, 4, 1}, {0, 1, 3}};
        for (int a = 0; a < 3; a++) {
            for (int i = 0; i < words.size(); i++) {
                int term = lsa.vocabulary().number(words.get(i));
                assertThat(entries[a][term]).isCloseTo(bags[a][i], within(1e-12));
            }
            assertThat(common[a]).containsExactly(expected[a], within(1e-12));
        }
    }

    private static double count(String text, String word) {
        return Titles.words(text).stream().filter(word::equals).count();
    }

    @ParameterizedTest
    @EnumSource(Weighting.class)
    void documents_of_the_fit_transform_to_themselves(Weighting weighting) {
        Lsa lsa = Lsa.rank(3).weighting(weighting).fit(Titles.documents());
        Tensor again = lsa.transform(Titles.TEXTS.stream().map(Titles::words).toList());
        assertThat(again.subtract(lsa.embedding().left(1)).norm()).isLessThan(1e-12);
        assertThat(lsa.transform(List.of(List.of("unheard"))).norm()).isZero();
    }

    @Test
    void topics_are_the_largest_entries_of_the_right_vectors() {
        Lsa lsa = titles(2);
        List<List<Match>> topics = lsa.topics(4);
        double[][] vt = lsa.embedding().svd().vt().toMatrix();
        assertThat(topics).hasSize(2);
        for (int j = 0; j < 2; j++) {
            double[] magnitudes = Arrays.stream(vt[j]).map(Math::abs).sorted().toArray();
            for (int i = 0; i < 4; i++) {
                Match word = topics.get(j).get(i);
                assertThat(Math.abs(word.score())).isEqualTo(magnitudes[magnitudes.length - 1 - i]);
                assertThat(word.score()).isEqualTo(vt[j][word.number()]);
            }
        }
        assertThat(topics.get(0)).extracting(Match::name).contains("system", "user");
        assertThat(topics.get(1)).extracting(Match::name).contains("graph", "trees");
    }

    @Test
    void a_saved_model_answers_as_before() throws IOException {
        Path file = folder.resolve("titles.safetensors");
        Lsa lsa = Lsa.rank(2).dtype(DType.F32).weighting(Weighting.LOG_ENTROPY).fit(Titles.documents());
        lsa.save(file);
        try (Lsa read = Lsa.load(file)) {
            assertThat(read.search(List.of("graph", "user"), 9)).isEqualTo(lsa.search(List.of("graph", "user"), 9));
            assertThat(read.similarTerms("trees", 3)).isEqualTo(lsa.similarTerms("trees", 3));
            assertThat(read.titles()).isEqualTo(Titles.TEXTS);
            assertThat(read.vocabulary().count(0)).isEqualTo(lsa.vocabulary().count(0));
        }
    }

    @Test
    void should_refuse_files_that_are_no_model() throws IOException {
        Path file = folder.resolve("other.safetensors");
        Safetensors.write(file, Map.of("u", Tensor.zeros(DType.F64, 2, 2)), Map.of());
        assertThatThrownBy(() -> Lsa.load(file))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("no model");
        titles(2).save(file);
        Map<String, Tensor> parts = Safetensors.read(file);
        parts.put("s", Tensor.zeros(DType.F64, 3));
        Safetensors.write(file, parts, Map.of("format", "eckart lsa 1", "weighting", "COUNTS"));
        assertThatThrownBy(() -> Lsa.load(file))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("(3)");
        parts.remove("titles");
        Safetensors.write(file, parts, Map.of("format", "eckart lsa 1", "weighting", "COUNTS"));
        assertThatThrownBy(() -> Lsa.load(file))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("'titles'");
        Files.writeString(file, "text");
        assertThatThrownBy(() -> Lsa.load(file)).isInstanceOf(BadFileException.class);
    }

    @Test
    void documents_without_terms_are_rows_of_zeros() {
        Lsa lsa = Lsa.rank(1).fit(List.of(Document.of("a", "b"), Document.of(), Document.of("a")));
        assertThat(lsa.embedding().left(1).select(0, 1).norm()).isZero();
        Match last = lsa.search(List.of("a"), 3).get(2);
        assertThat(last.number()).isEqualTo(1);
        assertThat(last.score()).isZero();
        assertThat(lsa.search(List.of("unheard"), 3)).isEmpty();
    }

    @Test
    void an_interrupt_ends_a_fit_and_leaves_no_memory() {
        List<Document> documents = Titles.documents();
        long before = MemoryBudget.used();
        List<Lsa.Options> fits = List.of(
                Lsa.rank(2), Lsa.rank(2).onPlan(p -> Thread.currentThread().interrupt()));
        for (Lsa.Options fit : fits) {
            Iterable<Document> read = () -> documents.stream()
                    .peek(d -> {
                        if (fit == fits.get(0) && d == documents.get(4)) {
                            Thread.currentThread().interrupt();
                        }
                    })
                    .iterator();
            assertThatThrownBy(() -> fit.fit(read))
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining(fit == fits.get(0) ? "terms" : "");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(MemoryBudget.used()).isEqualTo(before);
        }
    }

    @Test
    void should_refuse_what_leaves_nothing_to_factor() {
        assertThatThrownBy(() -> Lsa.rank(2).fit(List.of())).hasMessageContaining("no document");
        assertThatThrownBy(() -> Lsa.rank(1).fit(List.of(Document.of(), Document.of())))
                .hasMessageContaining("none is left");
        assertThatThrownBy(() -> titles(10))
                .hasMessage("lsa: rank 10 is above the 9 documents or the 12 terms; ask for at most 9");
        assertThatThrownBy(() -> titles(2).similarTerms("unheard", 1)).hasMessageContaining("'unheard'");
        assertThatThrownBy(() -> titles(2).similarDocuments(9, 1)).hasMessageContaining("0..8");
        assertThatThrownBy(() -> Lsa.rank(0)).hasMessageContaining("at least 1");
    }

    @Test
    void counts_become_tf_idf_and_log_entropy_as_defined() {
        TermCounts counts =
                TermCounts.options().count(List.of(List.of("a", "a", "b"), List.of("a", "c"), List.of("b"), List.of()));
        assertThat(counts.vocabulary().words()).containsExactly("a", "b", "c");
        assertThat(counts.emptyDocuments()).isEqualTo(1);
        double a = Math.log(5.0 / 3) + 1;
        double c = Math.log(5.0 / 2) + 1;
        double first = Math.hypot(2 * a, a);
        double second = Math.hypot(a, c);
        check(counts, Weighting.TF_IDF, new double[][] {
            {2 * a / first, a / first, 0}, {a / second, 0, c / second}, {0, 1, 0}, {0, 0, 0}
        });
        double ga = 1 + (2.0 / 3 * Math.log(2.0 / 3) + 1.0 / 3 * Math.log(1.0 / 3)) / Math.log(4);
        double gb = 1 + Math.log(0.5) / Math.log(4);
        check(counts, Weighting.LOG_ENTROPY, new double[][] {
            {Math.log(3) * ga, Math.log(2) * gb, 0},
            {Math.log(2) * ga, 0, Math.log(2)},
            {0, Math.log(2) * gb, 0},
            {0, 0, 0}
        });
        check(counts, Weighting.COUNTS, new double[][] {{2, 1, 0}, {1, 0, 1}, {0, 1, 0}, {0, 0, 0}});
    }

    private static void check(TermCounts counts, Weighting weighting, double[][] expected) {
        try (var x = counts.matrix(weighting, DType.F64)) {
            assertThat(x.toDense().shape()).isEqualTo(Shape.of(4, 3));
            assertThat(x.toDense().subtract(Tensor.of(expected)).norm()).isLessThan(1e-15);
        }
    }

    @Test
    void rare_and_common_terms_are_left_out_as_asked() {
        List<List<String>> texts = List.of(List.of("x", "y"), List.of("x", "y"), List.of("x", "z"));
        assertThat(TermCounts.options()
                        .minDocuments(2)
                        .count(texts)
                        .vocabulary()
                        .words())
                .containsExactly("x", "y");
        assertThat(TermCounts.options().maxShare(0.9).count(texts).vocabulary().words())
                .containsExactly("y", "z");
        assertThat(TermCounts.options().mostTerms(1).count(texts).vocabulary().words())
                .containsExactly("x");
    }
}
