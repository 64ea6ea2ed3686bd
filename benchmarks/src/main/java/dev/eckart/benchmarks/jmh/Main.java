package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.Backends;
import dev.eckart.memory.Device;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * JMH's own command line on the devices that are there. A device asked for by {@code -p device=} that is missing ends the run with its
 * reason before anything is measured; one not asked for is a line.
 */
public final class Main {
    private Main() {}

    /** Takes the arguments of JMH. */
    public static void main(String[] args) throws Exception {
        List<String> all = new ArrayList<>(List.of(args));
        Collection<String> asked =
                new CommandLineOptions(args).getParameter("device").orElse(List.of());
        try {
            List<String> devices = devices(asked);
            if (asked.isEmpty()) {
                all.addAll(List.of("-p", "device=" + String.join(",", devices)));
            }
        } catch (IllegalStateException | IllegalArgumentException e) {
            System.err.println("ci/bench: " + e.getMessage());
            System.exit(2);
        }
        org.openjdk.jmh.Main.main(all.toArray(String[]::new));
    }

    /** Those asked for; all that are there when none are, CPU last, with a line for each kind that is missing. */
    static List<String> devices(Collection<String> asked) {
        asked.forEach(device -> Backends.of(Device.parse(device)));
        if (!asked.isEmpty()) {
            return List.copyOf(asked);
        }
        Backends.missing().forEach((kind, reason) -> System.err.println("Skipped: " + kind + ": " + reason));
        return Backends.available().stream().map(Device::toString).collect(Collectors.toList());
    }
}
