package dev.eckart.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code words fit | near | analogy}: words that are used alike. */
@Command(
        name = "words",
        description = "Vectors of words, from how often they stand near each other.",
        subcommands = {WordsFitCommand.class, WordsNearCommand.class, WordsAnalogyCommand.class})
final class WordsCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;

    @Override
    public Integer call() {
        throw new UsageException("words: a command is missing: fit, near or analogy; see eckart words --help");
    }
}
