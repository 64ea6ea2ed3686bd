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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeechesDemoTest {
    @TempDir
    Path dir;

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
        assertThat(report.get("nearest").get("gold").toString()).contains("\"silver\"");
        assertThat(report.get("nearest").get("increase").toString()).containsAnyOf("\"reduction\"", "\"decrease\"");
        for (JsonNode number : report.get("searches").get("nuclear weapons")) {
            assertThat(passages.get(number.asInt()).year()).isGreaterThan(1945);
        }
        Browser.Seen seen = Browser.open(dir.resolve("index.html"), 1200);
        assertThat(seen.firstError()).isEmpty();
        assertThat(seen.charts()).isEqualTo("2/2");
    }
}
