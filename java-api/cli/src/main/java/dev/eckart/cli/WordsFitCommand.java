package dev.eckart.cli;

import dev.eckart.embedding.Association;
import dev.eckart.embedding.Embedding;
import dev.eckart.embedding.WordVectorOptions;
import dev.eckart.embedding.WordVectors;
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

/** {@code words fit CORPUS --window 4 --dim 100 … --out V.txt}. */
@Command(
        name = "fit",
        description =
                "Vectors of words from a corpus, in the text format of GloVe; in word2vec's binary format for V.bin.")
final class WordsFitCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "CORPUS",
            description = "JSON lines {\"text\": …}, a folder of .txt files, or one text file, a sentence each line")
    private Path corpus;

    @Option(names = "--html", description = "texts are HTML: leave out tags, read entities as their characters")
    private boolean html;

    @Option(names = "--window", paramLabel = "W", description = "largest distance of two words (default: 4)")
    private Integer window;

    @Option(names = "--span", paramLabel = "S", description = "the same, as the number of words in a window: W + 1")
    private Integer span;

    @Option(names = "--dim", paramLabel = "D", description = "how many dimensions (default: 100)")
    private int dim = 100;

    @Option(names = "--min-count", paramLabel = "N", description = "leave out rarer words (default: 5)")
    private int minCount = 5;

    @Option(names = "--subsample", paramLabel = "T", description = "drop frequent words, as 1e-4 (default: 0, none)")
    private double subsample;

    @Option(names = "--shift", paramLabel = "S", description = "take ln S off the mutual information (default: 1)")
    private double shift = 1;

    @Option(names = "--smoothing", paramLabel = "A", description = "power of context counts (default: 0.75)")
    private double smoothing = 0.75;

    @Option(names = "--eigenvalue-power", paramLabel = "P", description = "power of the singular values (default: 0.5)")
    private double power = 0.5;

    @Option(
            names = "--combine",
            paramLabel = "C",
            description = "vectors of words, left; of words and contexts, sum or concat (default: left)")
    private String combine = "left";

    @Option(names = "--out", paramLabel = "V.txt", description = "the file to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        WordVectorOptions how = how();
        if (out != null) {
            Targets.prepare(out, corpus);
        }
        try (Session session = options.open();
                Tokenizer tokenizer = html ? Tokenizer.words().withoutHtml() : Tokenizer.words();
                Progress progress = options.progress(corpus.toString());
                Collection documents = Collection.open(corpus, tokenizer, progress)) {
            Device device = Host.require(options, session);
            Stopwatch watch = new Stopwatch();
            how.onPlan(plan -> {
                watch.lap("load");
                if (options.explain()) {
                    Plans.print(options, plan);
                }
                if (out == null) {
                    throw new Explained();
                }
                progress.expect("fitting " + plan.shape(), plan.seconds());
            });
            try (WordVectors vectors = how.fit(documents.words())) {
                watch.lap("compute");
                progress.update("writing", Double.NaN);
                VectorFiles.write(vectors, out);
                watch.lap("write");
                progress.close();
                tell(vectors, how.certificate().orElseThrow(), watch, device);
            }
        } catch (Explained e) {
            return 0;
        }
        return 0;
    }

    private WordVectorOptions how() {
        if (out == null && !options.explain()) {
            throw new UsageException("words fit: --out V.txt is missing (or --explain, which only explains)");
        }
        if (window != null && span != null) {
            throw new UsageException("words fit: give one of --window and --span");
        }
        int width = window != null ? window : span != null ? span - 1 : 4;
        if (width < 1) {
            throw new UsageException(
                    window != null ? "--window " + window + ": is below 1" : "--span " + span + ": is below 2");
        }
        return WordVectors.dimensions(dim)
                .window(width)
                .minCount(minCount)
                .subsample(subsample)
                .association(Association.ppmi().shift(shift).smoothing(smoothing))
                .power(power)
                .combine(combine())
                .dtype(options.precision() == null ? DType.F32 : options.precision())
                .seed(options.seed());
    }

    private Embedding.Combine combine() {
        for (Embedding.Combine each : Embedding.Combine.values()) {
            if (each != Embedding.Combine.RIGHT
                    && each.name().toLowerCase(Locale.ROOT).equals(combine)) {
                return each;
            }
        }
        throw new UsageException("--combine " + combine + ": is none of left, sum, concat");
    }

    private void tell(WordVectors vectors, Certificate certificate, Stopwatch watch, Device device) {
        if (options.json()) {
            options.out()
                    .println(new Report()
                            .put("command", "words fit")
                            .put("input", corpus.toString())
                            .put("shape", vectors.vectors().shape().dims())
                            .put("dtype", vectors.vectors().dtype().toString())
                            .put("rank", dim)
                            .put("driver", certificate.driver().toString())
                            .put("seed", options.seed())
                            .put("seconds", watch.seconds())
                            .put("certificate", Certificates.fields(certificate))
                            .putMachine(device));
            return;
        }
        options.out()
                .println("words of " + corpus + ": " + vectors.vocabulary().size() + " words, " + vectors.dimensions()
                        + " dimensions by " + certificate.driver());
        options.out().println("  quality  " + Certificates.text(certificate));
        options.out().println("  time     " + watch);
        options.out().println("  written  " + out);
    }
}
