package dev.eckart.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Products;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Scans;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What waits on the first GPU and what does not, and work that is captured and launched as one. Run as
 * {@link dev.eckart.backend.CudaContract} is; the double counts calls, and says what must not be while a stream is captured.
 */
class RecordingOnDevice {
    private static final Device GPU = Device.cuda(0);

    /** Products, element-wise operations, softmax and sums, with tensors of its own. */
    private static Tensor mixed(Tensor x, Tensor w) {
        Tensor hidden = Activations.gelu(x.matmul(w)).add(1);
        Tensor shares = Activations.softmax(hidden.multiply(.1), -1);
        return shares.matmul(w).subtract(hidden.mean(-1).reshape(4, 20, 1));
    }

    /** The library may take another way with a workspace of the graph's. */
    private static void assertSame(Tensor y, Tensor expected) {
        assertThat(y.toArray()).containsExactly(expected.toArray(), within(1e-5));
    }

    private static Tensor normal(long seed, long... shape) {
        return Tensor.normal(DType.F32, seed, shape).to(GPU);
    }

    /** Once memory is there, work is started and not waited for; a value that is read is waited for once. */
    @Test
    void nothing_waits_but_what_reads() {
        for (int i = 0; i < 3; i++) {
            try (Scope scope = Scope.open()) {
                Tensor x = normal(1, 4, 20, 30);
                Tensor w = normal(2, 30, 30);
                Tensor numbers = Tensor.integers(DType.I64, 0, 9, 3, 50).to(GPU);
                long before = Calls.waits();
                Tensor y = mixed(x, w).transpose();
                Scans.cumulativeSum(y, 1).slice(1, 0, 20).assign(x.transpose().slice(1, 3, 23));
                Indexing.topK(y, 5)
                        .indices()
                        .add(Indexing.argMax(y, 2).select(0, 0).reshape(30, 1));
                numbers.add(numbers).square().to(DType.F32).max();
                Products.matmulAll(
                        List.of(x.select(0, 0), w, w.slice(0, 1, 3)), List.of(w, w.transpose(), w.slice(1, 0, 7)));
                x.backend().random(dev.eckart.backend.Distribution.NORMAL, 0, 1, 2, 3, 4, x.view());
                if (i > 0) {
                    assertThat(Calls.waits()).isEqualTo(before);
                    y.get(3, 4, 5);
                    assertThat(Calls.waits()).isEqualTo(before + Calls.COUNTED);
                }
            }
        }
    }

    /** One copy each, waited for once, and the same numbers; views of part of it too. */
    @Test
    void pinned_memory_is_copied_by_the_device_itself() {
        long freed = Calls.of("cudaFreeHost");
        try (Scope scope = Scope.open()) {
            Tensor numbers = Tensor.normal(DType.F64, 1, 2000, 700); // larger than the staging area
            Tensor pinned = Memory.pinned(GPU, DType.F64, 2000, 700);
            Tensor back = Memory.pinned(GPU, DType.F64, 1000, 700);
            assertThat(pinned.device()).isEqualTo(Device.cpu());
            pinned.assign(numbers);
            Tensor there = Tensor.empty(GPU, DType.F64, 1000, 700);
            Memory.copy(pinned.slice(0, 0, 1000), there);
            long copies = Calls.of("cudaMemcpyAsync");
            long waits = Calls.waits();
            Memory.copy(pinned.slice(0, 500, 1500), there);
            Memory.copy(there, back);
            assertThat(Calls.of("cudaMemcpyAsync") - copies).isEqualTo(2 * Calls.COUNTED);
            assertThat(Calls.waits() - waits).isEqualTo(2 * Calls.COUNTED);
            double[] expected = numbers.slice(0, 500, 1500).toArray();
            assertThat(back.toArray()).isEqualTo(expected);
            assertThat(there.toArray()).isEqualTo(expected);
            Memory.copy(numbers.slice(0, 1, 1001), there);
            assertThat(there.toArray()).isEqualTo(numbers.slice(0, 1, 1001).toArray());
            assertThatThrownBy(() -> Memory.copy(there, pinned))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("(1000,700) f64 cuda:0", "(2000,700) f64 cpu", "of that shape and type");
        }
        assertThat(Calls.of("cudaFreeHost") - freed).isEqualTo(2 * Calls.COUNTED);
    }

