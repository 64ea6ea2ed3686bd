package dev.eckart.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Csr;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two GPUs of one machine. Run as {@link OnDevice} is, where there are two. */
class OnTwoDevices {
    private static final Device ONE = Device.cuda(0);
    private static final Device TWO = Device.cuda(1);

    @BeforeEach
    void findBoth() {
        Assumptions.assumeTrue(Devices.available().contains(TWO), "there is one GPU");
    }

    @Test
    void both_are_there_and_best_is_the_first() {
        assertThat(Devices.available()).startsWith(ONE, TWO).endsWith(Device.cpu());
        assertThat(Devices.best()).isEqualTo(ONE);
        assertThat(Devices.describe(TWO)).contains("compute capability");
    }

    @Test
    void should_refuse_operands_of_two_devices() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.normal(DType.F64, 1, 6, 6).to(ONE);
            Tensor b = a.to(TWO);
            Tensor row = b.select(0, 0);
            Tensor index = Tensor.of(new int[] {1, 2, 5}).to(TWO);
            Tensor values = a.select(0, 0).slice(0, 0, 3);
            List<Supplier<Object>> all = List.of(
                    () -> a.add(b),
                    () -> a.maximum(row),
                    () -> a.matmul(b),
                    () -> a.matmul(row),
                    () -> {
                        a.assign(b);
                        return a;
                    },
                    () -> Activations.layerNorm(a, row, row, 1e-5),
                    () -> Indexing.gather(a, 0, index),
                    () -> {
                        Indexing.scatterAdd(a, 0, index.to(ONE), b.slice(0, 0, 3));
                        return a;
                    },
                    () -> Csr.ofCoordinates(6, 6, index, index, values),
                    () -> Csr.ofCompressed(6, Tensor.of(new int[] {0, 3}).to(TWO), index.to(ONE), values),
                    () -> {
                        try (Csr there = Csr.ofCoordinates(6, 6, index.to(ONE), index.to(ONE), values)) {
                            return there.multiply(b);
                        }
                    },
                    // What no facade has looked at
                    () -> {
                        a.backend().axpby(1, b.view(), 1, a.view());
                        return a;
                    });
            for (Supplier<Object> operation : all) {
                assertThatThrownBy(operation::get)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContainingAll(": ", "cuda:0", "cuda:1", "to(device)");
            }
            assertThatThrownBy(() -> a.backend().axpby(1, b.view(), 1, a.view()))
                    .hasMessage("axpby: operands lie on cuda:0 and cuda:1; move one with to(device)");
            assertThat(a.add(b.to(ONE)).toArray()).isEqualTo(a.multiply(2).toArray());
        }
    }

    /** One thread has work under way on both, whichever was asked last. */
    @Test
    void a_thread_works_on_both_in_turn() {
        try (Scope scope = Scope.open()) {
            Tensor host = Tensor.normal(DType.F64, 2, 40, 30);
            Tensor a = host.to(ONE);
            Tensor b = host.to(TWO);
            for (int i = 0; i < 5; i++) {
                Tensor left = a.matmul(a.transpose());
                Tensor right = b.matmul(b.transpose());
                assertThat(right.toArray()).isEqualTo(left.toArray());
                assertThat(Svd.of(b).s().device()).isEqualTo(TWO);
                assertThat(Svd.of(b).s().toArray()).isEqualTo(Svd.of(a).s().toArray());
                assertThat(left.to(TWO).subtract(right).sum().get()).isZero();
            }
        }
    }

    @Test
    void threads_work_on_one_each() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Double>> work = List.of(() -> sum(ONE), () -> sum(TWO), () -> sum(ONE), () -> sum(TWO));
            double first = sum(Device.cpu());
            for (Future<Double> result : threads.invokeAll(work)) {
                assertThat(result.get()).isCloseTo(first, within(1e-9 * Math.abs(first)));
            }
        } finally {
            threads.shutdown();
        }
    }

    private static double sum(Device device) {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.normal(DType.F64, 7, 30, 30).to(device);
            double sum = 0;
            for (int i = 0; i < 10; i++) {
                sum += Svd.of(a).reconstruct().matmul(a).add(1).sum().get();
            }
            return sum;
        }
    }

    @Test
    void each_has_an_account_of_its_own() {
        long before = Memory.statistics(ONE).used();
        try (Tensor there = Tensor.full(DType.F32, 3, 100_000).to(TWO)) {
            assertThat(Memory.statistics(ONE).used()).isEqualTo(before);
            assertThat(Memory.statistics(TWO).used()).isGreaterThanOrEqualTo(400_000);
            assertThat(Memory.trim(ONE)).isNotNegative();
            assertThat(there.sum().get()).isEqualTo(300_000);
        }
        assertThat(Memory.trim(TWO)).isGreaterThanOrEqualTo(400_000);
    }
}
