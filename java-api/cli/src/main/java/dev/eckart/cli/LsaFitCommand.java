package dev.eckart.cli;

import dev.eckart.embedding.Lsa;
import dev.eckart.embedding.Weighting;
import dev.eckart.linalg.Certificate;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lsa fit DOCS --rank K --out MODEL}. */
@Command(name = "fit", description = "Fits a model to documents; it is one file, for lsa search, transform and topics.")
final class LsaFitCommand implements Callable<Integer> {
    static final String WORDS = "words";

    @Parameters(
            paramLabel = "DOCS",
            description =
                    "JSON lines {\"text\": …, \"label\": …}, a folder of .txt files, or one text file, a document each line")
    private Path docs;

    @Option(names = "--rank", paramLabel = "K", required = true, description = "how many dimensions")
    private int rank;

    @Option(names = "--weighting", paramLabel = "W", description = "tf-idf, log-entropy or counts (default: tf-idf)")
    private String weighting = "tf-idf";

    @Option(
            names = "--min-documents",
            paramLabel = "N",
            description = "leave out words that fewer documents have (default: 1)")
    private int minDocuments = 1;

    @Option(
            names = "--max-share",
            paramLabel = "F",
            description = "leave out words that more than this share of the documents has (default: 1)")
    private double maxShare = 1;

    @Option(names = "--html", description = "texts are HTML: leave out tags, read entities as their characters")
    private boolean html;

    @Option(names = "--stop-words", description = "leave out the most common English words (a, and, the …)")
    private boolean stopWords;

    @Option(
            names = "--stem",
            paramLabel = "LANGUAGE",
            description = "take endings away: english, german, french … (default: none)")
    private String stem = "";

    @Option(names = "--out", paramLabel = "MODEL", description = "the file to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        if (out == null && !options.explain()) {
            throw new UsageException("lsa fit: --out MODEL is missing (or --explain, which only explains)");
        }
        Weighting choice = weighting();
        if (out != null) {
            Targets.prepare(out, docs);
        }
        try (Session session = options.open();
                Tokenizer tokenizer = tokenizer();
                Progress progress = options.progress(docs.toString());
                Collection documents = Collection.open(docs, tokenizer, progress)) {
            Device device = Host.require(options, session);
            Stopwatch watch = new Stopwatch();
            Lsa.Options how = Lsa.rank(rank)
                    .weighting(choice)
                    .minDocuments(minDocuments)
                    .maxShare(maxShare)
                    .dtype(options.precision() == null ? DType.F64 : options.precision())
                    .seed(options.seed())
                    .note(WORDS, tokenizer.settings())
                    .onPlan(plan -> {
                        watch.lap("load");
                        if (options.explain()) {
                            Plans.print(options, plan);
                        }
                        if (out == null) {
                            throw new Explained();
                        }
                        progress.expect("fitting " + plan.shape(), plan.seconds());
                    });
            try (Lsa lsa = how.fit(documents)) {
                watch.lap("compute");
                progress.update("writing", Double.NaN);
                lsa.save(out);
                watch.lap("write");
                progress.close();
                tell(lsa, watch, device);
            }
        } catch (Explained e) {
            return 0;
        }
        return 0;
    }

    private Weighting weighting() {
        for (Weighting each : Weighting.values()) {
            if (each.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(weighting)) {
                return each;
            }
        }
        throw new UsageException("--weighting " + weighting + ": is none of tf-idf, log-entropy, counts");
    }

    private Tokenizer tokenizer() {
        Tokenizer words = html ? Tokenizer.words().withoutHtml() : Tokenizer.words();
        words = stopWords ? words.withoutStopWords() : words;
        return stem.isEmpty() ? words : words.stemming(stem);
    }

    private void tell(Lsa lsa, Stopwatch watch, Device device) {
        Certificate certificate = lsa.embedding().svd().certificate();
        long[] shape = {lsa.titles().size(), lsa.vocabulary().size()};
        if (options.json()) {
            options.out()
                    .println(new Report()
                            .put("command", "lsa fit")
                            .put("input", docs.toString())
                            .put("shape", shape)
                            .put("dtype", lsa.embedding().svd().s().dtype().toString())
                            .put("rank", rank)
                            .put("weighting", weighting)
                            .put("driver", certificate.driver().toString())
                            .put("seed", options.seed())
                            .put("seconds", watch.seconds())
                            .put("certificate", Certificates.fields(certificate))
                            .putMachine(device));
            return;
        }
        options.out()
                .println("lsa of " + shape[0] + " documents, " + shape[1] + " words, " + weighting + ": rank " + rank
                        + " by " + certificate.driver());
        options.out().println("  quality  " + Certificates.text(certificate));
        options.out().println("  time     " + watch);
        options.out().println("  written  " + out);
    }
}
