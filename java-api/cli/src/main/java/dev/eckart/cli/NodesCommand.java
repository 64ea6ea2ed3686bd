package dev.eckart.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code nodes fit}: nodes of a graph that lie near each other. */
@Command(
        name = "nodes",
        description = "Vectors of the nodes of a graph, from what walks along its edges meet.",
        subcommands = NodesFitCommand.class)
final class NodesCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;

    @Override
    public Integer call() {
        throw new UsageException("nodes: a command is missing: fit; see eckart nodes --help");
    }
}
