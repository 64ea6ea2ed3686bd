package dev.eckart.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lsa fit | search | transform | topics}: documents that mean alike. */
@Command(
        name = "lsa",
        description = "Latent semantic analysis: search in documents by what they mean.",
        subcommands = {LsaFitCommand.class, LsaSearchCommand.class, LsaTransformCommand.class, LsaTopicsCommand.class})
final class LsaCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;

    @Override
    public Integer call() {
        throw new UsageException("lsa: a command is missing: fit, search, transform or topics; see eckart lsa --help");
    }
}
