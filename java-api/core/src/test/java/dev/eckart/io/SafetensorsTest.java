package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest extends FormatTest {
    private static void read(Path file) throws IOException {
        Formats.close(Safetensors.read(file));
    }

    private Path file(String header, int dataBytes) throws IOException {
        byte[] text = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(8 + text.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(text.length).put(text);
        return Files.write(folder.resolve("a.safetensors"), out.array());
    }

    @Test
    void should_read_what_the_reference_implementation_wrote() throws Exception {
        try (Scope scope = Scope.open();
                Safetensors file = Safetensors.open(Formats.golden("all.safetensors"))) {
            assertThat(file.metadata()).containsExactly(Map.entry("made by", "make.py"));
            assertThat(file.names())
                    .containsExactlyInAnyOrder(
                            "f8", "f4", "f2", "i8", "i4", "i2", "i1", "u2", "u1", "b1", "empty", "scalar");
            for (String name : new String[] {"f8", "f4", "f2"}) {
                assertThat(file.shape(name)).isEqualTo(Shape.of(3, 4));
                assertThat(file.dtype(name)).isEqualTo(name.equals("f8") ? DType.F64 : DType.F32);
                assertThat(file.read(name).to(DType.F64).toMatrix()).isDeepEqualTo(Formats.DENSE);
            }
            assertThat(file.read("i8").toLongArray()).containsExactly(-3, 1L << 62);
            assertThat(file.read("i4").toLongArray()).containsExactly(7);
            assertThat(file.read("i2").toLongArray()).containsExactly(-300, 300);
            assertThat(file.read("i1").toLongArray()).containsExactly(-128);
            assertThat(file.read("u2").toLongArray()).containsExactly(65535);
            assertThat(file.read("u1").toLongArray()).containsExactly(0, 255);
            assertThat(file.read("b1").toLongArray()).containsExactly(1, 0);
            assertThat(file.read("empty").shape()).isEqualTo(Shape.of(0, 3));
            assertThat(file.read("scalar").get()).isEqualTo(2.5);
            assertThat(file).asString().contains("12 tensors");
        }
    }

    @Test
    void should_read_back_what_it_wrote() throws IOException {
        Path path = folder.resolve("a.safetensors");
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            tensors.put("bytes \"quoted\" \u00fc", Tensor.of(new byte[] {1, 2, 3}));
            tensors.put("bf16", Tensor.normal(DType.F32, 1, 3, 5).to(DType.BF16));
            tensors.put("turned", Tensor.normal(DType.F64, 1, 3, 5).transpose());
            tensors.put("scalar", Tensor.full(DType.F32, 3));
            Safetensors.write(path, tensors, Map.of("k", "v"));
            try (Safetensors file = Safetensors.open(path)) {
                assertThat(file.metadata()).containsEntry("k", "v");
                assertThat(file.names()).containsExactly("turned", "scalar", "bf16", "bytes \"quoted\" \u00fc");
                for (String name : file.names()) {
                    Tensor read = file.read(name);
                    assertThat(read.dtype()).isEqualTo(tensors.get(name).dtype());
                    assertThat(read.shape()).isEqualTo(tensors.get(name).shape());
                    assertThat(read.toArray()).isEqualTo(tensors.get(name).toArray());
                }
            }
            assertThat(Files.size(path) - 120 - 4 - 30 - 3)
                    .as("header, a multiple of 8")
                    .matches(n -> n % 8 == 0);
            assertThatThrownBy(() -> Safetensors.write(path, Map.of("__metadata__", Tensor.zeros(DType.F64)), Map.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void should_say_what_is_wrong_with_a_call() throws Exception {
        Safetensors file = Safetensors.open(Formats.golden("all.safetensors"));
        assertThatThrownBy(() -> file.read("nothing"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("holds no tensor 'nothing'; it has");
        file.close();
        assertThatThrownBy(() -> file.read("f8"))
                .isInstanceOf(IOException.class)
                .hasMessageEndingWith("was closed; read before that");
    }

    @Test
    void should_refuse_a_file_cut_at_any_byte_or_with_one_more() throws Exception {
        Path cut = folder.resolve("cut.safetensors");
        Formats.refusesEveryCut(Formats.golden("all.safetensors"), cut, SafetensorsTest::read);
        byte[] bytes = Files.readAllBytes(Formats.golden("all.safetensors"));
        Files.write(cut, Arrays.copyOf(bytes, bytes.length + 1));
        assertThat(Formats.refusal(cut, SafetensorsTest::read)).contains("follow the header");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[] | 0 | byte 8: the header does not begin with '{'",
                "{ | 0 | the header is no valid JSON",
                "{} {} | 0 | the header goes on after its object",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 9 | the tensors need 8 bytes, but 9 follow",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}} | 7 | the tensors need 8 bytes, but 7 follow",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,9]}} | 9 | are not its 2 elements",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | 8 | are not its 2 elements",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[-8,0]}} | 8 | are not its 2 elements",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | 8 | begins at byte 4 of the data, after a hole",
                "{'a':{'dtype':'U8','shape':[3],'data_offsets':[0,3]},'b':{'dtype':'U8','shape':[2],'data_offsets':[2,4]}} | 4 | begins at byte 2 of the data, inside the one before; the one before ends at 3",
                "{'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]},'a':{'dtype':'U8','shape':[0],'data_offsets':[0,0]}} | 0 | Duplicate field 'a'",
                "{'a':{'dtype':'U8','dtype':'F64','shape':[0],'data_offsets':[0,0]}} | 0 | Duplicate field 'dtype'",
                "{'a':{'dtype':'F8_E4M3','shape':[0],'data_offsets':[0,0]}} | 0 | has the element type 'F8_E4M3'; supported are BF16, BOOL",
                "{'a':{'dtype':'F64','shape':[4611686018427387904,4],'data_offsets':[0,0]}} | 0 | has a bad shape",
                "{'a':{'dtype':'F64','shape':[1152921504606846976],'data_offsets':[0,9223372036854775807]}} | 0 | are not its",
                "{'a':{'dtype':'F64','shape':[1.5],'data_offsets':[0,0]}} | 0 | has a shape that is no list of at most 8 integers",
                "{'a':{'dtype':'F64','shape':[0],'data_offsets':[0,0,0]}} | 0 | has data_offsets that is no list of at most 2",
                "{'a':{'dtype':'F64','shape':[99999999999999999999],'data_offsets':[0,0]}} | 0 | the header is no valid JSON",
                "{'a':{'dtype':'F64','shape':[0]}} | 0 | needs a dtype, a shape and two data_offsets",
                "{'a':{'dtype':'F64','shape':[0],'data_offsets':[0,0],'x':1}} | 0 | has the unknown key 'x'",
                "{'a':7} | 0 | is no object with dtype",
                "{'__metadata__':{'a':7}} | 0 | the value of 'a' is no text",
                "{'__metadata__':7} | 0 | __metadata__ is no object",
            })
    void should_refuse_a_header_that_lies(String header, int dataBytes, String message) throws IOException {
        assertThat(Formats.refusal(file(header.replace('\'', '"'), dataBytes), SafetensorsTest::read))
                .contains(message.replace("Duplicate field 'a'", "Duplicate")
                        .replace("Duplicate field 'dtype'", "Duplicate"));
    }

    @Test
    void should_refuse_lengths_that_lie_before_it_takes_memory() throws IOException {
        for (long length : new long[] {-1, Long.MIN_VALUE, 1L << 40, 100_000_001}) {
            ByteBuffer bytes = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(0, length);
            Path file = Files.write(folder.resolve("b.safetensors"), bytes.array());
            assertThat(Formats.refusal(file, SafetensorsTest::read))
                    .contains("byte 0: claims a header of " + Long.toUnsignedString(length) + " bytes, but 12 follow");
        }
        assertThat(Formats.refusal(Files.write(folder.resolve("c"), new byte[3]), SafetensorsTest::read))
                .contains("has 3 bytes");
    }
}
