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

class WordsCommandTest {
    @TempDir
    Path dir;

    private Path corpus() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append("The cat drinks milk and the dog eats meat.\n")
                    .append("A dog drinks water; a cat eats FISH!\n");
        }
        return Files.writeString(dir.resolve("corpus.txt"), text);
    }

    @Test
    void vectors_are_a_line_for_each_word_and_have_neighbours() throws IOException {
        Path out = dir.resolve("v.txt");
        String said = Run.ok("words", "fit", corpus(), "--dim", 3, "--window", 2, "--out", out)
                .out();
        assertThat(said).contains("11 words, 3 dimensions");
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(11).allMatch(line -> line.split(" ").length == 4);
        assertThat(lines).anyMatch(line -> line.startsWith("fish "));
        List<String> near =
                Run.ok("words", "near", out, "Cat", "--top", 3).out().lines().toList();
        assertThat(near).hasSize(3).allMatch(line -> line.matches("[a-z]+\t-?[01]\\.\\d{4}"));
        assertThat(Run.ok("words", "analogy", out, "cat", "milk", "dog", "--method", "multiply", "--top", 1)
                        .out())
                .hasLineCount(1);
    }

    @Test
    void a_span_of_words_is_a_window_and_one_more() throws IOException {
        Path one = dir.resolve("one.txt");
        Path other = dir.resolve("other.txt");
        Run.ok("words", "fit", corpus(), "--dim", 2, "--window", 3, "--out", one);
        Run.ok("words", "fit", corpus(), "--dim", 2, "--span", 4, "--out", other);
        assertThat(other).hasSameTextualContentAs(one);
        Run.ok("words", "fit", corpus(), "--dim", 2, "--span", 3, "--out", other);
        assertThat(Files.readString(other)).isNotEqualTo(Files.readString(one));
    }

    @Test
    void html_is_stripped_when_asked() throws IOException {
        Path out = dir.resolve("v.txt");
        Path page = Files.writeString(dir.resolve("a.txt"), "green<br />tree blue<br />sea\n");
        Run.ok("words", "fit", page, "--dim", 1, "--min-count", 1, "--html", "--out", out);
        assertThat(Files.readString(out)).hasLineCount(4).doesNotContain("br ");
    }

    @Test
    void both_sides_and_binary_files_are_written_and_read() throws IOException {
        Path text = dir.resolve("v.txt");
        Path binary = dir.resolve("v.bin");
        for (Path out : List.of(text, binary)) {
            Run.ok("words", "fit", corpus(), "--dim", 2, "--combine", "concat", "--out", out, "--eigenvalue-power", 1);
        }
        assertThat(Files.readAllLines(text).get(0).split(" ")).hasSize(5);
        assertThat(Run.ok("words", "near", binary, "cat").out())
                .isEqualTo(Run.ok("words", "near", text, "cat").out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "fit C --dim 12 --out V|12 dimensions are more than the 11 words",
                "fit C --dim 2|--out V.txt is missing",
                "fit C --window 0 --out V|--window 0: is below 1",
                "fit C --span 1 --out V|--span 1: is below 2",
                "fit C --span 4 --window 3 --out V|one of --window and --span",
                "fit C --min-count 99 --out V|no word is left of the 11",
                "fit C --combine right --out V|none of left, sum, concat",
                "fit C --shift 0 --out V|shift 0.0 is below 1",
                "fit N --dim 1 --out V|no word is left of the 0",
                "near N cat|is empty",
                "near C cat|line 1",
                "near R cat|line 2: has 1 numbers behind its word",
                "near W dragon|the word 'dragon' is not among the 2",
                "analogy W a b c|the word 'c' is not among the 2",
                "analogy W a b b --method divide|neither add nor multiply"
            })
    void should_refuse_in_one_line(String line, String problem) throws IOException {
        Path out = dir.resolve("v.txt");
        Path ragged = Files.writeString(dir.resolve("ragged.txt"), "a 1 2\nb 1\n");
        Path two = Files.writeString(dir.resolve("two.txt"), "a 1 2\nb 2 1\n");
        Path corpus = corpus();
        Object[] arguments = Stream.of(("words " + line).split(" ")).toArray();
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = switch ((String) arguments[i]) {
                case "C" -> corpus;
                case "V" -> out;
                case "N" -> Files.writeString(dir.resolve("none.txt"), "");
                case "R" -> ragged;
                case "W" -> two;
                default -> arguments[i];
            };
        }
        Run run = Run.of(arguments);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(problem).hasLineCount(1);
        assertThat(out).doesNotExist();
    }
}
