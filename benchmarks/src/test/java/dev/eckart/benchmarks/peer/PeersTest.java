package dev.eckart.benchmarks.peer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each peer of the default class path once, in a process of its own as {@code ci/bench} starts it. */
class PeersTest {
    private static final double BOUND = 1e-13;

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            classes = {EckartPeer.class, EjmlPeer.class, OjAlgoPeer.class, CommonsMathPeer.class, NetlibPeer.class})
    void multipliesAndDecomposes(Class<?> peer) throws Exception {
        double[][] a = random(1, 30, 20);
        double[][] b = random(2, 20, 25);
        double[][] symmetric = product(transposed(a), a);
        Path fa = save("a", a);
        Path fb = save("b", b);
        Path fs = save("symmetric", symmetric);

        List<String> answers = serve(
                peer,
                "describe",
                "load\tno-such-operation\t" + fa,
                "load\tmatmul\t" + fa + "\t" + fb,
                "run",
                "run",
                "write\t" + folder,
                "load\tsvd\t" + fa,
                "run",
                "write\t" + folder,
                "load\teigh\t" + fs,
                "run",
                "write\t" + Files.createDirectory(folder.resolve("eigh")));

        assertThat(answers).hasSize(12);
        assertThat(answers.get(0)).isNotBlank();
        assertThat(answers.get(1)).isEqualTo("missing");
        assertThat(Double.parseDouble(answers.get(3))).isPositive();
        assertThat(distance(load("c"), product(a, b))).isLessThan(BOUND);
        assertThat(distance(composed(load("u"), "s", load("vt")), a)).isLessThan(BOUND);
        double[][] vt = load("eigh/vt");
        assertThat(distance(composed(transposed(vt), "eigh/w", vt), symmetric)).isLessThan(BOUND);
    }

    @Test
    void eckartReducesRank() throws Exception {
        double[][] a = product(random(1, 60, 20), random(2, 20, 30));
        for (double[] row : a) {
            Arrays.setAll(row, j -> row[j] + j);
        }
        Path file = save("a", a);

        serve(
                EckartPeer.class,
                "load\ttruncated-dense-20\t" + file,
                "run",
                "write\t" + folder,
                "load\tpca\t" + file,
                "run",
                "write\t" + folder);

        double[][] projected = product(load("scores"), load("components"));
        double[] mean = NpyArray.read(folder.resolve("mean.npy")).doubles();
        for (double[] row : projected) {
            Arrays.setAll(row, j -> row[j] + mean[j]);
        }
        assertThat(load("components")).hasDimensions(20, 30);
        assertThat(distance(projected, a)).isLessThan(BOUND);
        assertThat(load("vt")).hasDimensions(20, 30);
        assertThat(distance(composed(load("u"), "s", load("vt")), a)).isLessThan(0.1);
    }

    /** The answers to the requests. */
    private List<String> serve(Class<?> peer, String... requests) throws IOException, InterruptedException {
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-Deckart.threads=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        peer.getName())
                .redirectError(errors.toFile())
                .start();
        try (Writer in = process.outputWriter(StandardCharsets.UTF_8)) {
            in.write(String.join("\n", requests) + "\n");
        }
        List<String> answers;
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            answers = out.lines().collect(Collectors.toList());
        }
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
        return answers;
    }

    private Path save(String name, double[][] rows) throws IOException {
        Path file = folder.resolve(name + ".npy");
        NpyArray.ofRows(rows).write(file);
        return file;
    }

    private double[][] load(String name) throws IOException {
        return NpyArray.read(folder.resolve(name + ".npy")).toRows();
    }

    /** U·diag(s)·Vᵀ. */
    private double[][] composed(double[][] u, String s, double[][] vt) throws IOException {
        double[] values = NpyArray.read(folder.resolve(s + ".npy")).doubles();
        for (double[] row : u) {
            Arrays.setAll(row, j -> row[j] * values[j]);
        }
        return product(u, vt);
    }

    private static double[][] random(long seed, int rows, int cols) {
        Random random = new Random(seed);
        double[][] a = new double[rows][cols];
        for (double[] row : a) {
            Arrays.setAll(row, j -> random.nextGaussian());
        }
        return a;
    }

    private static double[][] product(double[][] a, double[][] b) {
        double[][] c = new double[a.length][b[0].length];
        for (int i = 0; i < a.length; i++) {
            for (int k = 0; k < b.length; k++) {
                for (int j = 0; j < b[0].length; j++) {
                    c[i][j] += a[i][k] * b[k][j];
                }
            }
        }
        return c;
    }

    private static double[][] transposed(double[][] a) {
        double[][] t = new double[a[0].length][a.length];
        for (int i = 0; i < a.length; i++) {
            for (int j = 0; j < a[0].length; j++) {
                t[j][i] = a[i][j];
            }
        }
        return t;
    }

    /** ‖A − B‖ / ‖B‖. */
    private static double distance(double[][] a, double[][] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < b.length; i++) {
            for (int j = 0; j < b[0].length; j++) {
                difference += Math.pow(a[i][j] - b[i][j], 2);
                norm += b[i][j] * b[i][j];
            }
        }
        return Math.sqrt(difference / norm);
    }
}
