package dev.eckart.cli.speeches;

import dev.eckart.cli.Progress;
import dev.eckart.cli.Report;
import dev.eckart.cli.Story;
import dev.eckart.embedding.Document;
import dev.eckart.embedding.Lsa;
import dev.eckart.embedding.Match;
import dev.eckart.embedding.Vocabulary;
import dev.eckart.embedding.Weighting;
import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.text.Tokenizer;
import java.io.IOException;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** The page "What presidents spoke of": topics, search and a map of words, by latent semantic analysis of addresses of two centuries. */
public final class SpeechesDemo implements Story {
    /** As {@code --data} has it. */
    public static final String NAME = "speeches";

    static final int RANK = 50;
    static final int LEAST_DOCUMENTS = 3;
    static final double MOST_SHARE = 0.06;
    static final int TOPICS = 6;
    static final int WORDS_OF_A_TOPIC = 7;
    static final int ON_MAP = 350;
    static final int NEAREST = 6;
    static final int FOUND = 3;
    static final List<String> QUERIES = List.of(
            "ships of the navy",
            "schools and teachers",
            "gold and silver coin",
            "nuclear weapons",
            "taxes and the deficit",
            "medicine for the sick");
    static final List<String> WORDS =
            List.of("gold", "navy", "school", "taxes", "farmers", "treaty", "increase", "railroads");

    private final List<Passage> passages;
    private final DType dtype;
    private final long seed;
    private final double loadSeconds;
    private Findings found;
    private double computeSeconds;

    /**
     * A dimension.
     *
     * @param value its singular value
     * @param first words of the largest entries of its right vector
     * @param last words of the smallest, which are negative
     * @param byYear the mean of the passages' entries in each year
     */
    record Topic(double value, List<String> first, List<String> last, double[] byYear) {}

    /**
     * What the page tells.
     *
     * @param shape of the matrix: passages, words
     * @param years of the addresses, ascending
     * @param topics the first dimensions
     * @param searches what was asked, and the passages nearest to it
     * @param nearest words, and those nearest to each
     * @param map of the words in the most passages: two principal components, (n, 2)
     * @param onMap these words
     * @param when the mean year of the passages that have each
     * @param certificate of the decomposition
     */
    record Findings(
            long[] shape,
            int[] years,
            List<Topic> topics,
            Map<String, List<Match>> searches,
            Map<String, List<Match>> nearest,
            double[][] map,
            List<String> onMap,
            double[] when,
            Certificate certificate) {}

    private SpeechesDemo(List<Passage> passages, DType dtype, long seed, double loadSeconds) {
        this.passages = passages;
        this.dtype = dtype;
        this.seed = seed;
        this.loadSeconds = loadSeconds;
    }

    /**
     * Reads the data, which is in the program.
     *
     * @param seed of the decomposition
     */
    public static SpeechesDemo read(DType dtype, long seed) throws IOException {
        long start = System.nanoTime();
        List<Passage> passages = Passage.all();
        return new SpeechesDemo(passages, dtype, seed, (System.nanoTime() - start) / 1e9);
    }

    private static Tokenizer tokenizer() {
        return Tokenizer.words().withoutStopWords();
    }

    private Lsa.Options how() {
        return Lsa.rank(RANK)
                .weighting(Weighting.LOG_ENTROPY)
                .minDocuments(LEAST_DOCUMENTS)
                .maxShare(MOST_SHARE)
                .dtype(dtype)
                .seed(seed);
    }

    private List<Document> documents(Tokenizer tokenizer) {
        return passages.stream()
                .map(p -> new Document(p.address(), tokenizer.words(p.text())))
                .toList();
    }

    @Override
    public SvdPlan explain() {
        AtomicReference<SvdPlan> plan = new AtomicReference<>();
        try (Tokenizer tokenizer = tokenizer()) {
            how().onPlan(plan::set).fit(documents(tokenizer)).close();
        }
        return plan.get();
    }

