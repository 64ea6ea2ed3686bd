package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LsaCommandTest {
    /** The titles of Deerwester et al. 1990. */
    private static final List<String> TITLES = List.of(
            "Human machine interface for Lab ABC computer applications",
            "A survey of user opinion of computer system response time",
            "The EPS user interface management system",
            "System and human system engineering testing of EPS",
            "Relation of user-perceived response time to error measurement",
            "The generation of random, binary, unordered trees",
            "The intersection graph of paths in trees",
            "Graph minors IV: Widths of trees and well-quasi-ordering",
            "Graph minors: A survey");

    @TempDir
    Path dir;

    private Path docs;
    private Path model;

    @BeforeEach
    void write() throws IOException {
        docs = dir.resolve("titles.jsonl");
        model = dir.resolve("titles.model");
        StringBuilder lines = new StringBuilder();
        TITLES.forEach(
                t -> lines.append("{\"label\": 1, \"text\": \"").append(t).append("\"}\n"));
        Files.writeString(docs, lines);
    }

    private Run fit(Object... more) {
        Object[] all = new Object[more.length + 13];
        Object[] start = {
            "lsa",
            "fit",
            docs,
            "--rank",
            2,
            "--min-documents",
            2,
            "--stop-words",
            "--weighting",
            "counts",
            "--out",
            model,
            "--seed=1"
        };
        System.arraycopy(start, 0, all, 0, start.length);
        System.arraycopy(more, 0, all, start.length, more.length);
        return Run.ok(all);
    }

    @Test
    void a_search_gives_rank_score_number_and_start_of_text() {
        assertThat(fit().out()).startsWith("lsa of 9 documents, 12 words, counts: rank 2");
        List<String> lines = Run.ok("lsa", "search", model, "Human computer INTERACTION", "--top", 5)
                .out()
                .lines()
                .toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.get(0)).isEqualTo("1\t0.9984\t2\t" + TITLES.get(2));
        assertThat(lines.get(4)).isEqualTo("5\t0.9076\t4\t" + TITLES.get(4));
        JsonNode json = Run.json(
                Run.ok("lsa", "search", model, "human computer", "--json").out());
        assertThat(json.get("found")).hasSize(9);
        assertThat(json.get("found").get(0).get("document").asInt()).isEqualTo(2);
    }

    @Test
    void a_folder_and_lines_of_text_are_documents_as_well() throws IOException {
        fit();
        String expected = Run.ok("lsa", "search", model, "graph").out();
        Path folder = Files.createDirectory(dir.resolve("docs"));
        for (int i = 0; i < TITLES.size(); i++) {
            Files.writeString(folder.resolve(i + ".txt"), TITLES.get(i));
        }
        docs = folder;
        fit();
        assertThat(Run.ok("lsa", "search", model, "graph").out()).isEqualTo(expected);
        docs = Files.write(dir.resolve("titles.txt"), TITLES);
        fit("--threads", 1);
        assertThat(Run.ok("lsa", "search", model, "graph").out()).isEqualTo(expected);
    }

    @Test
    void transform_writes_the_rows_and_reports_say_what_was_done() throws IOException {
        JsonNode report = Run.json(fit("--json", "--precision", "f32").out());
        assertThat(report.get("shape")).hasToString("[9,12]");
        assertThat(report.get("dtype").asText()).isEqualTo("f32");
        assertThat(report.get("certificate").get("relativeResidual").asDouble()).isBetween(0.1, 1.0);
        Path out = dir.resolve("z.npy");
        Run.ok("lsa", "transform", model, docs, "--out", out);
        try (Tensor z = Npy.read(out)) {
            assertThat(z.shape()).isEqualTo(Shape.of(9, 2));
            assertThat(z.dtype()).isEqualTo(DType.F32);
            // U·Σ: its columns are as long as the singular values, 3.34 and 2.54.
            assertThat(z.norm()).isCloseTo(Math.hypot(3.34, 2.54), within(0.01));
        }
        assertThat(Run.ok("lsa", "topics", model, "--top", 2).out())
                .matches("0\t3.341\t\\S+ 0.\\d\\d, .*\n1\t2.542\t.*\n");
    }

    @Test
    void stems_and_stop_words_are_kept_with_the_model() throws IOException {
        docs = Files.writeString(dir.resolve("a.txt"), "the trees\na graph of a tree\nnothing else\nthe the\n");
        Run.ok("lsa", "fit", docs, "--rank", 2, "--stem", "english", "--stop-words", "--out", model);
        List<String> lines = Run.ok("lsa", "search", model, "TREES", "--top", 2)
                .out()
                .lines()
                .toList();
        assertThat(lines).allMatch(line -> line.contains("tree"));
        assertThat(Run.of("lsa", "search", model, "the").err()).contains("none of its words is among the 4 of");
    }

    @Test
    void html_is_stripped_when_asked() throws IOException {
        docs = Files.writeString(dir.resolve("a.txt"), "green<br />tree\nblue<br />sea\n");
        Run.ok("lsa", "fit", docs, "--rank", 2, "--html", "--out", model);
        assertThat(Run.of("lsa", "search", model, "br").err()).contains("none of its words is among the 4 of");
        assertThat(Run.ok("lsa", "search", model, "sea", "--top", 1).out()).endsWith("\tblue sea\n");
    }

    @Test
    void explain_alone_only_explains() throws IOException {
        assertThat(Run.ok("lsa", "fit", docs, "--rank", 2, "--explain").out()).contains("randomized");
        assertThat(Run.names(dir)).containsExactly("titles.jsonl");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--rank 2|lsa fit: --out MODEL is missing",
                "--rank 99 --out m|ask for at most 9",
                "--rank 0 --out m|at least 1",
                "--rank 2 --out .|is a folder",
                "--rank 2 --out m --weighting idf|none of tf-idf",
                "--rank 2 --out m --stem klingon|no stemmer for 'klingon'",
                "--rank 2 --out m --min-documents 10|none is left of the",
                "--out m|--rank"
            })
    void should_refuse_in_one_line(String options, String problem) {
        Object[] given = options.split(" ");
        Object[] all = new Object[given.length + 3];
        System.arraycopy(new Object[] {"lsa", "fit", docs}, 0, all, 0, 3);
        for (int i = 0; i < given.length; i++) {
            all[i + 3] = given[i].equals("m") ? model : given[i];
        }
        Run run = Run.of(all);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(problem).hasLineCount(1);
        assertThat(model).doesNotExist();
    }

    @Test
    void should_name_the_line_that_is_no_json_and_files_that_are_no_model() throws IOException {
        Files.writeString(docs, "{\"text\": \"fine\"}\n{\"text\": oops}\n");
        for (Map.Entry<String, Object[]> bad : Map.of(
                        docs + ": line 2: is no JSON",
                        new Object[] {"lsa", "fit", docs, "--rank", 1, "--out", model},
                        "there is no document",
                        new Object[] {
                            "lsa", "fit", Files.createFile(dir.resolve("empty.txt")), "--rank", 1, "--out", model
                        },
                        "claims a header",
                        new Object[] {"lsa", "search", docs, "word"},
                        "missing.jsonl",
                        new Object[] {"lsa", "fit", dir.resolve("missing.jsonl"), "--rank", 1, "--out", model},
                        "a command is missing",
                        new Object[] {"lsa"})
                .entrySet()) {
            Run run = Run.of(bad.getValue());
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err()).contains(bad.getKey()).hasLineCount(1);
        }
    }
}
