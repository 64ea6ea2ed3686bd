package dev.eckart.cli;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Devices;
import java.io.PrintWriter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What every numeric command takes. Use as {@code @Mixin GlobalOptions options}. */
public final class GlobalOptions {
    @Option(names = "--device", paramLabel = "D", description = "auto, cpu, cuda or cuda:INDEX (default: auto)")
    private String device = "auto";

    @Option(
            names = "--precision",
            paramLabel = "P",
            description = "f32 or f64 (default: that of the input; integers: f64)")
    private String precision;

    @Option(names = "--seed", paramLabel = "N", description = "seed of all randomness (default: 0)")
    private long seed;

    @Option(names = "--threads", paramLabel = "N", description = "CPU threads (default: all of the container)")
    private Integer threads;

    @Option(names = "--explain", description = "say what will be done and why; without --out do nothing else")
    private boolean explain;

    @Option(names = "--json", description = "print the report as JSON, and no progress")
    private boolean json;

    @Option(names = "--verbose", description = "on failure, show where")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Seed of all randomness. */
    public long seed() {
        return seed;
    }

    /** Whether the plan is to be shown. */
    public boolean explain() {
        return explain;
    }

    /** Whether the report goes to standard output as JSON. */
    public boolean json() {
        return json;
    }

    /** Whether no device was asked for: the best one is taken, or that which suits the input. */
    boolean anyDevice() {
        return device.equals("auto");
    }

    /** Standard output. */
    public PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /** Standard error. */
    public PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** The name for messages: {@code svd}, {@code pca transform}. */
    public String command() {
        String name = spec.qualifiedName();
        return name.substring(name.indexOf(' ') + 1);
    }

    /** Shows progress for a task: nothing with {@code --json}. */
    public Progress progress(String task) {
        return json ? Progress.none() : Progress.to(err(), command() + ": " + task);
    }

    /**
     * What {@code --precision} says, or null.
     *
     * @throws UsageException when it is neither f32 nor f64
     */
    public DType precision() {
        if (precision == null) {
            return null;
        }
        return switch (precision) {
            case "f32" -> DType.F32;
            case "f64" -> DType.F64;
            default -> throw new UsageException("--precision " + precision + ": is neither f32 nor f64");
        };
    }

    /**
     * Checks the options that name the machine's resources and puts {@code --threads} in force until the result is closed.
     *
     * @throws UsageException for a malformed device or a thread count outside 1..256
     * @throws IllegalStateException with the whole reason when the device is not available
     */
    public Session open() {
        precision();
        if (threads != null && (threads < 1 || threads > 256)) {
            throw new UsageException("--threads " + threads + ": is outside 1..256");
        }
        return new Session(resolve(), threads);
    }

    private Device resolve() {
        if (device.equals("auto")) {
            return Devices.best();
        }
        Device asked;
        try {
            asked = Device.parse(device);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--device " + device + ": is none of auto, cpu, cuda, cuda:INDEX", e);
        }
        Devices.describe(asked);
        return asked;
    }
}
