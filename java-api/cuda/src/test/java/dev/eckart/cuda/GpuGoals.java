package dev.eckart.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/** What was aimed at beside PyTorch on the same card, and what came of it. */
final class GpuGoals {
    private static final String GPU = "eckart cuda:0";

    /** ‖I − UᵀU‖F/√k of long matrices at most. */
    private static final double ORTHOGONALITY = 1e-5;

    /** What of a replay is not its kernels' time. */
    private static final double OVERHEAD = .05;

    /** Leading triplets take at most so many times what their passes take at the measured rates. */
    private static final double PASSES = 2;

    private static final String INTRODUCTION = """

            ## Goals

            Median seconds, taking turns; short cases are repeated before the device is waited for. Ratio: Eckart's time over PyTorch's, so
            that a throughput of 0.98 is a ratio of 1.02. Of the limit: the larger of bytes over the copy rate and operations over the
            product rate, both measured in this run for the type (products of rounded factors: of the same rounding), over the time; of
            leading triplets for each pass over the matrix; of decompositions what Golub and Van Loan count. Error: relative, in the
            Frobenius norm; of leading triplets above the optimum, PyTorch's iterations raised until its own is no larger; of batches the
            worst one's. Orthogonality is ‖I − UᵀU‖F/√k. Certificates are in Eckart's times. Overhead is (t − q)/t, where t is a replay that
            is waited for and q one of 20 that are started back to back and waited for once, which the device does without a gap: what the
            launch and the wait for it add to the work of the kernels. BF16 is F32 tensors with factors rounded in Eckart, bfloat16 tensors
            in PyTorch. GELU follows in PyTorch as calls of its own.

            | case | Eckart | torch | ratio | goal | met | of the limit | error, orthogonality: Eckart | torch | driver: Eckart | torch |
            |---|---|---|---|---|---|---|---|---|---|---|
            """;

    private GpuGoals() {}

    /** The most that Eckart may take of PyTorch's time. */
    private static OptionalDouble ratio(Map<String, String> figure) {
        return switch (figure.get("op")) {
            case "matmul", "bmm" -> OptionalDouble.of(1 / .98);
            case "linear" -> OptionalDouble.of(1 / 1.2);
            case "svd" -> OptionalDouble.of(figure.get("case").matches("svd \\d+x\\d+x\\d+") ? .5 : 1.02);
            case "svd-condition" -> OptionalDouble.of(.2);
            case "truncated" -> OptionalDouble.of(.5);
            // PyTorch copies from and to pinned memory, whatever Eckart does.
            case "upload", "download" -> OptionalDouble.of(figure.get("how").equals("pinned") ? 1 / .95 : 1 / .5);
            default -> OptionalDouble.empty();
        };
    }

    /** The table; nothing when no goal was looked at. */
    static String page(List<Map<String, String>> all) {
        List<Map<String, String>> figures =
                all.stream().filter(f -> "goals".equals(f.get("part"))).toList();
        Map<String, Map<String, Map<String, String>>> byCase = new LinkedHashMap<>();
        for (Map<String, String> figure : figures) {
            byCase.computeIfAbsent(figure.get("case") + " " + figure.get("dtype"), n -> new LinkedHashMap<>())
                    .put(figure.get("by"), figure);
        }
        StringBuilder text = new StringBuilder(byCase.isEmpty() ? "" : INTRODUCTION);
        byCase.forEach((name, by) -> {
            if (by.containsKey(GPU)) {
                text.append(row(name, by.get(GPU), by.get("torch"), limit(by.get(GPU), figures)));
            }
        });
        return text.toString();
    }

