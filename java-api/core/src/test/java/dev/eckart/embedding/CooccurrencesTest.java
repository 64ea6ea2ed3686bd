package dev.eckart.embedding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.embedding.Cooccurrences.Decay;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CooccurrencesTest {
    private static final List<List<String>> LECTURE = List.of(
            words("The girl walks to her dog to the park"),
            words("It can take a long time to park your car in NYC"),
            words("The dog park is always crowded on Saturdays"));

    private static List<String> words(String text) {
        return List.of(text.toLowerCase(Locale.ROOT).split(" "));
    }

    private static double[][] dense(Cooccurrences counts) {
        try (Tensor dense = counts.counts().toDense()) {
            return dense.toMatrix();
        }
    }

    /** A window of 4 words, so pairs at most 3 apart. The lecture prints 3 for dog and the, of which its rule counts 2. */
    @Test
    void the_three_sentences_of_the_lecture_have_its_counts() {
        try (Cooccurrences counts = Cooccurrences.window(3).count(LECTURE)) {
            double[][] m = dense(counts);
            Vocabulary v = counts.vocabulary();
            String[] pairs = {
                "dog park 2", "park crowded 1", "park the 2", "dog crowded 0", "crowded the 0", "dog the 2"
            };
            for (String pair : pairs) {
                String[] parts = pair.split(" ");
                double expected = Double.parseDouble(parts[2]);
                assertThat(m[v.require(parts[0])][v.require(parts[1])]).as(pair).isEqualTo(expected);
                assertThat(m[v.require(parts[1])][v.require(parts[0])]).as(pair).isEqualTo(expected);
            }
        }
    }

    private static List<List<String>> random(int sentences, int words, int vocabulary) {
        Random random = new Random(7);
        List<List<String>> all = new ArrayList<>();
        for (int i = 0; i < sentences; i++) {
            List<String> sentence = new ArrayList<>();
            for (int j = random.nextInt(words + 1); j > 0; j--) {
                sentence.add("w" + (int) (vocabulary * random.nextDouble() * random.nextDouble()));
            }
            all.add(sentence);
        }
        return all;
    }

    private static double weight(Decay decay, int d, int window) {
        return switch (decay) {
            case NONE -> 1;
            case LINEAR -> (window + 1.0 - d) / window;
            case HARMONIC -> 1.0 / d;
        };
    }

    /** Every pair by two loops. */
    private static double[][] reference(List<List<String>> sentences, Vocabulary v, Decay decay, int window) {
        double[][] m = new double[v.size()][v.size()];
        for (List<String> sentence : sentences) {
            List<String> left = sentence.stream().filter(w -> v.number(w) >= 0).toList();
            for (int i = 0; i < left.size(); i++) {
                for (int j = 0; j < left.size(); j++) {
                    int d = Math.abs(i - j);
                    if (d > 0 && d <= window) {
                        m[v.number(left.get(i))][v.number(left.get(j))] += weight(decay, d, window);
                    }
                }
            }
        }
        return m;
    }

    @ParameterizedTest
    @EnumSource(Decay.class)
    void counts_are_those_of_two_loops_whatever_the_blocks(Decay decay) {
        List<List<String>> sentences = random(300, 40, 60);
        for (int window : new int[] {1, 3, 50}) {
            for (int block : new int[] {1, 8, 103, 1 << 20}) {
                try (Cooccurrences counts = Cooccurrences.window(window)
                        .decay(decay)
                        .minCount(20)
                        .block(block)
                        .count(sentences)) {
                    assertThat(counts.vocabulary().size()).isBetween(20, 59);
                    double[][] m = dense(counts);
                    double[][] expected = reference(sentences, counts.vocabulary(), decay, window);
                    for (int i = 0; i < m.length; i++) {
                        assertThat(m[i]).containsExactly(expected[i], within(1e-9));
                    }
                }
            }
        }
    }

    @Test
    void results_are_the_same_bits_for_any_number_of_threads_and_with_a_file() {
        List<List<String>> sentences = random(30_000, 20, 400);
        double[][] expected = null;
        for (int threads : new int[] {1, 2, 5}) {
            try (Threads t = Threads.use(threads);
                    Cooccurrences counts = Cooccurrences.window(4)
                            .decay(Decay.LINEAR)
                            .subsample(1e-3)
                            .seed(3)
                            .memory(threads == 2 ? 1 : 1L << 28)
                            .count(sentences)) {
                double[][] m = dense(counts);
                expected = expected == null ? m : expected;
                assertThat(m).isDeepEqualTo(expected);
                for (int i = 0; i < m.length; i++) {
                    for (int j = 0; j < i; j++) {
                        assertThat(m[i][j]).isEqualTo(m[j][i]);
                    }
                }
            }
        }
    }

    /** Of a word that is half of the text, √(t/f) stay; neighbours of distance 1 are both there. */
    @Test
    void subsampling_keeps_the_expected_share() {
        List<List<String>> sentences = Collections.nCopies(20_000, List.of("a", "b"));
        try (Cooccurrences counts =
                Cooccurrences.window(1).subsample(0.125).seed(1).count(sentences)) {
            double pairs = dense(counts)[0][1];
            // Each stays with probability 1/2: a quarter of the pairs, with deviation √(20,000·3/16) = 61.
            assertThat(pairs).isBetween(5000 - 5 * 61.0, 5000 + 5 * 61.0);
        }
    }

    @Test
    void words_of_equal_counts_are_in_alphabetical_order_whatever_the_order_of_texts() {
        List<String> one = List.of("b", "c", "a", "c");
        List<String> other = new ArrayList<>(one);
        Collections.reverse(other);
        for (List<String> text : List.of(one, other)) {
            try (Cooccurrences counts = Cooccurrences.window(2).count(List.of(text))) {
                assertThat(counts.vocabulary().words()).containsExactly("c", "a", "b");
                assertThat(counts.vocabulary().count(0)).isEqualTo(2);
            }
            try (Cooccurrences counts = Cooccurrences.window(2).mostWords(2).count(List.of(text))) {
                assertThat(counts.vocabulary().words()).containsExactly("c", "a");
            }
        }
    }

    @Test
    void should_refuse_what_leaves_no_word() {
        assertThatThrownBy(() -> Cooccurrences.window(2).count(List.of())).hasMessageContaining("no word is left");
        assertThatThrownBy(() -> Cooccurrences.window(2).minCount(2).count(List.of(List.of("a", "b"))))
                .hasMessageContaining("no word is left of the 2 different ones, with minCount 2");
        assertThatThrownBy(() -> Cooccurrences.window(0)).hasMessageContaining("window 0");
        assertThatThrownBy(() -> Cooccurrences.window(1).subsample(Double.NaN)).hasMessageContaining("NaN");
    }

    @Test
    void an_interrupt_ends_it_and_leaves_no_memory() {
        long before = MemoryBudget.used();
        Iterable<List<String>> texts = () ->
                LECTURE.stream().peek(t -> Thread.currentThread().interrupt()).iterator();
        assertThatThrownBy(() -> Cooccurrences.window(2).count(texts))
                .isInstanceOf(CancellationException.class)
                .hasMessageContaining("co-occurrence");
        assertThat(Thread.interrupted()).isTrue();
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void a_single_word_has_a_row_without_entries() {
        try (Cooccurrences counts =
                Cooccurrences.window(2).count(Arrays.asList(List.of("a"), List.of(), List.of("b")))) {
            assertThat(counts.counts().entries()).isZero();
            assertThat(counts.counts().rows()).isEqualTo(2);
        }
    }
}
