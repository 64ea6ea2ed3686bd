package dev.eckart.cli.genes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eckart.cli.DataSets;
import dev.eckart.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code demo --data ehgdp} on the data itself, against numbers that NumPy gave. Brought by {@code ci/data}. */
class EhgdpTest {
    @TempDir
    Path dir;

    @Test
    void should_find_the_world_in_genes() throws IOException, InterruptedException {
        DataSets.fetch("ehgdp");
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        PrintStream to = new PrintStream(err, true, StandardCharsets.UTF_8);
        int code = Main.run(
                new String[] {
                    "demo", "--data", "ehgdp", "--out", dir.resolve("x").toString()
                },
                to,
                to);
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        JsonNode report =
                new ObjectMapper().readTree(dir.resolve("x/report.json").toFile());
        JsonNode world = report.get("world");
        assertThat(report.get("shape").toString()).isEqualTo("[1350,8170]");
        double[] variance = {.0388, .0132, .0110};
        for (int i = 0; i < 3; i++) {
            assertThat(world.get("explainedVarianceRatio").get(i).asDouble()).isCloseTo(variance[i], within(5e-5));
        }
        assertThat(world.get("longitudeRSquared").get(1).asDouble()).isCloseTo(.82, within(.005));
        assertThat(world.get("longitudeRSquared").get(9).asDouble()).isCloseTo(.92, within(.005));
        assertThat(world.get("latitudeRSquared").get(1).asDouble()).isCloseTo(.28, within(.005));
        assertThat(world.get("latitudeRSquared").get(9).asDouble()).isCloseTo(.68, within(.005));
        assertThat(report.get("europe").get("people").asInt()).isEqualTo(158);
        assertThat(Files.readString(dir.resolve("x/index.html"))).contains("Genes mirror geography", "Orcadian");
    }
}
