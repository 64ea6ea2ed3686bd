package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Threads;
import dev.eckart.testkit.Settled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Closing, computing and collecting at the same time. A mistake here ends the process. */
@Timeout(60)
class LifetimeStressTest {
    /** The sum of a tensor of ones is right, or the tensor was closed; memory given to somebody else would show as neither. */
    @Test
    void closeWhileAnotherThreadComputes() throws InterruptedException {
        int size = 300_000;
        AtomicReference<Tensor> current = new AtomicReference<>(Tensor.full(DType.F64, 1, size));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicReference<Throwable> wrong = new AtomicReference<>();
        int[] outcomes = new int[2];
        Thread reader = new Thread(() -> {
            while (!stop.get()) {
                try (Tensor sum = current.get().sum()) {
                    if (sum.get() != size) {
                        wrong.compareAndSet(null, new AssertionError("the sum is " + sum.get()));
                    }
                    outcomes[0]++;
                } catch (IllegalStateException closed) {
                    outcomes[1]++;
                } catch (RuntimeException | Error e) {
                    wrong.compareAndSet(null, e);
                }
            }
        });
        Thread collector = new Thread(() -> {
            while (!stop.get()) {
                System.gc();
            }
        });
        reader.start();
        collector.start();
        long end = System.nanoTime() + 2_000_000_000L;
        while (System.nanoTime() < end) {
            Tensor next = Tensor.full(DType.F64, 1, size);
            Tensor old = current.getAndSet(next);
            // Memory that comes back is filled with something else.
            old.close();
            try (Tensor other = Tensor.full(DType.F64, 2, size)) {
                assertThat(other.get(0)).isEqualTo(2);
            }
        }
        stop.set(true);
        reader.join();
        collector.join();
        assertThat(wrong.get()).isNull();
        assertThat(outcomes[0]).isPositive();
        current.get().close();
    }

    /** Views whose owner is closed, or unreachable, while they are read. */
    @Test
    void shortLivedViewsUnderTheCollector() throws InterruptedException, ExecutionException {
        AtomicBoolean stop = new AtomicBoolean();
        Thread collector = new Thread(() -> {
            while (!stop.get()) {
                System.gc();
            }
        });
        collector.start();
        try {
            together(4, worker -> {
                long end = System.nanoTime() + 1_500_000_000L;
                int rounds = 0;
                while (System.nanoTime() < end) {
                    Tensor view = viewOfATemporary(rounds);
                    try (Tensor product = view.matmul(view)) {
                        assertThat(product.get()).isEqualTo(200.0 * rounds * rounds);
                    }
                    if (rounds++ % 2 == 0) {
                        view.close();
                    }
                }
                return rounds;
            });
        } finally {
            stop.set(true);
            collector.join();
        }
    }

    private static Tensor viewOfATemporary(double value) {
        Tensor whole = Tensor.full(DType.F64, value, 100, 400);
        Tensor view = whole.select(0, 57).slice(0, 100, 300);
        if (value % 3 == 0) {
            whole.close();
        }
        return view;
    }

    @Test
    void eightThreadsAtOnceGetTheSameResults() throws InterruptedException, ExecutionException {
        try (Tensor a = Tensor.normal(DType.F64, 1, 120, 90);
                Tensor b = Tensor.normal(DType.F32, 2, 400, 300)) {
            double[] expected = compute(a, b);
            long before = Settled.memoryInUse();
            List<double[]> results = together(8, worker -> {
                double[] last = null;
                for (int i = 0; i < 12; i++) {
                    last = compute(a, b);
                    assertThat(last).isEqualTo(expected);
                }
                return last;
            });
            assertThat(results).hasSize(8).allSatisfy(r -> assertThat(r).isEqualTo(expected));
            assertThat(MemoryBudget.used()).isEqualTo(before);
        }
    }

    private static double[] compute(Tensor a, Tensor b) {
        try (Scope scope = Scope.open();
                Threads threads = Threads.use(2)) {
            Svd svd = Svd.of(a);
            Tensor product = b.matmul(b.transpose());
            Tensor noise = Tensor.normal(DType.F64, 9, 200_000);
            double[] singular = svd.s().toArray();
            double[] out = java.util.Arrays.copyOf(singular, singular.length + 4);
            out[singular.length] = product.sum().get();
            out[singular.length + 1] = product.get(17, 200);
            out[singular.length + 2] = noise.exp().norm();
            out[singular.length + 3] = svd.u().get(3, 4);
            return out;
        }
    }

    private interface Work<T> {
        T run(int worker) throws Exception;
    }

    private static <T> List<T> together(int workers, Work<T> work) throws InterruptedException, ExecutionException {
        ExecutorService executor = Executors.newFixedThreadPool(workers);
        try {
            List<Callable<T>> calls = new ArrayList<>();
            for (int i = 0; i < workers; i++) {
                int worker = i;
                calls.add(() -> work.run(worker));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : executor.invokeAll(calls)) {
                results.add(future.get());
            }
            return results;
        } finally {
            executor.shutdown();
        }
    }
}
