package dev.eckart.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A rehearsal of what {@code ci/gpu} measures, at small sizes on the double, and the pages that come of figures. */
@Tag("once")
class GpuFiguresTest {
    @TempDir
    private Path temp;

    private static final long SCALE = 64;

    /** One case of PyTorch's: it answers as {@code torch_figures.py} does, in 2 ms, and can't do batches. */
    private static final String PEER = """
            while read line; do case $line in
            *bmm*) echo '{"failed": "no batches here"}' ;;
            run*) echo '{"seconds": 0.002}' ;;
            accuracy*) echo '{"error": 1e-6, "driver": "theirs"}' ;;
            *) echo '{"ready": 1}' ;;
            esac; done
            """;

    private List<Map<String, String>> figures(String faults) throws IOException, InterruptedException {
        Path peer = temp.resolve("peer.sh");
        Files.writeString(peer, "echo '{\"torch\": \"none\"}'\n" + PEER);
        Path file = temp.resolve("figures.jsonl");
        ForkedJvm.Result result = CudaDouble.run(
                CudaDouble.FOLDER,
                GpuFigures.class,
                Map.of("ECKART_DOUBLE_FAIL", faults),
                List.of("-Deckart.rates.cache=none"),
                file.toString(),
                "600",
                Long.toString(SCALE),
                "sh",
                peer.toString());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).doesNotContain("double:");
        List<Map<String, String>> all = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            all.add(GpuReport.object(line));
        }
        return all;
    }

    @Test
    void every_case_should_be_measured_on_the_card_by_the_peer_and_on_the_host() throws Exception {
        List<Map<String, String>> all = figures("");
        assertThat(names(all, "eckart cuda:0")).containsAll(names(GpuCases.goals(SCALE), GpuCases.ladder(SCALE)));
        assertThat(names(all, "torch")).containsAll(names(GpuCases.goals(SCALE)));
        assertThat(names(all, "eckart cpu")).containsAll(names(GpuCases.ladder(SCALE)));
        assertThat(all).filteredOn(f -> f.containsKey("failed")).allSatisfy(f -> {
            assertThat(f)
                    .containsEntry("op", "bmm")
                    .containsEntry("by", "torch")
                    .containsEntry("failed", "no batches here");
        });
        assertThat(all)
                .filteredOn(f -> f.get("by").equals("eckart cuda:0") && f.containsKey("error"))
                .hasSizeGreaterThan(40)
                .allSatisfy(f -> assertThat(Double.parseDouble(f.get("error"))).isBetween(-1e-5, accepted(f)));
        assertThat(GpuGoals.page(all).lines().filter(line -> line.startsWith("| ")))
                .hasSize(names(GpuCases.goals(SCALE)).size() + 1);
        assertThat(GpuGoals.page(all))
                .contains("| failed: no batches here |", "| fused | theirs |", "overhead ≤ 0.05", "| not compared |");
        assertThat(GpuCrossover.page(all)).contains("| matmul f32 |", "| svd of batches f64 |", "| truncated f32 |");
    }

    /** What rounding alone may do; leading triplets stop above the optimum. */
    private static double accepted(Map<String, String> figure) {
        return switch (figure.get("how")) {
            case "TF32" -> 1e-3;
            case "BF16" -> 1e-2;
            default ->
                figure.get("op").equals("truncated")
                        ? 1e-3
                        : figure.get("dtype").equals("f64") ? 1e-13 : 1e-5;
        };
    }

    @SafeVarargs
    private static List<String> names(List<GpuCase>... cases) {
        return Stream.of(cases)
                .flatMap(List::stream)
                .map(each -> each.name() + " " + each.dtype())
                .distinct()
                .collect(Collectors.toList());
    }

    private static List<String> names(List<Map<String, String>> all, String by) {
        return all.stream()
                .filter(f -> f.get("by").equals(by))
                .map(f -> f.get("case") + " " + f.get("dtype"))
                .collect(Collectors.toList());
    }

    /** A library that fails in one operation, and a process that ended during a case: they say so, the others are measured. */
    @Test
    void a_case_that_fails_should_leave_the_others() throws Exception {
        Files.write(temp.resolve("figures.jsonl.begun"), List.of("goals copy 65536 f64", "goals copy 65536 f32"));
        List<Map<String, String>> all = figures("cublasGemmStridedBatchedEx=13");
        assertThat(all)
                .filteredOn(
                        f -> f.get("by").equals("eckart cuda:0") && f.get("op").equals("matmul"))
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f.get("failed")).startsWith("cublasGemmStridedBatchedEx failed: 13"));
        assertThat(all)
                .filteredOn(
                        f -> f.get("by").equals("eckart cuda:0") && f.get("op").equals("exp"))
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f).containsKey("seconds"));
        assertThat(all)
                .filteredOn(
                        f -> f.get("case").equals("copy 65536") && f.get("part").equals("goals"))
                .singleElement()
                .satisfies(f -> assertThat(f)
                        .containsEntry("dtype", "f32")
                        .containsEntry("failed", "the process ended during it"));
    }

    private static final String GPU = "'by': 'eckart cuda:0'";
    private static final String TORCH = "'by': 'torch'";

    /** A line of the first part, of F32 unless it says otherwise. */
    private static Map<String, String> figure(String line) throws IOException {
        String fields = line.contains("'how'") ? line : "'how': '', " + line;
        return GpuReport.object(
                "{'part': 'goals', 'dtype': 'f32', ".replace('\'', '"') + fields.replace('\'', '"') + "}");
    }

    private static List<String> rows(String... lines) throws IOException {
        List<Map<String, String>> all = new ArrayList<>();
        all.add(figure("'case': 'copy 100', 'op': 'copy', " + GPU + ", 'seconds': 1, 'bytes': 1000, 'flops': 0"));
        for (String line : lines) {
            all.add(figure(line));
        }
        return GpuGoals.page(all).lines().collect(Collectors.toList());
    }

    @Test
    void goals_should_be_judged_by_ratio_limit_and_accuracy() throws IOException {
        assertThat(rows(
                        "'case': 'matmul 1x1x1', 'op': 'matmul', " + GPU
                                + ", 'seconds': 2, 'flops': 2000, 'bytes': 10, 'error': 1e-7",
                        "'case': 'matmul 1x1x1', 'op': 'matmul', " + TORCH + ", 'seconds': 1.97, 'error': 2e-7",
                        "'case': 'svd 9x9', 'op': 'svd', " + GPU + ", 'seconds': 1.03, 'driver': 'gesvdp'",
                        "'case': 'svd 9x9', 'op': 'svd', " + TORCH + ", 'seconds': 1, 'driver': 'gesvdj'",
                        "'case': 'svd 9x4x4', 'op': 'svd', " + GPU + ", 'seconds': 0.4",
                        "'case': 'svd 9x4x4', 'op': 'svd', " + TORCH + ", 'seconds': 1",
                        "'case': 'svd-condition 9x4x1', 'op': 'svd-condition', " + GPU
                                + ", 'seconds': 0.1, 'error': 1e-7, 'orthogonality': 2e-5",
                        "'case': 'svd-condition 9x4x1', 'op': 'svd-condition', " + TORCH + ", 'seconds': 1",
                        "'case': 'truncated 9x9x1', 'op': 'truncated', " + GPU
                                + ", 'seconds': 4, 'flops': 1500, 'bytes': 500, 'passes': 2, 'error': 1e-6",
                        "'case': 'truncated 9x9x1', 'op': 'truncated', " + TORCH + ", 'seconds': 9, 'error': 1e-6"))
                .contains(
                        "| matmul 1x1x1 f32 | 2.00 | 1.97 | 1.02 | ≤ 1.02 | yes | 1.00 | 1.00e-07 | 2.00e-07 |  |  |",
                        "| svd 9x9 f32 | 1.03 | 1.00 | 1.03 | ≤ 1.02 | no |  |  |  | gesvdp | gesvdj |",
                        "| svd 9x4x4 f32 | 0.400 | 1.00 | 0.40 | ≤ 0.50 | yes |  |  |  |  |  |",
                        "| svd-condition 9x4x1 f32 | 0.100 | 1.00 | 0.10 | ≤ 0.20, orthogonality ≤ 1e-05 | no |  | 1.00e-07, 2.00e-05 |  |  |  |",
                        "| truncated 9x9x1 f32 | 4.00 | 9.00 | 0.44 | ≤ 0.50, ≥ 0.50 of the limit | yes | 0.75 | 1.00e-06 | 1.00e-06 |  |  |");
    }

    @Test
    void goals_should_be_judged_by_overhead_rounding_and_what_failed() throws IOException {
        assertThat(rows(
                        "'case': 'matmul 2x2x2 TF32', 'op': 'matmul', 'how': 'TF32', " + GPU
                                + ", 'seconds': 1, 'flops': 4000, 'bytes': 10",
                        "'case': 'linear 2x2x2 TF32', 'op': 'linear', 'how': 'TF32', " + GPU
                                + ", 'seconds': 2, 'flops': 2000, 'bytes': 10",
                        "'case': 'linear 2x2x2 TF32', 'op': 'linear', 'how': 'TF32', " + TORCH + ", 'seconds': 2.5",
                        "'case': 'steps 2 recorded', 'op': 'steps', 'how': 'recorded', " + GPU
                                + ", 'seconds': 1, 'queued': 0.94",
                        "'case': 'steps 3 recorded', 'op': 'steps', 'how': 'recorded', " + GPU
                                + ", 'seconds': 1, 'queued': 0.96",
                        "'case': 'upload 5', 'op': 'upload', " + GPU + ", 'failed': 'no room'",
                        "'case': 'download 5', 'op': 'download', " + GPU + ", 'seconds': 1.9",
                        "'case': 'download 5', 'op': 'download', " + TORCH + ", 'seconds': 1",
                        "'case': 'download 5 pinned', 'op': 'download', 'how': 'pinned', " + GPU + ", 'seconds': 1.1",
                        "'case': 'download 5 pinned', 'op': 'download', 'how': 'pinned', " + TORCH + ", 'seconds': 1",
                        "'case': 'bmm 1x2x2x2', 'op': 'bmm', " + GPU + ", 'seconds': 1"))
                .contains(
                        "| matmul 2x2x2 TF32 f32 | 1.00 |  |  | ≤ 1.02 | not compared | 1.00 |  |  |  |  |",
                        "| linear 2x2x2 TF32 f32 | 2.00 | 2.50 | 0.80 | ≤ 0.83 | yes | 0.25 |  |  |  |  |",
                        "| steps 2 recorded f32 | 1.00, overhead 0.060 |  |  | overhead ≤ 0.05 | no |  |  |  |  |  |",
                        "| steps 3 recorded f32 | 1.00, overhead 0.040 |  |  | overhead ≤ 0.05 | yes |  |  |  |  |  |",
                        "| upload 5 f32 | failed: no room |  |  | ≤ 2.00 | no |  |  |  |  |  |",
                        "| download 5 f32 | 1.90 | 1.00 | 1.90 | ≤ 2.00 | yes |  |  |  |  |  |",
                        "| download 5 pinned f32 | 1.10 | 1.00 | 1.10 | ≤ 1.05 | no |  |  |  |  |  |",
                        "| bmm 1x2x2x2 f32 | 1.00 |  |  | ≤ 1.02 | not compared |  |  |  |  |  |");
    }

    @Test
    void the_crossover_should_be_the_first_size_from_which_the_card_is_faster() throws IOException {
        List<Map<String, String>> all = new ArrayList<>();
        double[][] seconds = {{1, 2}, {3, 2}, {3, 4}, {9, 4}, {20, 5}};
        for (int i = 0; i < seconds.length; i++) {
            for (int k = 0; k < 2; k++) {
                all.add(GpuReport.object(("{'part': 'ladder', 'case': 'exp " + i
                                + "', 'op': 'exp', 'dtype': 'f64', 'by': 'eckart " + (k == 0 ? "cpu" : "cuda:0")
                                + "', 'seconds': " + seconds[i][k] + "}")
                        .replace('\'', '"')));
            }
        }
        assertThat(GpuCrossover.page(all))
                .contains("| exp f64 | exp 3 f64 | 4.00 |", "| exp 1 f64 | 3.00 | 2.00 | 1.50 |");
    }
}
