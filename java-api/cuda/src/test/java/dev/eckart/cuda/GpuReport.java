package dev.eckart.cuda;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Writes results.json and results.md from what the steps of a GPU run left in a folder: tests.log, figures.jsonl, jmh-*.csv. Arguments:
 * the folder, then card, driver and CUDA as the system names them. Exit status 1 unless all tests passed.
 */
final class GpuReport {
    private static final List<String> TEXTS = List.of("part", "case", "op", "how", "dtype", "by", "driver", "failed");

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
        for (String line : lines(folder.resolve("figures.jsonl"))) {
            figures.add(object(line));
        }
        List<List<String>> jmh = new ArrayList<>();
        try (DirectoryStream<Path> tables = Files.newDirectoryStream(folder, "jmh-*.csv")) {
            for (Path table : tables) {
                jmh.add(lines(table));
            }
        }
        try (JsonGenerator json = new JsonFactory()
                .createGenerator(folder.resolve("results.json").toFile(), JsonEncoding.UTF8)
                .useDefaultPrettyPrinter()) {
            write(json, args, tests, figures, jmh);
        }
        Files.writeString(
                folder.resolve("results.md"),
                "# GPU run\n\nCard: " + args[1] + ". Driver: " + args[2] + ". CUDA: " + args[3] + ".\n\n"
                        + summary(tests) + ". Made by `ci/gpu run`.\n" + GpuGoals.page(figures)
                        + GpuCrossover.page(figures) + jmhPage(jmh));
        System.out.println(summary(tests));
        System.exit(tests.failed() == 0 && tests.passed() > 0 ? 0 : 1);
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** The fields of an object without objects in it, as text. */
    static Map<String, String> object(String line) throws IOException {
        Map<String, String> fields = new LinkedHashMap<>();
        JsonFactory lenient = JsonFactory.builder()
                .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                .build();
        try (JsonParser parser = lenient.createParser(line)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                fields.put(name, parser.getText());
            }
        }
        return fields;
    }

    private static void write(
            JsonGenerator json, String[] args, Tests tests, List<Map<String, String>> figures, List<List<String>> jmh)
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
                if (TEXTS.contains(field.getKey())) {
                    json.writeString(field.getValue());
                } else if (Double.isFinite(Double.parseDouble(field.getValue()))) {
                    json.writeNumber(field.getValue());
                } else {
                    json.writeNull();
                }
            }
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeArrayFieldStart("jmh");
        for (List<String> table : jmh) {
            for (String line : table) {
                json.writeString(line);
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static String summary(Tests tests) {
        return tests.total() + " tests: " + tests.passed() + " passed, " + tests.failed() + " failed, "
                + tests.skipped() + " skipped"
                + (tests.unfinished() == null ? "" : "; did not end: " + tests.unfinished());
    }

    /** JMH's own tables, of CSV. */
    private static String jmhPage(List<List<String>> tables) {
        StringBuilder text = new StringBuilder(tables.isEmpty() ? "" : "\n## JMH\n\nAverage times.\n");
        for (List<String> csv : tables) {
            text.append('\n');
            for (int i = 0; i < csv.size(); i++) {
                String line = csv.get(i).replace("\"", "").replace("dev.eckart.benchmarks.jmh.", "");
                text.append("| ").append(line.replace(",", " | ")).append(" |\n");
                if (i == 0) {
                    text.append("|---".repeat(line.split(",", -1).length)).append("|\n");
                }
            }
        }
        return text.toString();
    }

    /** Three digits; empty for none. */
    static String three(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.3g", value);
    }

    /** A number of a figure, or NaN. */
    static double number(Map<String, String> figure, String name) {
        String text = figure == null ? null : figure.get(name);
        return text == null || text.equals("null") ? Double.NaN : Double.parseDouble(text);
    }
}
