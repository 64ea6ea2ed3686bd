package dev.eckart.cli.rdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.io.BadFileException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RDataTest {
    @TempDir
    Path folder;

    private static final Object VALUE = RFile.with(
            null,
            "tab",
            RFile.with(new int[] {0, 1, 2, RValue.NA}, "dim", new int[] {2, 2}),
            "pop",
            RFile.with(new int[] {2, 1, RValue.NA}, "levels", new String[] {"a", "ü"}),
            "frame",
            RFile.with(
                    List.of(new double[] {0.5, Double.NaN}, new String[] {"x", null}),
                    "names",
                    new String[] {"number", "text"},
                    "dim",
                    new int[] {9}),
            "nothing",
            RFile.with(null));

    private RValue read(byte[] content) throws IOException {
        return RData.read(Files.write(folder.resolve("a.rda"), content));
    }

    private String refusal(byte[] content) throws IOException {
        Path file = Files.write(folder.resolve("a.rda"), content);
        try {
            RData.read(file);
            throw new AssertionError("was read");
        } catch (BadFileException e) {
            assertThat(e.getMessage()).startsWith("rdata: " + file).doesNotContain("\n");
            return e.getMessage();
        }
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(content);
        }
        return bytes.toByteArray();
    }

    private static void assertRead(RValue saved) {
        RValue object = saved.get("x");
        assertThat(object.get("tab").ints()).containsExactly(0, 1, 2, RValue.NA);
        assertThat(object.get("tab").doubles()).containsExactly(0, 1, 2, Double.NaN);
        assertThat(object.get("tab").get("dim").ints()).containsExactly(2, 2);
        assertThat(object.get("pop").strings()).containsExactly("ü", "a", null);
        assertThat(object.get("frame").get("number").doubles()).containsExactly(0.5, Double.NaN);
        assertThat(object.get("frame").get("text").strings()).containsExactly("x", null);
        assertThat(object.get("nothing").data()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void should_read_what_r_saves(int version) throws IOException {
        byte[] plain = RFile.of(version, "x", VALUE);
        assertRead(read(plain));
        assertRead(read(gzip(plain)));
        assertRead(read(RFile.bzip2(plain)));
    }

    /** What {@code x <- c(a = 1L, b = NA); save(x, version = 2, compress = FALSE)} writes, assembled by hand from R Internals. */
    @Test
    void should_read_a_file_byte_by_byte() throws IOException {
        String hex = "524458320a580a" + "000000020004020200020300" + "00000402" + "0000000100040009" + "0000000178"
                + "0000020d" + "00000002" + "0000000180000000" + "00000402" + "0000000100040009" + "000000056e616d6573"
                + "00000010" + "00000002" + "000400090000000161" + "000400090000000162" + "000000fe" + "000000fe";
        RValue x = read(HexFormat.of().parseHex(hex)).get("x");
        assertThat(x.ints()).containsExactly(1, RValue.NA);
        assertThat(x.get("names").strings()).containsExactly("a", "b");
    }

    /** Calls, promises' forms, environments and references to symbols are read over. */
    @Test
    void should_read_over_what_is_no_data() throws IOException {
        ByteBuffer file = ByteBuffer.allocate(400);
        file.put("RDX2\nX\n".getBytes(StandardCharsets.US_ASCII))
                .putInt(2)
                .putInt(0)
                .putInt(0);
        file.putInt(0x402).putInt(1).putInt(9).putInt(1).put((byte) 'f'); // f = an environment
        file.putInt(4).putInt(0).putInt(253).putInt(254).putInt(254).putInt(254);
        file.putInt(0x402).putInt(1).putInt(9).putInt(1).put((byte) 'g'); // g = the call f(251)
        file.putInt(6).putInt(1 << 8 | 255).putInt(2).putInt(251).putInt(254);
        file.putInt(0x402).putInt(1).putInt(9).putInt(1).put((byte) 'h'); // h = raw bytes, then true
        file.putInt(24).putInt(3).put(new byte[3]);
        file.putInt(0x402).putInt(1).putInt(9).putInt(1).put((byte) 'i');
        file.putInt(10).putInt(1).putInt(1);
        file.putInt(254);
        RValue saved = read(Arrays.copyOf(file.array(), file.position()));
        assertThat(saved.attributes().keySet()).containsExactly("f", "g", "h", "i");
        assertThat(saved.get("i").ints()).containsExactly(1);
        assertThat(saved.get("g").data()).isNull();
    }

    @Test
    void should_fail_if_it_is_cut_anywhere() throws IOException {
        byte[] plain = RFile.of(2, "x", VALUE);
        for (byte[] whole : new byte[][] {plain, gzip(plain), RFile.bzip2(plain)}) {
            for (int length = 0; length < whole.length; length++) {
                refusal(Arrays.copyOf(whole, length));
            }
        }
    }

    /** Each byte is changed in turn: read or refused, and no memory is taken for what a length claims. */
    @Test
    void should_read_or_refuse_what_is_changed_anywhere() throws IOException {
        byte[] whole = RFile.of(3, "x", VALUE);
        int refused = 0;
        for (int at = 0; at < whole.length; at++) {
            for (int other : new int[] {0, 1, 9, 16, 19, 24, 25, 127, 128, 254, 255}) {
                byte[] changed = whole.clone();
                changed[at] = (byte) other;
                DataInputStream in = new DataInputStream(new ByteArrayInputStream(changed));
                try {
                    assertThat(new Unserializer(in).file()).isNotNull();
                } catch (IOException e) {
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(whole.length);
    }

    @Test
    void should_fail_if_it_is_no_such_file() throws IOException {
        assertThat(refusal("a,b\n1,2\n".getBytes(StandardCharsets.US_ASCII)))
                .contains("does not begin with RDX2 or RDX3");
        assertThatThrownBy(() -> RData.read(folder.resolve("none"))).hasMessageContaining("there is no such file");
        ByteBuffer deep = ByteBuffer.allocate(40_000);
        deep.put("RDX2\nX\n".getBytes(StandardCharsets.US_ASCII))
                .putInt(2)
                .putInt(0)
                .putInt(0);
        while (deep.remaining() >= 8) {
            deep.putInt(19).putInt(1);
        }
        assertThat(refusal(deep.array())).contains("nest deeper than 500");
        byte[] function = RFile.of(2, "x", VALUE);
        function[function.length - 5] = 3; // a closure instead of NULL
        assertThat(refusal(function)).contains("type 3, which is not supported");
    }

    @Test
    void should_say_what_is_missing() throws IOException {
        RValue saved = read(RFile.of(2, "x", VALUE));
        assertThatThrownBy(() -> saved.get("y")).hasMessage("R: there is no 'y'; there are [x]");
        assertThatThrownBy(() -> saved.get("x").get("tab").strings()).hasMessageContaining("texts were expected");
        assertThatThrownBy(() -> saved.get("x").get("pop").get("levels").doubles())
                .hasMessageContaining("numbers were expected");
    }
}
