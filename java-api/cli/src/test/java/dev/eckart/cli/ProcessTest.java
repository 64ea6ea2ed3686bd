package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.cli.genes.PeopleFile;
import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code java -jar eckart.jar}: what signals, a full disk and missing permissions leave behind. Maven runs it after the jar is made, in
 * {@code mvn verify}.
 */
class ProcessTest {
    private static final String JAR = System.getProperty("eckart.jar");
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path dir;

    @BeforeAll
    static void jar() {
        assertThat(Path.of(JAR)).as("made by mvn package").isRegularFile();
    }

    private Process start(List<String> before, Object... args) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(JAVA, "-jar", JAR));
        Stream.of(args).map(String::valueOf).forEach(command::add);
        return new ProcessBuilder(command)
                .redirectOutput(dir.resolve("out.txt").toFile())
                .redirectError(dir.resolve("err.txt").toFile())
                .start();
    }

    private List<String> err() throws IOException {
        return Files.readAllLines(dir.resolve("err.txt"));
    }

    /** Without the lines that a slow machine is told meanwhile. */
    private List<String> errors() throws IOException {
        return err().stream().filter(line -> !line.endsWith(" so far")).toList();
    }

    /** Runs to the end: its exit code is {@code code}, and it says nothing but one line, which holds {@code expected}. */
    private void fails(int code, List<String> before, List<Object> args, String... expected)
            throws IOException, InterruptedException {
        int ended = start(before, args.toArray()).waitFor();
        assertThat(ended).as(String.join("\n", err())).isEqualTo(code);
        assertThat(errors())
                .singleElement()
                .asString()
                .startsWith("eckart: ")
                .contains(expected)
                .doesNotContain(".eckart-");
        assertThat(dir.resolve("out.txt")).hasContent("");
    }

    private Path matrix(long m, long n) throws IOException {
        Path file = dir.resolve("a.npy");
        try (Tensor a = Tensor.normal(DType.F64, 1, m, n)) {
            Npy.write(file, a);
        }
        return file;
    }

    @ParameterizedTest
    @CsvSource({"INT, 130, false", "TERM, 143, true"})
    void a_signal_ends_a_long_svd_and_leaves_nothing(String signal, int status, boolean overOlderResult)
            throws Exception {
        Path in = matrix(2000, 2000);
        Path out = dir.resolve("results");
        if (overOlderResult) {
            Files.createDirectory(out);
            Files.writeString(out.resolve("s.npy"), "older");
        }
        // A shell ignores SIGINT on behalf of what it starts in the background, and everything below would inherit
        // that.
        Process process =
                start(List.of("env", "--default-signal=" + signal), "svd", in, "--driver", "gesvd", "--out", out);
        try {
            while (err().stream().noneMatch(line -> line.contains("gesvd of (2000,2000)"))) {
                assertThat(process.waitFor(50, TimeUnit.MILLISECONDS))
                        .as("still running")
                        .isFalse();
            }
            long start = System.nanoTime();
            assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended").isTrue();
            // The driver would go on for twelve seconds and more.
            assertThat((System.nanoTime() - start) / 1e9).as("seconds to end").isLessThan(5);
            assertThat(process.exitValue()).isEqualTo(status);
        } finally {
            process.destroyForcibly();
        }
        assertThat(err().get(err().size() - 1)).isEqualTo("eckart: ended by a signal; nothing was written to " + out);
        assertThat(err().subList(0, err().size() - 1)).allMatch(line -> line.startsWith("svd: "));
        assertThat(dir.resolve("out.txt")).hasContent("");
        if (overOlderResult) {
            assertThat(Run.names(out)).containsExactly("s.npy");
            assertThat(out.resolve("s.npy")).hasContent("older");
        } else {
            assertThat(Run.names(dir)).containsExactly("a.npy", "err.txt", "out.txt");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "svd /a.npy --out /results,                u.npy",
        "pca /a.npy --components 1 --out /results, index.html",
        "demo --out /results,                      index.html"
    })
    void a_full_disk_is_one_line_and_leaves_nothing(String line, String file) throws Exception {
        matrix(400, 300);
        List<Object> args = new ArrayList<>();
        for (String word : line.split(" ")) {
            args.add(word.startsWith("/") ? dir + word : word);
        }
        // A file of more than 200 KB fails half-way, as on a full disk; scores and components of one component do not
        // reach that.
        fails(
                1,
                List.of("bash", "-c", "ulimit -f 200; exec \"$@\"", "bash"),
                args,
                dir + "/results/" + file,
                "cannot be written",
                "File too large");
        assertThat(Run.names(dir)).containsExactly("a.npy", "err.txt", "out.txt");
    }

    @Test
    void without_permission_one_line_says_so() throws Exception {
        Path in = matrix(6, 4);
        Path locked = Files.createDirectory(dir.resolve("locked"));
        Files.setPosixFilePermissions(locked, PosixFilePermissions.fromString("r-x------"));
        fails(2, mortal(), List.of("svd", in, "--out", locked), "--out " + locked, "permission denied");
        fails(2, mortal(), List.of("svd", in, "--out", locked + "/new"), locked.toString(), "permission denied");
        assertThat(Run.names(locked)).isEmpty();
        Files.setPosixFilePermissions(in, PosixFilePermissions.fromString("---------"));
        fails(2, mortal(), List.of("svd", in, "--out", dir.resolve("o")), in.toString(), "permission denied");
        assertThat(Run.names(dir)).containsExactly("a.npy", "err.txt", "locked", "out.txt");
    }

    /** What keeps root, whom permissions do not hold, from its privilege. */
    private static List<String> mortal() {
        return System.getProperty("user.name").equals("root")
                ? List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search")
                : List.of();
    }

    @Test
    void standard_output_that_is_full_is_a_failure() throws Exception {
        Path in = matrix(6, 4);
        Process process = start(
                List.of("bash", "-c", "exec \"$@\" >/dev/full", "bash"),
                "svd",
                in,
                "--out",
                dir.resolve("o"),
                "--json");
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(err())
                .containsExactly("eckart: standard output cannot be written: the disk is full or the pipe closed");
    }

    /** What of other libraries went into the jar is enough. */
    @Test
    void should_read_vcf_and_r_files() throws IOException, InterruptedException {
        Path vcf = Files.writeString(
                dir.resolve("a.vcf"),
                "##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n"
                        + "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ta\tb\tc\n"
                        + "1\t1\t.\tA\tC\t.\tPASS\tDP=3\tGT:DP\t0/1:3\t1/1:4\t./.:.\n");
        int ended = start(List.of(), "pca", vcf, "--components", 1, "--out", dir.resolve("pca"))
                .waitFor();
        assertThat(ended).as(String.join("\n", err())).isZero();
        Path set = Files.createDirectory(dir.resolve("ehgdp"));
        Files.write(set.resolve("eHGDP.rda"), PeopleFile.bytes());
        ended = start(List.of("env", "ECKART_DATA=" + dir), "demo", "--data", "ehgdp", "--out", dir.resolve("demo"))
                .waitFor();
        assertThat(ended).as(String.join("\n", err())).isZero();
        assertThat(dir.resolve("demo/index.html")).isNotEmptyFile();
        fails(
                2,
                List.of("env", "ECKART_DATA=/none"),
                List.of("demo", "--data", "ehgdp", "--out", dir.resolve("x")),
                "run ci/data ehgdp");
    }
}
