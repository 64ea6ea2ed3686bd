package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordVectorFileTest {
    @TempDir
    Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("v.txt"), content);
    }

    @Test
    void reads_glove_and_word2vec_text() throws IOException {
        for (String start : List.of("", "2 3\n")) {
            WordVectorFile.Content read = WordVectorFile.readText(file(start + "the 1 -2.5 3e-2\n, 0 .5 -0\n"));
            try (Tensor vectors = read.vectors()) {
                assertThat(read.words()).containsExactly("the", ",");
                assertThat(vectors.dtype()).isEqualTo(DType.F32);
                assertThat(vectors.toFloatArray()).containsExactly(1, -2.5f, 3e-2f, 0, .5f, -0f);
            }
        }
    }

    private static byte[] binary(String header, boolean newline) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(header.getBytes(StandardCharsets.US_ASCII));
        for (String word : List.of("a", "ü")) {
            out.writeBytes((word + " ").getBytes(StandardCharsets.UTF_8));
            // 0x20202020 holds blanks, and 0x0a0a0a0a line ends, in the middle of numbers.
            out.writeBytes(ByteBuffer.allocate(8)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(0x20202020)
                    .putInt(0x0a0a0a0a)
                    .array());
            if (newline) {
                out.write('\n');
            }
        }
        return out.toByteArray();
    }

    @Test
    void reads_binary_with_and_without_line_ends() throws IOException {
        Path file = folder.resolve("v.bin");
        for (boolean newline : new boolean[] {true, false}) {
            Files.write(file, binary("2 2\n", newline));
            WordVectorFile.Content read = WordVectorFile.readBinary(file);
            try (Tensor vectors = read.vectors()) {
                assertThat(read.words()).containsExactly("a", "ü");
                float x = Float.intBitsToFloat(0x20202020);
                float y = Float.intBitsToFloat(0x0a0a0a0a);
                assertThat(vectors.toFloatArray()).containsExactly(x, y, x, y);
            }
        }
        byte[] whole = binary("2 2\n", false);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            Formats.refusal(file, f -> WordVectorFile.readBinary(f).vectors().close());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a 1 2;b 3|line 2: has 1 numbers behind its word, the lines before have 2",
                "a 1 2;b 3 4 5|line 2: has 3 numbers",
                "a 1 2;b 3 x|line 2: number 2, 'x', is no finite number",
                "a 1 2;b nan 1|line 2: number 1, 'nan'",
                "a 1 1e99|line 1: number 2, '1e99'",
                "a 1;a 2|line 2: the word 'a' stands there a second time",
                "a|line 1: a word and its numbers",
                "3 1;a 1;b 1|has 2 words, its first line says 3",
                "''|is empty"
            })
    void should_name_the_line_of_text_that_does_not_fit(String lines, String problem) throws IOException {
        Path file = file(lines.replace(';', '\n'));
        assertThat(Formats.refusal(
                        file, f -> WordVectorFile.readText(f).vectors().close()))
                .contains(problem);
    }

    @Test
    void should_refuse_binary_that_is_text_not_finite_or_double() throws IOException {
        Path file = folder.resolve("v.bin");
        Formats.Reader reader = f -> WordVectorFile.readBinary(f).vectors().close();
        Files.writeString(file, "the 1 2\nof 3 4\n");
        assertThat(Formats.refusal(file, reader)).contains("no line of two sizes");
        byte[] bytes = binary("2 2\n", false);
        bytes[4 + 2 + 3] = 0x7f;
        bytes[4 + 2 + 2] = (byte) 0xc0;
        Files.write(file, bytes);
        assertThat(Formats.refusal(file, reader)).contains("number 1 of word 1, 'a', is NaN");
        ByteArrayOutputStream twice = new ByteArrayOutputStream();
        twice.writeBytes("2 1\n".getBytes(StandardCharsets.US_ASCII));
        twice.writeBytes(new byte[] {'a', ' ', 0, 0, 0, 0, 'a', ' ', 0, 0, 0, 0});
        Files.write(file, twice.toByteArray());
        assertThat(Formats.refusal(file, reader)).contains("word 2, 'a', stands there before");
    }

    @Test
    void should_refuse_to_write_words_that_the_format_cannot_hold() {
        Path file = folder.resolve("v.txt");
        try (Tensor one = Tensor.zeros(DType.F32, 1, 2)) {
            assertThatThrownBy(() -> WordVectorFile.writeText(file, List.of("New York"), one))
                    .hasMessageContaining("'New York'");
            assertThatThrownBy(() -> WordVectorFile.writeText(file, List.of(""), one))
                    .hasMessageContaining("''");
            assertThatThrownBy(() -> WordVectorFile.writeBinary(file, List.of("a", "b"), one))
                    .hasMessageContaining("2 words");
            assertThat(file).doesNotExist();
        }
    }
}
