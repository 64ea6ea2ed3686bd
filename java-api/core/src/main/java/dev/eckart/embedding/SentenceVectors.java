package dev.eckart.embedding;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Vectors of sentences from those of their words: the mean, or a mean weighted by rarity of which a common direction is taken away (SIF;
 * Arora, Liang and Ma 2017); the first words one behind another; or the first principal components. Words that have no vector are left
 * out; of nothing else comes a vector of zeros. Immutable, thread-safe; the word vectors stay the caller's.
 */
public final class SentenceVectors implements AutoCloseable {
    private final WordVectors words;
    private final double[] weights;
    private final Optional<Tensor> common;

    private SentenceVectors(WordVectors words, double[] weights, Optional<Tensor> common) {
        this.words = words;
        this.weights = weights;
        this.common = common;
    }

    /** The mean of the words' vectors. */
    public static SentenceVectors mean(WordVectors words) {
        double[] ones = new double[words.vocabulary().size()];
        Arrays.fill(ones, 1);
        return new SentenceVectors(words, ones, Optional.empty());
    }

    /**
     * Smooth inverse frequency: a word of share p in the text weighs a / (a + p), and from each mean its part along the first right
     * singular vector of the means of {@code sentences} is taken.
     *
     * @param counts how often words are met: those of {@code words} are not known when they were read from a file
     * @param a 1e-3 to 1e-4 in the paper
     * @param sentences to learn the common direction from
     * @throws IllegalArgumentException when a is not positive, no word was counted, or there is no sentence
     */
    public static SentenceVectors sif(
            WordVectors words, Vocabulary counts, double a, Iterable<? extends List<String>> sentences) {
        if (!(a > 0 && a < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("sentence vectors: a = " + a + " is not positive");
        }
        double total = counts.total();
        if (total == 0) {
            throw new IllegalArgumentException("sentence vectors: no word was counted; give a vocabulary with counts");
        }
        double[] weights = new double[words.vocabulary().size()];
        for (int i = 0; i < weights.length; i++) {
            int number = counts.number(words.vocabulary().word(i));
            weights[i] = a / (a + (number < 0 ? 0 : counts.count(number) / total));
        }
        SentenceVectors plain = new SentenceVectors(words, weights, Optional.empty());
        try (Scope scope = Scope.open()) {
            Tensor means = plain.transform(sentences);
            Svd first = TruncatedSvd.rank(Math.min(1, Math.min(means.dim(0), means.dim(1))))
                    .certify(Certificate.Level.NONE)
                    .of(LinearOperator.of(means));
            return new SentenceVectors(words, weights, Optional.of(scope.keep(first.vt())));
        }
    }

    /**
     * The vectors of sentences.
     *
     * @param sentences each as its words
     * @return (s, d)
     * @throws IllegalArgumentException when there is no sentence
     */
    public Tensor transform(Iterable<? extends List<String>> sentences) {
        TermCounts counts = TermCounts.of(sentences, words.vocabulary());
        try (Scope scope = Scope.open();
                Csr shares = counts.shares(weights, words.vectors().dtype())) {
            Tensor means = shares.multiply(words.vectors());
            return scope.keep(
                    common.map(c -> means.subtract(means.matmul(c.transpose()).matmul(c)))
                            .orElse(means));
        }
    }

    /**
     * The vectors of the first words, one behind another; zeros where a sentence has fewer.
     *
     * @return (s, count·d)
     */
    public static Tensor concatenation(WordVectors words, List<? extends List<String>> sentences, int count) {
        try (Scope scope = Scope.open()) {
            long d = words.vectors().dim(1);
            Tensor all = Tensor.full(words.vectors().dtype(), 0, sentences.size(), count * d);
            for (int i = 0; i < sentences.size(); i++) {
                int[] numbers = known(words, sentences.get(i));
                for (int j = 0; j < Math.min(count, numbers.length); j++) {
                    try (Tensor row = all.select(0, i);
                            Tensor place = row.slice(0, j * d, (j + 1) * d);
                            Tensor vector = words.vectors().select(0, numbers[j])) {
                        place.assign(vector);
                    }
                }
            }
            return scope.keep(all);
        }
    }

    /**
     * The first right singular vectors of the matrix whose rows are the vectors of a sentence's words, each times its singular value, one
     * behind another: as many for a long sentence as for a short one; zeros where there are fewer words.
     *
     * @return (s, count·d)
     */
    public static Tensor components(WordVectors words, List<? extends List<String>> sentences, int count) {
        try (Scope scope = Scope.open()) {
            long d = words.vectors().dim(1);
            Tensor all = Tensor.full(words.vectors().dtype(), 0, sentences.size(), count, d);
            for (int i = 0; i < sentences.size(); i++) {
                int[] numbers = known(words, sentences.get(i));
                if (numbers.length == 0) {
                    continue;
                }
                try (Scope each = Scope.open();
                        Tensor index = Tensor.of(numbers)) {
                    Tensor matrix = Indexing.gather(words.vectors(), 0, index);
                    Svd svd = Svd.options().certify(Certificate.Level.NONE).of(matrix);
                    long k = Math.min(count, svd.s().dim(0));
                    Tensor scaled = svd.vt()
                            .slice(0, 0, k)
                            .multiply(svd.s().slice(0, 0, k).reshape(k, 1));
                    all.select(0, i).slice(0, 0, k).assign(scaled);
                }
            }
            return scope.keep(all.reshape(sentences.size(), count * d));
        }
    }

    private static int[] known(WordVectors words, List<String> sentence) {
        return sentence.stream()
                .mapToInt(words.vocabulary()::number)
                .filter(number -> number >= 0)
                .toArray();
    }

    @Override
    public void close() {
        common.ifPresent(Tensor::close);
    }
}
