package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NodesCommandTest {
    @TempDir
    Path dir;

    /** Two cliques of six, joined by one edge. */
    private Path edges() throws IOException {
        StringBuilder lines = new StringBuilder("source,target,weight\n");
        for (int i = 0; i < 12; i++) {
            for (int j = i / 6 * 6; j < i; j++) {
                lines.append('n').append(i).append(",n").append(j).append(",1\n");
            }
        }
        return Files.writeString(dir.resolve("edges.csv"), lines.append("n0,n11,0.5\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "netmf", "netmf-low-rank", "prone", "deepwalk", "node2vec"})
    void nodes_of_a_clique_are_near(String method) throws IOException {
        Path out = dir.resolve("v.txt");
        String said = Run.ok(
                        "nodes", "fit", edges(), "--method", method, "--dim", 3, "--window", 2, "--p", 2, "--out", out)
                .out();
        assertThat(said).contains("12 nodes").contains(method.equals("auto") ? "netmf" : method);
        assertThat(Files.readAllLines(out)).hasSize(12);
        List<String> near =
                Run.ok("words", "near", out, "n3", "--top", 5).out().lines().toList();
        assertThat(near).hasSize(5).allMatch(line -> line.matches("n[0-5]\t.*"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "E --dim 13 --out V|13 dimensions are more than the 12 nodes",
                "E --dim 3|--out V.txt is missing",
                "E --method line --out V|none of auto, deepwalk, node2vec, netmf",
                "E --method netmf --dim 3 --directed --out V|directed",
                "E --dim 3 --p 0 --method node2vec --out V|positive",
                "B --dim 1 --out V|line 2: the weight '-1' is negative",
                "N --dim 1 --out V|has no edges",
                "M --out V|no such file",
                "S --dim 1 --out V|'New York' has a blank"
            })
    void should_refuse_in_one_line(String line, String problem) throws IOException {
        Path out = dir.resolve("v.txt");
        Object[] arguments = Stream.of(("nodes fit " + line).split(" ")).toArray();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = switch ((String) arguments[i]) {
                case "E" -> edges();
                case "B" -> Files.writeString(dir.resolve("bad.csv"), "a,b,1\nb,c,-1\n");
                case "N" -> Files.writeString(dir.resolve("none.csv"), "");
                case "M" -> dir.resolve("missing.csv");
                case "S" -> Files.writeString(dir.resolve("space.csv"), "Rome,New York\n");
                case "V" -> out;
                default -> arguments[i];
            };
        }
        Run run = Run.of(arguments);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(problem).hasLineCount(1);
        assertThat(out).doesNotExist();
    }

    @Test
    void explain_alone_only_explains() throws IOException {
        assertThat(Run.ok("nodes", "fit", edges(), "--dim", 2, "--explain").out())
                .contains("2 of 12 triplets", "driver");
        assertThat(Run.names(dir)).containsExactly("edges.csv");
    }
}
