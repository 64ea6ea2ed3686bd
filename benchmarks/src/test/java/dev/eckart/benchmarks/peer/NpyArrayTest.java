package dev.eckart.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.io.Npy;
import dev.eckart.tensor.Tensor;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The plain reader and writer against Eckart's. */
class NpyArrayTest {
    @TempDir
    Path folder;

    @Test
    void readsWhatEckartWrites() throws Exception {
        Path file = folder.resolve("a.npy");
        try (Tensor a = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3)) {
            Npy.write(file, a);
        }
        NpyArray read = NpyArray.read(file);
        assertThat(read.shape()).containsExactly(2, 3);
        assertThat(read.transposed().floats()).containsExactly(1, 4, 2, 5, 3, 6);
    }

    @Test
    void writesWhatEckartReads() throws Exception {
        Path file = folder.resolve("a.npy");
        NpyArray.ofRows(new double[][] {{1, 2}, {3, 4}, {5, 6}}).transposed().write(file);
        try (Tensor read = Npy.read(file)) {
            assertThat(read.toMatrix()).isDeepEqualTo(new double[][] {{1, 3, 5}, {2, 4, 6}});
        }
        new NpyArray(new double[] {7}, 1).write(file);
        try (Tensor read = Npy.read(file)) {
            assertThat(read.toArray()).containsExactly(7);
        }
    }
}
