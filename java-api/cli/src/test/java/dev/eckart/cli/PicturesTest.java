package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.io.Npy;
import dev.eckart.io.Png;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pictures as input: one is the matrix of its gray values, those of a folder are rows. */
class PicturesTest {
    @TempDir
    Path dir;

    private static double[][] npy(Path file) throws IOException {
        try (Tensor read = Npy.read(file)) {
            return read.shape().rank() == 2 ? read.toMatrix() : new double[][] {read.toArray()};
        }
    }

    @Test
    void should_take_a_picture_apart() throws IOException {
        try (Scope scope = Scope.open()) {
            Tensor bytes = Tensor.integers(DType.I32, 0, 256, 1, 9, 6).to(DType.U8);
            Png.write(dir.resolve("a.png"), bytes);
            Npy.write(dir.resolve("a.npy"), bytes.to(DType.F64).divide(Tensor.full(DType.F64, 255, 1)));
        }
        Run.ok("svd", dir.resolve("a.png"), "--out", dir.resolve("png"));
        Run.ok("svd", dir.resolve("a.npy"), "--out", dir.resolve("npy"));
        assertThat(npy(dir.resolve("png/s.npy"))).isDeepEqualTo(npy(dir.resolve("npy/s.npy")));
        Run.ok("svd", dir.resolve("a.png"), "--precision", "f32", "--out", dir.resolve("f32"));
        assertThat(Run.report(dir.resolve("f32")).get("dtype").asText()).isEqualTo("f32");
    }

    @Test
    void should_fit_the_pictures_of_a_folder_under_the_names_of_its_folders() throws IOException {
        Path pictures = dir.resolve("pictures");
        try (Scope scope = Scope.open()) {
            Tensor bytes = Tensor.integers(DType.I32, 0, 256, 1, 12, 3, 5, 3).to(DType.U8);
            for (int i = 0; i < 12; i++) {
                Path folder = Files.createDirectories(pictures.resolve(i < 7 ? "apples" : "pears"));
                Png.write(folder.resolve(String.format("%02d.png", i)), bytes.select(0, i));
            }
            Tensor rows =
                    bytes.to(DType.F64).divide(Tensor.full(DType.F64, 255, 1)).reshape(12, 45);
            Npy.write(dir.resolve("rows.npy"), rows);
        }
        Run.ok("pca", pictures, "--components", 2, "--out", dir.resolve("of-folder"));
        Run.ok("pca", dir.resolve("rows.npy"), "--components", 2, "--out", dir.resolve("of-rows"));
        assertThat(npy(dir.resolve("of-folder/scores.npy"))).isDeepEqualTo(npy(dir.resolve("of-rows/scores.npy")));
        assertThat(Files.readString(dir.resolve("of-folder/index.html"))).contains("apples", "pears");
        Run.ok("pca", "transform", dir.resolve("of-folder"), pictures, "--out", dir.resolve("again.npy"));
        assertThat(npy(dir.resolve("again.npy"))).hasDimensions(12, 2);
    }
}
