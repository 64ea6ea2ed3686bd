package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.io.Npy;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The 60,000 training images of MNIST, against numbers that NumPy's float64 SVD gave. Brought by {@code ci/data}.
 */
class MnistTest {
    private static final double[] SINGULAR_VALUES = {
        1511.77519732, 513.232740696, 473.770601461, 439.934666981, 408.866238333
    };
    private static final int[] COMPONENTS = {1, 2, 10, 50, 100, 154};
    private static final double[] CUMULATIVE = {
        .0970466436, .1680058842, .4881498035, .8246468633, .9146285724, .9501960193
    };

    private static Path images;

    @TempDir
    Path dir;

    @BeforeAll
    static void fetch() throws IOException, InterruptedException {
        images = DataSets.fetch("mnist").resolve("train-images-idx3-ubyte");
    }

    @ParameterizedTest
    @CsvSource({"f64, 1e-9", "f32, 1e-3"})
    void svd(String precision, double relative) throws IOException {
        Path out = dir.resolve("svd");
        Run.ok("svd", images, "--precision", precision, "--out", out);
        double[] s = doubles(out.resolve("s.npy"));
        assertThat(s).hasSize(784);
        for (int i = 0; i < SINGULAR_VALUES.length; i++) {
            assertThat(s[i]).isCloseTo(SINGULAR_VALUES[i], Offset.offset(relative * SINGULAR_VALUES[i]));
        }
        if (precision.equals("f64")) { // in f32 some of the smallest are below its noise
            double noise = s[0] * 784 * 0x1p-52;
            assertThat(Arrays.stream(s).filter(x -> x > noise).count()).isEqualTo(712);
        }
    }

    @ParameterizedTest
    @CsvSource({"f64, 1e-9", "f32, 1e-3"})
    void pca(String precision, double relative) throws IOException {
        Path out = dir.resolve("pca");
        Run.ok("pca", images, "--precision", precision, "--components", 784, "--out", out);
        double[] variance = doubles(out.resolve("explained_variance.npy"));
        double total = Arrays.stream(variance).sum();
        for (int i = 0; i < COMPONENTS.length; i++) {
            double part = Arrays.stream(variance).limit(COMPONENTS[i]).sum() / total;
            assertThat(part).isCloseTo(CUMULATIVE[i], Offset.offset(relative * CUMULATIVE[i]));
        }
    }

    private static double[] doubles(Path file) throws IOException {
        try (Tensor t = Npy.read(file)) {
            return t.toArray();
        }
    }
}
