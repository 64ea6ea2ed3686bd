package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bad usage and bad input: exit code 2, one line that names what is wrong, nothing written. */
class BadInputTest {
    @TempDir
    Path dir;

    @BeforeEach
    void files() throws IOException {
        save("a.npy", Tensor.normal(DType.F64, 1, 6, 4));
        save("vector.npy", Tensor.zeros(DType.F64, 5));
        save("batch.npy", Tensor.normal(DType.F64, 1, 2, 6, 4));
        save("four.npy", Tensor.zeros(DType.F64, 1, 1, 2, 2));
        save("empty.npy", Tensor.zeros(DType.F64, 0, 4));
        save("one-row.npy", Tensor.zeros(DType.F64, 1, 4));
        save("nan.npy", Tensor.of(new double[][] {{1, 2, 3}, {4, 5, Double.NaN}}));
        save("inf.npy", Tensor.of(new double[][] {{1, Double.NEGATIVE_INFINITY}, {4, 5}}));
        save("huge.npy", Tensor.full(DType.F64, 1e308, 4, 4));
        byte[] whole = Files.readAllBytes(dir.resolve("a.npy"));
        Files.write(dir.resolve("torn.npy"), Arrays.copyOf(whole, whole.length - 8));
        hostile("claims.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (1073741824, 1073741824), }");
        hostile("complex.npy", "{'descr': '<c16', 'fortran_order': False, 'shape': (1, 1), }");
        hostile("object.npy", "{'descr': '|O', 'fortran_order': False, 'shape': (1, 1), }");
        Files.writeString(dir.resolve("words.csv"), "a,b\n1,2\n3,four\n");
        Files.writeString(dir.resolve("text.txt"), "neither name nor content tell\n");
        Files.writeString(dir.resolve("archive.npz"), "PK");
        Files.createFile(dir.resolve("nothing.npy"));
        Files.createDirectory(dir.resolve("folder"));
        Files.createDirectory(dir.resolve("taken"));
        Files.createDirectory(dir.resolve("taken/u.npy"));
    }

    private void save(String name, Tensor tensor) throws IOException {
        try (tensor) {
            Npy.write(dir.resolve(name), tensor);
        }
    }