    /** New inputs, sums in place, and memory that others take meanwhile; a replay is one launch and nothing else. */
    @Test
    void recorded_work_is_done_again_in_one_launch() {
        long before = Memory.statistics(GPU).used();
        try (Scope scope = Scope.open()) {
            Tensor x = normal(1, 4, 20, 30);
            Tensor w = normal(2, 30, 30);
            Tensor y = Tensor.empty(GPU, DType.F32, 4, 20, 30);
            Tensor steps = Tensor.zeros(DType.F64, 1).to(GPU);
            try (Recording recording = Recording.of(GPU, () -> {
                y.assign(mixed(x, w));
                steps.assign(steps.add(1));
            })) {
                assertSame(y, mixed(x, w));
                assertThat(steps.get(0)).isEqualTo(1);
                for (int i = 2; i < 5; i++) {
                    x.assign(normal(i, 4, 20, 30));
                    long work = Calls.of("cuLaunchKernel") + Calls.waits();
                    long launches = Calls.of("cudaGraphLaunch");
                    recording.replay();
                    assertThat(Calls.of("cuLaunchKernel") + Calls.waits()).isEqualTo(work);
                    assertThat(Calls.of("cudaGraphLaunch")).isEqualTo(launches + Calls.COUNTED);
                    for (int k = 0; k < 4; k++) {
                        normal(9, 4, 20, 30).fill(Double.NaN);
                    }
                    assertSame(y, mixed(x, w));
                    assertThat(steps.get(0)).isEqualTo(i);
                }
                // What it works on is alive as long as it is.
                double[] last = y.toArray();
                w.close();
                normal(9, 30, 30).fill(Double.NaN);
                recording.replay();
                assertThat(y.toArray()).containsExactly(last, within(1e-5));
            }
        }
        assertThat(Memory.statistics(GPU).used()).isEqualTo(before);
    }

    /** Outside of a recording one call of the library, in it one for each product; both give the same. */
    @Test
    void products_of_several_shapes_are_recorded() {
        try (Scope scope = Scope.open()) {
            Tensor x = normal(1, 20, 30);
            Tensor w = normal(2, 30, 7);
            Tensor v = normal(3, 7, 20);
            List<Tensor> a = List.of(x, w, v, x);
            List<Tensor> b = List.of(w, v, x, w);
            Tensor y = Tensor.empty(GPU, DType.F32, 20, 7);
            Tensor z = Tensor.empty(GPU, DType.F32, 7, 30);
            try (Recording recording = Recording.of(GPU, () -> {
                List<Tensor> all = Products.matmulAll(a, b);
                y.assign(all.get(0).add(all.get(3)));
                z.assign(all.get(2));
            })) {
                for (int i = 0; i < 3; i++) {
                    x.assign(normal(i + 5, 20, 30));
                    recording.replay();
                    assertSame(y, x.matmul(w).multiply(2));
                    assertSame(z, v.matmul(x));
                }
            }
        }
    }

