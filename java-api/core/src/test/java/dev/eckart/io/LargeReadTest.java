package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Data so large that several threads read it. */
@Timeout(60)
class LargeReadTest {
    private static final int ELEMENTS = (33 << 20) / 8 + 5;

    @TempDir
    private Path folder;

    private Threads threads;

    @BeforeEach
    void several_threads() {
        threads = Threads.use(3);
    }

    @AfterEach
    void as_before() {
        threads.close();
    }

    @Test
    void should_read_what_was_written() throws IOException {
        try (Tensor written = Tensor.integers(DType.I64, 0, 1L << 53, 1, ELEMENTS)) {
            Npy.write(folder.resolve("a.npy"), written);
            try (Tensor read = Npy.read(folder.resolve("a.npy"))) {
                assertThat(read.toLongArray()).isEqualTo(written.toLongArray());
            }
            Safetensors.write(folder.resolve("a.safetensors"), Map.of("a", written, "b", written), Map.of());
            for (Tensor read : Safetensors.read(folder.resolve("a.safetensors")).values()) {
                assertThat(read.toLongArray()).isEqualTo(written.toLongArray());
                read.close();
            }
        }
    }

    @Test
    void should_say_where_a_file_became_shorter() throws IOException {
        Path path = folder.resolve("short");
        Files.write(path, new byte[(20 << 20) + 3]);
        try (FileChannel channel = FileChannel.open(path)) {
            ChannelSource source = new ChannelSource(new InputFile("npy", path), channel, 1);
            assertThatThrownBy(() -> source.read(ByteBuffer.allocateDirect(24 << 20)))
                    .isInstanceOf(BadFileException.class)
                    .hasMessageContaining("byte " + ((20 << 20) + 3))
                    .hasMessageContaining("became shorter");
        }
    }

    @Test
    void should_end_with_the_interrupt_kept() throws IOException {
        Path file = folder.resolve("a.npy");
        try (Tensor written = Tensor.zeros(DType.I64, ELEMENTS)) {
            Npy.write(file, written);
        }
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> Npy.read(file))
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessageContaining("interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void should_do_every_part_once() throws IOException {
        AtomicIntegerArray done = new AtomicIntegerArray(1000);
        SharedWork.run(1000, 3, done::incrementAndGet);
        for (int i = 0; i < done.length(); i++) {
            assertThat(done.get(i)).isEqualTo(1);
        }
    }

    @Test
    void should_throw_what_a_helper_threw_and_stop() {
        Thread caller = Thread.currentThread();
        AtomicInteger parts = new AtomicInteger();
        assertThatThrownBy(() -> SharedWork.run(1_000_000_000, 2, number -> {
                    parts.incrementAndGet();
                    if (Thread.currentThread() != caller) {
                        throw new IOException("torn");
                    }
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("torn");
        assertThat(parts.get()).isLessThan(1_000_000_000);
    }
}
