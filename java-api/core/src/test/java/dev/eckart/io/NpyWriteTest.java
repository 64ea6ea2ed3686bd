package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NpyWriteTest {
    @TempDir
    Path folder;

    /** What NumPy wrote, read and written again, is the same file to the byte. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "f8-le-C.npy",
                "f4-le-C.npy",
                "i8-le-C.npy",
                "i4-le-C.npy",
                "u1-le-C.npy",
                "rank0.npy",
                "rank1.npy",
                "empty.npy",
                "version1.npy",
                "extremes-u1.npy"
            })
    void should_write_the_bytes_that_numpy_writes(String name) throws Exception {
        Path out = folder.resolve(name);
        try (Tensor t = Npy.read(NpyGoldenTest.golden(name))) {
            Npy.write(out, t);
        }
        assertThat(out).hasSameBinaryContentAs(NpyGoldenTest.golden(name));
    }

    @Test
    void should_write_views_in_row_major_order() throws IOException {
        Path out = folder.resolve("view.npy");
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}});
            Npy.write(out, a.transpose().flip(0));
            assertThat(Npy.read(out).toMatrix()).isDeepEqualTo(new double[][] {{3, 6}, {2, 5}, {1, 4}});
            Npy.write(out, a.slice(1, 1, 3).select(0, 1));
            assertThat(Npy.read(out).toArray()).containsExactly(5, 6);
        }
    }

    @Test
    void should_refuse_bf16_with_the_remedy_and_leave_the_target() throws IOException {
        Path out = Files.writeString(folder.resolve("a.npy"), "before");
        try (Tensor a = Tensor.of(new double[] {1});
                Tensor b = a.to(DType.BF16)) {
            assertThatThrownBy(() -> Npy.write(out, b))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("npy: " + out + ": bf16 has no .npy type; cast with to(DType.F32)");
        }
        assertOnlyBefore(out);
    }

    @Test
    void should_refuse_a_closed_tensor_and_leave_the_target() throws IOException {
        Path out = Files.writeString(folder.resolve("a.npy"), "before");
        Tensor a = Tensor.of(new double[] {1});
        a.close();
        assertThatThrownBy(() -> Npy.write(out, a))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("was closed");
        assertOnlyBefore(out);
    }

    private void assertOnlyBefore(Path out) throws IOException {
        assertThat(out).hasContent("before");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(out);
        }
    }

    @Test
    void should_read_and_write_in_a_folder_with_any_name() throws IOException {
        Path out = Files.createDirectory(folder.resolve("a b ü")).resolve("c d.npy");
        try (Tensor a = Tensor.of(new float[] {1, 2})) {
            Npy.write(out, a);
        }
        try (Tensor b = Npy.read(out)) {
            assertThat(b.toFloatArray()).containsExactly(1, 2);
        }
    }
}
