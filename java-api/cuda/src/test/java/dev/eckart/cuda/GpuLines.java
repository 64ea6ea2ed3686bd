package dev.eckart.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The file of figures, a line of JSON each, written at once; and one beside it of the cases that were begun. So a process that a fault of
 * the device ended is followed by one that goes on with the next case.
 */
final class GpuLines {
    private final Path file;
    private final Path begun;
    private final Set<String> before = new HashSet<>();
    private final String last;
    private String part = "";

    private GpuLines(Path file) throws IOException {
        this.file = file;
        begun = Path.of(file + ".begun");
        List<String> names = Files.exists(begun) ? Files.readAllLines(begun) : List.of();
        before.addAll(names);
        last = names.isEmpty() ? "" : names.get(names.size() - 1);
    }

    static GpuLines of(Path file) throws IOException {
        return new GpuLines(file);
    }

    /** Of which part the figures are from here on: goals or ladder. */
    void part(String name) {
        part = name;
    }

    /** Whether a case is to be measured: it was not begun before. One during which a process ended gets a line that says so. */
    boolean begin(GpuCase what) throws IOException {
        String name = part + " " + what.name() + " " + what.dtype();
        if (!before.contains(name)) {
            append(begun, name);
            return true;
        }
        String line = start(what, "eckart cuda:0");
        if (name.equals(last)
                && (!Files.exists(file) || Files.readAllLines(file).stream().noneMatch(l -> l.startsWith(line)))) {
            failed(what, "eckart cuda:0", "the process ended during it");
        }
        return false;
    }

    /** A case's times by somebody: the median, with the least and the most; and what else is known, as JSON has it. */
    void figure(GpuCase what, String by, List<Double> seconds, String driver, Map<String, String> more)
            throws IOException {
        double[] sorted =
                seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        StringBuilder text = new StringBuilder(start(what, by))
                .append(String.format(
                        Locale.ROOT,
                        ", \"seconds\": %.6g, \"fastest\": %.6g, \"slowest\": %.6g, \"rounds\": %d, \"flops\": %.6g, \"bytes\": %.6g",
                        sorted[sorted.length / 2],
                        sorted[0],
                        sorted[sorted.length - 1],
                        sorted.length,
                        what.flops(),
                        what.bytes()));
        if (!driver.isEmpty()) {
            text.append(", \"driver\": \"").append(clean(driver)).append('"');
        }
        more.forEach(
                (name, value) -> text.append(", \"").append(name).append("\": ").append(value));
        write(text.append('}').toString());
    }

    void failed(GpuCase what, String by, String reason) throws IOException {
        write(start(what, by) + ", \"failed\": \"" + clean(reason) + "\"}");
    }

    private static String clean(String text) {
        return text.replaceAll("[\"\\\\|\\p{Cntrl}]", " ");
    }

    private String start(GpuCase what, String by) {
        return "{\"part\": \"" + part + "\", \"case\": \"" + what.name() + "\", \"op\": \"" + what.op()
                + "\", \"how\": \"" + what.how() + "\", \"dtype\": \"" + what.dtype() + "\", \"by\": \"" + by + "\"";
    }

    private void write(String line) throws IOException {
        append(file, line);
        System.out.println(line);
    }

    private static void append(Path file, String line) throws IOException {
        Files.write(file, List.of(line), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
