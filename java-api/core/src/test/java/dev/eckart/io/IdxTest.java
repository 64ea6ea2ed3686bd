package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxTest {
    @TempDir
    Path folder;

    private static byte[] idx(int type, int[] dims, byte... data) {
        ByteBuffer out = ByteBuffer.allocate(4 + 4 * dims.length + data.length);
        out.put((byte) 0).put((byte) 0).put((byte) type).put((byte) dims.length);
        for (int d : dims) {
            out.putInt(d);
        }
        return out.put(data).array();
    }

    private static int[] dims(int... dims) {
        return dims;
    }

    private static byte[] gzip(byte[] data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(data);
        }
        return out.toByteArray();
    }

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("train-images-idx3-ubyte"), content);
    }

    private static String message(Path file) {
        long used = MemoryBudget.used();
        Throwable thrown = catchThrowable(() -> Idx.read(file));
        assertThat(thrown).isInstanceOf(BadFileException.class).hasMessageStartingWith("idx: " + file);
        assertThat(MemoryBudget.used()).as("memory kept").isEqualTo(used);
        return thrown.getMessage();
    }

    private static String messageWithoutMemory(Path file) {
        long used = MemoryBudget.used();
        MemoryBudget.resetPeak();
        String message = message(file);
        assertThat(MemoryBudget.peak()).as("memory taken").isEqualTo(used);
        return message;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void should_read_bytes_plain_and_compressed_whatever_the_name(boolean compressed) throws IOException {
        byte[] plain = idx(8, dims(2, 1, 3), (byte) 0, (byte) 1, (byte) 127, (byte) 128, (byte) 254, (byte) 255);
        try (Tensor t = Idx.read(file(compressed ? gzip(plain) : plain))) {
            assertThat(t.dtype()).isEqualTo(DType.U8);
            assertThat(t.shape()).isEqualTo(Shape.of(2, 1, 3));
            assertThat(t.toArray()).containsExactly(0, 1, 127, 128, 254, 255);
        }
    }

    @Test
    void should_read_more_than_one_block() throws IOException {
        byte[] data = new byte[3_000_000];
        for (int i = 0; i < data.length; i++) {
            data[i] = (byte) (i * 31 + i / 256);
        }
        byte[] plain = idx(12, dims(data.length / 4), data);
        try (Tensor a = Idx.read(file(plain));
                Tensor b = Idx.read(Files.write(folder.resolve("b"), gzip(plain)))) {
            long[] expected = new long[data.length / 4];
            ByteBuffer words = ByteBuffer.wrap(data);
            Arrays.setAll(expected, i -> words.getInt(4 * i));
            assertThat(a.toLongArray()).isEqualTo(expected);
            assertThat(b.toLongArray()).isEqualTo(expected);
        }
    }

    @Test
    void should_read_every_type() throws IOException {
        check(9, DType.I32, ByteBuffer.allocate(2).put((byte) -128).put((byte) 127), -128, 127);
        check(11, DType.I32, ByteBuffer.allocate(4).putShort((short) -2).putShort((short) 258), -2, 258);
        check(12, DType.I32, ByteBuffer.allocate(8).putInt(-3).putInt(1 << 30), -3, 1 << 30);
        check(13, DType.F32, ByteBuffer.allocate(8).putFloat(0.5f).putFloat(-1e30f), 0.5, -1e30f);
        check(14, DType.F64, ByteBuffer.allocate(16).putDouble(Math.PI).putDouble(-1e300), Math.PI, -1e300);
    }

    private void check(int code, DType dtype, ByteBuffer data, double... expected) throws IOException {
        try (Tensor t = Idx.read(file(idx(code, dims(2), data.array())))) {
            assertThat(t.dtype()).isEqualTo(dtype);
            assertThat(t.toArray()).containsExactly(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void should_refuse_a_file_cut_at_any_byte(boolean compressed) throws IOException {
        byte[] plain = idx(8, dims(3, 5), new byte[15]);
        byte[] whole = compressed ? gzip(plain) : plain;
        for (int length = 0; length < whole.length; length++) {
            assertThat(message(file(Arrays.copyOf(whole, length)))).isNotEmpty();
        }
        Idx.read(file(whole)).close();
    }

    @Test
    void should_say_that_a_download_broke_off() throws IOException {
        byte[] whole = gzip(idx(8, dims(100, 100), new byte[10_000]));
        assertThat(message(file(Arrays.copyOf(whole, whole.length - 10)))).contains("the gzip data ends early");
    }

    @Test
    void should_notice_a_changed_byte_by_the_checksum() throws IOException {
        byte[] whole = gzip(idx(8, dims(3), (byte) 1, (byte) 2, (byte) 3));
        whole[whole.length - 8] ^= 1;
        assertThat(message(file(whole))).contains("the gzip data is corrupt");
    }

    @Test
    void should_take_no_memory_for_dimensions_that_lie() throws IOException {
        assertThat(messageWithoutMemory(file(idx(8, dims(-1, -1), new byte[4]))))
                .contains("byte 4: ")
                .contains("4294967295");
        assertThat(messageWithoutMemory(file(idx(14, dims(60000, 28, 28), new byte[64]))))
                .contains("the dimensions (60000,28,28) need 47040000 elements of 8 bytes, but 64 bytes");
        assertThat(messageWithoutMemory(file(idx(8, dims(3), new byte[4])))).contains("need 3 elements");
        assertThat(messageWithoutMemory(file(idx(8, dims(-1, -1, -1, -1))))).contains("more than 2^63 elements");
        assertThat(messageWithoutMemory(file(gzip(idx(8, dims(1 << 30), new byte[64])))))
                .contains("at most");
    }

    @Test
    void should_refuse_more_compressed_data_than_the_dimensions_say() throws IOException {
        assertThat(message(file(gzip(idx(8, dims(3), new byte[4])))))
                .contains("holds more data than its dimensions (3)");
    }

    @Test
    void should_refuse_less_compressed_data_than_the_dimensions_say() throws IOException {
        assertThat(message(file(gzip(idx(8, dims(30), new byte[4])))))
                .contains("26 bytes before what the header needs");
    }

    @Test
    void should_refuse_what_is_no_idx_file() throws IOException {
        assertThat(messageWithoutMemory(file("P5 28 28 255".getBytes()))).contains("is no IDX file");
        assertThat(messageWithoutMemory(file(idx(10, dims(1), (byte) 0)))).contains("byte 2: element type 10");
        assertThat(messageWithoutMemory(file(idx(8, dims(), (byte) 0)))).contains("byte 3: 0 dimensions");
        assertThat(messageWithoutMemory(file(idx(8, dims(1, 1, 1, 1, 1), (byte) 0))))
                .contains("5 dimensions; 1 to 4");
        assertThat(messageWithoutMemory(folder.resolve("none"))).contains("there is no such file");
    }

    @Test
    void should_read_no_elements() throws IOException {
        try (Tensor t = Idx.read(file(idx(8, dims(0, 28, 28))))) {
            assertThat(t.shape()).isEqualTo(Shape.of(0, 28, 28));
        }
    }
}
