package dev.eckart.embedding;

import dev.eckart.io.WordVectorFile;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Words, or nodes, and their vectors: neighbours, analogies, files.
 *
 * <pre>{@code
 * try (WordVectors vectors = WordVectors.dimensions(100).window(4).minCount(5).fit(sentences)) {
 *     System.out.println(vectors.nearest("great", 10));
 *     vectors.write(Path.of("vectors.txt"));
 * }
 * }</pre>
 *
 * <p>Nearness here is use in like surroundings, by which opposites (easy, difficult) are as near as synonyms. Immutable, thread-safe.
 */
public final class WordVectors implements AutoCloseable {
    /** How an analogy "a is to b as c to what" is scored, by cosines with vectors of length 1. */
    public enum Analogy {
        /** cos(x, b) − cos(x, a) + cos(x, c) (Mikolov, Yih and Zweig 2013). */
        ADD,
        /** cos(x, b)·cos(x, c) / (cos(x, a) + 0.001), cosines moved to 0..1 (3CosMul; Levy and Goldberg 2014). */
        MULTIPLY
    }

    private static final double EPSILON = 0.001;

    private final Vocabulary vocabulary;
    private final Tensor vectors;
    private final NearestNeighbours neighbours;

    private WordVectors(Vocabulary vocabulary, Tensor vectors) {
        this.vocabulary = vocabulary;
        this.vectors = vectors;
        this.neighbours = NearestNeighbours.of(vectors, NearestNeighbours.Metric.COSINE);
    }

    /**
     * Words and the matrix of their vectors, which becomes this object's to close.
     *
     * @param vectors (n, d), F64 or F32, finite
     * @throws IllegalArgumentException when there are not as many of both, or a word stands twice
     */
    public static WordVectors of(Vocabulary vocabulary, Tensor vectors) {
        if (vectors.shape().rank() != 2 || vectors.dim(0) != vocabulary.size()) {
            throw new IllegalArgumentException("word vectors: " + vocabulary.size() + " words, vectors "
                    + vectors.shape() + "; needed is one row for each");
        }
        return new WordVectors(vocabulary, vectors);
    }

    /**
     * A fit to texts, by co-occurrence, mutual information and SVD.
     *
     * @throws IllegalArgumentException when there is less than 1 dimension
     */
    public static WordVectorOptions dimensions(int d) {
        return new WordVectorOptions(d);
    }

    /** The words. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The vectors as they were given, (n, d); belongs to this object. */
    public Tensor vectors() {
        return vectors;
    }

    /** How many numbers a vector has. */
    public int dimensions() {
        return Math.toIntExact(vectors.dim(1));
    }

    /**
     * The vector of a word.
     *
     * @throws IllegalArgumentException for a word that is not here
     */
    public double[] vector(String word) {
        try (Tensor row = vectors.select(0, vocabulary.require(word))) {
            return row.toArray();
        }
    }

    /** The cosine of two words; 0 with a vector of zeros. */
    public double similarity(String a, String b) {
        try (Scope scope = Scope.open()) {
            Tensor products = unit(a).multiply(unit(b));
            return products.sum().get();
        }
    }

    private Tensor unit(String word) {
        return neighbours.vectors().select(0, vocabulary.require(word));
    }

    /**
     * The words of largest cosine with one, without itself.
     *
     * @throws IllegalArgumentException for a word that is not here
     */
    public List<Match> nearest(String word, int top) {
        int number = vocabulary.require(word);
        try (Tensor query = vectors.slice(0, number, number + 1)) {
            return nearest(query, top, Set.of(number));
        }
    }

    /**
     * The words of largest cosine with a vector.
     *
     * @param vector (d), of the type and on the device of the vectors
     */
    public List<Match> nearest(Tensor vector, int top) {
        try (Tensor query = vector.reshape(1, -1)) {
            return nearest(query, top, Set.of());
        }
    }

    private List<Match> nearest(Tensor query, int top, Set<Integer> without) {
        try (Indexing.Ranked found = neighbours.search(query, (long) top + without.size())) {
            return matches(found, top, without);
        }
    }

    private List<Match> matches(Indexing.Ranked found, int top, Set<Integer> without) {
        double[] scores = found.values().toArray();
        long[] numbers = found.indices().toLongArray();
        List<Match> matches = new ArrayList<>();
        for (int i = 0; i < scores.length && matches.size() < top; i++) {
            int number = (int) numbers[i];
            if (!without.contains(number)) {
                matches.add(new Match(number, vocabulary.word(number), scores[i]));
            }
        }
        return matches;
    }

    /**
     * The words that are to {@code c} as {@code b} is to {@code a}, without these three.
     *
     * @throws IllegalArgumentException for a word that is not here
     */
    public List<Match> analogy(String a, String b, String c, int top, Analogy method) {
        int[] given = {vocabulary.require(a), vocabulary.require(b), vocabulary.require(c)};
        Set<Integer> without =
                Set.copyOf(Arrays.stream(given).boxed().distinct().toList());
        try (Scope scope = Scope.open()) {
            Tensor scores = scores(unit(a), unit(b), unit(c), method);
            long most = Math.min(vocabulary.size(), (long) top + without.size());
            return matches(Indexing.topK(scores, most), top, without);
        }
    }

    private Tensor scores(Tensor a, Tensor b, Tensor c, Analogy method) {
        Tensor all = neighbours.vectors();
        if (method == Analogy.ADD) {
            return all.matmul(b.subtract(a).add(c));
        }
        Tensor toA = all.matmul(a).add(1).multiply(0.5);
        Tensor toB = all.matmul(b).add(1).multiply(0.5);
        Tensor toC = all.matmul(c).add(1).multiply(0.5);
        return toB.multiply(toC).divide(toA.add(EPSILON));
    }

    /** The vectors divided by their lengths. */
    public WordVectors normalized() {
        return of(vocabulary, neighbours.vectors().copy());
    }

    /**
     * Writes GloVe's text format: a line for each word, with its numbers between blanks.
     *
     * @throws IllegalArgumentException for a word with a blank in it, or an empty one
     * @throws IOException when the file cannot be written; it is as it was
     */
    public void write(Path file) throws IOException {
        WordVectorFile.writeText(file, vocabulary.words(), vectors);
    }

    /** Writes word2vec's binary format, in F32; as {@link #write} otherwise. */
    public void writeBinary(Path file) throws IOException {
        WordVectorFile.writeBinary(file, vocabulary.words(), vectors);
    }

    /**
     * Reads the text format of GloVe or word2vec (whose first line has the two sizes), in F32.
     *
     * @throws dev.eckart.io.BadFileException naming the line, when lines differ in length or a number is none
     */
    public static WordVectors read(Path file) throws IOException {
        return of(WordVectorFile.readText(file));
    }

    /** Reads word2vec's binary format. */
    public static WordVectors readBinary(Path file) throws IOException {
        return of(WordVectorFile.readBinary(file));
    }

    private static WordVectors of(WordVectorFile.Content read) {
        return of(Vocabulary.of(read.words()), read.vectors());
    }

    @Override
    public void close() {
        vectors.close();
        neighbours.close();
    }

    @Override
    public String toString() {
        return "word vectors " + vectors.shape() + " " + vectors.dtype();
    }
}
