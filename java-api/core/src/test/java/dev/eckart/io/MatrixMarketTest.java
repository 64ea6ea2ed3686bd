package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MatrixMarketTest extends FormatTest {
    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("a.mtx"), text, StandardCharsets.ISO_8859_1);
    }

    private static void either(Path file) throws IOException {
        if (MatrixMarket.isSparse(file)) {
            MatrixMarket.readSparse(file).close();
        } else {
            MatrixMarket.read(file).close();
        }
    }

    private static double[][] sparse(String golden) throws Exception {
        assertThat(MatrixMarket.isSparse(Formats.golden(golden))).isTrue();
        return Formats.dense(MatrixMarket.readSparse(Formats.golden(golden)));
    }

    private static double[][] array(Path file) throws Exception {
        assertThat(MatrixMarket.isSparse(file)).isFalse();
        try (Tensor t = MatrixMarket.read(file)) {
            assertThat(t.dtype()).isEqualTo(DType.F64);
            return t.toMatrix();
        }
    }

    @Test
    void should_read_what_scipy_wrote() throws Exception {
        assertThat(sparse("general.mtx")).isDeepEqualTo(Formats.DENSE);
        assertThat(sparse("integer.mtx")).isDeepEqualTo(new double[][] {{0, 6, 0, -8}, {0, 0, 0, 0}, {12, 0, 1, 0}});
        assertThat(sparse("pattern.mtx")).isDeepEqualTo(new double[][] {{0, 1, 0, 1}, {0, 0, 0, 0}, {1, 0, 1, 0}});
        assertThat(sparse("symmetric.mtx")).isDeepEqualTo(Formats.SQUARE);
        assertThat(sparse("skew.mtx")).isDeepEqualTo(Formats.SKEW);
        assertThat(array(Formats.golden("array.mtx"))).isDeepEqualTo(Formats.DENSE);
        assertThat(array(Formats.golden("array-symmetric.mtx"))).isDeepEqualTo(Formats.SQUARE);
        assertThat(array(Formats.golden("array-skew.mtx"))).isDeepEqualTo(Formats.SKEW);
        assertThat(Formats.refusal(Formats.golden("hermitian.mtx"), MatrixMarketTest::either))
                .contains("holds complex entries, which are not supported");
    }

    @Test
    void should_read_a_real_hermitian_matrix_blank_lines_windows_ends_and_gzip() throws Exception {
        String text = "%%matrixmarket MATRIX Coordinate Real Hermitian\r\n% one\r\n\r\n  2\t2 2 \r\n"
                + "%between\r\n1 1 1e0\r\n\r\n 2 1 -.5\r\n%end";
        double[][] expected = {{1, -.5}, {-.5, 0}};
        assertThat(Formats.dense(MatrixMarket.readSparse(file(text)))).isDeepEqualTo(expected);
        Path zipped = folder.resolve("a.mtx.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(zipped))) {
            out.write(text.getBytes(StandardCharsets.US_ASCII));
        }
        assertThat(Formats.dense(MatrixMarket.readSparse(zipped))).isDeepEqualTo(expected);
    }

    @Test
    void should_read_back_what_it_wrote() throws Exception {
        Path path = folder.resolve("a.mtx");
        double[] values = {Math.PI, -1e-300, 1 / 3.0, 2};
        try (Scope scope = Scope.open();
                Csr a = Csr.ofCoordinates(4, 3, new int[] {3, 0, 3, 2}, new int[] {0, 2, 1, 2}, values)) {
            MatrixMarket.write(path, a);
            try (Csr b = MatrixMarket.readSparse(path)) {
                assertThat(b.values().toArray()).isEqualTo(a.values().toArray());
                assertThat(b.indices().toLongArray()).isEqualTo(a.indices().toLongArray());
                assertThat(b.starts().toLongArray()).isEqualTo(a.starts().toLongArray());
            }
            Tensor dense = Tensor.normal(DType.F64, 1, 5, 3);
            MatrixMarket.write(path, dense);
            assertThat(MatrixMarket.read(path).toMatrix()).isDeepEqualTo(dense.toMatrix());
            Tensor single = Tensor.normal(DType.F32, 1, 2, 2);
            MatrixMarket.write(path, single);
            assertThat(MatrixMarket.read(path).to(DType.F32).toArray()).isEqualTo(single.toArray());
        }
    }

    @Test
    void should_refuse_a_file_cut_before_its_last_number() throws Exception {
        for (String name : new String[] {"general.mtx", "symmetric.mtx", "array.mtx"}) {
            byte[] whole = Files.readAllBytes(Formats.golden(name));
            String text = new String(whole, StandardCharsets.US_ASCII).stripTrailing();
            int end = text.lastIndexOf(text.lastIndexOf(' ') > text.lastIndexOf('\n') ? ' ' : '\n');
            for (int length = 0; length <= end; length++) {
                Formats.refusal(file(text.substring(0, length)), MatrixMarketTest::either);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "coordinate real general | 2 2 1;1 3 5 | line 3: a column is 3, not between 1 and 2",
                "coordinate real general | 2 2 1;0 1 5 | line 3: a row is 0, not between 1 and 2; numbers start from 1 in this format",
                "coordinate real general | 2 2 1;-1 1 5 | a row is -1",
                "coordinate real general | 2 2 1;1 1 | line 3: an entry is missing",
                "coordinate real general | 2 2 1;1 1 nan | 'nan' stands there",
                "coordinate real general | 2 2 1;1 1 1e999 | '1e999' stands there",
                "coordinate real general | 2 2 1;1 1 0x1p3 | '0x1p3' stands there",
                "coordinate real general | 2 2 1;1 1 2d | '2d' stands there",
                "coordinate real general | 2 2 1;1 1 2 3 | line 3: holds more than was expected, from '3' on",
                "coordinate real general | 2 2 2;1 1 2 | line 4: the file ends after 1 of 2 entries",
                "coordinate real general | 2 2 1;1 1 2;2 2 2 | line 4: goes on after the 1 entries",
                "coordinate real general | 2 2 99999999999999999999 | the number of entries was expected, an integer",
                "coordinate real general | 2147483648 2 0 | the number of rows is 2147483648, not between 0 and 2147483647",
                "coordinate real general | 2 2 4611686018427387904 | the file ends after 0 of 4611686018427387904 entries",
                "coordinate real symmetric | 2 3 0 | claims a symmetric matrix of 2 rows and 3 columns",
                "coordinate real symmetric | 2 2 2;1 2 1;2 1 1 | stands in the other triangle",
                "coordinate real skew-symmetric | 2 2 1;1 1 1 | on the diagonal of a skew-symmetric matrix",
                "coordinate complex general | 1 1 1;1 1 1 0 | holds complex entries",
                "coordinate quaternion general | 1 1 0 | is not understood",
                "array pattern general | 1 1 | is not understood",
                "array real general | 2 1;1 | the file ends after 1 of 2 entries",
                "array real general | 1 1;1;1 | goes on after the 1 entries of the array",
                "array real symmetric | 99999 99999 | a symmetric array of 99999 rows is too large",
            })
    void should_refuse_with_the_line(String kind, String lines, String message) throws IOException {
        Path file = file("%%MatrixMarket matrix " + kind + "\n" + lines.replace(';', '\n') + "\n");
        assertThat(Formats.refusal(file, MatrixMarketTest::either)).contains(message);
    }

    @Test
    void should_hold_little_of_a_line_that_does_not_end() throws IOException {
        Formats.Reader reader = MatrixMarketTest::either;
        assertThat(Formats.refusal(file("x".repeat(100_000)), reader)).contains("is longer than 1024 characters");
        String start = "%%MatrixMarket matrix array real general\n";
        assertThat(Formats.refusal(file(start + "1 1\n" + "9".repeat(100_000)), reader))
                .contains("something of more than 400 characters begins with '99999999999999999999'");
        assertThat(Formats.dense(MatrixMarket.readSparse(file("%%MatrixMarket matrix coordinate real general\n%"
                        + "y".repeat(100_000) + "\n1 1 1\n1 1 2\n"))))
                .isDeepEqualTo(new double[][] {{2}});
    }

    @Test
    void should_refuse_compressed_files_that_are_cut_or_have_a_line_of_a_gigabyte() throws Exception {
        Path file = folder.resolve("a.mtx.gz");
        Formats.Reader reader = MatrixMarketTest::either;
        String start = "%%MatrixMarket matrix array real general\n";
        Files.write(file, Formats.bomb(start + "1 1\n", '9', 1024));
        assertThat(Formats.refusal(file, reader)).contains("something of more than 400 characters");
        Files.write(file, Formats.gzip((start + "1 1\n7\n").getBytes(StandardCharsets.US_ASCII)));
        Formats.refusesEveryCut(file, folder.resolve("cut.mtx"), reader);
        // Empty lines are no entries.
        Files.write(file, Formats.bomb(start + "1 1\n7\n", '\n', 8));
        try (Tensor read = MatrixMarket.read(file)) {
            assertThat(read.get(0, 0)).isEqualTo(7);
        }
    }

    @Test
    void should_tell_the_two_kinds_apart() throws Exception {
        assertThatThrownBy(() -> MatrixMarket.read(Formats.golden("general.mtx")))
                .hasMessageContaining("holds a sparse matrix");
        assertThatThrownBy(() -> MatrixMarket.readSparse(Formats.golden("array.mtx")))
                .hasMessageContaining("holds a dense array");
    }
}
