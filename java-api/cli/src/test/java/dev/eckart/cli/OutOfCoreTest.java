package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A .npy of 31 MiB with a budget of 16 MiB. */
class OutOfCoreTest {
    private static final long ROWS = 20_000;
    private static final long COLUMNS = 200;

    @TempDir
    Path dir;

    private final long most = MemoryBudget.max();
    private Path in;

    @BeforeEach
    void file() throws IOException {
        in = dir.resolve("a.npy");
        try (Scope scope = Scope.open()) {
            Tensor weights = Tensor.of(new double[] {5, 4, 3, 2, 1});
            Tensor left = Tensor.normal(DType.F64, 1, ROWS, 5).multiply(weights);
            Npy.write(in, left.matmul(Tensor.normal(DType.F64, 2, 5, COLUMNS)).add(3));
        }
        Memory.trim(Device.cpu());
        MemoryBudget.setMax(MemoryBudget.used() + (16 << 20));
        MemoryBudget.resetPeak();
    }

    @AfterEach
    void unlimited() {
        MemoryBudget.setMax(most);
    }

    private Tensor read(Path folder, String name) throws IOException {
        return Npy.read(folder.resolve(name));
    }

    @Test
    void svd_leaves_a_matrix_in_its_file_that_does_not_fit() throws IOException {
        Path out = dir.resolve("out");
        Run run = Run.ok("svd", in, "--rank", 6, "--out", out);
        assertThat(MemoryBudget.peak()).isLessThan(MemoryBudget.max());
        JsonNode report = Run.report(out);
        int passes = report.get("certificate").get("passes").asInt();
        assertThat(run.out())
                .containsPattern("input    out of core: the matrix takes 30\\.5 MiB, available are 16\\.0 MiB;"
                        + " its file is read in blocks, \\d+ times");
        assertThat(report.get("outOfCore").asBoolean()).isTrue();
        assertThat(passes).isPositive();
        MemoryBudget.setMax(most);
        try (Scope scope = Scope.open()) {
            Tensor a = Npy.read(in);
            Tensor rebuilt = read(out, "u.npy").multiply(read(out, "s.npy")).matmul(read(out, "vt.npy"));
            assertThat(rebuilt.subtract(a).norm()).isLessThan(1e-10 * a.norm());
        }
        Path again = dir.resolve("again");
        assertThat(Run.ok("svd", in, "--rank", 6, "--out", again).out()).doesNotContain("out of core");
        assertThat(Run.report(again).get("outOfCore").asBoolean()).isFalse();
    }

    @Test
    void explain_says_that_it_would() {
        assertThat(Run.ok("svd", in, "--rank", 6, "--explain").out())
                .contains(
                        "out of core: the matrix takes 30.5 MiB, available are 16.0 MiB; its file is read in blocks\n");
        assertThat(Run.ok("pca", in, "--components", 3, "--explain").out()).contains("out of core");
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "randomized"})
    void pca_leaves_observations_in_their_file_that_do_not_fit(String solver) throws IOException {
        Path out = dir.resolve("out");
        Run run = Run.ok("pca", in, "--components", 4, "--solver", solver, "--scale", "--out", out);
        assertThat(MemoryBudget.peak()).isLessThan(MemoryBudget.max());
        assertThat(run.out()).contains("out of core");
        assertThat(Run.report(out).get("outOfCore").asBoolean()).isTrue();
        MemoryBudget.setMax(most);
        try (Scope scope = Scope.open()) {
            Tensor x = Npy.read(in);
            Pca pca = Pca.components(4).scale().fit(x);
            assertThat(read(out, "components.npy").subtract(pca.components()).norm())
                    .isLessThan(1e-9);
            assertThat(read(out, "explained_variance.npy").get(0))
                    .isCloseTo(pca.explainedVariance().get(0), within(1e-9));
            assertThat(read(out, "scores.npy").subtract(pca.transform(x)).norm())
                    .isLessThan(1e-7);
            assertThat(read(out, "mean.npy").subtract(pca.mean()).norm()).isLessThan(1e-11);
        }
    }

    @Test
    void a_number_that_is_none_is_found_on_the_way_and_nothing_written() throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(in.toFile(), "rw")) {
            file.seek(file.length() - 8 * COLUMNS);
            file.writeLong(-1);
        }
        for (String command : new String[] {"svd --rank", "pca --components"}) {
            String[] words = command.split(" ");
            Run run = Run.of(words[0], in, words[1], 4, "--out", dir.resolve("out"));
            assertThat(run.code()).isEqualTo(2);
            assertThat(run.err().strip().lines()).hasSize(1);
            assertThat(run.err()).contains(in + ": element (19999,0) of (20000,200) is NaN");
            assertThat(Run.names(dir)).containsExactly("a.npy");
        }
    }
}
