package dev.eckart.embedding;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Latent semantic analysis: the weighted counts X (n documents, t terms) and the nearest matrix of rank k, X ≈ U·Σ·Vᵀ (Deerwester,
 * Dumais, Furnas, Landauer and Harshman 1990). Documents that share no word are near when their words stand in the same others.
 *
 * <pre>{@code
 * try (Lsa lsa = Lsa.rank(100).fit(documents)) {
 *     lsa.search(List.of("matrix", "norm"), 10).forEach(m -> System.out.println(m.score() + " " + m.name()));
 * }
 * }</pre>
 *
 * <p>Rows of U·Σ are documents, (UΣ)(UΣ)ᵀ ≈ XXᵀ; rows of V·Σ are terms, (VΣ)(VΣ)ᵀ ≈ XᵀX, the joint occurrences; and a row of U with
 * one of V·Σ gives the entry of X: near 1 where a document has a word, by counts. Immutable, thread-safe.
 */
public final class Lsa implements AutoCloseable {
    private final Vocabulary vocabulary;
    private final Weighting weighting;
    private final double[] global;
    private final List<String> titles;
    private final Map<String, String> notes;
    private final Embedding embedding;
    /** V, (t, k). */
    private final Tensor loadings;

    private final NearestNeighbours documents;
    private final NearestNeighbours terms;

    Lsa(
            Vocabulary vocabulary,
            Weighting weighting,
            double[] global,
            List<String> titles,
            Map<String, String> notes,
            Embedding embedding) {
        this.vocabulary = vocabulary;
        this.weighting = weighting;
        this.global = global;
        this.titles = List.copyOf(titles);
        this.notes = notes;
        this.embedding = embedding;
        this.loadings = embedding.right(0);
        try (Tensor scaledDocuments = embedding.left(1);
                Tensor scaledTerms = embedding.right(1)) {
            this.documents = NearestNeighbours.of(scaledDocuments, NearestNeighbours.Metric.COSINE);
            this.terms = NearestNeighbours.of(scaledTerms, NearestNeighbours.Metric.COSINE);
        }
    }

    /**
     * A fit of rank k.
     *
     * @throws IllegalArgumentException when k is below 1
     */
    public static Options rank(long k) {
        return new Options(k);
    }

    /** How to fit. Each method returns this object. Not thread-safe. */
    public static final class Options {
        private final long rank;
        private final Embedding.Options embedding;
        private final TermCounts.Options terms = TermCounts.options();
        private Weighting weighting = Weighting.TF_IDF;
        private DType dtype = DType.F64;
        private final Map<String, String> notes = new LinkedHashMap<>();
        private Consumer<SvdPlan> plan = p -> {};

        private Options(long rank) {
            this.rank = rank;
            this.embedding = Embedding.rank(rank);
        }

        /** What the entries are; TF_IDF by default. */
        public Options weighting(Weighting choice) {
            this.weighting = choice;
            return this;
        }

        /** Leaves out terms that fewer documents have; 1 by default. */
        public Options minDocuments(int least) {
            terms.minDocuments(least);
            return this;
        }

        /** Leaves out terms that more than this share of the documents has; 1 by default: none. */
        public Options maxShare(double most) {
            terms.maxShare(most);
            return this;
        }

        /** F64 (the default) or F32. */
        public Options dtype(DType choice) {
            this.dtype = choice;
            return this;
        }

        /** Seed of the decomposition; 0 by default. */
        public Options seed(long value) {
            embedding.seed(value);
            return this;
        }

        /** Power iterations of the decomposition. */
        public Options powerIterations(int q) {
            embedding.powerIterations(q);
            return this;
        }

        /** A text that stays with the model, as how words were cut. */
        public Options note(String name, String text) {
            notes.put(name, text);
            return this;
        }

        /** Takes the plan of the decomposition once the documents are read; what it throws ends the fit. */
        public Options onPlan(Consumer<SvdPlan> taker) {
            this.plan = taker;
            return this;
        }

        /** How much to spend on the certificate. */
        public Options certify(Certificate.Level level) {
            embedding.certify(level);
            return this;
        }

        /**
         * Fits to documents, which are read once.
         *
         * @throws IllegalArgumentException when there is no document, no term is left, or there are fewer terms or documents than k
         * @throws java.util.concurrent.CancellationException when this thread is interrupted
         */
        public Lsa fit(Iterable<Document> documents) {
            List<String> titles = new ArrayList<>();
            TermCounts counts = terms.count(() -> words(documents.iterator(), titles));
            long most = Math.min(counts.documents(), counts.vocabulary().size());
            if (rank > most) {
                throw new IllegalArgumentException("lsa: rank " + rank + " is above the " + counts.documents()
                        + " documents or the " + counts.vocabulary().size() + " terms; ask for at most " + most);
            }
            double[] global = counts.global(weighting);
            try (Csr x = counts.weighted(weighting, global, dtype)) {
                plan.accept(embedding.explain(x));
                return new Lsa(counts.vocabulary(), weighting, global, titles, Map.copyOf(notes), embedding.of(x));
            }
        }

