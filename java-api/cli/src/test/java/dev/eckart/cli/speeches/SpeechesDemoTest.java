package dev.eckart.cli.speeches;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eckart.cli.Progress;
import dev.eckart.cli.page.Browser;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeechesDemoTest {
    /** Words among the six nearest. */
    private static final Map<String, List<String>> NEAREST = Map.of(
            "gold", List.of("silver", "specie"),
            "navy", List.of("cruisers", "torpedo"),
            "school", List.of("students", "education"),
            "taxes", List.of("tax"),
            "farmers", List.of("crop", "agriculture"),
            "treaty", List.of("ratification", "treaties"),
            // The lecture's caveat: opposites stand in the same contexts.
            "increase", List.of("increased", "reduction"),
            "railroads", List.of("grants"));

    /** What is true of all three passages found. */
    private static final Map<String, Predicate<Passage>> FOUND = Map.of(
            "ships of the navy", p -> has(p, "Navy") && p.year() == 1898,
            "schools and teachers", p -> has(p, "schools", "teachers") && p.year() > 1945,
            "gold and silver coin",
                    p -> has(p, "gold", "Gold") && has(p, "silver") && p.year() > 1865 && p.year() < 1900,
            "nuclear weapons", p -> has(p, "nuclear", "weapons") && p.year() > 1945 && p.year() < 1991,
            "taxes and the deficit", p -> has(p, "tax", "deficit") && p.year() > 1945);

    @TempDir
    Path dir;

    private static boolean has(Passage passage, String... words) {
        return Stream.of(words).anyMatch(passage.text()::contains);
    }

    private static List<String> words(JsonNode names) {
        return StreamSupport.stream(names.spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    @Test
    void should_find_passages_and_words_of_one_matter_and_be_shown_by_a_browser()
            throws IOException, InterruptedException {
        List<Passage> passages = Passage.all();
        JsonNode report;
        try (Scope scope = Scope.open()) {
            SpeechesDemo demo = SpeechesDemo.read(DType.F64, 0);
            assertThat(demo.explain().rank()).isEqualTo(SpeechesDemo.RANK);
            demo.run(Progress.none());
            Files.writeString(dir.resolve("index.html"), demo.page());
            report = new ObjectMapper().readTree(demo.report(Device.cpu()).toString());
        }
        assertThat(report.get("shape").get(0).asInt()).isEqualTo(passages.size());
        NEAREST.forEach((word, some) ->
                assertThat(words(report.get("nearest").get(word))).as(word).containsAll(some));
        assertThat(words(report.get("topics").get(0))).contains("tax", "budget", "health");
        assertThat(words(report.get("topics").get(2))).contains("receipts", "expenditures", "treasury");
        FOUND.forEach((query, expected) -> {
            List<Passage> found = IntStream.range(0, SpeechesDemo.FOUND)
                    .mapToObj(i -> passages.get(
                            report.get("searches").get(query).get(i).asInt()))
                    .toList();
            assertThat(found).as(query).allMatch(expected);
        });
        // The words of the question are not needed: here "medical" stands for them.
        assertThat(report.get("searches").get("medicine for the sick"))
                .extracting(number -> passages.get(number.asInt()).text())
                .anyMatch(text -> text.contains("medical") && !text.contains("medicine") && !text.contains("sick"));
        Browser.Seen seen = Browser.open(dir.resolve("index.html"), 1200);
        assertThat(seen.firstError()).isEmpty();
        assertThat(seen.charts()).isEqualTo("2/2");
    }
}
