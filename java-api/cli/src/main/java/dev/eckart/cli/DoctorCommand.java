package dev.eckart.cli;

import dev.eckart.memory.Bytes;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.MemoryStatistics;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Memory;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code doctor}: what this machine offers, and for each missing device the whole reason and the fix. */
@Command(name = "doctor", description = "Shows platform, CPU kernels, threads and devices, and why others are missing.")
final class DoctorCommand implements Callable<Integer> {
    @Option(names = "--json", description = "print it as JSON")
    private boolean json;

    @Option(names = "--verbose", description = "on failure, show where")
    private boolean verbose;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this help")
    private boolean help;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        List<Device> devices = Devices.available();
        Map<String, Object> described = new LinkedHashMap<>();
        for (Device device : devices) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("description", Devices.describe(device));
            one.put("availableBytes", Devices.available(device));
            one.put("memory", statistics(Memory.statistics(device)));
            described.put(device.toString(), one);
        }
        Map<String, String> missing = new TreeMap<>();
        Devices.missing().forEach((kind, why) -> missing.put(kind.name().toLowerCase(java.util.Locale.ROOT), why));
        Report report = new Report()
                .put("eckart", Main.version())
                .put("platform", platform())
                .put("java", java())
                .put("threads", Threads.current())
                .put("memory", memory())
                .put("cache", cache())
                .put("best", devices.isEmpty() ? null : devices.get(0).toString())
                .put("devices", described)
                .put("missing", missing);
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(report);
        } else {
            print(out, devices, missing);
        }
        return devices.contains(Device.cpu()) ? 0 : Errors.FAILURE;
    }

    private static Map<String, Object> statistics(MemoryStatistics memory) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("usedBytes", memory.used());
        fields.put("peakBytes", memory.peak());
        fields.put("keptBytes", memory.kept());
        fields.put("allocations", memory.allocations());
        fields.put("reused", memory.reused());
        return fields;
    }

    private static void print(PrintWriter out, List<Device> devices, Map<String, String> missing) {
        out.println("eckart    " + Main.version());
        out.println("platform  " + platform());
        out.println("java      " + java() + ", heap at most "
                + Bytes.text(Runtime.getRuntime().maxMemory()));
        out.println("threads   " + Threads.current() + " (change with --threads N or -Deckart.threads=N)");
        if (devices.contains(Device.cpu())) {
            out.println("memory    " + Bytes.text(Devices.available(Device.cpu())) + " available, limit " + limit()
                    + " (change with -Deckart.memory.max=8g)");
        }
        out.println("cache     " + cache() + " (change with -Dorg.bytedeco.javacpp.cachedir=FOLDER)");
        for (Device device : devices) {
            boolean best = device.equals(devices.get(0));
            out.println("device    " + device + ": " + Devices.describe(device)
                    + (device.kind() == Device.Kind.CPU ? "" : ", " + Bytes.text(Devices.available(device)) + " free")
                    + (best ? "  [--device auto]" : ""));
        }
        missing.forEach((kind, why) -> out.println("missing   " + kind + ": " + why));
    }

    private static String platform() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch");
    }

    private static String java() {
        return System.getProperty("java.version") + " (" + System.getProperty("java.vm.name") + ", "
                + System.getProperty("java.home") + ")";
    }

    private static Map<String, Object> memory() {
        Map<String, Object> memory = new LinkedHashMap<>();
        memory.put("heapMaxBytes", Runtime.getRuntime().maxMemory());
        memory.put("tensorMaxBytes", MemoryBudget.max() == Long.MAX_VALUE ? null : MemoryBudget.max());
        return memory;
    }

    private static String limit() {
        return MemoryBudget.max() == Long.MAX_VALUE ? "that of the machine" : Bytes.text(MemoryBudget.max());
    }

    /** Where the native libraries are unpacked. */
    private static String cache() {
        String set = System.getProperty("org.bytedeco.javacpp.cachedir");
        return set != null
                ? set
                : Path.of(System.getProperty("user.home"), ".javacpp", "cache").toString();
    }
}
