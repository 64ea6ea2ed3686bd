package dev.eckart.embedding;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How to fit {@link WordVectors}: counts of co-occurrence, an association of them, and its nearest matrix of low rank. The defaults are
 * those that did best over tasks in Levy, Goldberg and Dagan 2015. Each method returns this object. Not thread-safe.
 */
public final class WordVectorOptions {
    private final int dimensions;
    private final Embedding.Options embedding;
    private int window = 4;
    private Cooccurrences.Decay decay = Cooccurrences.Decay.LINEAR;
    private double subsample;
    private int minCount = 5;
    private int mostWords = Integer.MAX_VALUE;
    private Association association = Association.ppmi().smoothing(0.75);
    private double power = 0.5;
    private Embedding.Combine combine = Embedding.Combine.LEFT;
    private boolean normalize;
    private DType dtype = DType.F32;
    private long seed;
    private Consumer<SvdPlan> plan = p -> {};
    private Certificate certificate;

    WordVectorOptions(int dimensions) {
        this.dimensions = dimensions;
        this.embedding = Embedding.rank(dimensions);
    }

    /** The largest distance of two words that count as near; 4 by default. */
    public WordVectorOptions window(int words) {
        this.window = words;
        return this;
    }

    /** What pairs count by their distance; LINEAR by default. */
    public WordVectorOptions decay(Cooccurrences.Decay choice) {
        this.decay = choice;
        return this;
    }

    /** Drops occurrences of frequent words, as {@link Cooccurrences.Options#subsample}; 0, none, by default. */
    public WordVectorOptions subsample(double t) {
        this.subsample = t;
        return this;
    }

    /** Leaves out words met fewer times; 5 by default. */
    public WordVectorOptions minCount(int times) {
        this.minCount = times;
        return this;
    }

    /** Keeps no more than so many words, the most frequent. */
    public WordVectorOptions mostWords(int words) {
        this.mostWords = words;
        return this;
    }

    /** What is factored; PPMI smoothed by 0.75 by default. */
    public WordVectorOptions association(Association choice) {
        this.association = choice;
        return this;
    }

    /** Power p of the singular values in the vectors U·Σ^p; 0.5 by default. */
    public WordVectorOptions power(double p) {
        this.power = p;
        return this;
    }

    /** Vectors of words, of contexts, or of both; LEFT by default. */
    public WordVectorOptions combine(Embedding.Combine choice) {
        this.combine = choice;
        return this;
    }

    /** Makes all vectors of length 1. */
    public WordVectorOptions normalize() {
        this.normalize = true;
        return this;
    }

    /** F32 (the default) or F64. */
    public WordVectorOptions dtype(DType choice) {
        this.dtype = choice;
        return this;
    }

    /** Seed of subsampling and decomposition; 0 by default. */
    public WordVectorOptions seed(long value) {
        this.seed = value;
        return this;
    }

    /** Takes the plan of the decomposition once the texts are counted; what it throws ends the fit. */
    public WordVectorOptions onPlan(Consumer<SvdPlan> taker) {
        this.plan = taker;
        return this;
    }

    /** How good the decomposition of the last fit is. */
    public Optional<Certificate> certificate() {
        return Optional.ofNullable(certificate);
    }

    /**
     * Fits to texts.
     *
     * @param sentences each as its words; read once
     * @throws IllegalArgumentException when fewer words are left than dimensions
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public WordVectors fit(Iterable<? extends List<String>> sentences) {
        Cooccurrences.Options counting = Cooccurrences.window(window)
                .decay(decay)
                .subsample(subsample)
                .minCount(minCount)
                .mostWords(mostWords)
                .seed(seed);
        try (Cooccurrences counts = counting.count(sentences)) {
            return fit(counts.vocabulary(), counts.counts());
        }
    }

    /**
     * Fits to counts that are there already.
     *
     * @param counts (n, n), n words
     */
    public WordVectors fit(Vocabulary vocabulary, Csr counts) {
        if (vocabulary.size() < dimensions) {
            throw new IllegalArgumentException(
                    "word vectors: " + dimensions + " dimensions are more than the " + vocabulary.size()
                            + " words that are left; ask for at most that, or lower minCount (" + minCount + ")");
        }
        return WordVectors.of(vocabulary, vectors(counts));
    }

    private Tensor vectors(Csr counts) {
        try (Scope scope = Scope.open();
                Csr associations = association.of(counts, dtype)) {
            plan.accept(embedding.seed(seed).explain(associations));
            Embedding found = embedding.of(associations);
            certificate = found.svd().certificate();
            Tensor vectors = found.vectors(combine, power);
            return scope.keep(normalize ? Vectors.normalized(vectors) : vectors);
        }
    }
}
