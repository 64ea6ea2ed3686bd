package dev.eckart.benchmarks.quality;

import dev.eckart.embedding.Association;
import dev.eckart.embedding.Cooccurrences;
import dev.eckart.embedding.Embedding;
import dev.eckart.embedding.Match;
import dev.eckart.embedding.NearestNeighbours;
import dev.eckart.embedding.TermCounts;
import dev.eckart.embedding.Weighting;
import dev.eckart.embedding.WordVectors;
import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import dev.eckart.text.Documents;
import dev.eckart.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** Times of the steps from all reviews to vectors, and of a search; each the least of two rounds in one JVM. */
public final class Speeds {
    private static final int ROUNDS = 2;

    private Speeds() {}

    /** Arguments: the folder with reviews.jsonl. Leaves tokens.txt and vectors.txt there for the peers. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        lsaOfText(folder.resolve("reviews.jsonl"));
        List<List<String>> words =
                ReviewSet.read(folder.resolve("reviews.jsonl")).words();
        Files.write(
                folder.resolve("tokens.txt"),
                words.stream().map(w -> String.join(" ", w)).toList());
        lsa(words);
        counting(words);
        vectors(words, folder.resolve("vectors.txt"));
        search();
    }

    /** From the file to the decomposition, as one; the first time and the least. */
    private static void lsaOfText(Path file) throws IOException {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            try (Tokenizer tokenizer = Tokenizer.words().withoutHtml();
                    Documents documents = Documents.open(file, tokenizer);
                    Csr x = TermCounts.options()
                            .minDocuments(5)
                            .count(documents.words())
                            .matrix(Weighting.TF_IDF, DType.F32);
                    Embedding found =
                            Embedding.rank(100).certify(Certificate.Level.NONE).of(x)) {
                least = Math.min(least, Figures.since(start));
                if (i == 0) {
                    Figures.print("lsa of text seconds, first", least);
                }
            }
        }
        Figures.print("lsa of text seconds", least);
    }

    private static void lsa(List<List<String>> words) {
        double counting = Double.MAX_VALUE;
        double factoring = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            try (Csr x = TermCounts.options().minDocuments(5).count(words).matrix(Weighting.TF_IDF, DType.F32)) {
                counting = Math.min(counting, Figures.since(start));
                start = System.nanoTime();
                Embedding.rank(100).certify(Certificate.Level.NONE).of(x).close();
                factoring = Math.min(factoring, Figures.since(start));
            }
        }
        Figures.print("lsa matrix seconds", counting);
        Figures.print("lsa svd seconds", factoring);
    }

    /** Words met at least 10 times, at most 4 apart. */
    private static void counting(List<List<String>> words) {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            Cooccurrences.window(4).minCount(10).count(words).close();
            least = Math.min(least, Figures.since(start));
        }
        long tokens = words.stream().mapToLong(List::size).sum();
        Figures.print("counting tokens per second", tokens / least);
    }

    private static void vectors(List<List<String>> words, Path file) throws IOException {
        double least = Double.MAX_VALUE;
        for (int i = 0; i < ROUNDS; i++) {
            long start = System.nanoTime();
            try (Cooccurrences counts = Cooccurrences.window(10)
                            .decay(Cooccurrences.Decay.LINEAR)
                            .minCount(10)
                            .count(words);
                    Csr ppmi = Association.ppmi().smoothing(0.75).of(counts.counts(), DType.F32);
                    Embedding found =
                            Embedding.rank(100).certify(Certificate.Level.NONE).of(ppmi);
                    WordVectors vectors = WordVectors.of(counts.vocabulary(), found.left(0.5))) {
                least = Math.min(least, Figures.since(start));
                if (i == 0) {
                    Figures.print("neighbours of great", names(vectors.nearest("great", 10)));
                    Figures.print("neighbours of difficult", names(vectors.nearest("difficult", 10)));
                    vectors.write(file);
                }
            }
        }
        Figures.print("words seconds", least);
    }

    private static String names(List<Match> matches) {
        return matches.stream().map(Match::name).collect(Collectors.joining(" "));
    }

    private static void search() {
        try (Tensor million = Tensor.uniform(DType.F32, 1, 1_000_000, 100);
                Tensor queries = Tensor.uniform(DType.F32, 2, 100, 100);
                NearestNeighbours among = NearestNeighbours.of(million, NearestNeighbours.Metric.INNER_PRODUCT)) {
            double least = Double.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long start = System.nanoTime();
                among.search(queries, 10).close();
                least = Math.min(least, Figures.since(start));
            }
            Figures.print("search seconds", least);
        }
    }
}
