package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Whatever is written is read back: every type, shape, layout and value. */
class NpyPropertiesTest {
    @Provide
    Arbitrary<long[]> shapes() {
        return Arbitraries.longs()
                .between(0, 5)
                .array(long[].class)
                .ofMinSize(0)
                .ofMaxSize(5);
    }

    @Property(tries = 200)
    void what_is_written_is_read_back(
            @ForAll("shapes") long[] shape,
            @ForAll DType dtype,
            @ForAll long seed,
            @ForAll @IntRange(min = 0, max = 4) int flipped)
            throws IOException {
        if (dtype == DType.BF16) {
            return;
        }
        Path file = Files.createTempFile("eckart", ".npy");
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.integers(DType.I64, 0, 256, seed, shape).to(dtype);
            Tensor view = flipped < shape.length ? a.flip(flipped) : a;
            Npy.write(file, view);
            Tensor back = Npy.read(file);
            assertThat(back.dtype()).isEqualTo(dtype);
            assertThat(back.shape()).isEqualTo(view.shape());
            assertThat(back.toArray()).containsExactly(view.toArray());
        } finally {
            Files.delete(file);
        }
    }

    @Property(tries = 200)
    void doubles_keep_their_bits(@ForAll @Size(max = 64) double[] values) throws IOException {
        Path file = Files.createTempFile("eckart", ".npy");
        try (Scope scope = Scope.open()) {
            Npy.write(file, Tensor.of(values));
            assertThat(Npy.read(file).toArray()).containsExactly(values);
        } finally {
            Files.delete(file);
        }
    }

    /** A reader of arbitrary bytes ends in a refusal, never in another exception. */
    @Property(tries = 500)
    void damaged_headers_are_read_or_refused(@ForAll @IntRange(min = 0, max = 127) int at, @ForAll byte replacement)
            throws Exception {
        byte[] bytes = Files.readAllBytes(NpyGoldenTest.golden("f8-be-F.npy"));
        bytes[at] = replacement;
        Path file = Files.createTempFile("eckart", ".npy");
        Files.write(file, bytes);
        try (Tensor t = Npy.read(file)) {
            assertThat(t.shape().size() * t.dtype().bytes()).isLessThanOrEqualTo(48 * 4);
        } catch (BadFileException e) {
            assertThat(e).hasMessageStartingWith("npy: " + file);
        } finally {
            Files.delete(file);
        }
    }
}
