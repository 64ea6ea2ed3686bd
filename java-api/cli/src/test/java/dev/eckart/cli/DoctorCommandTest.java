package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;

class DoctorCommandTest {
    @Test
    void names_platform_kernels_threads_and_what_is_missing() {
        Run run = Run.ok("doctor");
        assertThat(run.out())
                .contains("platform  Linux")
                .contains("OpenBLAS")
                .contains("threads   ")
                .contains(".javacpp")
                .containsPattern("missing   cuda: .*NVIDIA|device    cuda:0");
        assertThat(run.err()).isEmpty();
    }

    @Test
    void json_tells_the_same() {
        JsonNode report = Run.json(Run.ok("doctor", "--json").out());
        assertThat(report.get("devices").get("cpu").get("description").asText()).contains("OpenBLAS");
        assertThat(report.get("devices").get("cpu").get("availableBytes").asLong())
                .isPositive();
        // The whole reason, where there is one.
        assertThat(report.get("best").asText().equals("cpu"))
                .isEqualTo(report.get("missing").path("cuda").asText().contains("NVIDIA"));
        JsonNode memory = report.get("devices").get("cpu").get("memory");
        assertThat(memory.get("peakBytes").asLong())
                .isGreaterThanOrEqualTo(memory.get("usedBytes").asLong());
        assertThat(memory.get("allocations").asLong())
                .isGreaterThanOrEqualTo(memory.get("reused").asLong());
        assertThat(memory.get("keptBytes").asLong()).isNotNegative();
        assertThat(report.get("threads").asInt()).isPositive();
    }
}
