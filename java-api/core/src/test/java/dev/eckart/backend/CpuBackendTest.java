package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** The contract on the host, and the pool that it runs on. */
class CpuBackendTest extends BackendContract implements RoundedProductContract {
    @Override
    public Backend backend() {
        return Backends.of(Device.cpu());
    }

    @Test
    @Timeout(60)
    @EnabledOnOs(OS.LINUX)
    void poolWakesSleepingWorkersAndLetsThemRunAnywhere() throws IOException, InterruptedException {
        try (Threads threads = Threads.use(3);
                Tensor a = Tensor.zeros(DType.F64, 1 << 20)) {
            a.sum().close();
            Thread.sleep(50); // they have fallen asleep
            long before = running(workers());
            while (running(workers()) == before) {
                a.sum().close();
                Thread.sleep(20);
            }
            String everywhere = allowed(Path.of("/proc/thread-self"));
            for (Path worker : workers()) {
                while (!allowed(worker).equals(everywhere)) {
                    a.sum().close();
                    Thread.sleep(20);
                }
            }
            assertThat(workers()).hasSizeGreaterThanOrEqualTo(2);
        }
    }

    private static List<Path> workers() throws IOException {
        List<Path> workers = new ArrayList<>();
        try (var tasks = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path task : tasks) {
                if (Files.readString(task.resolve("comm")).strip().equals("eckart")) {
                    workers.add(task);
                }
            }
        }
        return workers;
    }

    /** Nanoseconds that threads have run. */
    private static long running(List<Path> threads) throws IOException {
        long sum = 0;
        for (Path thread : threads) {
            sum += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
        }
        return sum;
    }

    private static String allowed(Path thread) throws IOException {
        return Files.readAllLines(thread.resolve("status")).stream()
                .filter(line -> line.startsWith("Cpus_allowed_list"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void svdWorkspaceGrowsWithTheMatrix() {
        for (DType dtype : REAL) {
            long bytes = dtype.bytes();
            long small = backend().svdWorkspace(SvdDriver.GESDD, true, dtype, 1000, 1000);
            long large = backend().svdWorkspace(SvdDriver.GESDD, true, dtype, 4000, 4000);
            assertThat(small).isBetween(2_000_000L * bytes, 3_500_000L * bytes);
            assertThat(large).isBetween(15 * small, 17 * small);
            long lean = backend().svdWorkspace(SvdDriver.GESVD, true, dtype, 4000, 4000);
            assertThat(lean).isBetween(4000 * bytes, 16_000_000L * bytes);
            long values = backend().svdWorkspace(SvdDriver.GESDD, false, dtype, 4000, 4000);
            assertThat(values).isBetween(4000 * bytes, large / 4);
            long tall = backend().svdWorkspace(SvdDriver.GESDD, true, dtype, 100_000, 100);
            assertThat(tall).isBetween(100 * 100 * bytes, 12_000_000L * bytes);
        }
    }
}
