package dev.eckart.cli;

import dev.eckart.embedding.Lsa;
import dev.eckart.embedding.Match;
import dev.eckart.text.Tokenizer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lsa search MODEL "words" [--top N]}. */
@Command(
        name = "search",
        description = "Documents nearest to some words: rank, score, number of the document from 0, start of its text.")
final class LsaSearchCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "MODEL", description = "the file that eckart lsa fit wrote")
    private Path model;

    @Parameters(index = "1", paramLabel = "WORDS", description = "what to search for")
    private String query;

    @Option(names = "--top", paramLabel = "N", description = "how many (default: 10)")
    private int top = 10;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() {
        Matches.requireTop(top);
        try (Session session = options.open();
                Lsa lsa = LsaModel.read(model);
                Tokenizer tokenizer = LsaModel.tokenizer(lsa, model)) {
            Host.require(options, session);
            List<Match> found = lsa.search(tokenizer.words(query), top);
            if (found.isEmpty()) {
                throw new UsageException("lsa search: '" + query + "': none of its words is among the "
                        + lsa.vocabulary().size() + " of " + model);
            }
            Matches.print(options, "document", found, true);
            return 0;
        }
    }
}
