package dev.eckart.cli;

import dev.eckart.cli.demo.DemoCommand;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The program {@code java -jar eckart.jar COMMAND …}. Exit code 0: done; 2: bad usage or input; 1: any other failure; 130 and 143:
 * ended by Ctrl-C or a termination signal.
 */
@Command(
        name = "eckart",
        description = "Spectral linear algebra: SVD, PCA and what is built on them.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        synopsisSubcommandLabel = "COMMAND")
public final class Main implements Runnable {
    /** Every command: its name and how to make it. Made only when asked for, since each costs start-up time. */
    private static final Map<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("doctor", DoctorCommand::new);
        COMMANDS.put("svd", SvdCommand::new);
        COMMANDS.put("pca", PcaCommand::new);
        COMMANDS.put("lsa", LsaCommand::new);
        COMMANDS.put("words", WordsCommand::new);
        COMMANDS.put("nodes", NodesCommand::new);
        COMMANDS.put("diffusion", DiffusionCommand::new);
        COMMANDS.put("demo", DemoCommand::new);
    }

    @CommandLine.Spec
    private CommandSpec spec;

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {
        int code = ExtraClassPath.isSet() ? ExtraClassPath.run(args) : run(args, System.out, System.err);
        System.exit(code);
    }

    /**
     * Runs one command line in this process.
     *
     * @return the exit code
     */
    public static int run(String[] args, PrintStream out, PrintStream err) {
        boolean verbose = List.of(args).contains("--verbose");
        try {
            CommandLine line = commandLine(args.length == 0 ? "" : args[0]);
            line.setOut(new PrintWriter(out, true, StandardCharsets.UTF_8));
            line.setErr(new PrintWriter(err, true, StandardCharsets.UTF_8));
            line.setParameterExceptionHandler((e, given) -> usage(e, verbose, err));
            line.setExecutionExceptionHandler((e, at, given) -> Errors.report(e, verbose, err));
            int code = line.execute(args);
            return code == 0 && out.checkError()
                    ? Errors.report(
                            new IOException("standard output cannot be written: the disk is full or the pipe closed"),
                            verbose,
                            err)
                    : code;
        } catch (Throwable failure) {
            return Errors.report(failure, verbose, err);
        } finally {
            out.flush();
            err.flush();
        }
    }

    private static CommandLine commandLine(String first) {
        CommandLine line = new CommandLine(new Main());
        Supplier<Object> only = COMMANDS.get(first);
        if (only != null) {
            line.addSubcommand(first, only.get());
        } else {
            COMMANDS.forEach((name, command) -> line.addSubcommand(name, command.get()));
        }
        return line;
    }

    private static int usage(CommandLine.ParameterException e, boolean verbose, PrintStream err) {
        String command = e.getCommandLine().getCommandSpec().qualifiedName();
        if (e instanceof CommandLine.UnmatchedArgumentException unknown && command.equals("eckart")) {
            String what = unknown.getUnmatched().get(0);
            String line = "'" + what + "' is no command: one of " + String.join(", ", COMMANDS.keySet())
                    + "; see eckart --help";
            return Errors.report(new UsageException(line, e), verbose, err);
        }
        return Errors.report(new UsageException(e.getMessage() + "; see " + command + " --help", e), verbose, err);
    }

    /** Without a command: how to use the program. */
    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "a command is missing: one of " + String.join(", ", COMMANDS.keySet()));
    }

    /** Eckart's version. */
    static String version() {
        try (InputStream in = Main.class.getResourceAsStream("version.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** For {@code --version}. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"eckart " + version()};
        }
    }
}
