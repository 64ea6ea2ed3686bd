package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpzTest extends FormatTest {
    @ParameterizedTest
    @ValueSource(strings = {"arrays.npz", "compressed.npz"})
    void should_read_what_numpy_wrote(String name) throws Exception {
        Path file = Formats.golden(name);
        assertThat(Npz.names(file)).containsExactly("a", "b", "c", "scalar");
        assertThat(Npz.isSparse(file)).isFalse();
        Map<String, Tensor> all = Npz.read(file);
        assertThat(all.keySet()).containsExactly("a", "b", "c", "scalar");
        assertThat(all.get("a").toMatrix()).isDeepEqualTo(new double[][] {{0, 1, 2}, {3, 4, 5}});
        assertThat(all.get("b").dtype()).isEqualTo(DType.I32);
        assertThat(all.get("b").toLongArray()).containsExactly(1, -2, 3);
        assertThat(all.get("c").dtype()).isEqualTo(DType.F32);
        assertThat(all.get("c").toArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThat(all.get("scalar").shape()).isEqualTo(Shape.of());
        Formats.close(all);
        try (Tensor b = Npz.read(file, "b")) {
            assertThat(b.toLongArray()).containsExactly(1, -2, 3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"csr", "csc", "coo"})
    void should_read_the_sparse_matrices_of_scipy(String kind) throws Exception {
        Path file = Formats.golden(kind + ".npz");
        assertThat(Npz.isSparse(file)).isTrue();
        assertThat(Formats.dense(Npz.readSparse(file))).isDeepEqualTo(Formats.DENSE);
    }

    @Test
    void should_read_integers_and_repeated_places() throws Exception {
        try (Csr a = Npz.readSparse(Formats.golden("csr-array-i4.npz"))) {
            assertThat(a.dtype()).isEqualTo(DType.F64);
            assertThat(a.values().toArray()).containsExactly(6, -8, 12, 1);
        }
        assertThat(Formats.dense(Npz.readSparse(Formats.golden("coo-repeated.npz"))))
                .isDeepEqualTo(new double[][] {{0, 0, 5}, {2, 0, 0}});
    }

    @Test
    void should_refuse_another_sparse_format() throws Exception {
        assertThat(Formats.refusal(
                        Formats.golden("bsr.npz"), f -> Npz.readSparse(f).close()))
                .endsWith("holds a sparse matrix of format 'bsr'; csr, csc and coo are read: save A.tocsr()");
        assertThat(Formats.refusal(
                        Formats.golden("arrays.npz"), f -> Npz.readSparse(f).close()))
                .contains("holds no sparse matrix of scipy.sparse.save_npz");
    }

    @Test
    void should_read_back_what_it_wrote() throws IOException {
        Path file = folder.resolve("a.npz");
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> arrays = new LinkedHashMap<>();
            arrays.put("x", Tensor.normal(DType.F64, 1, 3, 4).transpose());
            arrays.put("a name with blanks", Tensor.of(new int[] {1, 2}));
            arrays.put("empty", Tensor.zeros(DType.F32, 0, 5));
            Npz.write(file, arrays);
            byte[] once = Files.readAllBytes(file);
            Npz.write(file, arrays);
            assertThat(Files.readAllBytes(file)).as("the same bytes again").isEqualTo(once);
            Map<String, Tensor> read = Npz.read(file);
            assertThat(read.keySet()).containsExactlyElementsOf(arrays.keySet());
            arrays.forEach((name, array) -> {
                assertThat(read.get(name).shape()).isEqualTo(array.shape());
                assertThat(read.get(name).toArray()).isEqualTo(array.toArray());
            });
        }
        try (Csr a = Csr.ofCoordinates(
                3, 4, new int[] {2, 0, 0, 2}, new int[] {0, 3, 1, 2}, new double[] {3, -2, 1.5, .25})) {
            Npz.writeSparse(file, a);
            assertThat(Formats.dense(Npz.readSparse(file))).isDeepEqualTo(Formats.DENSE);
            // Byte for byte what numpy.save gives for numpy.array(b'csr').
            try (ZipFile zip = new ZipFile(file.toFile())) {
                byte[] tag = zip.getInputStream(zip.getEntry("format.npy")).readAllBytes();
                assertThat(tag).hasSize(131);
                assertThat(new String(tag, StandardCharsets.ISO_8859_1))
                        .contains("{'descr': '|S3', 'fortran_order': False, 'shape': (), }")
                        .endsWith(" \ncsr");
            }
        }
    }

    @Test
    void should_refuse_a_file_cut_at_any_byte_and_any_changed_byte_of_data() throws Exception {
        Path cut = folder.resolve("cut.npz");
        Formats.refusesEveryCut(Formats.golden("compressed.npz"), cut, f -> Formats.close(Npz.read(f)));
        byte[] bytes = Files.readAllBytes(Formats.golden("arrays.npz"));
        // The first array's data ends 8 bytes before the second local header.
        String all = new String(bytes, StandardCharsets.ISO_8859_1);
        int data = all.indexOf("PK\3\4", 10) - 4;
        bytes[data] ^= 1;
        Files.write(cut, bytes);
        assertThat(Formats.refusal(cut, f -> Formats.close(Npz.read(f)))).contains("a: its checksum is wrong");
    }

    private Path zip(Map<String, byte[]> entries) throws IOException {
        Path file = folder.resolve("made.npz");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return file;
    }

    private static byte[] npy(String shape, int bytes) {
        String dict = String.format("{'descr': '<f8', 'fortran_order': False, 'shape': %s, }", shape);
        byte[] text = String.format("\u0093NUMPY\1\0v\0%-117s\n", dict).getBytes(StandardCharsets.ISO_8859_1);
        return Arrays.copyOf(text, text.length + bytes);
    }

    @Test
    void should_refuse_what_is_no_array_and_lengths_that_lie() throws IOException {
        Formats.Reader reader = f -> Formats.close(Npz.read(f));
        assertThat(Formats.refusal(zip(Map.of("readme.txt", new byte[3])), reader))
                .endsWith("holds 'readme.txt', which is no .npy array");
        assertThat(Formats.refusal(zip(Map.of("x.npy", npy("(1000,)", 8))), reader))
                .contains("x, byte 128: the header claims shape (1000)");
        assertThat(Formats.refusal(zip(Map.of("x.npy", npy("(1152921504606846975,)", 8))), reader))
                .contains("x, byte 128: the header claims shape");
        assertThat(Formats.refusal(Files.write(folder.resolve("b.npz"), new byte[100]), reader))
                .contains("is no zip archive, or a torn one");
        assertThatThrownBy(() -> Npz.read(zip(Map.of("x.npy", npy("(1,)", 8))), "y"))
                .isInstanceOf(BadFileException.class)
                .hasMessageEndingWith("holds no array 'y'; it has x");
    }

    /** An archive of two arrays after some bytes of its directory are changed. */
    private Path changed(int entry, int at, int... values) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("x.npy", npy("(2,)", 16));
        entries.put("y.npy", npy("(1,)", 8));
        byte[] bytes = Files.readAllBytes(zip(entries));
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int place = text.indexOf("PK\1\2");
        for (int i = 0; i < entry; i++) {
            place = text.indexOf("PK\1\2", place + 4);
        }
        for (int i = 0; i < values.length; i++) {
            bytes[place + at + i] = (byte) values[i];
        }
        return Files.write(folder.resolve("changed.npz"), bytes);
    }

    @Test
    void should_refuse_two_arrays_of_one_name_and_entries_that_lie_elsewhere() throws IOException {
        Formats.Reader reader = f -> Formats.close(Npz.read(f));
        int name = 46;
        assertThat(Formats.refusal(changed(1, name, 'x'), reader)).endsWith("holds the array 'x' twice");
        int offset = 42;
        assertThat(Formats.refusal(changed(1, offset, 0, 0, 0, 0), reader)).contains("y, byte 128: ");
        assertThat(Formats.refusal(changed(1, offset, 255, 255, 255, 127), reader))
                .isNotEmpty();
        assertThat(Formats.refusal(changed(0, offset, 5, 0, 0, 0), reader)).isNotEmpty();
    }

    @Test
    void should_stop_where_an_entry_goes_beyond_the_size_it_claims() throws IOException {
        byte[] bytes = Files.readAllBytes(zip(Map.of("x.npy", npy("(2,)", 50_000_000))));
        int directory = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        System.arraycopy(new byte[] {(byte) 144, 0, 0, 0}, 0, bytes, directory + 24, 4);
        Path file = Files.write(folder.resolve("a.npz"), bytes);
        assertThat(Formats.refusal(file, f -> Formats.close(Npz.read(f)))).contains("x: holds more than the 144 bytes");
    }

    @Test
    void should_refuse_a_bomb_before_it_takes_memory() throws IOException {
        Path file = zip(Map.of("x.npy", npy("(2,)", 16)));
        byte[] bytes = Files.readAllBytes(file);
        int directory = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        // The uncompressed size of the central directory: 2 GiB - 1.
        System.arraycopy(new byte[] {-1, -1, -1, 127}, 0, bytes, directory + 24, 4);
        Files.write(file, bytes);
        assertThat(Formats.refusal(file, f -> Formats.close(Npz.read(f)))).contains("more than deflate can");
    }

    @Test
    void should_refuse_names_and_types_that_numpy_does_not_have() {
        Path file = folder.resolve("a.npz");
        try (Tensor x = Tensor.zeros(DType.F64, 1);
                Tensor half = x.to(DType.BF16)) {
            assertThatThrownBy(() -> Npz.write(file, Map.of("", x))).hasMessageContaining("'' is no name of an array");
            assertThatThrownBy(() -> Npz.write(file, Map.of("x", half)))
                    .hasMessageContaining("x: bf16 has no .npy type");
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void should_refuse_sparse_indices_that_lie() throws IOException {
        Path file = folder.resolve("a.npz");
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> good = new LinkedHashMap<>();
            try (Csr a = Csr.ofCoordinates(2, 2, new int[] {0}, new int[] {1}, new double[] {3})) {
                Npz.writeSparse(file, a);
            }
            byte[] whole = Files.readAllBytes(file);
            assertThat(whole).isNotEmpty();
            good.put("shape", Tensor.of(new long[] {2, 2}));
            good.put("data", Tensor.of(new double[] {3}));
            good.put("indices", Tensor.of(new int[] {9}));
            good.put("indptr", Tensor.of(new int[] {0, 1, 1}));
            Path lying = folder.resolve("lying.npz");
            Npz.write(lying, good);
            Path withTag = addTag(lying);
            assertThat(Formats.refusal(withTag, f -> Npz.readSparse(f).close()))
                    .endsWith("csr: entry 0 has column 9; columns run from 0 to 1");
        }
    }

    private Path addTag(Path arrays) throws IOException {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        entries.put("format.npy", SparseNpz.csrTag());
        try (ZipFile zip = new ZipFile(arrays.toFile())) {
            for (var e = zip.entries(); e.hasMoreElements(); ) {
                ZipEntry entry = e.nextElement();
                entries.put(entry.getName(), zip.getInputStream(entry).readAllBytes());
            }
        }
        return zip(entries);
    }
}
