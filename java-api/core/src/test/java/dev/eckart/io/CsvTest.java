package dev.eckart.io;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvTest {
    @TempDir
    Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("a.csv"), content);
    }

    private String message(String content) throws IOException {
        return message(file(content));
    }

    private static String message(Path file) {
        long used = MemoryBudget.used();
        Throwable thrown = catchThrowable(() -> Csv.read(file));
        assertThat(thrown).isInstanceOf(BadFileException.class).hasMessageStartingWith("csv: " + file);
        assertThat(MemoryBudget.used()).as("memory kept").isEqualTo(used);
        return thrown.getMessage();
    }

    private void check(String content, String header, double[][] values) throws IOException {
        long used = MemoryBudget.used();
        try (Csv.Table table = Csv.read(file(content))) {
            assertThat(String.join("|", table.header())).isEqualTo(header);
            assertThat(table.values().dtype()).isEqualTo(DType.F64);
            assertThat(table.values().toMatrix()).isDeepEqualTo(values);
        }
        assertThat(MemoryBudget.used()).as("memory kept").isEqualTo(used);
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t"})
    void should_guess_the_delimiter(String d) throws IOException {
        double[][] values = {{1, -2.5, 3e2}, {4, 5, 0.25}};
        check("1,-2.5,3e2\n4,5,.25\n".replace(",", d), "", values);
        check("a,b,c\n1,-2.5,3e2\n4,5,.25".replace(",", d), "a|b|c", values);
    }

    @ParameterizedTest
    @ValueSource(ints = {4_000, 4_090, 4_096, 40_000, 300_000})
    void should_guess_the_delimiter_of_a_long_first_line(int length) throws IOException {
        String name = ",".repeat(length);
        check("\"" + name + "\";b,\n1;2\n", name + "|b,", new double[][] {{1, 2}});
    }

    @Test
    void should_read_what_spreadsheets_write() throws IOException {
        double[][] values = {{1, 2}, {3, 4}};
        check("\uFEFF1,2\r\n3,4\r\n", "", values);
        check("\n\n 1 , 2\n\n3,\t4 \n\n", "", values);
        check("\"size; in m\",\"say \"\"b\"\", c\"\n\"1\",\"2\"\n3,4\n", "size; in m|say \"b\", c", values);
        check("x,1\n1,2\n3,4\n", "x|1", values);
    }

    @Test
    void should_read_one_cell_and_a_header_alone() throws IOException {
        check("7", "", new double[][] {{7}});
        try (Csv.Table table = Csv.read(file("a,b\n"))) {
            assertThat(table.header()).containsExactly("a", "b");
            assertThat(table.values().shape()).isEqualTo(Shape.of(0, 2));
        }
    }

    @Test
    void should_read_compressed_files() throws IOException {
        Path file = folder.resolve("a.csv");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write("a,b\n1,2\n".getBytes());
        }
        try (Csv.Table table = Csv.read(file)) {
            assertThat(table.values().toArray()).containsExactly(1, 2);
        }
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length - 3));
        assertThat(message(file)).contains("the gzip data ends early");
    }

    /** 2^19 numbers are gathered in one block. */
    @Test
    void should_keep_every_bit_over_several_blocks() throws IOException {
        Random random = new Random(1);
        int rows = 40_000;
        int columns = 17;
        double[][] values = new double[rows][columns];
        StringBuilder text = new StringBuilder();
        for (double[] row : values) {
            for (int j = 0; j < columns; j++) {
                row[j] = random.nextGaussian();
                text.append(j == 0 ? "" : ",").append(row[j]);
            }
            text.append('\n');
        }
        check(text.toString(), "", values);
    }

    @Test
    void should_name_line_and_column_of_a_cell_that_is_no_number() throws IOException {
        assertThat(message("a,b\n1,2\n\n3,x\n5,6\n"))
                .endsWith("line 4, column 2 (b): 'x' is no number; repair or remove the column or the line");
        assertThat(message("1,2\n3,\n")).contains("line 2, column 2: the value is missing");
        assertThat(message("1,2\n3,NA")).contains("line 2, column 2: the value is missing");
        assertThat(message("1,,3\n4,5,6\n")).contains("line 1, column 2: the value is missing");
        assertThat(message("1;2\n3;4,5\n")).contains("'4,5' is no number (write decimals with a point)");
        assertThat(message("1,2\n3,1e999\n")).contains("'1e999' is not finite in F64");
        assertThat(message("1,2\n3,-inf\n")).contains("'-inf' is not finite in F64");
        assertThat(message("1,2\n3,1d\n")).contains("'1d' is no number");
        assertThat(message("1,2\n3,0x10\n")).contains("'0x10' is no number");
        assertThat(message("1,2\n3,\u0001" + "y".repeat(1000)))
                .contains("'\uFFFD" + "y".repeat(39) + "…' is no number");
    }

    @Test
    void should_name_the_line_that_is_longer_or_shorter() throws IOException {
        assertThat(message("1,2\n3,4\n5\n")).contains("line 3 has 1 cells, the first line has 2");
        assertThat(message("a,b\n1,2,3")).contains("line 2 has 3 cells, the first line has 2");
    }

    @Test
    void should_refuse_an_empty_file() throws IOException {
        assertThat(message("")).contains("is empty");
        assertThat(message("\n\r\n\n")).contains("is empty");
        assertThat(message("\uFEFF")).contains("is empty");
    }

    @Test
    void should_bound_a_line() throws IOException {
        assertThat(message("1".repeat(20_000_000))).contains("line 1 has more than 16777216 characters");
        assertThat(message("1,2\n" + ",".repeat(2_000_000))).contains("line 2 has more than 1048576 cells");
        assertThat(message("1,2\n\"3,4\n" + "5,6\n".repeat(5_000_000))).contains("every quote closed");
    }

    @Test
    void should_hold_little_of_a_compressed_line_of_a_gigabyte() throws IOException {
        Path file = folder.resolve("a.csv.gz");
        Files.write(file, Formats.bomb("1,2\n3,", '4', 1024));
        assertThat(message(file)).contains("line 2 has more than 16777216 characters");
        Files.write(file, Formats.bomb("1,2\n", ',', 1024));
        assertThat(message(file)).contains("line 2 has more than 1048576 cells");
        Files.write(file, Formats.bomb("", '1', 1024));
        assertThat(message(file)).contains("line 1 has more than 16777216 characters");
    }

    @Test
    void should_refuse_a_compressed_file_cut_at_any_byte() throws IOException {
        Path whole = Files.write(folder.resolve("a.csv.gz"), Formats.gzip("a,b\n1,2\n3,4\n".getBytes(UTF_8)));
        Formats.refusesEveryCut(
                whole, folder.resolve("cut.csv"), file -> Csv.read(file).close());
    }

    @Test
    void should_explain_bad_quotes_and_encodings() throws IOException {
        assertThat(message("1,2\n\"3\"4,5\n")).contains("line: 2").contains("close every quote");
        assertThat(message("1,2\n\"3,4\n")).contains("line 2").contains("close every quote");
        Path utf16 = Files.write(folder.resolve("b.csv"), "\uFEFF1,2\n".getBytes(UTF_16LE));
        assertThat(message(utf16)).contains("is not UTF-8");
        assertThat(message(folder.resolve("none.csv"))).contains("there is no such file");
        assertThat(message(folder)).contains("is a folder");
    }
}
