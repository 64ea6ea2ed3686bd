package dev.eckart.tensor;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** The program of {@link FlatMemoryTest}: exit status 0 when memory stayed flat and all results were the same. */
final class FlatMemory {
    private static final int THREADS = 8;
    private static final int ROUNDS = 10_000 / THREADS;

    private FlatMemory() {}

    public static void main(String[] args) throws Exception {
        // Beside the heap of 64 MiB; touched, so that the process really is that large.
        long held = Math.min(2L << 30, Devices.available(Device.cpu()) / 4);
        Tensor ballast = Tensor.full(DType.U8, 1, held);
        AtomicLong failures = new AtomicLong();
        rounds(ROUNDS / 5, failures);
        long usedBefore = MemoryBudget.used();
        long residentBefore = resident();
        MemoryBudget.resetPeak();
        rounds(ROUNDS, failures);
        long grown = resident() - residentBefore;
        System.out.println("held " + held + ", resident set grew by " + grown + ", budget by "
                + (MemoryBudget.used() - usedBefore) + ", peak above it " + (MemoryBudget.peak() - usedBefore)
                + ", failures " + failures);
        boolean flat = MemoryBudget.used() == usedBefore && grown < 64L << 20;
        ballast.close();
        boolean given = MemoryBudget.used() == 0;
        System.exit(flat && given && failures.get() == 0 ? 0 : 1);
    }

    private static void rounds(int count, AtomicLong failures) throws InterruptedException {
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            threads[i] = new Thread(() -> {
                double[] first = null;
                for (int round = 0; round < count; round++) {
                    double[] now = round(round % 2 == 0);
                    first = first == null ? now : first;
                    if (!Arrays.equals(first, now)) {
                        failures.incrementAndGet();
                    }
                }
            });
            threads[i].setUncaughtExceptionHandler((thread, e) -> {
                e.printStackTrace();
                failures.incrementAndGet();
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /** A product and its decomposition, inside a scope or closed by hand, beside 200 kB that are only filled. */
    private static double[] round(boolean scoped) {
        if (scoped) {
            try (Scope scope = Scope.open()) {
                Tensor a = Tensor.normal(DType.F64, 3, 30, 24);
                Svd svd = Svd.of(a.transpose().matmul(a));
                Tensor large = Tensor.full(DType.F64, 1, 25_000);
                return answer(svd, large);
            }
        }
        try (Tensor a = Tensor.normal(DType.F64, 3, 30, 24);
                Tensor turned = a.transpose();
                Tensor product = turned.matmul(a);
                Svd svd = Svd.of(product);
                Tensor large = Tensor.full(DType.F64, 1, 25_000)) {
            return answer(svd, large);
        }
    }

    private static double[] answer(Svd svd, Tensor large) {
        return new double[] {svd.s().get(0), svd.u().get(2, 3), svd.vt().get(4, 5), large.get(24_999)};
    }

    private static long resident() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) << 10;
            }
        }
        throw new IOException("/proc/self/status has no VmRSS");
    }
}
