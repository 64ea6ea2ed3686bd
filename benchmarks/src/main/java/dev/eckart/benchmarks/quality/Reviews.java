package dev.eckart.benchmarks.quality;

import dev.eckart.benchmarks.quality.ReviewSet.Split;
import dev.eckart.embedding.Association;
import dev.eckart.embedding.Cooccurrences;
import dev.eckart.embedding.Embedding;
import dev.eckart.embedding.Lsa;
import dev.eckart.embedding.SentenceVectors;
import dev.eckart.embedding.Vocabulary;
import dev.eckart.embedding.Weighting;
import dev.eckart.embedding.WordVectors;
import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Sentiment of reviews from vectors of documents and of words. For each seed, settings are chosen on a fifth of the training half, of
 * which vectors and classifier know nothing; then all is fitted again to the training half and asked once for the test half.
 */
public final class Reviews {
    private record LsaChoice(Weighting weighting, int minDocuments, double maxShare) {}

    private record WordChoice(int window, double shift, Form form) {}

    /** What is averaged: vectors as they are, or of length 1. */
    private enum Form {
        PLAIN,
        UNIT
    }

    private static final List<LsaChoice> LSA = List.of(
            new LsaChoice(Weighting.TF_IDF, 5, 1),
            new LsaChoice(Weighting.TF_IDF, 20, 0.2),
            new LsaChoice(Weighting.LOG_ENTROPY, 5, 1),
            new LsaChoice(Weighting.LOG_ENTROPY, 20, 0.2));
    private static final int[] WINDOWS = {4, 10};
    private static final double[] SHIFTS = {1, 5};
    private static final int MIN_COUNT = 10;
    private static final double POWER = 0.5;

    private final ReviewSet reviews;

    private Reviews(ReviewSet reviews) {
        this.reviews = reviews;
    }

    /** Arguments: the folder with reviews.jsonl and split-SEED.txt; seeds. */
    public static void main(String[] args) throws IOException {
        Reviews all = new Reviews(ReviewSet.read(Path.of(args[0]).resolve("reviews.jsonl")));
        for (int i = 1; i < args.length; i++) {
            all.measure("seed " + args[i], all.reviews.split(Path.of(args[0]).resolve("split-" + args[i] + ".txt")));
        }
    }

    private void measure(String seed, Split split) {
        LsaChoice lsa = chooseLsa(split);
        Figures.print(seed + " lsa settings", lsa);
        Figures.print(seed + " lsa-100", lsa(lsa, split.training(), split.test()));
        WordChoice words = chooseWords(split);
        Figures.print(seed + " words settings", words);
        try (Cooccurrences counts = count(words.window, split.training())) {
            for (int dimensions : new int[] {100, 300}) {
                try (WordVectors vectors = vectors(counts, dimensions, words.shift, words.form)) {
                    Figures.print(seed + " ppmi-" + dimensions, mean(vectors, split.training(), split.test()));
                    Figures.print(seed + " sif-" + dimensions, sif(vectors, counts.vocabulary(), split));
                }
            }
        }
    }

    private LsaChoice chooseLsa(Split split) {
        Best<LsaChoice> best = new Best<>();
        for (LsaChoice choice : LSA) {
            best.offer(choice, lsa(choice, split.fit(), split.validation()));
        }
        return best.get();
    }

    private double lsa(LsaChoice choice, int[] train, int[] test) {
        try (Lsa lsa = Lsa.rank(100)
                        .weighting(choice.weighting)
                        .minDocuments(choice.minDocuments)
                        .maxShare(choice.maxShare)
                        .dtype(DType.F32)
                        .certify(Certificate.Level.NONE)
                        .fit(reviews.documents(train));
                Tensor x = lsa.transform(reviews.words(train));
                Tensor y = lsa.transform(reviews.words(test))) {
            return Regressions.accuracy(x, reviews.labels(train), y, reviews.labels(test));
        }
    }

    private WordChoice chooseWords(Split split) {
        Best<WordChoice> best = new Best<>();
        for (int window : WINDOWS) {
            try (Cooccurrences counts = count(window, split.fit())) {
                for (WordChoice choice : choices(window)) {
                    try (WordVectors vectors = vectors(counts, 100, choice.shift, choice.form)) {
                        best.offer(choice, mean(vectors, split.fit(), split.validation()));
                    }
                }
            }
        }
        return best.get();
    }

    private static List<WordChoice> choices(int window) {
        List<WordChoice> choices = new ArrayList<>();
        for (double shift : SHIFTS) {
            for (Form form : Form.values()) {
                choices.add(new WordChoice(window, shift, form));
            }
        }
        return choices;
    }

    private Cooccurrences count(int window, int[] reviewNumbers) {
        return Cooccurrences.window(window)
                .decay(Cooccurrences.Decay.LINEAR)
                .minCount(MIN_COUNT)
                .count(reviews.words(reviewNumbers));
    }

    private static WordVectors vectors(Cooccurrences counts, int dimensions, double shift, Form form) {
        try (Csr ppmi = Association.ppmi().smoothing(0.75).shift(shift).of(counts.counts(), DType.F32);
                Embedding found = Embedding.rank(dimensions)
                        .certify(Certificate.Level.NONE)
                        .of(ppmi)) {
            WordVectors plain = WordVectors.of(counts.vocabulary(), found.left(POWER));
            if (form == Form.PLAIN) {
                return plain;
            }
            try (plain) {
                return plain.normalized();
            }
        }
    }

    private double mean(WordVectors vectors, int[] train, int[] test) {
        try (SentenceVectors mean = SentenceVectors.mean(vectors)) {
            return accuracy(mean, train, test);
        }
    }

    private double sif(WordVectors vectors, Vocabulary counts, Split split) {
        try (SentenceVectors sif = SentenceVectors.sif(vectors, counts, 1e-3, reviews.words(split.training()))) {
            return accuracy(sif, split.training(), split.test());
        }
    }

    private double accuracy(SentenceVectors sentences, int[] train, int[] test) {
        try (Tensor x = sentences.transform(reviews.words(train));
                Tensor y = sentences.transform(reviews.words(test))) {
            return Regressions.accuracy(x, reviews.labels(train), y, reviews.labels(test));
        }
    }
}
