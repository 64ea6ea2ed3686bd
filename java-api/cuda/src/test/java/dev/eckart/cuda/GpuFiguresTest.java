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

    /** One case of PyTorch's: it answers as {@code torch_figures.py} does, in 2 ms, and can't do batches. */
    private static final String PEER = """
            while read line; do case $line in
            *bmm*) echo '{"failed": "no batches here"}' ;;
            run) echo '{"seconds": 0.002}' ;;
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
                "64",
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
        List<String> ours = names(all, "eckart cuda:0");
        assertThat(ours)
                .containsAll(Stream.concat(GpuFigures.goals(64).stream(), GpuFigures.ladder(64).stream())
                        .map(each -> each.name() + " " + each.dtype())
                        .collect(Collectors.toList()));
        assertThat(names(all, "torch"))
                .containsAll(GpuFigures.goals(64).stream()
                        .map(each -> each.name() + " " + each.dtype())
                        .collect(Collectors.toList()));
        assertThat(names(all, "eckart cpu")).hasSizeGreaterThan(40);
        assertThat(all).filteredOn(f -> f.containsKey("failed")).allSatisfy(f -> {
            assertThat(f).containsEntry("op", "bmm").containsEntry("failed", "no batches here");
        });
        assertThat(all)
                .filteredOn(
                        f -> f.get("by").equals("eckart cuda:0") && f.get("op").startsWith("svd"))
                .allSatisfy(f -> assertThat(Double.parseDouble(f.get("error"))).isBetween(0.0, 1e-4));
        assertThat(GpuGoals.page(all)).contains("| failed: no batches here |", "| theirs |", "overhead ≤ 0.05");
        assertThat(GpuCrossover.page(all)).contains("| matmul f32 |", "| svd of batches f64 |", "| truncated f32 |");
    }

    private static List<String> names(List<Map<String, String>> all, String by) {
        return all.stream()
                .filter(f -> f.get("by").equals(by))
                .map(f -> f.get("case") + " " + f.get("dtype"))
                .collect(Collectors.toList());
    }

    /** A library that fails in one operation: its cases say so, the others are measured. */
    @Test
    void a_case_that_fails_should_leave_the_others() throws Exception {
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
    }

    private static Map<String, String> figure(String line) throws IOException {
        return GpuReport.object("{" + line.replace('\'', '"') + "}");
    }

    @Test
    void goals_should_be_judged_by_ratio_limit_and_accuracy() throws IOException {
        String gpu = "'by': 'eckart cuda:0'";
        String torch = "'by': 'torch'";
        List<Map<String, String>> all = new ArrayList<>();
        for (String line : List.of(
                "'case': 'copy 100', 'op': 'copy', 'dtype': 'f32', " + gpu
                        + ", 'seconds': 1, 'bytes': 1000, 'flops': 0",
                "'case': 'matmul 1x1x1', 'op': 'matmul', 'dtype': 'f32', " + gpu
                        + ", 'seconds': 2, 'flops': 2000, 'bytes': 10, 'error': 1e-7",
                "'case': 'matmul 1x1x1', 'op': 'matmul', 'dtype': 'f32', " + torch + ", 'seconds': 1.97, 'error': 2e-7",
                "'case': 'svd 9x9', 'op': 'svd', 'dtype': 'f32', " + gpu + ", 'seconds': 1.03, 'driver': 'gesvdp'",
                "'case': 'svd 9x9', 'op': 'svd', 'dtype': 'f32', " + torch + ", 'seconds': 1, 'driver': 'gesvdj'",
                "'case': 'svd 9x4x4', 'op': 'svd', 'dtype': 'f32', " + gpu + ", 'seconds': 0.4",
                "'case': 'svd 9x4x4', 'op': 'svd', 'dtype': 'f32', " + torch + ", 'seconds': 1",
                "'case': 'svd-condition 9x4x1', 'op': 'svd-condition', 'dtype': 'f32', " + gpu
                        + ", 'seconds': 0.1, 'error': 1e-7, 'orthogonality': 2e-5",
                "'case': 'svd-condition 9x4x1', 'op': 'svd-condition', 'dtype': 'f32', " + torch + ", 'seconds': 1",
                "'case': 'truncated 9x9x1', 'op': 'truncated', 'dtype': 'f32', " + gpu
                        + ", 'seconds': 4, 'flops': 1500, 'bytes': 500, 'passes': 2, 'error': 1e-6",
                "'case': 'truncated 9x9x1', 'op': 'truncated', 'dtype': 'f32', " + torch
                        + ", 'seconds': 9, 'error': 1e-6",
                "'case': 'steps 2 recorded', 'op': 'steps', 'dtype': 'f32', " + gpu
                        + ", 'seconds': 1, 'overhead': 0.06",
                "'case': 'upload 5', 'op': 'upload', 'dtype': 'f32', " + gpu + ", 'failed': 'no room'")) {
            all.add(figure(line));
        }
        assertThat(GpuGoals.page(all).lines())
                .contains(
                        "| matmul 1x1x1 f32 | 2.00 | 1.97 | 1.02 | ≤ 1.02 | yes | 1.00 | 1.00e-07 | 2.00e-07 |  |  |",
                        "| svd 9x9 f32 | 1.03 | 1.00 | 1.03 | ≤ 1.02 | no |  |  |  | gesvdp | gesvdj |",
                        "| svd 9x4x4 f32 | 0.400 | 1.00 | 0.40 | ≤ 0.50 | yes |  |  |  |  |  |",
                        "| svd-condition 9x4x1 f32 | 0.100 | 1.00 | 0.10 | ≤ 0.20, orthogonality ≤ 1e-05 | no |  | 1.00e-07, 2.00e-05 |  |  |  |",
                        "| truncated 9x9x1 f32 | 4.00 | 9.00 | 0.44 | ≤ 0.50, ≥ 0.50 of the limit | yes | 0.75 | 1.00e-06 | 1.00e-06 |  |  |",
                        "| steps 2 recorded f32 | 1.00, overhead 0.0600 |  |  | overhead ≤ 0.05 | no |  |  |  |  |  |",
                        "| upload 5 f32 | failed: no room |  |  | ≤ 2.00 | no |  |  |  |  |  |");
    }

    @Test
    void the_crossover_should_be_the_first_size_from_which_the_card_is_faster() throws IOException {
        List<Map<String, String>> all = new ArrayList<>();
        double[][] seconds = {{1, 2}, {3, 2}, {3, 4}, {9, 4}, {20, 5}};
        for (int i = 0; i < seconds.length; i++) {
            for (int k = 0; k < 2; k++) {
                all.add(figure("'case': 'exp " + i + "', 'op': 'exp', 'dtype': 'f64', 'by': 'eckart "
                        + (k == 0 ? "cpu" : "cuda:0") + "', 'seconds': " + seconds[i][k]));
            }
        }
        assertThat(GpuCrossover.page(all))
                .contains("| exp f64 | exp 3 f64 | 4.00 |", "| exp 1 f64 | 3.00 | 2.00 | 1.50 |");
    }
}