    private void hostile(String name, String header) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        byte[] bytes = new byte[10 + text.length + 17];
        byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) (text.length + 1), 0};
        System.arraycopy(magic, 0, bytes, 0, 10);
        System.arraycopy(text, 0, bytes, 10, text.length);
        bytes[10 + text.length] = '\n';
        Files.write(dir.resolve(name), bytes);
    }

    /** Words with a slash before them are files of the test's folder. */
    private Run run(String line) {
        return Run.of(Arrays.stream(line.split(" "))
                .map(word ->
                        word.startsWith("/") ? dir.resolve(word.substring(1)).toString() : word)
                .toArray());
    }

    private void refused(Run run, int code, String expected) {
        assertThat(run.code()).as(run.err()).isEqualTo(code);
        assertThat(run.err()).startsWith("eckart: ").contains(expected).doesNotContain("\tat ");
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                         | is no command",
                "frobnicate                                 | 'frobnicate' is no command: one of doctor, svd, pca",
                "doctor --device                            | Unknown option",
                "svd                                        | 'IN'",
                "svd /a.npy                                 | --out DIR is missing",
                "svd /a.npy --out                           | --out",
                "svd /a.npy --out /o --ranks 2              | --ranks",
                "svd /a.npy --out /o --rank 5               | --rank 5: is above min(m,n) = 4 of the shape (6,4)",
                "svd /batch.npy --out /o --rank 5           | --rank 5: is above min(m,n) = 4 of the shape (2,6,4)",
                "svd /empty.npy --out /o --rank 1           | --rank 1: is above min(m,n) = 0",
                "svd /a.npy --out /o --rank 0               | --rank 0",
                "svd /a.npy --out /o --rank -3              | --rank -3",
                "svd /a.npy --out /o --rank two             | 'two'",
                "svd /a.npy --out /o --tolerance -0.1       | --tolerance -0.1",
                "svd /a.npy --out /o --tolerance NaN        | --tolerance NaN",
                "svd /a.npy --out /o --tolerance 2          | --tolerance 2.0",
                "svd /batch.npy --out /o --tolerance 0.1    | use --rank",
                "svd /a.npy --out /o --rank 1 --tolerance 0 | exclude each other",
                "svd /a.npy --out /o --driver foo           | gejsv, qr, cholesky-qr, gram, randomized, krylov",
                "svd /a.npy --out /o --driver gram          | --rank",
                "svd /a.npy --out /o --device tpu           | auto, cpu, cuda",
                "svd /a.npy --out /o --precision f16        | neither f32 nor f64",
                "svd /a.npy --out /o --threads 0            | 1..256",
                "svd /a.npy --out /o --threads 1000         | 1..256",
                "svd /a.npy --out /o --seed x               | 'x'",
                "svd /missing.npy --out /o                  | missing.npy",
                "svd /folder --out /o                       | holds no pictures",
                "svd /vector.npy --out /o                   | its shape is (5)",
                "svd /four.npy --out /o                     | its shape is (1,1,2,2)",
                "svd /nan.npy --out /o                      | (1,2)",
                "svd /inf.npy --out /o --rank 1             | (0,1)",
                "svd /torn.npy --out /o                     | torn.npy",
                "svd /claims.npy --out /o                   | claims.npy",
                "svd /complex.npy --out /o                  | complex.npy",
                "svd /object.npy --out /o                   | object.npy",
                "svd /nothing.npy --out /o                  | nothing.npy",
                "svd /words.csv --out /o                    | words.csv",
                "svd /text.txt --out /o                     | supported are .npy, .npz, .mtx, .csv, IDX",
                "svd /archive.npz --out /o                  | is no zip archive, or a torn one",
                "svd /a.npy --out /a.npy                    | is no folder",
                "svd /a.npy --out /a.npy/deeper             | cannot be written",
                "svd /a.npy --out /taken                    | u.npy is a folder",
                "pca /a.npy --out /o                        | one of --components K and --variance F",
                "pca /a.npy --components 2                  | --out DIR is missing",
                "pca --components 2 --out /o                | IN is missing",
                "pca /a.npy --components 5 --out /o         | --components 5: is above min(n,d) = 4 of the shape (6,4)",
                "pca /a.npy --components 0 --out /o         | --components 0",
                "pca /a.npy --variance 0 --out /o           | --variance 0.0",
                "pca /a.npy --variance 1.5 --out /o         | --variance 1.5",
                "pca /a.npy --variance NaN --out /o         | --variance NaN",
                "pca /a.npy --variance .5 --components 2 --out /o | one of --components K and --variance F",
                "pca /one-row.npy --components 1 --out /o   | at least two observations",
                "pca /nan.npy --components 1 --out /o       | (1,2)",
                "pca /batch.npy --components 1 --out /o     | its shape is (2,6,4)",
                "pca /a.npy --components 1 --out /o --solver foo | auto, svd, covariance, randomized",
                "pca /a.npy --components 1 --out /o --labels /words.csv | holds 3 labels for 6 observations",
                "pca transform /folder /a.npy --out /z.npy  | components.npy: is missing",
                "pca transform /none /a.npy --out /z.npy    | no such folder",
                "pca transform /folder /a.npy               | --out F.npy is missing",
                "pca transform /folder                      | 'IN'"
            })
    void is_refused_in_one_line(String line, String expected) throws IOException {
        List<String> before = Run.names(dir);
        refused(run(line), 2, expected);
        assertThat(Run.names(dir)).isEqualTo(before);
    }

    @Test
    void without_arguments_the_commands_are_named() {
        refused(Run.of(), 2, "one of doctor, svd, pca");
    }

    @Test
    void an_explicit_device_that_is_not_there_fails_with_the_reason() throws IOException {
        List<String> before = Run.names(dir);
        refused(run("svd /a.npy --out /o --device cuda:0"), 1, "cuda:0 is not available");
        assertThat(Run.names(dir)).isEqualTo(before);
    }

    @Test
    void no_result_takes_the_place_of_a_device() throws IOException, InterruptedException {
        Path pipe = Files.createDirectory(dir.resolve("o")).resolve("u.npy");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        refused(run("svd /a.npy --out /o"), 2, "u.npy: is a device or a pipe");
        refused(run("pca transform /none /a.npy --out /o/u.npy"), 2, "u.npy: is a device or a pipe");
    }

    @Test
    void an_overflow_is_told() throws IOException {
        refused(run("svd /huge.npy --out /o"), 1, "overflow");
        assertThat(dir.resolve("o")).doesNotExist();
    }

    @Test
    void a_result_does_not_overwrite_its_input() throws IOException {
        Run.ok("svd", dir.resolve("a.npy"), "--out", dir.resolve("o"));
        refused(run("svd /o/u.npy --out /o"), 2, "overwrite the input");
    }

    @Test
    void a_failure_leaves_an_older_result_as_it_was() throws IOException {
        Path out = dir.resolve("o");
        Run.ok("svd", dir.resolve("a.npy"), "--out", out);
        byte[] before = Files.readAllBytes(out.resolve("u.npy"));
        refused(run("svd /nan.npy --out /o"), 2, "(1,2)");
        assertThat(out.resolve("u.npy")).hasBinaryContent(before);
        assertThat(Run.names(out)).containsExactly("report.json", "s.npy", "u.npy", "vt.npy");
    }

    @Test
    void what_would_not_fit_is_refused_with_the_driver_that_needs_less() throws IOException {
        Path in = dir.resolve("big.npy");
        save("big.npy", Tensor.zeros(DType.F64, 300, 300));
        long max = MemoryBudget.max();
        try {
            MemoryBudget.setMax(MemoryBudget.used() + 4 * 300 * 300 * 8);
            refused(Run.of("svd", in, "--out", dir.resolve("o"), "--driver", "gesdd"), 1, "--driver gesvd");
            assertThat(dir.resolve("o")).doesNotExist();
            Run.ok("svd", in, "--out", dir.resolve("o"));
            assertThat(Run.report(dir.resolve("o")).get("driver").asText()).isEqualTo("gesvd");
        } finally {
            MemoryBudget.setMax(max);
        }
    }

    @Test
    void verbose_adds_the_stack() {
        assertThat(run("svd /nan.npy --out /o --verbose").err())
                .contains("(1,2)")
                .contains("\tat ");
    }
}
