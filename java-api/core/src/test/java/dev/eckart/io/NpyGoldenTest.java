package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Files that NumPy wrote (make.py beside them). */
class NpyGoldenTest {
    static Path golden(String name) throws URISyntaxException {
        return Path.of(NpyGoldenTest.class.getResource("/npy/" + name).toURI());
    }

    static List<Path> types() throws IOException, URISyntaxException {
        try (Stream<Path> files = Files.list(golden("f8-le-C.npy").getParent())) {
            return files.filter(f -> f.getFileName().toString().matches("[fiu]\\d-[lb]e-[CF]\\.npy"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void should_have_all_golden_files() throws Exception {
        // Ten types in two layouts, those of more than a byte in two byte orders.
        assertThat(types()).hasSize(36);
    }

    @ParameterizedTest
    @MethodSource("types")
    void should_read_every_type_layout_and_byte_order(Path file) throws IOException {
        String name = file.getFileName().toString();
        DType expected = switch (name.substring(0, 2)) {
            case "f8" -> DType.F64;
            case "f4", "f2" -> DType.F32;
            case "i8", "u4" -> DType.I64;
            case "u1" -> DType.U8;
            default -> DType.I32;
        };
        try (Tensor t = Npy.read(file)) {
            assertThat(t.dtype()).isEqualTo(expected);
            assertThat(t.shape()).isEqualTo(Shape.of(2, 3));
            assertThat(t.toArray()).containsExactly(1, 0, 2, 100, 7, 127);
            boolean columnMajor = name.endsWith("F.npy");
            assertThat(t.view().layout().isContiguous()).isEqualTo(!columnMajor);
        }
    }

    @ParameterizedTest
    @CsvSource({"version1.npy", "version2.npy", "version3.npy"})
    void should_read_all_versions(String name) throws Exception {
        try (Tensor t = Npy.read(golden(name))) {
            assertThat(t.toArray()).containsExactly(1, 0, 2, 100, 7, 127);
        }
    }

    @Test
    void should_read_booleans_as_bytes() throws Exception {
        try (Tensor t = Npy.read(golden("b1-le-C.npy"))) {
            assertThat(t.dtype()).isEqualTo(DType.U8);
            assertThat(t.toArray()).containsExactly(1, 0, 1, 0, 0, 1);
        }
    }

    @Test
    void should_keep_extreme_numbers() throws Exception {
        double third = 0x1.554p-2;
        float tiny = 0x1p-24f;
        double small = -1023 * 0x1p-24; // the largest subnormal
        assertThat(read("f2"))
                .containsExactly(
                        0.0,
                        -0.0,
                        tiny,
                        small,
                        65504,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        Double.NaN,
                        third);
        assertThat(read("i1")).containsExactly(-128, -1, 0, 127);
        assertThat(read("i2")).containsExactly(-32768, -1, 0, 32767);
        assertThat(read("u1")).containsExactly(0, 128, 255);
        assertThat(read("u2")).containsExactly(0, 32768, 65535);
        assertThat(read("u4")).containsExactly(0, 0x1p31, 0x1p32 - 1);
        assertThat(read("f8")).containsExactly(Double.MIN_VALUE, -Double.MAX_VALUE, Math.PI, Double.POSITIVE_INFINITY);
        try (Tensor t = Npy.read(golden("extremes-i8.npy"))) {
            assertThat(t.toLongArray()).containsExactly(Long.MIN_VALUE, -1, Long.MAX_VALUE);
        }
    }

    private static double[] read(String type) throws Exception {
        try (Tensor t = Npy.read(golden("extremes-" + type + ".npy"))) {
            return t.toArray();
        }
    }

    @Test
    void should_read_any_rank() throws Exception {
        try (Tensor cube = Npy.read(golden("rank3-F.npy"));
                Tensor scalar = Npy.read(golden("rank0.npy"));
                Tensor vector = Npy.read(golden("rank1.npy"));
                Tensor empty = Npy.read(golden("empty.npy"))) {
            assertThat(cube.shape()).isEqualTo(Shape.of(2, 3, 4));
            assertThat(cube.get(1, 2, 3)).isEqualTo(23);
            assertThat(cube.get(1, 0, 2)).isEqualTo(14);
            assertThat(scalar.shape()).isEqualTo(Shape.of());
            assertThat(scalar.get()).isEqualTo(42.5);
            assertThat(vector.toArray()).containsExactly(0, 1, 2, 3, 4);
            assertThat(empty.shape()).isEqualTo(Shape.of(0, 3));
        }
    }

    @Test
    void should_not_leak_the_row_major_tensor_behind_a_column_major_view() throws Exception {
        long before = MemoryBudget.used();
        Npy.read(golden("rank3-F.npy")).close();
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '"',
            value = {
                "u8, \"'<u8' may hold numbers beyond i64; save a.astype('int64')\"",
                "c16, is complex",
                "structured, holds a structured array; save one field",
                "object, pickled Python objects",
                "text, holds text",
                "time, holds times"
            })
    void should_refuse_what_tensors_do_not_have(String name, String message) throws Exception {
        Path file = golden("refused-" + name + ".npy");
        assertThatThrownBy(() -> Npy.read(file))
                .isInstanceOf(BadFileException.class)
                .hasMessageStartingWith("npy: " + file + ", byte 10: ")
                .hasMessageContaining(message);
    }
}
