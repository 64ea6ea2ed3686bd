package dev.eckart.cuda;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes results.json and results.md from what the steps of a GPU run left in a folder: tests.log, figures.jsonl, torch.jsonl.
 * Arguments: the folder, then card, driver and CUDA as the system names them. Exit status 1 unless all tests passed.
 */
final class GpuReport {
    private GpuReport() {}

    /**
     * Counts of tests. One that began and did not end counts as failed, and so does a run of which the end is missing.
     *
     * @param unfinished the test during which the process died, or null
     */
    record Tests(int passed, int failed, int skipped, String unfinished) {
        int total() {
            return passed + failed + skipped;
        }

        static Tests read(List<String> lines) {
            int passed = 0;
            int failed = 0;
            int skipped = 0;
            String running = null;
            boolean done = false;
            for (String line : lines) {
                running = line.startsWith("began ") ? line.substring(6) : null;
                passed += line.startsWith("passed ") ? 1 : 0;
                failed += line.startsWith("failed ") ? 1 : 0;
                skipped += line.startsWith("skipped ") ? 1 : 0;
                done |= line.equals("done");
            }
            String unfinished = done ? null : running == null ? "the tests did not end" : running;
            return new Tests(passed, failed + (done ? 0 : 1), skipped, unfinished);
        }
    }

    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Tests tests = Tests.read(lines(folder.resolve("tests.log")));
        List<Map<String, String>> figures = new ArrayList<>();
        for (String name : List.of("figures.jsonl", "torch.jsonl")) {
            for (String line : lines(folder.resolve(name))) {
                figures.add(object(line));
            }
        }
        try (JsonGenerator json = new JsonFactory()
                .createGenerator(folder.resolve("results.json").toFile(), JsonEncoding.UTF8)
                .useDefaultPrettyPrinter()) {
            write(json, args, tests, figures);
        }
        Files.writeString(folder.resolve("results.md"), page(args, tests, figures));
        System.out.println(summary(tests));
        System.exit(tests.failed() == 0 && tests.passed() > 0 ? 0 : 1);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    private static Map<String, String> object(String line) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, parser.getText());
            }
        }
        return fields;
    }

    private static void write(JsonGenerator json, String[] args, Tests tests, List<Map<String, String>> figures)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("card", args[1]);
        json.writeStringField("driver", args[2]);
        json.writeStringField("cuda", args[3]);
        json.writeObjectFieldStart("tests");
        json.writeNumberField("total", tests.total());
        json.writeNumberField("passed", tests.passed());
        json.writeNumberField("failed", tests.failed());
        json.writeNumberField("skipped", tests.skipped());
        if (tests.unfinished() != null) {
            json.writeStringField("unfinished", tests.unfinished());
        }
        json.writeEndObject();
        json.writeArrayFieldStart("figures");
        for (Map<String, String> figure : figures) {
            json.writeStartObject();
            for (Map.Entry<String, String> field : figure.entrySet()) {
                json.writeFieldName(field.getKey());
                if (List.of("case", "dtype", "by", "unit").contains(field.getKey())) {
                    json.writeString(field.getValue());
                } else if (field.getValue().equals("null")) {
                    json.writeNull();
                } else {
                    json.writeNumber(field.getValue());
                }
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String summary(Tests tests) {
        return tests.total() + " tests: " + tests.passed() + " passed, " + tests.failed() + " failed, "
                + tests.skipped() + " skipped"
                + (tests.unfinished() == null ? "" : "; did not end: " + tests.unfinished());
    }

    private static String page(String[] args, Tests tests, List<Map<String, String>> figures) {
        Map<String, Map<String, Map<String, String>>> byCase = new LinkedHashMap<>();
        for (Map<String, String> figure : figures) {
            // Drivers of the host are compared with those of the card.
            String name = figure.get("case").replaceAll(" gesdd$", "") + " " + figure.get("dtype");
            byCase.computeIfAbsent(name, n -> new TreeMap<>()).put(figure.get("by"), figure);
        }
        StringBuilder text =
                new StringBuilder("# GPU run\n\nCard: " + args[1] + ". Driver: " + args[2] + ". CUDA: " + args[3]
                        + ".\n\n" + summary(tests)
                        + ".\n\nMedian seconds; CPU / GPU above 1: the card is faster; GPU / torch below 1:"
                        + " Eckart is faster. Made by `ci/gpu run`.\n\n| case | CPU | GPU | torch | CPU / GPU | GPU / torch | rate on the"
                        + " GPU | error |\n|---|---|---|---|---|---|---|---|\n");
        byCase.forEach((name, by) -> {
            Map<String, String> gpu = by.get("eckart cuda:0");
            Map<String, String> cpu = by.getOrDefault("eckart cpu", host(byCase, name));
            Map<String, String> torch = by.get("torch cuda");
            text.append("| ")
                    .append(name)
                    .append(" | ")
                    .append(seconds(cpu))
                    .append(" | ")
                    .append(seconds(gpu))
                    .append(" | ")
                    .append(seconds(torch))
                    .append(" | ")
                    .append(ratio(cpu, gpu))
                    .append(" | ")
                    .append(ratio(gpu, torch))
                    .append(" | ")
                    .append(rate(gpu))
                    .append(" | ")
                    .append(gpu == null || gpu.get("error").equals("null") ? "" : gpu.get("error"))
                    .append(" |\n");
        });
        return text.toString();
    }

    /** The host's figure of the same decomposition by its own driver. */
    private static Map<String, String> host(Map<String, Map<String, Map<String, String>>> byCase, String name) {
        Map<String, Map<String, String>> plain = byCase.get(name.replaceAll(" gesvdj? ", " "));
        return plain == null ? null : plain.get("eckart cpu");
    }

    private static String seconds(Map<String, String> figure) {
        return figure == null ? "" : String.format(Locale.ROOT, "%.3g", Double.parseDouble(figure.get("seconds")));
    }

    private static String ratio(Map<String, String> a, Map<String, String> b) {
        return a == null || b == null
                ? ""
                : String.format(
                        Locale.ROOT,
                        "%.2f",
                        Double.parseDouble(a.get("seconds")) / Double.parseDouble(b.get("seconds")));
    }

    private static String rate(Map<String, String> figure) {
        if (figure == null || figure.get("unit").equals("1/s")) {
            return "";
        }
        return String.format(Locale.ROOT, "%.4g G%s", Double.parseDouble(figure.get("rate")) / 1e9, figure.get("unit"));
    }
}