        private static Iterator<List<String>> words(Iterator<Document> documents, List<String> titles) {
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return documents.hasNext();
                }

                @Override
                public List<String> next() {
                    Document document = documents.next();
                    titles.add(document.title());
                    return document.words();
                }
            };
        }
    }

    /** The terms; each counts the documents that have it. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The titles of the documents. */
    public List<String> titles() {
        return titles;
    }

    /** The texts of {@link Options#note}. */
    public Map<String, String> notes() {
        return notes;
    }

    /** What the entries of X are. */
    public Weighting weighting() {
        return weighting;
    }

    /** The weight of each term over all documents. */
    double[] globalWeights() {
        return global.clone();
    }

    /** U, Σ and V: {@code left(1)} are the documents, {@code left(0)} with {@code right(1)} say where words stand. */
    public Embedding embedding() {
        return embedding;
    }

    /**
     * Documents that need not have been fitted, as X·V: for those of the fit this is U·Σ. Words that are no terms are left out; of
     * nothing else comes a row of zeros.
     *
     * @param texts each as its words
     * @return (d, k)
     * @throws IllegalArgumentException when there is no document
     */
    public Tensor transform(Iterable<? extends List<String>> texts) {
        DType dtype = embedding.svd().s().dtype();
        try (Scope scope = Scope.open();
                Csr x = TermCounts.of(texts, vocabulary).weighted(weighting, global, dtype)) {
            return scope.keep(x.multiply(loadings));
        }
    }

    /**
     * The documents nearest to some words, by the cosine in the space of U·Σ.
     *
     * @return of no known word, nothing
     */
    public List<Match> search(List<String> words, int top) {
        if (words.stream().allMatch(w -> vocabulary.number(w) < 0)) {
            return List.of();
        }
        try (Tensor query = transform(List.of(words))) {
            return nearest(documents, titles, query, top, -1);
        }
    }

    /** The documents nearest to one of the fit, without itself, by the cosine of their rows of U·Σ. */
    public List<Match> similarDocuments(int document, int top) {
        if (document < 0 || document >= titles.size()) {
            throw new IllegalArgumentException("lsa: document " + document + " is outside 0.." + (titles.size() - 1));
        }
        return similar(documents, titles, document, top);
    }

    /**
     * The terms nearest to one of them, without itself, by the cosine of their rows of V·Σ.
     *
     * @throws IllegalArgumentException for a word that is no term
     */
    public List<Match> similarTerms(String term, int top) {
        return similar(terms, vocabulary.words(), vocabulary.require(term), top);
    }

    private static List<Match> similar(NearestNeighbours among, List<String> names, int number, int top) {
        try (Tensor query = among.vectors().slice(0, number, number + 1)) {
            return nearest(among, names, query, top, number);
        }
    }

    private static List<Match> nearest(
            NearestNeighbours among, List<String> names, Tensor query, int top, int without) {
        try (Indexing.Ranked found = among.search(query, top + (without < 0 ? 0L : 1L))) {
            double[] scores = found.values().toArray();
            long[] numbers = found.indices().toLongArray();
            List<Match> matches = new ArrayList<>();
            for (int i = 0; i < scores.length && matches.size() < top; i++) {
                int number = (int) numbers[i];
                if (number != without) {
                    matches.add(new Match(number, names.get(number), scores[i]));
                }
            }
            return matches;
        }
    }

    /**
     * The words that make each component: those of largest magnitude in its row of Vᵀ, with their signs.
     *
     * @return for each of the k components, {@code words} of them
     */
    public List<List<Match>> topics(int words) {
        int most = Math.min(words, vocabulary.size());
        try (Scope scope = Scope.open()) {
            Tensor vt = embedding.svd().vt();
            long[] places = Indexing.topK(vt.abs(), most).indices().toLongArray();
            List<List<Match>> topics = new ArrayList<>();
            for (int j = 0; j < vt.dim(0); j++) {
                List<Match> topic = new ArrayList<>();
                for (int i = 0; i < most; i++) {
                    int term = (int) places[j * most + i];
                    topic.add(new Match(term, vocabulary.word(term), vt.get(j, term)));
                }
                topics.add(topic);
            }
            return topics;
        }
    }

    /**
     * Writes the model: one safetensors file, with its settings in the JSON of its header.
     *
     * @throws IOException when the folder is missing or not writable, or the disk is full; the target is as it was
     */
    public void save(Path file) throws IOException {
        LsaFile.write(file, this);
    }

    /**
     * Reads a model that {@link #save} wrote.
     *
     * @throws dev.eckart.io.BadFileException when it is missing, torn, or none of these
     */
    public static Lsa load(Path file) throws IOException {
        return LsaFile.read(file);
    }

    @Override
    public void close() {
        embedding.close();
        loadings.close();
        documents.close();
        terms.close();
    }

    @Override
    public String toString() {
        return "lsa of " + Shape.of(titles.size(), vocabulary.size()) + " " + weighting + ", rank "
                + embedding.svd().s().dim(0);
    }
}
