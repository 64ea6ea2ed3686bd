package dev.eckart.cli;

import dev.eckart.embedding.WordVectors;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code words near V.txt WORD [--top N]}. */
@Command(name = "near", description = "Words of largest cosine with one: word, cosine.")
final class WordsNearCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "V.txt", description = "vectors in the format of GloVe or word2vec")
    private Path file;

    @Parameters(index = "1", paramLabel = "WORD", description = "the word")
    private String word;

    @Option(names = "--top", paramLabel = "N", description = "how many (default: 10)")
    private int top = 10;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() {
        Matches.requireTop(top);
        try (Session session = options.open();
                WordVectors vectors = VectorFiles.read(file)) {
            Host.require(options, session);
            Matches.print(options, "word", vectors.nearest(VectorFiles.known(vectors, word), top), false);
            return 0;
        }
    }
}
