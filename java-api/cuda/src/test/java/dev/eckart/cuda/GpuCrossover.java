package dev.eckart.cuda;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The same sizes on the host and on the card, and from which on the card is faster. */
final class GpuCrossover {
    private GpuCrossover() {}

    /** One size of an operation. */
    private record Size(String name, double host, double card) {}

    /** Two tables; nothing when nothing was measured on both. */
    static String page(List<Map<String, String>> figures) {
        Map<String, Double> host = new LinkedHashMap<>();
        Map<String, Double> card = new LinkedHashMap<>();
        Map<String, String> kind = new LinkedHashMap<>();
        for (Map<String, String> figure : figures) {
            String name = figure.get("case") + " " + figure.get("dtype");
            double seconds = GpuReport.number(figure, "seconds");
            if (Double.isNaN(seconds) || !"ladder".equals(figure.get("part"))) {
                continue;
            }
            if (figure.get("by").equals("eckart cpu")) {
                host.put(name, seconds);
            } else if (figure.get("by").equals("eckart cuda:0")) {
                card.put(name, seconds);
            }
            boolean batch = figure.get("case").matches("svd \\d+x\\d+x\\d+");
            kind.put(name, figure.get("op") + (batch ? " of batches" : "") + " " + figure.get("dtype"));
        }
        Map<String, List<Size>> kinds = new LinkedHashMap<>();
        host.forEach((name, seconds) -> {
            if (card.containsKey(name)) {
                kinds.computeIfAbsent(kind.get(name), k -> new ArrayList<>())
                        .add(new Size(name, seconds, card.get(name)));
            }
        });
        if (kinds.isEmpty()) {
            return "";
        }
        StringBuilder text = new StringBuilder("""

                ## CPU and GPU

                The card is faster from this size on, up to the largest that both were given.

                | operation | from | CPU / GPU at the largest |
                |---|---|---|
                """);
        kinds.forEach((name, sizes) -> text.append(String.format(
                Locale.ROOT,
                "| %s | %s | %.2f |%n",
                name,
                crossover(sizes),
                sizes.get(sizes.size() - 1).host() / sizes.get(sizes.size() - 1).card())));
        text.append("\n| case | CPU | GPU | CPU / GPU |\n|---|---|---|---|\n");
        kinds.values().stream()
                .flatMap(List::stream)
                .forEach(size -> text.append(String.format(
                        Locale.ROOT,
                        "| %s | %.3g | %.3g | %.2f |%n",
                        size.name(),
                        size.host(),
                        size.card(),
                        size.host() / size.card())));
        return text.toString();
    }

    /** The first size from which the card is faster at each. */
    private static String crossover(List<Size> sizes) {
        int first = sizes.size();
        while (first > 0 && sizes.get(first - 1).card() < sizes.get(first - 1).host()) {
            first--;
        }
        return first == sizes.size() ? "none measured" : sizes.get(first).name();
    }
}
