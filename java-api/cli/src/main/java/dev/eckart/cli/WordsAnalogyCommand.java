package dev.eckart.cli;

import dev.eckart.embedding.WordVectors;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code words analogy V.txt A B C}. */
@Command(name = "analogy", description = "Words that are to C as B is to A: word, score.")
final class WordsAnalogyCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "V.txt", description = "vectors in the format of GloVe or word2vec")
    private Path file;

    @Parameters(index = "1", paramLabel = "A", description = "as man")
    private String a;

    @Parameters(index = "2", paramLabel = "B", description = "as king")
    private String b;

    @Parameters(index = "3", paramLabel = "C", description = "as woman")
    private String c;

    @Option(names = "--method", paramLabel = "M", description = "add (3CosAdd) or multiply (3CosMul) (default: add)")
    private String method = "add";

    @Option(names = "--top", paramLabel = "N", description = "how many (default: 10)")
    private int top = 10;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() {
        Matches.requireTop(top);
        WordVectors.Analogy choice = switch (method.toLowerCase(Locale.ROOT)) {
            case "add" -> WordVectors.Analogy.ADD;
            case "multiply" -> WordVectors.Analogy.MULTIPLY;
            default -> throw new UsageException("--method " + method + ": is neither add nor multiply");
        };
        try (Session session = options.open();
                WordVectors vectors = VectorFiles.read(file)) {
            Host.require(options, session);
            String[] words = {a, b, c};
            for (int i = 0; i < words.length; i++) {
                words[i] = VectorFiles.known(vectors, words[i]);
            }
            Matches.print(options, "word", vectors.analogy(words[0], words[1], words[2], top, choice), false);
            return 0;
        }
    }
}
