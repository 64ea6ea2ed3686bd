package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextsTest {
    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static List<Texts.Item> read(Path path) throws IOException {
        try (Texts texts = Texts.open(path)) {
            List<Texts.Item> all = new ArrayList<>();
            texts.forEachRemaining(all::add);
            return all;
        }
    }

    @Test
    void json_lines_give_text_and_any_scalar_label() throws IOException {
        String json =
                "\uFEFF{\"text\": \"Grüße\\n\", \"label\": 1}\r\n\n{\"id\": [1, {}], \"label\": true, \"text\": \"b\"}\n"
                        + "{\"text\": \"\", \"label\": null}\n{\"label\": \"x\", \"text\": \"last\"}";
        List<Texts.Item> expected = List.of(
                new Texts.Item("Grüße\n", "1"),
                new Texts.Item("b", "true"),
                new Texts.Item("", ""),
                new Texts.Item("last", "x"));
        assertThat(read(file("a.jsonl", json))).isEqualTo(expected);
        assertThat(read(file("without-a-name", json))).isEqualTo(expected);
        Path zipped = folder.resolve("a.jsonl.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(json.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(read(zipped)).isEqualTo(expected);
    }

    @Test
    void a_folder_gives_its_text_files_by_name_with_their_folders() throws IOException {
        Files.createDirectories(folder.resolve("neg/deep"));
        file("neg/b.txt", "two\nlines\n");
        file("neg/a.TXT", "first");
        file("neg/deep/c.txt", "");
        file("z.txt", "top");
        file("ignored.md", "no");
        assertThat(read(folder))
                .containsExactly(
                        new Texts.Item("first\n", "neg"),
                        new Texts.Item("two\nlines\n", "neg"),
                        new Texts.Item("", Path.of("neg", "deep").toString()),
                        new Texts.Item("top\n", ""));
    }

    @Test
    void lines_of_a_text_file_are_texts_and_very_long_ones_are_cut_at_blanks() throws IOException {
        assertThat(read(file("a.txt", "{one\ntwo\r\n\nend")))
                .extracting(Texts.Item::text)
                .containsExactly("{one", "two", "", "end");
        StringBuilder text = new StringBuilder();
        while (text.length() < 5_000_000) {
            text.append("wörd").append(text.length()).append(' ');
        }
        List<Texts.Item> pieces = read(file("long.txt", text + "\nnext"));
        assertThat(pieces).hasSizeGreaterThan(4);
        assertThat(pieces.get(pieces.size() - 1).text()).isEqualTo("next");
        pieces.remove(pieces.size() - 1);
        StringBuilder joined = new StringBuilder();
        pieces.forEach(p -> joined.append(p.text()));
        assertThat(joined.toString()).isEqualTo(text.toString());
        assertThat(pieces.subList(0, 4)).allMatch(p -> p.text().endsWith(" "));
    }

    /** Characters of two, three and four bytes, at every place of the cut. */
    @Test
    void a_line_without_blanks_is_cut_between_characters() throws IOException {
        for (int shift = 0; shift < 9; shift++) {
            String text = "x".repeat(shift) + "ä語😀".repeat(200);
            try (Lines lines = Lines.cut("text", file("a.txt", text + "\nend"), 64)) {
                StringBuilder joined = new StringBuilder();
                String line = lines.next();
                for (; lines.number() == 1; line = lines.next()) {
                    assertThat(line).isNotEmpty().doesNotContain("\uFFFD");
                    joined.append(line);
                }
                assertThat(joined.toString()).isEqualTo(text);
                assertThat(line).isEqualTo("end");
                assertThat(lines.next()).isNull();
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"text\": \"a\"} {}|has more behind",
                "{\"text\": 1}|no \"text\"",
                "{\"label\": 1}|no \"text\"",
                "[1]|holds no object",
                "{\"text\": \"a|is no JSON",
                "{\"text\": }|is no JSON",
                "text|is no JSON"
            })
    void should_name_the_line_of_json_that_is_none(String line, String problem) throws IOException {
        Path file = file("a.jsonl", "{\"text\": \"fine\"}\n" + line + "\n");
        assertThatThrownBy(() -> read(file))
                .isInstanceOf(UncheckedIOException.class)
                .cause()
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining(file + ": line 2: ")
                .hasMessageContaining(problem);
    }

    @Test
    void should_refuse_what_is_no_utf8_too_long_or_not_there() throws IOException {
        Path file = folder.resolve("a.jsonl");
        Files.write(file, "{\"text\": \"caf\u00e9\"}\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> read(file)).cause().hasMessageContaining("line 1: is not UTF-8");
        Path lines = Files.write(folder.resolve("a.txt"), "fine\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        for (Path path : List.of(lines, folder)) {
            assertThatThrownBy(() -> read(path))
                    .cause()
                    .isInstanceOf(BadFileException.class)
                    .hasMessageContaining(lines + ": line 2: is not UTF-8");
        }
        Files.delete(lines);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            byte[] mebibyte = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < 1024; i++) {
                out.write(mebibyte);
            }
        }
        assertThatThrownBy(() -> read(file)).cause().hasMessageContaining("line 1: is longer than 16777216 bytes");
        assertThatThrownBy(() -> Texts.open(folder.resolve("missing.jsonl"))).hasMessageContaining("no such file");
        Files.delete(file);
        assertThatThrownBy(() -> Texts.open(folder)).hasMessageContaining("no .txt file");
        assertThat(read(file("empty.jsonl", ""))).isEmpty();
    }
}
