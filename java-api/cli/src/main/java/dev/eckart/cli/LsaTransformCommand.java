package dev.eckart.cli;

import dev.eckart.embedding.Lsa;
import dev.eckart.io.Npy;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import dev.eckart.text.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lsa transform MODEL DOCS --out F.npy}. */
@Command(name = "transform", description = "Vectors (d,k) of documents in the space of a model.")
final class LsaTransformCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL", description = "the file that eckart lsa fit wrote")
    private Path model;

    @Parameters(index = "1", paramLabel = "DOCS", description = "documents, as for eckart lsa fit")
    private Path docs;

    @Option(names = "--out", paramLabel = "F.npy", required = true, description = "the file to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        Targets.prepare(out, docs);
        try (Session session = options.open();
                Lsa lsa = LsaModel.read(model);
                Tokenizer tokenizer = LsaModel.tokenizer(lsa, model);
                Progress progress = options.progress(docs.toString());
                Collection documents = Collection.open(docs, tokenizer, progress)) {
            Device device = Host.require(options, session);
            Stopwatch watch = new Stopwatch();
            Tensor vectors = lsa.transform(documents.words());
            watch.lap("compute");
            Tensor cast = options.precision() == null ? vectors : vectors.to(options.precision());
            Npy.write(out, cast);
            watch.lap("write");
            progress.close();
            if (options.json()) {
                options.out()
                        .println(new Report()
                                .put("command", "lsa transform")
                                .put("input", docs.toString())
                                .put("shape", cast.shape().dims())
                                .put("dtype", cast.dtype().toString())
                                .put("seconds", watch.seconds())
                                .putMachine(device));
            } else {
                options.out().println("lsa transform: " + cast.dim(0) + " documents to " + cast.shape());
                options.out().println("  time     " + watch);
                options.out().println("  written  " + out);
            }
            return 0;
        }
    }
}
