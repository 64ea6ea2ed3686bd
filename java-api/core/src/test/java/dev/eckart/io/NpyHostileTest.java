package dev.eckart.io;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that are torn, or lie. */
class NpyHostileTest {
    @TempDir
    Path folder;

    /** A version 1 file with this header and no care for alignment. */
    private Path file(String header, byte... data) throws IOException {
        return file(1, header.length(), header, data);
    }

    private Path file(int version, int length, String header, byte... data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("\u0093NUMPY".getBytes(ISO_8859_1));
        out.write(version);
        out.write(0);
        for (int i = 0; i < (version == 1 ? 2 : 4); i++) {
            out.write(length >>> 8 * i);
        }
        out.writeBytes(header.getBytes(ISO_8859_1));
        out.writeBytes(data);
        return Files.write(folder.resolve("a.npy"), out.toByteArray());
    }

    private static String header(String descr, String order, String shape) {
        return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + "}";
    }

    private static String message(Path file) {
        long used = MemoryBudget.used();
        MemoryBudget.resetPeak();
        Throwable thrown = org.assertj.core.api.Assertions.catchThrowable(() -> Npy.read(file));
        assertThat(thrown).isInstanceOf(BadFileException.class).hasMessageStartingWith("npy: " + file);
        assertThat(MemoryBudget.peak()).as("memory taken").isEqualTo(used);
        return thrown.getMessage();
    }

    @Test
    void should_refuse_a_file_cut_at_any_byte() throws Exception {
        byte[] whole = Files.readAllBytes(NpyGoldenTest.golden("f4-be-F.npy"));
        Path file = folder.resolve("cut.npy");
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            String end = length < 128 ? "the file ends at byte " + length : "but only " + (length - 128) / 4;
            assertThat(message(file)).contains(end);
        }
        Files.write(file, whole);
        Npy.read(file).close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(1152921504606846976,)",
                "(1073741824, 1073741824)",
                "(1125899906842624, 1, 1024)",
                "(9223372036854775807,)",
                "(1, 17)"
            })
    void should_allocate_nothing_for_a_shape_that_lies(String shape) throws IOException {
        assertThat(message(file(header("'|u1'", "False", shape), new byte[16])))
                .contains("the header claims shape (")
                .contains("but only 16 (16 bytes) follow");
        assertThat(message(file(header("'<f8'", "True", shape), new byte[16])))
                .contains("but only 2 (16 bytes) follow");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(9223372036854775808,)",
                "(4294967296, 4294967296)",
                "(3037000500, 3037000500)",
                "(9223372036854775807, 9223372036854775807, 9223372036854775807)",
                "(-1,)",
                "(-1, -16)",
                "(1,1,1,1,1,1,1,1,1)",
                "(99999999999999999999999999999999999999999999,)",
                "16",
                "(16)",
                "[16]",
                "('16',)",
                "(True,)",
                "(1.0,)",
                "((16,),)",
                "None"
            })
    void should_refuse_shapes_that_are_none(String shape) throws IOException {
        assertThat(message(file(header("'|u1'", "False", shape), new byte[16]))).isNotEmpty();
    }

    @Test
    void should_accept_a_claim_of_no_elements_however_large_the_other_dimension() throws IOException {
        try (Tensor t = Npy.read(file(header("'<f8'", "False", "(0, 1152921504606846976)")))) {
            assertThat(t.shape()).isEqualTo(Shape.of(0, 1L << 60));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "{'descr': '<f8', 'fortran_order': False}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}",
                "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
                "{'descr': '<f8', 'fortran_order': false, 'shape': (1,)}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)} + {}",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)",
                "{'descr': '<f8', 'fortran_order': False, 'shape': (1,,)}",
                "{'descr': '<f8' 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<f8, 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<\\x66', 'fortran_order': False, 'shape': (1,)}",
                "{descr: '<f8', 'fortran_order': False, 'shape': (1,)}",
                "{'descr': f(), 'fortran_order': False, 'shape': (1,)}",
                "{'descr': ((((((((((((((((((1,),),),),),),),),),),),),),),),),),), 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '', 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<', 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<f16', 'fortran_order': False, 'shape': (1,)}",
                "{'descr': '<<f8', 'fortran_order': False, 'shape': (1,)}",
                "{'descr': 1, 'fortran_order': False, 'shape': (1,)}"
            })
    void should_refuse_headers_that_are_none(String header) throws IOException {
        assertThat(message(file(header, new byte[16]))).containsPattern(", byte \\d+: ");
    }

    @Test
    void should_say_where_a_header_breaks() throws IOException {
        String broken = "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (1,)}";
        assertThat(message(file(broken, new byte[8])))
                .contains("byte " + (10 + broken.indexOf("Maybe")) + ": the header is no Python dict: expected a value")
                .contains("found 'Maybe, ");
    }

    @Test
    void should_accept_what_other_writers_write() throws IOException {
        String python2 = "{ \"shape\" : ( 1L , 2L ) , \"descr\" : \"=i2\" , \"fortran_order\" : False , }  \n";
        try (Tensor t = Npy.read(file(python2, (byte) 1, (byte) 0, (byte) 255, (byte) 255, (byte) 9))) {
            assertThat(t.toArray()).as("with a byte behind the data").containsExactly(1, -1);
        }
    }

    @Test
    void should_refuse_lying_header_lengths() throws IOException {
        String header = header("'<f8'", "False", "(1,)");
        assertThat(message(file(1, 65535, header))).contains("expected the header, 65535 bytes, but the file ends");
        assertThat(message(file(2, -1, header))).contains("claims a header of 4294967295 bytes");
        assertThat(message(file(3, 1 << 20, header))).contains("the file ends at byte");
        assertThat(message(file(1, 5, header, new byte[8]))).contains("the header is no Python dict");
    }

    @Test
    void should_refuse_other_versions_and_other_files() throws IOException {
        assertThat(message(file(4, 10, "          "))).contains("byte 6: version 4.0 is none of 1.0, 2.0, 3.0");
        assertThat(message(file(0, 10, "          "))).contains("version 0.0");
        Path text = Files.writeString(folder.resolve("t.npy"), "1,2,3\n4,5,6\n");
        assertThat(message(text)).contains("byte 0: is no .npy file");
        Path empty = Files.write(folder.resolve("e.npy"), new byte[0]);
        assertThat(message(empty)).contains("the file ends at byte 0");
    }

    @Test
    void should_name_files_that_can_not_be_opened() {
        assertThat(message(folder.resolve("none.npy"))).contains("there is no such file");
        assertThat(message(folder)).contains("is a folder");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_refuse_devices_and_dangling_links() throws IOException {
        assertThat(message(Path.of("/dev/zero"))).contains("is a pipe or a device");
        Path link = Files.createSymbolicLink(folder.resolve("link.npy"), folder.resolve("gone.npy"));
        assertThat(message(link)).contains("is a link to nothing");
    }

    @Test
    @Timeout(20)
    void should_end_with_the_interrupt_kept() throws Exception {
        Path file = NpyGoldenTest.golden("f8-le-C.npy");
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> Npy.read(file))
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessageContaining("interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }
}