    @Override
    public void run(Progress progress) {
        long start = System.nanoTime();
        progress.update("words and passages", 0);
        try (Tokenizer tokenizer = tokenizer();
                Scope scope = Scope.open()) {
            List<Document> documents = documents(tokenizer);
            try (Lsa lsa = how().fit(documents)) {
                progress.update("topics", 0.5);
                int[] years = passages.stream()
                        .mapToInt(Passage::year)
                        .distinct()
                        .sorted()
                        .toArray();
                Map<String, List<Match>> searches = new LinkedHashMap<>();
                QUERIES.forEach(query -> searches.put(query, lsa.search(tokenizer.words(query), FOUND)));
                Map<String, List<Match>> nearest = new LinkedHashMap<>();
                WORDS.forEach(word -> nearest.put(word, lsa.similarTerms(word, NEAREST)));
                // Terms are numbered by the number of documents that have them.
                List<String> frequent = lsa.vocabulary()
                        .words()
                        .subList(0, Math.min(ON_MAP, lsa.vocabulary().size()));
                found = new Findings(
                        new long[] {documents.size(), lsa.vocabulary().size()},
                        years,
                        topics(lsa, years),
                        searches,
                        nearest,
                        map(lsa, frequent.size()),
                        frequent,
                        when(lsa.vocabulary(), documents, frequent.size()),
                        lsa.embedding().svd().certificate());
            }
        }
        computeSeconds = (System.nanoTime() - start) / 1e9;
    }

    private List<Topic> topics(Lsa lsa, int[] years) {
        double[] s = lsa.embedding().svd().s().toArray();
        double[][] vt = lsa.embedding().svd().vt().toMatrix();
        double[][] z = lsa.embedding().left(1).toMatrix();
        return IntStream.range(0, TOPICS)
                .mapToObj(j -> new Topic(
                        s[j],
                        words(lsa, vt[j], 1),
                        words(lsa, vt[j], -1),
                        IntStream.of(years)
                                .mapToDouble(year -> mean(z, j, year))
                                .toArray()))
                .toList();
    }

    private static List<String> words(Lsa lsa, double[] weights, int sign) {
        return IntStream.range(0, weights.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -sign * weights[i]))
                .limit(WORDS_OF_A_TOPIC)
                .map(i -> lsa.vocabulary().word(i))
                .toList();
    }

    private double mean(double[][] z, int j, int year) {
        return IntStream.range(0, z.length)
                .filter(i -> passages.get(i).year() == year)
                .mapToDouble(i -> z[i][j])
                .average()
                .orElseThrow();
    }

    /** Two principal components of vectors of length 1. */
    private double[][] map(Lsa lsa, int words) {
        Tensor rows = lsa.embedding().right(1).slice(0, 0, words).to(DType.F64);
        Tensor lengths = rows.square().sum(1).sqrt().reshape(words, 1);
        Tensor unit = rows.divide(lengths);
        return Pca.components(2).seed(seed).fit(unit).transform(unit).toMatrix();
    }

    private double[] when(Vocabulary vocabulary, List<Document> documents, int words) {
        double[] sums = new double[words];
        for (int i = 0; i < documents.size(); i++) {
            int year = passages.get(i).year();
            documents.get(i).words().stream()
                    .mapToInt(vocabulary::number)
                    .filter(term -> term >= 0 && term < words)
                    .distinct()
                    .forEach(term -> sums[term] += year);
        }
        return IntStream.range(0, words)
                .mapToDouble(term -> sums[term] / vocabulary.count(term))
                .toArray();
    }

    @Override
    public String page() {
        return new SpeechesPage(passages, found, loadSeconds, computeSeconds).html();
    }

    @Override
    public Report report(Device on) {
        Map<String, Object> searches = new LinkedHashMap<>();
        found.searches()
                .forEach((query, matches) ->
                        searches.put(query, matches.stream().map(Match::number).toList()));
        Map<String, Object> nearest = new LinkedHashMap<>();
        found.nearest()
                .forEach((word, matches) ->
                        nearest.put(word, matches.stream().map(Match::name).toList()));
        return new Report()
                .put("data", NAME)
                .put("seed", seed)
                .put("shape", found.shape())
                .put("dtype", dtype.toString())
                .put("rank", RANK)
                .putDecomposition(found.certificate(), loadSeconds, computeSeconds)
                .put("topics", found.topics().stream().map(Topic::first).toList())
                .put("searches", searches)
                .put("nearest", nearest)
                .putMachine(on);
    }
}
