package dev.eckart.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code diffusion sample …}. */
@Command(
        name = "diffusion",
        description = "Pictures from noise, by denoising it step by step.",
        subcommands = DiffusionSampleCommand.class)
final class DiffusionCommand implements Callable<Integer> {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;

    @Override
    public Integer call() {
        throw new UsageException("diffusion: what to do is missing: sample; see eckart diffusion --help");
    }
}
