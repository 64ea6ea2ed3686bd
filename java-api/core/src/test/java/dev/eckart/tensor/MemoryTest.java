package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.MemoryStatistics;
import dev.eckart.testkit.ForkedJvm;
import dev.eckart.testkit.Leaking;
import dev.eckart.testkit.Settled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Freed memory is kept and given back, counted, and what is not freed is told. */
class MemoryTest {
    private static final long MIB = 1 << 20;

    @BeforeEach
    void settle() throws InterruptedException {
        Settled.memoryInUse();
        Memory.trim(Device.cpu());
    }

    private static MemoryStatistics now() {
        return Memory.statistics(Device.cpu());
    }

    private static Tensor bytes(long count) {
        return Tensor.empty(Device.cpu(), DType.U8, count);
    }

    @ParameterizedTest
    @ValueSource(
            longs = {
                1,
                257,
                5000,
                (64 << 10) - 1,
                64 << 10,
                (64 << 10) + 1,
                100_000,
                MIB,
                3 * MIB + 5,
                4 * MIB - 1,
                4 * MIB,
                20 * MIB
            })
    void should_keep_freed_memory_for_the_next_tensor_of_its_size(long size) {
        MemoryStatistics before = now();
        assertThat(before.kept()).isZero();
        bytes(size).close();
        MemoryStatistics between = now();
        assertThat(between.kept()).isBetween(size, size + size / 4 + 4096);
        assertThat(between.allocations()).isEqualTo(before.allocations() + 1);
        assertThat(between.reused()).isEqualTo(before.reused());
        assertThat(between.fromSystem()).isEqualTo(before.fromSystem() + 1);
        try (Tensor again = bytes(size)) {
            assertThat(now().reused()).isEqualTo(before.reused() + 1);
            assertThat(now().fromSystem()).isEqualTo(between.fromSystem());
            assertThat(now().kept()).isZero();
            assertThat(now().used()).isEqualTo(before.used() + size);
            assertThat(now().peak()).isEqualTo(MemoryBudget.peak()).isGreaterThanOrEqualTo(now().used());
        }
        assertThat(Memory.trim(Device.cpu())).isEqualTo(between.kept());
        assertThat(now().kept()).isZero();
        assertThat(Memory.trim(Device.cpu())).isZero();
    }

    @Test
    void should_keep_no_more_than_64_MiB_of_blocks_that_are_not_mapped() {
        List<Tensor> many = IntStream.range(0, 100).mapToObj(i -> bytes(MIB)).toList();
        for (Tensor each : many) {
            each.close();
            assertThat(now().kept()).isBetween(MIB, 64 * MIB);
        }
        // What was kept before made room.
        assertThat(now().kept()).isEqualTo(36 * MIB);
    }

    @Test
    void should_not_fault_pages_in_again_where_several_results_are_freed_at_once() throws IOException {
        try (Tensor a = Tensor.full(DType.F32, 1, MIB / 4)) {
            addThrice(a, 20);
            long before = faults();
            addThrice(a, 300);
            // As many pages as 300 × 3 results have: 230,400.
            assertThat(faults() - before).isLessThan(50_000);
        }
    }

    private static void addThrice(Tensor a, int times) {
        for (int i = 0; i < times; i++) {
            try (Scope scope = Scope.open()) {
                a.add(1).add(1).add(1);
            }
        }
    }

    private static long faults() throws IOException {
        String fields = Files.readString(Path.of("/proc/self/stat"));
        return Long.parseLong(fields.substring(fields.lastIndexOf(')') + 2).split(" ")[7]);
    }

    /** Blocks handed out twice, or smaller than asked for, would show each other's values. */
    @Test
    void should_give_every_tensor_memory_of_its_own() throws InterruptedException {
        List<Throwable> wrong = new ArrayList<>();
        Thread[] threads = new Thread[4];
        for (int t = 0; t < threads.length; t++) {
            int seed = t;
            threads[t] = new Thread(() -> churn(new Random(seed), seed * 60));
            threads[t].setUncaughtExceptionHandler((thread, e) -> {
                synchronized (wrong) {
                    wrong.add(e);
                }
            });
            threads[t].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).isEmpty();
    }

    private static void churn(Random random, int mark) {
        List<Tensor> live = new ArrayList<>();
        List<Integer> marks = new ArrayList<>();
        for (int i = 0; i < 1500; i++) {
            if (live.size() < 12) {
                int value = mark + i % 60;
                live.add(Tensor.full(DType.U8, value, 1 + (1L << random.nextInt(23)) + random.nextInt(5000)));
                marks.add(value);
                continue;
            }
            int out = random.nextInt(live.size());
            try (Tensor gone = live.remove(out);
                    Tensor least = gone.min();
                    Tensor most = gone.max()) {
                assertThat((int) least.get()).isEqualTo(marks.get(out));
                assertThat((int) most.get()).isEqualTo(marks.remove(out));
            }
        }
        live.forEach(Tensor::close);
    }

    @Test
    void should_tell_what_was_not_closed_when_the_process_ends() throws IOException, InterruptedException {
        ForkedJvm.Result result =
                ForkedJvm.run(Leaking.class, List.of("-Deckart.debug=true"), Map.of(), Duration.ofMinutes(1));
        assertThat(result.exit()).as(result.output()).isZero();
        List<String> told = result.output()
                .lines()
                .filter(line -> line.contains("not closed"))
                .toList();
        assertThat(told).hasSize(2);
        assertThat(told.get(0)).matches("eckart: not closed: 3 of 3\\.0 MiB, made at .*Leaking\\.main\\(.*:\\d+\\)");
        assertThat(told.get(1))
                .startsWith("eckart: not closed: 1 of 80 bytes, made at ")
                .contains("Leaking.main");
        assertThat(result.output()).contains("asked: 2");
        assertThat(Memory.live()).as("without -Deckart.debug=true").isEmpty();
    }
}
