package dev.eckart.soak;

import dev.eckart.io.BadFileException;
import dev.eckart.io.Npy;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Settled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The program of {@link SoakTest} for long runs: many threads, of which old ones end and new ones begin, at work of all kinds, some
 * of which fails; memory is to stay flat. Arguments: seconds, a folder.
 */
final class MixedWork {
    private static final int THREADS = 12;
    private static final int ROUNDS = 10;
    private static final long FLAT = 64L << 20;

    private final AtomicReference<Tensor> shared = new AtomicReference<>(Tensor.full(DType.F64, 1, 50_000));
    private final AtomicLong tasks = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final Path folder;

    private MixedWork(Path folder) {
        this.folder = folder;
    }

    public static void main(String[] args) throws Exception {
        System.exit(new MixedWork(Path.of(args[1])).run(Double.parseDouble(args[0])) ? 0 : 1);
    }

    private boolean run(double seconds) throws InterruptedException, IOException {
        long held = MemoryBudget.used();
        long settled = 0;
        long grown = 0;
        for (int round = 0; round < ROUNDS; round++) {
            round((long) (seconds / ROUNDS * 1e9), round);
            long used = Settled.memoryInUse();
            Memory.trim(Device.cpu());
            long resident = resident();
            // By then the code is compiled, and every arena of malloc has had its peak.
            settled = round <= ROUNDS / 2 ? Math.max(settled, resident) : settled;
            grown = resident - settled;
            System.out.println("round " + round + ": " + tasks + " tasks, " + failures + " failures, " + used
                    + " bytes in use, resident " + resident);
            if (used != held) {
                System.out.println("tensors kept " + (used - held) + " bytes");
                return false;
            }
        }
        System.out.println("resident set grew by " + grown);
        return failures.get() == 0 && grown < FLAT;
    }

    private void round(long nanos, int seed) throws InterruptedException {
        long end = System.nanoTime() + nanos;
        Thread[] threads = new Thread[THREADS];
        for (int i = 0; i < THREADS; i++) {
            Random random = new Random(100L * seed + i);
            Path file = folder.resolve("soak-" + i + ".npy");
            threads[i] = new Thread(() -> {
                do {
                    task(random, file);
                    tasks.incrementAndGet();
                } while (System.nanoTime() < end);
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

    private void task(Random random, Path file) {
        try {
            switch (random.nextInt(8)) {
                case 0 -> scoped(random);
                case 1 -> byHand();
                case 2 -> refused();
                case 3 -> outOfMemory(random);
                case 4 -> closedDuringCalls(random);
                case 5 -> files(random, file);
                case 6 -> sizes(random);
                default -> dropped();
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static void require(boolean right, String what) {
        if (!right) {
            throw new AssertionError(what);
        }
    }

    private static void scoped(Random random) {
        try (Scope scope = Scope.open()) {
            int n = 1 + random.nextInt(60);
            Tensor a = Tensor.normal(DType.F64, 1, 80, n);
            Svd svd = Svd.of(a);
            double error = svd.reconstruct().subtract(a).norm();
            require(error < 1e-11 * a.norm(), "the reconstruction is off by " + error);
        }
    }

    private static void byHand() {
        try (Tensor a = Tensor.full(DType.F32, 2, 300, 200);
                Tensor turned = a.transpose();
                Tensor product = turned.matmul(a)) {
            require(product.get(199, 0) == 1200, "a product is " + product.get(199, 0));
        }
    }

    /** Calls that fail, in scopes that are left by the exception. */
    private static void refused() {
        try (Scope outer = Scope.open();
                Scope scope = Scope.open()) {
            Tensor a = Tensor.zeros(DType.F64, 300, 40);
            a.matmul(a);
            throw new AssertionError("a product of shapes that do not fit");
        } catch (IllegalArgumentException e) {
            require(e.getMessage().startsWith("matmul: "), e.getMessage());
        }
        try (Scope scope = Scope.open()) {
            Svd.of(Tensor.full(DType.F64, Double.NaN, 30, 40));
            throw new AssertionError("a decomposition of NaN");
        } catch (IllegalArgumentException e) {
            require(e.getMessage().contains("(0, 0)") || e.getMessage().contains("NaN"), e.getMessage());
        }
    }

    private static void outOfMemory(Random random) {
        try (Scope scope = Scope.open()) {
            Tensor.zeros(DType.U8, 1 + random.nextInt(1 << 20));
            Tensor.empty(Device.cpu(), DType.F64, 1L << 40);
            throw new AssertionError("8 TiB");
        } catch (MemoryLimitException e) {
            require(e.getMessage().contains("8.0 TiB"), e.getMessage());
        }
    }

    private void closedDuringCalls(Random random) {
        if (random.nextBoolean()) {
            shared.getAndSet(Tensor.full(DType.F64, 1, 50_000)).close();
            return;
        }
        try (Tensor sum = shared.get().sum()) {
            require(sum.get() == 50_000, "the sum of ones is " + sum.get());
        } catch (IllegalStateException closed) {
            require(closed.getMessage().contains("was closed"), closed.getMessage());
        }
    }

    private static void files(Random random, Path file) throws IOException {
        try (Tensor a = Tensor.normal(DType.F32, random.nextInt(9), 1 + random.nextInt(40_000))) {
            Npy.write(file, a);
            try (Tensor read = Npy.read(file);
                    Tensor difference = read.subtract(a)) {
                require(difference.norm() == 0, "a file came back changed");
            }
        }
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, random.nextInt(whole.length)));
        try {
            Npy.read(file).close();
            throw new AssertionError("a torn file was read");
        } catch (BadFileException e) {
            require(e.getMessage().contains(file.toString()), e.getMessage());
        }
    }

    /** Blocks of all sizes, freed in another order than they were made. */
    private static void sizes(Random random) {
        List<Tensor> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(Tensor.full(DType.U8, i, 1 + (1L << random.nextInt(23)) + random.nextInt(9999)));
        }
        while (!all.isEmpty()) {
            try (Tensor one = all.remove(random.nextInt(all.size()));
                    Tensor least = one.min();
                    Tensor most = one.max()) {
                require(least.get() == most.get(), "memory was handed out twice");
            }
        }
    }

    /** What nobody closes is the collector's. */
    private static void dropped() {
        Tensor a = Tensor.full(DType.F64, 3, 1000);
        require(a.slice(0, 5, 9).get(2) == 3, "a view shows something else");
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
