package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.testkit.Settled;
import java.lang.ref.WeakReference;
import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Direct buffers as tensors, and tensors as direct buffers: one memory, valid as long as either is in use. */
class DirectBufferTest {
    private static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    @Test
    void theElementTypeIsThatOfTheBuffer() {
        assertShares(direct(48).asDoubleBuffer(), DType.F64, 6);
        assertShares(direct(24).asFloatBuffer(), DType.F32, 6);
        assertShares(direct(48).asLongBuffer(), DType.I64, 6);
        assertShares(direct(24).asIntBuffer(), DType.I32, 6);
        assertShares(direct(6), DType.U8, 6);
        assertShares(direct(0).asDoubleBuffer(), DType.F64, 0);
    }

    private static void assertShares(Buffer memory, DType type, int count) {
        try (Tensor writer = Tensor.wrap(memory);
                Tensor reader = Tensor.wrap(memory, 2, count / 2)) {
            assertThat(writer.dtype()).isEqualTo(type);
            assertThat(writer.shape().toString()).isEqualTo("(" + count + ")");
            writer.fill(3);
            assertThat(reader.toArray()).hasSize(count).containsOnly(count == 0 ? new double[0] : new double[] {3});
        }
        assertThat(memory.position()).isZero();
    }

    @Test
    void onlyWhatRemainsIsWrapped() {
        DoubleBuffer memory = direct(80).asDoubleBuffer();
        memory.position(3).limit(7);
        try (Tensor part = Tensor.wrap(memory, 2, 2)) {
            part.fill(5);
            assertThatThrownBy(() -> Tensor.wrap(memory, 5))
                    .hasMessage("wrap: shape (5) f64 does not fit in the 32 bytes given");
        }
        memory.clear();
        double[] all = new double[10];
        memory.get(all);
        assertThat(all).containsExactly(0, 0, 0, 5, 5, 5, 5, 0, 0, 0);
    }

    @Test
    void should_fail_if_the_buffer_can_not_be_the_memory_of_a_tensor() {
        assertRefused(
                DoubleBuffer.allocate(2),
                "wrap: the buffer lies in the Java heap; allocateDirect one, or copy its array with Tensor.of");
        assertRefused(
                direct(16).asReadOnlyBuffer().order(ByteOrder.nativeOrder()).asDoubleBuffer(),
                "wrap: the buffer is read-only, and tensors can be written to; copy it");
        ByteOrder other =
                ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        assertRefused(
                direct(16).order(other).asIntBuffer(),
                "wrap: the buffer's byte order is " + other + "; make it with order(ByteOrder.nativeOrder())");
        assertThatThrownBy(() -> Tensor.wrap(direct(16).asCharBuffer()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CharBuffer")
                .hasMessageEndingWith("there are double, float, long, int and byte");
        ByteBuffer odd = direct(17);
        odd.position(1);
        assertThatThrownBy(() ->
                        Tensor.wrap(odd.slice().order(ByteOrder.nativeOrder()).asDoubleBuffer()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("is null or not aligned to 8 bytes");
    }

    private static void assertRefused(Buffer buffer, String message) {
        assertThatThrownBy(() -> Tensor.wrap(buffer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void aBufferIsHeldWhileItsTensorIsReachable() throws InterruptedException {
        ByteBuffer memory = direct(16);
        WeakReference<ByteBuffer> held = new WeakReference<>(memory);
        Tensor tensor = Tensor.wrap(memory.asDoubleBuffer());
        memory = null;
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(held.get()).isNotNull();
        tensor.close();
    }

    @Test
    void aTensorLendsItsMemoryFromItsFirstElementOn() {
        try (Tensor t = Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2);
                Tensor rows = t.slice(0, 1, 3);
                Tensor column = t.slice(1, 0, 1)) {
            DoubleBuffer memory = rows.asByteBuffer().asDoubleBuffer();
            assertThat(memory.remaining()).isEqualTo(4);
            assertThat(memory.get(0)).isEqualTo(3);
            memory.put(3, 9);
            assertThat(t.toArray()).containsExactly(1, 2, 3, 4, 5, 9);
            rows.fill(7);
            assertThat(memory.get(1)).isEqualTo(7);
            assertThatThrownBy(column::asByteBuffer)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("asByteBuffer: tensor (3,1) is not contiguous; take contiguous() first");
        }
        try (Tensor none = Tensor.zeros(DType.F64, 0, 3)) {
            assertThat(none.asByteBuffer().remaining()).isZero();
        }
        Tensor closed = Tensor.zeros(DType.F64, 2);
        closed.close();
        assertThatThrownBy(closed::asByteBuffer)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("asByteBuffer: tensor (2) f64 was closed");
    }

    @Test
    void should_fail_if_a_buffer_can_not_hold_the_tensor() {
        long count = 1L << 31;
        if (Devices.available(Device.cpu()) < 3 * count) {
            return;
        }
        try (Tensor t = Tensor.empty(Device.cpu(), DType.U8, count);
                Tensor most = t.slice(0, 0, count - 1)) {
            assertThatThrownBy(t::asByteBuffer)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "asByteBuffer: tensor (2147483648) u8 has more bytes than a buffer can hold; take slices");
            assertThat(most.asByteBuffer().capacity()).isEqualTo(Integer.MAX_VALUE);
        }
    }

    /** What Java derives from a buffer refers to the buffer itself; the memory is to stay for it as well. */
    @ParameterizedTest
    @ValueSource(strings = {"itself", "slice", "duplicate", "part of a slice"})
    void lentMemoryOutlivesTheTensor(String kind) throws InterruptedException {
        Function<ByteBuffer, ByteBuffer> derive = switch (kind) {
            case "itself" -> memory -> memory;
            case "slice" -> memory -> memory.slice().order(ByteOrder.nativeOrder());
            case "duplicate" -> memory -> memory.duplicate().order(ByteOrder.nativeOrder());
            default -> memory -> memory.slice(0, 4000).slice().order(ByteOrder.nativeOrder());
        };
        long before = Settled.memoryInUse();
        FloatBuffer view = lent(derive).asFloatBuffer();
        for (int i = 0; i < 5; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(MemoryBudget.used()).isEqualTo(before + 4000);
        for (int i = 0; i < view.limit(); i++) {
            assertThat(view.get(i)).isEqualTo(2);
        }
        view = null;
        for (int i = 0; i < 200 && MemoryBudget.used() > before; i++) {
            System.gc();
            Thread.sleep(10);
        }
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    private static ByteBuffer lent(Function<ByteBuffer, ByteBuffer> derive) {
        try (Tensor t = Tensor.full(DType.F32, 2, 1000)) {
            return derive.apply(t.asByteBuffer());
        }
    }
}
