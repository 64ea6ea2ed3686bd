package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.jni.Native;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.testkit.Settled;
import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** Wrapped memory, the budget, and the cleaner. */
class TensorMemoryTest {
    private static ByteBuffer direct(double... elements) {
        ByteBuffer memory = ByteBuffer.allocateDirect(8 * elements.length).order(ByteOrder.nativeOrder());
        memory.asDoubleBuffer().put(elements);
        return memory;
    }

    @Test
    void wrapSharesMemoryWithoutACopy() throws InterruptedException {
        ByteBuffer memory = direct(1, 2, 3, 4, 5, 6);
        long used = Settled.memoryInUse();
        try (Tensor t = Tensor.wrap(addressOf(memory), 48, memory, DType.F64, 2, 3)) {
            assertThat(MemoryBudget.used()).isEqualTo(used);
            assertThat(t.toArray()).containsExactly(1, 2, 3, 4, 5, 6);
            memory.putDouble(0, 7);
            assertThat(t.get(0, 0)).isEqualTo(7);
            t.fill(9);
            assertThat(memory.getDouble(40)).isEqualTo(9);
        }
        assertThat(memory.getDouble(40)).isEqualTo(9);
    }

    @Test
    void wrapHoldsItsOwnerAsLongAsAViewIsReachable() throws InterruptedException {
        ByteBuffer memory = direct(1, 2, 3, 4);
        long address = addressOf(memory);
        WeakReference<ByteBuffer> owner = new WeakReference<>(memory);
        List<Tensor> held = new ArrayList<>();
        try (Tensor whole = Tensor.wrap(address, 32, memory, DType.F64, 4)) {
            held.add(whole.slice(0, 1, 3));
        }
        memory = null;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(owner.get()).isNotNull();
        assertThat(held.get(0).toArray()).containsExactly(2, 3);
        held.remove(0).close();
        for (int i = 0; i < 200 && owner.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(owner.get()).isNull();
    }

    @Test
    void should_fail_if_wrapped_memory_does_not_fit() {
        ByteBuffer memory = direct(1, 2, 3, 4);
        long address = addressOf(memory);
        assertThatThrownBy(() -> Tensor.wrap(address, 32, memory, DType.F64, 5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("wrap: shape (5) f64 does not fit in the 32 bytes given");
        assertThatThrownBy(() -> Tensor.wrap(address, 32, memory, DType.F64, 1L << 61))
                .hasMessageContaining("does not fit in the 32 bytes given");
        assertThatThrownBy(() -> Tensor.wrap(0, 32, memory, DType.F64, 4))
                .hasMessage("wrap: address 0x0 is null or not aligned to 8 bytes");
        assertThatThrownBy(() -> Tensor.wrap(address + 4, 28, memory, DType.F64, 3))
                .hasMessageEndingWith(" is null or not aligned to 8 bytes");
        assertThatThrownBy(() -> Tensor.wrap(address, 32, null, DType.F64, 4)).hasMessage("wrap: owner");
    }

    /** The address of a direct buffer, as C sees it. */
    private static long addressOf(ByteBuffer memory) {
        return new org.bytedeco.javacpp.BytePointer(memory).address();
    }

    @Test
    void withBuffersHandsOutTheMemoryItself() {
        try (Tensor t = Tensor.of(new double[] {1, 2, 3, 4});
                Tensor part = t.slice(0, 1, 3)) {
            part.withBuffers(memory -> {
                assertThat(memory.remaining()).isEqualTo(16);
                assertThat(memory.order()).isEqualTo(ByteOrder.nativeOrder());
                memory.putDouble(8, 9);
            });
            assertThat(t.toArray()).containsExactly(1, 2, 9, 4);
            try (Tensor flipped = t.flip(0)) {
                assertThatThrownBy(() -> flipped.withBuffers(memory -> {}))
                        .hasMessage("withBuffers: tensor (4) is not contiguous; take contiguous() first");
            }
        }
    }

    @Test
    void should_fail_if_the_budget_is_passed() throws InterruptedException {
        long max = MemoryBudget.max();
        try {
            long before = Settled.memoryInUse();
            MemoryBudget.setMax(before + 10_000);
            assertThatThrownBy(() -> Tensor.zeros(DType.F64, 100, 100))
                    .asInstanceOf(InstanceOfAssertFactories.throwable(MemoryLimitException.class))
                    .satisfies(e -> {
                        assertThat(e.needed()).isEqualTo(80_000);
                        assertThat(e.available()).isEqualTo(10_000);
                    })
                    .hasMessage("tensor: needs 78.1 kiB, available are 9.8 kiB; raise -Deckart.memory.max (now "
                            + dev.eckart.memory.Bytes.text(MemoryBudget.max()) + ")");
            assertThat(MemoryBudget.used()).isEqualTo(before);
            try (Tensor fits = Tensor.zeros(DType.F64, 1250)) {
                assertThat(MemoryBudget.available()).isZero();
                assertThat(fits.dim(0)).isEqualTo(1250);
            }
            assertThatThrownBy(() -> MemoryBudget.setMax(-1)).hasMessage("memory budget: -1 is negative");
        } finally {
            MemoryBudget.setMax(max);
        }
    }

    @Test
    void should_fail_if_the_machine_has_less() throws InterruptedException {
        long before = Settled.memoryInUse();
        long available = Devices.available(Device.cpu());
        assertThatThrownBy(() -> Tensor.empty(Device.cpu(), DType.U8, 1L << 45))
                .asInstanceOf(InstanceOfAssertFactories.throwable(MemoryLimitException.class))
                .satisfies(e -> {
                    assertThat(e.needed()).isEqualTo(1L << 45);
                    assertThat(e.available()).isBetween(available / 4, available * 4);
                })
                .hasMessageStartingWith("tensor: needs 32.0 TiB, available are ")
                .hasMessageEndingWith("; close tensors that are no longer used, or use a larger machine");
        assertThatThrownBy(() -> Tensor.empty(Device.cpu(), DType.F64, 1L << 62))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("tensor: (4611686018427387904) f64 has more bytes than can be addressed");
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void moreThanTwoToThe31ElementsAreAddressed() {
        long count = (1L << 31) + 11;
        if (Devices.available(Device.cpu()) < 3 * count) {
            return;
        }
        // Untouched memory costs nothing: only the ends are written.
        try (Tensor t = Tensor.empty(Device.cpu(), DType.U8, count);
                Tensor end = t.slice(0, count - 3, count)) {
            end.fill(7);
            assertThat(t.get(count - 1)).isEqualTo(7);
            assertThat(end.toLongArray()).containsExactly(7, 7, 7);
            assertThatThrownBy(t::toArray)
                    .hasMessage(
                            "toArray: shape (2147483659) has more elements than a Java array can hold; take slices");
        }
    }

    @Test
    void peakIsTheMostInUseAtOneTime() throws InterruptedException {
        long before = Settled.memoryInUse();
        MemoryBudget.resetPeak();
        try (Tensor a = Tensor.zeros(DType.U8, 5000)) {
            try (Tensor b = Tensor.zeros(DType.U8, 3000)) {
                assertThat(a.dim(0) + b.dim(0)).isEqualTo(MemoryBudget.used() - before);
            }
        }
        assertThat(MemoryBudget.peak()).isEqualTo(before + 8000);
        MemoryBudget.resetPeak();
        assertThat(MemoryBudget.peak()).isEqualTo(before);
    }

    @Test
    void theCleanerFreesWhatBecameUnreachable() throws InterruptedException {
        long before = Settled.memoryInUse();
        forget();
        assertThat(MemoryBudget.used()).isGreaterThanOrEqualTo(before + 100 * 8000);
        for (int i = 0; i < 200 && MemoryBudget.used() > before; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    private static void forget() {
        for (int i = 0; i < 100; i++) {
            Tensor t = Tensor.zeros(DType.F64, 1000);
            assertThat(t.slice(0, 0, 1000).dim(0)).isEqualTo(1000);
        }
    }

    @Test
    void theNativeLibrarySaysWhatItIs() {
        assertThat(Native.instructionSet()).matches("x86-64-v[234]|armv8-a");
        assertThat(Devices.describe(Device.cpu()))
                .contains(Native.instructionSet())
                .contains("OpenBLAS");
        assertThat(Devices.available()).contains(Device.cpu());
        assertThatThrownBy(() -> Tensor.empty(Device.cuda(0), DType.F64, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(
                        "device cuda:0 is not available: " + Devices.missing().get(Device.Kind.CUDA));
    }
}
