package dev.eckart.cuda;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** What was aimed at beside PyTorch on the same card, and what came of it. */
final class GpuGoals {
    private static final String GPU = "eckart cuda:0";

    /** ‖I − UᵀU‖F of long matrices at most. */
    private static final double ORTHOGONALITY = 1e-5;

    /** Launching a recording, of doing it. */
    private static final double OVERHEAD = .05;

    /** Leading triplets take at most so many times what their passes take at the measured rates. */
    private static final double PASSES = 2;

    private GpuGoals() {}

    /** The most that Eckart may take of PyTorch's time. */
    private static OptionalDouble ratio(Map<String, String> figure) {
        return switch (figure.get("op")) {
            case "matmul", "bmm" -> OptionalDouble.of(1 / .98);
            case "linear" -> OptionalDouble.of(1 / 1.2);
            case "svd" -> OptionalDouble.of(isBatch(figure) ? .5 : 1.02);
            case "svd-condition" -> OptionalDouble.of(.2);
            case "truncated" -> OptionalDouble.of(.5);
            case "upload", "download" -> OptionalDouble.of(figure.get("case").endsWith("pinned") ? 1 / .95 : 2);
            default -> OptionalDouble.empty();
        };
    }

    private static boolean isBatch(Map<String, String> figure) {
        return figure.get("case").matches("svd \\d+x\\d+x\\d+");
    }

    /** A table of all that PyTorch did too, or could not. */
    static String page(List<Map<String, String>> figures) {
        Map<String, Map<String, Map<String, String>>> byCase = new LinkedHashMap<>();
        for (Map<String, String> figure : figures) {
            byCase.computeIfAbsent(figure.get("case") + " " + figure.get("dtype"), n -> new LinkedHashMap<>())
                    .put(figure.get("by"), figure);
        }
        StringBuilder text = new StringBuilder("""

                ## Goals

                Median seconds, taking turns. Of the limit: the larger of bytes over the copy rate and operations over the product rate that
                this run measured for the type, over the time; of leading triplets for each pass over the matrix. Error: relative, in the
                Frobenius norm; of leading triplets above the optimum, of batches the worst one's; orthogonality is ‖I − UᵀU‖F. Overhead:
                what the host takes to launch a recorded loop, of what the device takes to do it, of 20 launched and waited for once.

                | case | Eckart | torch | ratio | goal | met | of the limit | error, orthogonality: Eckart | torch | driver: Eckart | torch |
                |---|---|---|---|---|---|---|---|---|---|---|
                """);
        byCase.forEach((name, by) -> {
            Map<String, String> ours = by.get(GPU);
            Map<String, String> torch = by.get("torch");
            if (ours != null && (torch != null || ours.containsKey("overhead") || failed(ours))) {
                text.append(row(name, ours, torch, limit(ours, figures)));
            }
        });
        return text.toString();
    }

    private static boolean failed(Map<String, String> figure) {
        return figure.containsKey("failed");
    }

    private static String row(String name, Map<String, String> ours, Map<String, String> torch, double limit) {
        double ratio = GpuReport.number(ours, "seconds") / GpuReport.number(torch, "seconds");
        OptionalDouble most = ratio(ours);
        String goal = most.isPresent() ? String.format(Locale.ROOT, "≤ %.2f", most.getAsDouble()) : "";
        boolean met = most.isEmpty() || ratio <= most.getAsDouble();
        if (ours.containsKey("overhead")) {
            goal += String.format(Locale.ROOT, " overhead ≤ %.2f", OVERHEAD);
            met &= GpuReport.number(ours, "overhead") <= OVERHEAD;
        }
        if (ours.get("op").equals("svd-condition")) {
            goal += String.format(Locale.ROOT, ", orthogonality ≤ %.0e", ORTHOGONALITY);
            met &= GpuReport.number(ours, "orthogonality") <= ORTHOGONALITY;
        }
        if (ours.get("op").equals("truncated")) {
            goal += String.format(Locale.ROOT, ", ≥ %.2f of the limit", 1 / PASSES);
            met &= limit >= 1 / PASSES;
        }
        String measured =
                failed(ours) ? "failed: " + ours.get("failed") : GpuReport.three(GpuReport.number(ours, "seconds"));
        if (ours.containsKey("overhead")) {
            measured += ", overhead " + GpuReport.three(GpuReport.number(ours, "overhead"));
        }
        String judged =
                goal.isEmpty() ? "" : failed(ours) || torch != null && failed(torch) ? "no" : met ? "yes" : "no";
        return Stream.of(
                                name,
                                measured,
                                torch == null
                                        ? ""
                                        : failed(torch)
                                                ? "failed: " + torch.get("failed")
                                                : GpuReport.three(GpuReport.number(torch, "seconds")),
                                Double.isNaN(ratio) ? "" : String.format(Locale.ROOT, "%.2f", ratio),
                                goal.trim(),
                                judged,
                                Double.isNaN(limit) ? "" : String.format(Locale.ROOT, "%.2f", limit),
                                quality(ours),
                                quality(torch),
                                ours.getOrDefault("driver", ""),
                                torch == null ? "" : torch.getOrDefault("driver", ""))
                        .reduce("|", (line, cell) -> line + " " + cell + " |")
                + "\n";
    }

    private static String quality(Map<String, String> figure) {
        double error = GpuReport.number(figure, "error");
        double loss = GpuReport.number(figure, "orthogonality");
        return Double.isNaN(error)
                ? ""
                : GpuReport.three(error) + (Double.isNaN(loss) ? "" : ", " + GpuReport.three(loss));
    }

    /** The share of what this run measured to be possible; NaN where that is not known. */
    private static double limit(Map<String, String> figure, List<Map<String, String>> figures) {
        double copy = best(figures, figure.get("dtype"), "copy", "bytes");
        double product = best(figures, figure.get("dtype"), "matmul", "flops");
        double seconds = Math.max(number(figure, "bytes") / copy, number(figure, "flops") / product);
        double passes = GpuReport.number(figure, "passes");
        double share = seconds * (Double.isNaN(passes) ? 1 : passes) / GpuReport.number(figure, "seconds");
        boolean rounded =
                figure.get("case").endsWith("TF32") || figure.get("case").endsWith("BF16");
        boolean moved = figure.get("op").equals("upload") || figure.get("op").equals("download");
        return seconds == 0 || rounded || moved ? Double.NaN : share;
    }

    private static double number(Map<String, String> figure, String name) {
        double value = GpuReport.number(figure, name);
        return Double.isNaN(value) ? 0 : value;
    }

    /** The highest rate of an operation of a type on the card, in full precision. */
    private static double best(List<Map<String, String>> figures, String dtype, String op, String work) {
        return figures.stream()
                .filter(f ->
                        GPU.equals(f.get("by")) && op.equals(f.get("op")) && dtype.equals(f.get("dtype")) && !failed(f))
                .filter(f -> !f.get("case").matches(".*(TF32|BF16)"))
                .mapToDouble(f -> GpuReport.number(f, work) / GpuReport.number(f, "seconds"))
                .max()
                .orElse(Double.NaN);
    }
}