    /** What is started before, between and after replays is in order with them, whatever thread started it. */
    @Test
    void replays_of_several_threads_are_in_order() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Tensor x = normal(1, 4, 20, 30);
                Tensor w = normal(2, 30, 30);
                Tensor y = Tensor.empty(GPU, DType.F32, 4, 20, 30);
                Recording recording = Recording.of(GPU, () -> y.assign(mixed(x, w)))) {
            for (int i = 0; i < 20; i++) {
                int seed = i;
                Callable<Void> assign = () -> {
                    try (Tensor next = normal(seed, 4, 20, 30)) {
                        x.assign(next);
                    }
                    return null;
                };
                Callable<Void> replay = () -> {
                    recording.replay();
                    return null;
                };
                threads.submit(assign).get();
                threads.submit(replay).get();
                try (Scope scope = Scope.open()) {
                    assertSame(y, mixed(x, w));
                }
            }
        } finally {
            threads.shutdown();
        }
    }

    /** Other threads go on while one records: they wait for what it started before, take memory and wait for the whole device. */
    @Test
    void others_compute_while_one_records() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Tensor x = normal(1, 4, 20, 30);
                Tensor w = normal(2, 30, 30);
                Tensor y = Tensor.empty(GPU, DType.F32, 4, 20, 30)) {
            Callable<Double> work = () -> {
                double sum = 0;
                for (int i = 0; i < 30; i++) {
                    try (Scope scope = Scope.open()) {
                        sum += mixed(x, w).sum().get();
                        x.backend().synchronize();
                    }
                }
                return sum;
            };
            List<Future<Double>> others = List.of(threads.submit(work), threads.submit(work));
            for (int i = 0; i < 10; i++) {
                try (Recording recording = Recording.of(GPU, () -> y.assign(mixed(x, w)))) {
                    recording.replay();
                }
            }
            try (Scope scope = Scope.open()) {
                assertSame(y, mixed(x, w));
            }
            assertThat(others.get(0).get()).isCloseTo(others.get(1).get(), within(1e-2));
        } finally {
            threads.shutdown();
        }
    }

    /** Another thread has to wait for what this one has written last, while this one's stream is captured. */
    @Test
    void others_wait_for_what_was_started_before() throws Exception {
        ExecutorService other = Executors.newSingleThreadExecutor();
        double[] seen = {0};
        try (Tensor x = Tensor.full(DType.F64, 1, 100).to(GPU)) {
            Runnable work = () -> {
                try {
                    seen[0] = other.submit(() -> {
                                try (Scope scope = Scope.open()) {
                                    return x.sum().get();
                                }
                            })
                            .get();
                } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
                    throw new IllegalStateException(e);
                }
                x.assign(x.multiply(2));
            };
            try (Recording recording = Recording.of(GPU, work)) {
                assertThat(seen[0]).isEqualTo(200);
                recording.replay();
                assertThat(x.get(0)).isEqualTo(4);
            }
        } finally {
            other.shutdown();
        }
    }

    private record Forbidden(String name, java.util.function.Consumer<Tensor> work) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Forbidden> forbidden() {
        return Stream.of(
                new Forbidden("download", x -> x.get(0, 0)),
                new Forbidden(
                        "upload", x -> x.assign(Tensor.zeros(DType.F32, 6, 6).to(GPU))),
                new Forbidden("svd", Svd::of),
                new Forbidden(
                        "gather",
                        x -> Indexing.gather(x, 0, Tensor.zeros(DType.I64, 2).to(GPU))),
                new Forbidden("firstNonFinite", x -> x.backend().firstNonFinite(x.view())),
                new Forbidden("synchronize", x -> x.backend().synchronize()),
                new Forbidden("trim", x -> Memory.trim(GPU)),
                new Forbidden("recordings hold no others", x -> Recording.of(GPU, () -> x.fill(0))));
    }

    /** Refused by name; the thread's stream and its memory are as before. */
    @ParameterizedTest
    @MethodSource("forbidden")
    void should_refuse_what_a_graph_does_not_hold(Forbidden forbidden) {
        long before = Memory.statistics(GPU).used();
        try (Scope scope = Scope.open()) {
            Tensor x = normal(1, 6, 6);
            assertThatThrownBy(() -> Recording.of(GPU, () -> forbidden.work().accept(x.add(1))))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining(
                            forbidden.name().equals("gather")
                                            || forbidden.name().equals("svd")
                                    ? "in recorded work"
                                    : forbidden.name());
            assertThat(x.multiply(0).sum().get()).isZero();
        }
        assertThat(Memory.statistics(GPU).used()).isEqualTo(before);
    }

    /** Work that asks for something else the second time is no work to be recorded. */
    @Test
    void should_refuse_work_that_changes() {
        try (Scope scope = Scope.open()) {
            Tensor x = normal(1, 6, 6);
            int[] run = {0};
            assertThatThrownBy(() -> Recording.of(GPU, () -> Tensor.empty(GPU, DType.F32, 1000L << 12 * run[0]++)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another way the second time");
            Recording recording = Recording.of(GPU, () -> x.fill(3));
            recording.close();
            assertThatThrownBy(recording::replay).hasMessage("replay: the recording is closed");
            assertThat(x.sum().get()).isEqualTo(108);
        }
    }
}
