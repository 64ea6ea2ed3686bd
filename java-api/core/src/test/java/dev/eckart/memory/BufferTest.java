package dev.eckart.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BufferTest {
    @Test
    void theLastShareFreesOnce() {
        AtomicInteger freed = new AtomicInteger();
        Buffer buffer = Buffer.owned(Device.cpu(), 64, 8, freed::incrementAndGet);
        assertThat(buffer.retain()).isTrue();
        buffer.release();
        assertThat(freed).hasValue(0);
        buffer.release();
        assertThat(freed).hasValue(1);
        assertThat(buffer.retain()).isFalse();
        assertThatThrownBy(buffer::release)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("buffer: released more often than retained");
        assertThat(freed).hasValue(1);
    }

    @Test
    void anUnreachableBufferIsFreedByTheCleaner() throws InterruptedException {
        AtomicInteger freed = new AtomicInteger();
        for (int i = 0; i < 10; i++) {
            Buffer.owned(Device.cpu(), 64, 8, freed::incrementAndGet);
        }
        for (int i = 0; i < 100 && freed.get() < 10; i++) {
            System.gc();
            Thread.sleep(20);
        }
        assertThat(freed).hasValue(10);
    }

    @Test
    void bytesAreReadAndWrittenForPeople() {
        assertThat(Bytes.text(0)).isEqualTo("0 bytes");
        assertThat(Bytes.text(1023)).isEqualTo("1023 bytes");
        assertThat(Bytes.text(1536)).isEqualTo("1.5 kiB");
        assertThat(Bytes.text(3L << 30)).isEqualTo("3.0 GiB");
        assertThat(Bytes.text(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
        assertThat(Bytes.parse("p", "800000000")).isEqualTo(800_000_000L);
        assertThat(Bytes.parse("p", " 4G ")).isEqualTo(4L << 30);
        assertThat(Bytes.parse("p", "512m")).isEqualTo(512L << 20);
        assertThat(Bytes.parse("p", "1k")).isEqualTo(1024);
        for (String wrong : new String[] {"", "g", "-1", "1.5g", "1t", "99999999999g", "999999999999999999999"}) {
            assertThatThrownBy(() -> Bytes.parse("eckart.memory.max", wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "eckart.memory.max: '" + wrong + "' is not a number of bytes (as 800000000, 512m or 4g)");
        }
    }

    @Test
    void devicesAreReadAndWritten() {
        assertThat(Device.parse("cpu")).isEqualTo(Device.cpu()).hasToString("cpu");
        assertThat(Device.parse("cuda")).isEqualTo(Device.cuda(0)).hasToString("cuda:0");
        assertThat(Device.parse("cuda:3")).isEqualTo(Device.cuda(3));
        assertThatThrownBy(() -> Device.parse("gpu")).hasMessage("device: 'gpu' is none of cpu, cuda, cuda:INDEX");
        assertThatThrownBy(() -> Device.cuda(-1)).hasMessage("device: there is no CUDA number -1");
    }

    @Test
    void threadsAreASettingOfTheCallingThread() throws InterruptedException {
        int before = Threads.current();
        try (Threads one = Threads.use(1)) {
            assertThat(Threads.current()).isEqualTo(1);
            try (Threads three = Threads.use(3)) {
                assertThat(Threads.current()).isEqualTo(3);
            }
            assertThat(Threads.current()).isEqualTo(1);
            int[] elsewhere = new int[1];
            Throwable[] thrown = new Throwable[1];
            Thread other = new Thread(() -> {
                elsewhere[0] = Threads.current();
                try {
                    one.close();
                } catch (IllegalStateException e) {
                    thrown[0] = e;
                }
            });
            other.start();
            other.join();
            assertThat(elsewhere[0]).isEqualTo(before);
            assertThat(thrown[0]).hasMessage("threads: closed on another thread than the one that opened it");
        }
        assertThat(Threads.current()).isEqualTo(before);
        assertThatThrownBy(() -> Threads.use(0)).hasMessage("threads: 0 is outside 1..256");
        assertThatThrownBy(() -> Threads.use(257)).hasMessage("threads: 257 is outside 1..256");
    }

    @Test
    void closingASettingAgainDoesNothing() {
        int before = Threads.current();
        Threads one = Threads.use(1);
        one.close();
        try (Threads more = Threads.use(before + 1)) {
            one.close();
            assertThat(Threads.current()).isEqualTo(before + 1);
        }
        assertThat(Threads.current()).isEqualTo(before);
    }
}