    private static String row(String name, Map<String, String> ours, Map<String, String> torch, double limit) {
        double ratio = GpuReport.number(ours, "seconds") / GpuReport.number(torch, "seconds");
        List<String> goals = new ArrayList<>();
        boolean met = true;
        OptionalDouble most = ratio(ours);
        if (most.isPresent()) {
            goals.add(String.format(Locale.ROOT, "≤ %.2f", most.getAsDouble()));
            met = ratio <= most.getAsDouble();
        }
        if (ours.get("how").equals("recorded")) {
            goals.add(String.format(Locale.ROOT, "overhead ≤ %.2f", OVERHEAD));
            met &= overhead(ours) <= OVERHEAD;
        }
        if (ours.get("op").equals("svd-condition")) {
            goals.add(String.format(Locale.ROOT, "orthogonality ≤ %.0e", ORTHOGONALITY));
            met &= GpuReport.number(ours, "orthogonality") <= ORTHOGONALITY;
        }
        if (ours.get("op").equals("truncated")) {
            goals.add(String.format(Locale.ROOT, "≥ %.2f of the limit", 1 / PASSES));
            met &= limit >= 1 / PASSES;
        }
        boolean unknown = most.isPresent() && !failed(ours) && (torch == null || failed(torch));
        return "| "
                + String.join(
                        " | ",
                        name,
                        seconds(ours),
                        seconds(torch),
                        two(ratio),
                        String.join(", ", goals),
                        goals.isEmpty() ? "" : unknown ? "not compared" : met && !failed(ours) ? "yes" : "no",
                        two(limit),
                        quality(ours),
                        quality(torch),
                        ours.getOrDefault("driver", ""),
                        torch == null ? "" : torch.getOrDefault("driver", ""))
                + " |\n";
    }

    private static boolean failed(Map<String, String> figure) {
        return figure.containsKey("failed");
    }

    private static double overhead(Map<String, String> figure) {
        return 1 - GpuReport.number(figure, "queued") / GpuReport.number(figure, "seconds");
    }

    private static String seconds(Map<String, String> figure) {
        if (figure == null || failed(figure)) {
            return figure == null ? "" : "failed: " + figure.get("failed");
        }
        double overhead = overhead(figure);
        return GpuReport.three(GpuReport.number(figure, "seconds"))
                + (Double.isNaN(overhead) ? "" : ", overhead " + String.format(Locale.ROOT, "%.3f", overhead));
    }

    private static String two(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String quality(Map<String, String> figure) {
        double error = GpuReport.number(figure, "error");
        double loss = GpuReport.number(figure, "orthogonality");
        return GpuReport.three(error) + (Double.isNaN(loss) ? "" : ", " + GpuReport.three(loss));
    }

    /** The share of what this run measured to be possible; NaN where that is not known. */
    private static double limit(Map<String, String> figure, List<Map<String, String>> figures) {
        double bytes = GpuReport.number(figure, "bytes");
        double flops = GpuReport.number(figure, "flops");
        if (figure.get("op").endsWith("load") || !(bytes + flops > 0)) {
            return Double.NaN; // what moves between host and device is compared with a pinned copy
        }
        double least = bytes / best(figures, figure, "copy", "", "bytes");
        if (flops > 0) {
            least = Math.max(
                    least,
                    flops / best(figures, figure, "matmul", figure.get("how").replace("recorded", ""), "flops"));
        }
        double passes = GpuReport.number(figure, "passes");
        return least * (Double.isNaN(passes) ? 1 : passes) / GpuReport.number(figure, "seconds");
    }

    /** The highest rate of an operation on the card, for the type of a figure. */
    private static double best(
            List<Map<String, String>> figures, Map<String, String> of, String op, String how, String work) {
        return figures.stream()
                .filter(f -> GPU.equals(f.get("by")) && !failed(f))
                .filter(f -> op.equals(f.get("op")) && how.equals(f.get("how")))
                .filter(f -> of.get("dtype").equals(f.get("dtype")))
                .mapToDouble(f -> GpuReport.number(f, work) / GpuReport.number(f, "seconds"))
                .max()
                .orElse(Double.NaN);
    }
}
