package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.backend.Backend;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Settled;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** An interrupt ends a long operation at the next native call or block, and leaves no memory in use. */
class InterruptTest {
    @AfterEach
    void clear() {
        Thread.interrupted();
    }

    private interface Operation {
        AutoCloseable run(Tensor a);
    }

    private static final Map<String, Operation> OPERATIONS = new TreeMap<>(Map.of(
            "svd", Svd::of,
            "svd of a batch", a -> Svd.of(a.reshape(3, 20, 30)),
            "values", Svd::values,
            "qr", Qr::of,
            "driver qr", a -> Svd.options().driver(Driver.QR).of(a),
            "randomized", a -> TruncatedSvd.rank(3).driver(Driver.RANDOMIZED).of(a),
            "tolerance",
                    a -> TruncatedSvd.tolerance(0.1).driver(Driver.RANDOMIZED).of(LinearOperator.of(a)),
            "gram", a -> TruncatedSvd.rank(3).driver(Driver.GRAM).of(a),
            "pca by svd", a -> Pca.components(3).solver(Pca.Solver.SVD).fit(a),
            "pca by covariance",
                    a -> Pca.components(3).solver(Pca.Solver.COVARIANCE).fit(a)));

    static {
        OPERATIONS.put("krylov", a -> TruncatedSvd.rank(3).driver(Driver.KRYLOV).of(a));
    }

    static Stream<String> operations() {
        return OPERATIONS.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("operations")
    void an_interrupted_thread_starts_no_factorization(String name) throws InterruptedException {
        try (Tensor a = Tensor.normal(DType.F64, 1, 60, 30)) {
            long before = Settled.memoryInUse();
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> {
                        try (Scope scope = Scope.open()) {
                            OPERATIONS.get(name).run(a);
                        }
                    })
                    .isInstanceOf(CancellationException.class)
                    .hasMessageEndingWith(": interrupted; nothing of it is kept");
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
            assertThat(MemoryBudget.used()).isEqualTo(before);
        }
    }

    @Test
    void an_interrupt_during_the_native_call_is_seen_after_it() throws InterruptedException {
        try (Tensor a = Tensor.normal(DType.F64, 1, 60, 30)) {
            long before = Settled.memoryInUse();
            Backend interrupting = (Backend) Proxy.newProxyInstance(
                    Backend.class.getClassLoader(), new Class<?>[] {Backend.class}, (proxy, method, args) -> {
                        Thread.currentThread().interrupt();
                        try {
                            return method.invoke(a.backend(), args);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
            assertThatThrownBy(() -> Svd.options().backend(interrupting).of(a))
                    .isInstanceOf(CancellationException.class)
                    .hasMessageStartingWith("certificate: interrupted");
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
            assertThat(MemoryBudget.used()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "RANDOMIZED, 1",
        "RANDOMIZED, 2",
        "RANDOMIZED, 7",
        "RANDOMIZED, 12",
        "KRYLOV, 1",
        "KRYLOV, 2",
        "KRYLOV, 7",
        "GRAM, 1",
        "GRAM, 2"
    })
    void an_interrupt_during_a_pass_is_seen_before_the_next_but_one(Driver driver, int pass)
            throws InterruptedException {
        try (Tensor a = Tensor.normal(DType.F64, 1, 600, 300)) {
            long before = Settled.memoryInUse();
            Counting operator = new Counting(a, pass);
            assertThatThrownBy(() -> TruncatedSvd.rank(20)
                            .driver(driver)
                            .powerIterations(20)
                            .of(operator))
                    .isInstanceOf(CancellationException.class)
                    .hasMessageContaining("interrupted");
            assertThat(operator.passes).isBetween(pass, pass + 1);
            assertThat(Thread.interrupted()).as("still interrupted").isTrue();
            assertThat(MemoryBudget.used()).isEqualTo(before);
        }
    }

    @Test
    void an_interrupt_of_a_search_for_a_tolerance_gives_its_memory_back() throws InterruptedException {
        try (Tensor a = Tensor.normal(DType.F64, 1, 600, 300)) {
            long before = Settled.memoryInUse();
            for (Driver driver : new Driver[] {Driver.RANDOMIZED, Driver.KRYLOV}) {
                Counting operator = new Counting(a, 9);
                assertThatThrownBy(
                                () -> TruncatedSvd.tolerance(0.2).driver(driver).of(operator))
                        .isInstanceOf(CancellationException.class);
                assertThat(operator.passes).isBetween(9, 10);
                assertThat(Thread.interrupted()).as("still interrupted").isTrue();
                assertThat(MemoryBudget.used()).isEqualTo(before);
            }
        }
    }

    /** A matrix whose reader is interrupted during a given pass over it. */
    private static final class Counting implements LinearOperator {
        private final Tensor a;
        private final int interruptAt;
        private int passes;

        Counting(Tensor a, int interruptAt) {
            this.a = a;
            this.interruptAt = interruptAt;
        }

        private void count() {
            if (++passes == interruptAt) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public long rows() {
            return a.dim(0);
        }

        @Override
        public long columns() {
            return a.dim(1);
        }

        @Override
        public DType dtype() {
            return a.dtype();
        }

        @Override
        public Device device() {
            return a.device();
        }

        @Override
        public Tensor multiply(Tensor x) {
            count();
            return a.matmul(x);
        }

        @Override
        public Tensor multiplyTransposed(Tensor y) {
            count();
            return a.transpose().matmul(y);
        }

        @Override
        public OptionalDouble frobeniusNorm() {
            return OptionalDouble.of(a.norm());
        }
    }
}
