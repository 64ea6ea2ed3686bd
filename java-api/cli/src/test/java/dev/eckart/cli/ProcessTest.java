package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The program in a process of its own: what signals and a full disk leave behind. */
class ProcessTest {
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir
    Path dir;

    private static List<String> program(Object... args) {
        String path = Stream.of("java.class.path", "jdk.module.path")
                .map(System::getProperty)
                .filter(Objects::nonNull)
                .collect(Collectors.joining(":"));
        List<String> command = new ArrayList<>(List.of(JAVA, "-cp", path, "dev.eckart.cli.Main"));
        Stream.of(args).map(String::valueOf).forEach(command::add);
        return command;
    }

    private Path matrix(long m, long n) throws IOException {
        Path file = dir.resolve("a.npy");
        try (Tensor a = Tensor.normal(DType.F64, 1, m, n)) {
            Npy.write(file, a);
        }
        return file;
    }

    @ParameterizedTest
    @CsvSource({"INT, 130", "TERM, 143"})
    void a_signal_ends_a_long_svd_and_leaves_nothing(String signal, int status) throws Exception {
        Path log = dir.resolve("log");
        // QR iteration of this size takes many times the two seconds.
        Process process = new ProcessBuilder(
                        program("svd", matrix(2000, 2000), "--driver", "gesvd", "--out", dir.resolve("out")))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            assertThat(process.waitFor(2, TimeUnit.SECONDS)).as("still running").isFalse();
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ended").isTrue();
            assertThat(process.exitValue()).isEqualTo(status);
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(log)).doesNotContain("Exception", "\tat ");
        assertThat(Run.names(dir)).containsExactly("a.npy", "log");
    }

    @Test
    void a_full_disk_is_one_line_and_leaves_nothing() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", "-c", "ulimit -f 200; exec \"$@\"", "bash"));
        command.addAll(program("svd", matrix(400, 300), "--out", dir.resolve("out")));
        Process process = new ProcessBuilder(command).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(err).isEqualTo(1);
        assertThat(out).isEmpty();
        // JDK 24 and newer warn of native access on the class path; the jar's manifest allows it.
        assertThat(err.lines().filter(line -> !line.isBlank() && !line.startsWith("WARNING")))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains("u.npy", "File too large"));
        Path folder = dir.resolve("out");
        assertThat(Files.exists(folder) ? Run.names(folder) : List.of()).isEmpty();
    }
}
