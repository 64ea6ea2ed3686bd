package dev.eckart.embedding;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import java.util.List;
import java.util.SplittableRandom;

/**
 * How often words stand near each other: a symmetric matrix (n, n) whose entry (i, j) adds up, over all occurrences of word i, those
 * of word j at most {@code window} words away within the same sentence. Words that are left out are taken away before distances are
 * counted, as word2vec does.
 *
 * <p>Texts are read once, and kept as numbers: 4 bytes a word, in a temporary file beyond a limit. Blocks of them are counted word by
 * word: a row of the result is one array in the cache, to which each occurrence of its word adds its neighbours. No table of pairs is
 * needed, and results are the same bits for any number of threads. Immutable; close it.
 */
public final class Cooccurrences implements AutoCloseable {
    /** What a pair at distance d counts, in a window of w. */
    public enum Decay {
        /** 1. */
        NONE {
            @Override
            double weight(int d, int w) {
                return 1;
            }
        },
        /** (w + 1 − d) / w: the expectation of word2vec's windows of random size. */
        LINEAR {
            @Override
            double weight(int d, int w) {
                return w + 1.0 - d;
            }

            @Override
            double divisor(int w) {
                return w;
            }
        },
        /** 1 / d, as GloVe. */
        HARMONIC {
            @Override
            double weight(int d, int w) {
                return 1.0 / d;
            }
        };

        /** What a pair counts, times the divisor. */
        abstract double weight(int d, int w);

        double divisor(int w) {
            return 1;
        }
    }

    private final Vocabulary vocabulary;
    private final Csr counts;

    private Cooccurrences(Vocabulary vocabulary, Csr counts) {
        this.vocabulary = vocabulary;
        this.counts = counts;
    }

    /**
     * Counting with this window: the largest distance of two words, 1 for neighbours.
     *
     * @throws IllegalArgumentException when it is below 1
     */
    public static Options window(int words) {
        if (words < 1 || words > 1 << 20) {
            throw new IllegalArgumentException("co-occurrence: window " + words + " is outside 1.." + (1 << 20));
        }
        return new Options(words);
    }

    /** How to count. Each method returns this object. Not thread-safe. */
    public static final class Options {
        private final int window;
        private Decay decay = Decay.NONE;
        private double subsample;
        private int least = 1;
        private int limit = Integer.MAX_VALUE;
        private long seed;
        private long memory = 1L << 28;
        private int block = 1 << 24;

        private Options(int window) {
            this.window = window;
        }

        /** What pairs count by their distance; NONE by default. */
        public Options decay(Decay choice) {
            this.decay = choice;
            return this;
        }

        /**
         * Drops occurrences of frequent words: one of a word whose share of the text is f stays with probability √(t/f) (Mikolov et al.
         * 2013); 0, the default, keeps all.
         */
        public Options subsample(double t) {
            if (!(t >= 0 && t <= 1)) {
                throw new IllegalArgumentException("co-occurrence: subsample " + t + " is outside 0..1");
            }
            this.subsample = t;
            return this;
        }

        /** Leaves out words met fewer times; 1 by default. */
        public Options minCount(int times) {
            if (times < 1) {
                throw new IllegalArgumentException("co-occurrence: minCount " + times + " is below 1");
            }
            this.least = times;
            return this;
        }

        /** Keeps no more than so many words, the most frequent. */
        public Options mostWords(int words) {
            if (words < 1) {
                throw new IllegalArgumentException("co-occurrence: mostWords " + words + " is below 1");
            }
            this.limit = words;
            return this;
        }

        /** Seed of {@link #subsample}; 0 by default. */
        public Options seed(long value) {
            this.seed = value;
            return this;
        }

        /** Bytes of text kept in memory, as numbers; the rest goes to a temporary file. 256 MiB by default. */
        public Options memory(long bytes) {
            this.memory = bytes;
            return this;
        }

        /** Words counted in one go; for tests. */
        Options block(int words) {
            this.block = words;
            return this;
        }

        /**
         * Counts.
         *
         * @param sentences each as its words; read once
         * @throws IllegalArgumentException when no word is left
         * @throws java.util.concurrent.CancellationException when this thread is interrupted
         */
        public Cooccurrences count(Iterable<? extends List<String>> sentences) {
            Vocabulary.Counter counter = new Vocabulary.Counter();
            try (TokenLog log = new TokenLog(memory)) {
                for (List<String> sentence : sentences) {
                    Interrupts.check("co-occurrence");
                    for (String word : sentence) {
                        int number = counter.number(word);
                        counter.count(number);
                        log.add(number);
                    }
                    log.add(TokenLog.END);
                }
                Vocabulary.Selection selection = counter.select(least, Long.MAX_VALUE, limit);
                if (selection.vocabulary().size() == 0) {
                    throw new IllegalArgumentException("co-occurrence: no word is left of the " + counter.size()
                            + " different ones, with minCount " + least + "; lower it, or give more text");
                }
                return count(log, selection);
            }
        }

        private Cooccurrences count(TokenLog log, Vocabulary.Selection selection) {
            Vocabulary vocabulary = selection.vocabulary();
            double total = vocabulary.total();
            double[] kept = new double[vocabulary.size()];
            for (int i = 0; i < kept.length; i++) {
                kept[i] = subsample == 0 ? 1 : Math.sqrt(subsample * total / vocabulary.count(i));
            }
            Thinning thinning = new Thinning(seed);
            try (WindowCounter windows =
                    new WindowCounter(vocabulary.size(), weights(), decay.divisor(window), block)) {
                log.forEach(token -> {
                    if (token == TokenLog.END) {
                        windows.endSentence();
                    } else {
                        int number = selection.renumbered()[token];
                        if (number >= 0 && thinning.keeps(kept[number])) {
                            windows.add(number);
                        }
                    }
                });
                return new Cooccurrences(vocabulary, windows.finish());
            }
        }

        private double[] weights() {
            double[] weights = new double[window + 1];
            for (int d = 1; d <= window; d++) {
                weights[d] = decay.weight(d, window);
            }
            return weights;
        }
    }

    /** One random number on [0, 1) for each occurrence, in their order. */
    private static final class Thinning {
        private final SplittableRandom random;

        Thinning(long seed) {
            this.random = new SplittableRandom(seed);
        }

        boolean keeps(double probability) {
            return probability >= 1 || random.nextDouble() < probability;
        }
    }

    /** The words, by descending count, which is that before subsampling. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The matrix, (n, n) F64; belongs to this object. */
    public Csr counts() {
        return counts;
    }

    /** The element type of counts. */
    static DType dtype() {
        return DType.F64;
    }

    @Override
    public void close() {
        counts.close();
    }
}
