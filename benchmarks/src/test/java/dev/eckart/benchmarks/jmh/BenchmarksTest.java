package dev.eckart.benchmarks.jmh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Every benchmark once, on small inputs, its check included. */
class BenchmarksTest {
    private static final String BATCHED = "BatchedProductBenchmark";

    @BeforeAll
    static void besideOtherRuns() {
        System.setProperty("jmh.ignoreLock", "true");
    }

    @Test
    void everyBenchmarkRunsAndIsRight() throws Exception {
        Collection<RunResult> results =
                new Runner(once("\\.jmh\\.", "40x24").exclude(BATCHED).build()).run();
        results.addAll(new Runner(once(BATCHED, "3x5x6x7").build()).run());
        Set<String> ran = results.stream()
                .map(r -> simpleClass(r.getParams().getBenchmark()))
                .collect(Collectors.toSet());
        assertThat(ran).containsExactlyInAnyOrderElementsOf(classes());
    }

    @Test
    void aMissingDeviceIsRefusedWithItsReason() {
        assertThatThrownBy(() -> Main.devices(List.of("cpu", "cuda:99")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("device cuda:99 is not available");
    }

    @Test
    void devicesNotAskedForAreThoseThatAreThere() {
        assertThat(Main.devices(List.of())).contains("cpu").doesNotContain("cuda:99");
        assertThat(Main.devices(List.of("cpu"))).containsExactly("cpu");
    }

    /** In this JVM, without warm-up. */
    private static ChainedOptionsBuilder once(String pattern, String shape) {
        return new OptionsBuilder()
                .include(pattern)
                .forks(0)
                .mode(Mode.SingleShotTime)
                .warmupIterations(0)
                .measurementIterations(1)
                .shouldFailOnError(true)
                .shouldDoGC(false)
                .verbosity(VerboseMode.SILENT)
                .param("shape", shape)
                .param("n", "20")
                .param("k", "5")
                .param("elements", "1000")
                .param("entries", "200")
                .param("columns", "6");
    }

    private static List<String> classes() throws Exception {
        Path folder = Path.of(DeviceBenchmark.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Stream<Path> files = Files.list(folder.resolve("dev/eckart/benchmarks/jmh"))) {
            return files.map(f -> f.getFileName().toString())
                    .filter(f -> f.matches("[A-Za-z]+Benchmark\\.class") && !f.startsWith("Device"))
                    .map(f -> f.replace(".class", ""))
                    .collect(Collectors.toList());
        }
    }

    private static String simpleClass(String benchmark) {
        String owner = benchmark.substring(0, benchmark.lastIndexOf('.'));
        return owner.substring(owner.lastIndexOf('.') + 1);
    }
}
