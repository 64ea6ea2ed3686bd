package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Driver;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.ForkedJvm;
import dev.eckart.testkit.Settled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class NpyOperatorTest {
    @TempDir
    private Path folder;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        Thread.interrupted();
        scope.close();
    }

    private Path file() {
        return folder.resolve("a.npy");
    }

    /** The file of a matrix in an element type and an order. */
    private Path write(Tensor a, String descriptor, boolean columnMajor) throws IOException {
        String dict = "{'descr': '" + descriptor + "', 'fortran_order': " + (columnMajor ? "True" : "False")
                + ", 'shape': (" + a.dim(0) + ", " + a.dim(1) + "), }\n";
        double[] values = (columnMajor ? a.transpose() : a).to(DType.F64).toArray();
        ByteBuffer out =
                ByteBuffer.allocate(10 + dict.length() + 8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) dict.length());
        out.put(dict.getBytes(StandardCharsets.ISO_8859_1));
        out.order(descriptor.startsWith(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
        for (double value : values) {
            switch (descriptor.substring(1)) {
                case "f8" -> out.putDouble(value);
                case "f4" -> out.putFloat((float) value);
                case "i2" -> out.putShort((short) value);
                default -> throw new IllegalArgumentException(descriptor);
            }
        }
        Files.write(file(), java.util.Arrays.copyOf(out.array(), out.position()));
        return file();
    }

    private Path write(Tensor a) throws IOException {
        return write(a, a.dtype() == DType.F64 ? "<f8" : "<f4", false);
    }

    @ParameterizedTest
    @CsvSource({
        "<f8, false, F64,  70,  40,   1000",
        "<f8, false, F64,  70,  40,      1",
        "<f8, false, F64,  70,  40, 999999",
        "<f8, true,  F64,  70,  40,   1000",
        "<f8, true,  F64,  70,  40, 999999",
        "<f8, true,  F64, 1100,  5,  20480",
        "<f8, false, F64,   1,  40,    100",
        "<f8, true,  F64,  70,   1,    100",
        ">f8, false, F64,  31,  17,   1000",
        ">f4, true,  F32, 2100,  5,  41000",
        "<f4, false, F32,  40,  70,   1000",
        "<f4, false, F64,  40,  70,   1000",
        "<f8, true,  F32,  40,  70,   1000",
        "<i2, false, F64,  40,  70,   1000",
        "<i2, true,  F32,  40,  70,   1000"
    })
    void should_do_what_the_matrix_in_memory_does(
            String descriptor, boolean columnMajor, DType type, long m, long n, long block) throws IOException {
        Tensor numbers = Tensor.normal(DType.F64, 1, m, n).multiply(descriptor.endsWith("i2") ? 100 : 1);
        write(numbers, descriptor, columnMajor);
        Tensor a = Npy.read(file()).to(type);
        LinearOperator dense = LinearOperator.of(a);
        NpyOperator operator =
                NpyOperator.options().dtype(type).blockBytes(block).open(file());
        Tensor x = Tensor.normal(type, 2, 3, n).transpose();
        Tensor y = Tensor.normal(type, 3, m, 3);
        double tolerance = 50 * type.epsilon() * a.norm() * a.norm() * Math.sqrt(m + n);
        assertThat(operator.shape()).isEqualTo(Shape.of(m, n));
        assertThat(operator.dtype()).isEqualTo(type);
        for (Tensor[] pair : new Tensor[][] {
            {operator.multiply(x), dense.multiply(x)},
            {operator.multiplyTransposed(y), dense.multiplyTransposed(y)},
            {operator.gram(x), dense.gram(x)},
            {operator.rows(m / 3, m), dense.rows(m / 3, m)},
            {operator.columns(n / 3, n), dense.columns(n / 3, n)}
        }) {
            assertThat(pair[0].shape()).isEqualTo(pair[1].shape());
            assertThat(pair[0].subtract(pair[1]).norm()).isLessThan(tolerance);
        }
        assertThat(operator.frobeniusNorm().getAsDouble()).isCloseTo(a.norm(), within(10 * type.epsilon() * a.norm()));
        Tensor copy = Tensor.empty(a.device(), type, m, n);
        operator.forEachRows(
                (from, rows) -> copy.slice(0, from, from + rows.dim(0)).assign(rows));
        assertThat(copy.toArray()).isEqualTo(a.toArray());
        Tensor mean = a.mean(0);
        Tensor centred = a.subtract(mean);
        LinearOperator standardized = LinearOperator.standardized(operator, mean, null);
        assertThat(standardized
                        .gram(x)
                        .subtract(LinearOperator.of(centred).gram(x))
                        .norm())
                .isLessThan(tolerance);
        assertThat(standardized.frobeniusNorm().getAsDouble())
                .isCloseTo(centred.norm(), within(10 * type.epsilon() * a.norm()));
    }

    @Test
    void should_read_the_file_once_for_each_product() throws IOException {
        Tensor a = Tensor.normal(DType.F64, 1, 90, 30);
        List<Long> bytes = new ArrayList<>();
        NpyOperator operator = NpyOperator.options()
                .blockBytes(30 * 30 * 8)
                .progress((pass, done, total) -> {
                    bytes.add(done);
                    assertThat(total).isEqualTo(90 * 30 * 8);
                    assertThat(pass).isEqualTo(1 + (bytes.size() - 1) / 3);
                })
                .open(write(a));
        Tensor x = Tensor.normal(DType.F64, 2, 30, 4);
        operator.gram(x);
        assertThat(operator.passes()).isEqualTo(1);
        assertThat(bytes).containsExactly(7200L, 14400L, 21600L);
        assertThat(operator.frobeniusNorm().getAsDouble()).isCloseTo(a.norm(), within(1e-12));
        assertThat(operator.passes()).as("the norm came with the first pass").isEqualTo(1);
        LinearOperator.standardized(operator, a.mean(0), null).gram(x);
        assertThat(operator.passes()).isEqualTo(2);
        operator.forEachRows((from, rows) -> {});
        operator.multiply(x);
        assertThat(operator.passes()).isEqualTo(4);
    }

    @Test
    void should_give_the_truncated_svd_of_the_matrix() throws IOException {
        Tensor a = Tensor.normal(DType.F64, 1, 300, 8).matmul(Tensor.normal(DType.F64, 2, 8, 60));
        NpyOperator operator = NpyOperator.options().blockBytes(10_000).open(write(a));
        for (Certificate.Level level : new Certificate.Level[] {Certificate.Level.ESTIMATE, Certificate.Level.EXACT}) {
            Svd few = TruncatedSvd.rank(5).certify(level).of(operator);
            Svd all = Svd.of(a);
            assertThat(few.s().toArray())
                    .usingComparatorWithPrecision(1e-9)
                    .containsExactly(all.s().slice(0, 0, 5).toArray());
            double residual = all.s().slice(0, 5, 60).norm();
            assertThat(few.certificate().residual()).isCloseTo(residual, within(1e-6 * residual));
        }
    }

    /** As often as a tall one: it is not turned, which would take two passes to each step. */
    @Test
    void should_read_a_wide_file_once_for_each_step() throws IOException {
        double[] scale = IntStream.rangeClosed(1, 60).mapToDouble(i -> 1.0 / i).toArray();
        Tensor tall = Tensor.normal(DType.F64, 1, 300, 60).multiply(Tensor.of(scale));
        int[] passes = new int[2];
        for (int i = 0; i < 2; i++) {
            Tensor a = i == 0 ? tall : tall.transpose().contiguous();
            NpyOperator operator = NpyOperator.options().blockBytes(30_000).open(write(a));
            Svd few = TruncatedSvd.rank(5).driver(Driver.KRYLOV).of(operator);
            double[] expected = Svd.of(a).s().slice(0, 0, 5).toArray();
            assertThat(few.s().toArray()).usingComparatorWithPrecision(1e-4).containsExactly(expected);
            assertThat(few.certificate().fallbacks()).isEmpty();
            passes[i] = operator.passes();
        }
        assertThat(passes[1]).isBetween(passes[0] - 1, passes[0] + 1);
    }

    @Test
    void should_find_all_triplets_of_wide_files() throws IOException {
        for (Tensor a : List.of(Tensor.normal(DType.F64, 1, 5, 70), Tensor.normal(DType.F64, 2, 1, 9))) {
            long m = a.dim(0);
            Svd all = TruncatedSvd.rank(m).driver(Driver.KRYLOV).of(NpyOperator.open(write(a)));
            assertThat(all.certificate().driver()).isEqualTo(Driver.KRYLOV);
            assertThat(all.certificate().relativeResidual()).isLessThan(1e-12);
            double[] expected = Svd.of(a).s().toArray();
            assertThat(all.s().toArray()).usingComparatorWithPrecision(1e-10).containsExactly(expected);
        }
        Tensor zero = Tensor.zeros(DType.F64, 4, 30);
        Svd none = TruncatedSvd.rank(2).driver(Driver.KRYLOV).of(NpyOperator.open(write(zero)));
        assertThat(none.s().toArray()).containsOnly(0);
    }

    @Test
    void should_take_empty_matrices() throws IOException {
        for (long[] shape : new long[][] {{0, 3}, {3, 0}, {0, 0}}) {
            NpyOperator operator = NpyOperator.open(write(Tensor.zeros(DType.F64, shape)));
            assertThat(operator.multiply(Tensor.full(DType.F64, 1, shape[1], 2)).norm())
                    .isZero();
            assertThat(operator.multiplyTransposed(Tensor.full(DType.F64, 1, shape[0], 2))
                            .shape())
                    .isEqualTo(Shape.of(shape[1], 2));
            assertThat(operator.gram(Tensor.full(DType.F64, 1, shape[1], 2)).norm())
                    .isZero();
            assertThat(operator.frobeniusNorm().getAsDouble()).isZero();
        }
    }

    /** What happens to the file, or the thread, after the first block. */
    private interface Event {
        void happen() throws IOException;
    }

    private NpyOperator disturbed(Event event) throws IOException {
        boolean[] done = {false};
        return NpyOperator.options()
                .blockBytes(3000)
                .progress((pass, bytes, total) -> {
                    if (!done[0]) {
                        done[0] = true;
                        try {
                            event.happen();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    }
                })
                .open(write(Tensor.normal(DType.F64, 1, 200, 30)));
    }

    private void fails(NpyOperator operator, Class<? extends Throwable> type, String... said)
            throws InterruptedException {
        Tensor x = Tensor.normal(DType.F64, 2, 30, 4);
        long before = Settled.memoryInUse();
        assertThatThrownBy(() -> operator.gram(x)).isInstanceOf(type).hasMessageContainingAll(said);
        boolean interrupted = Thread.interrupted();
        assertThat(interrupted).as("still interrupted").isEqualTo(type == CancellationException.class);
        assertThat(MemoryBudget.used()).as("memory given back").isEqualTo(before);
    }

    @Test
    void should_say_where_a_file_ended_that_was_cut_off() throws Exception {
        NpyOperator operator = disturbed(() -> {
            try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
                channel.truncate(20_000);
            }
        });
        fails(operator, UncheckedIOException.class, "npy: " + file() + ", byte ", "while it was read");
        assertThatThrownBy(() -> NpyOperator.open(file()))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("torn");
    }

    @Test
    void should_not_take_a_file_that_was_written_to_or_replaced() throws Exception {
        fails(
                disturbed(() -> Files.setLastModifiedTime(file(), FileTime.fromMillis(0))),
                UncheckedIOException.class,
                "npy: " + file() + ", byte ",
                "changed while it was read: it was written to or replaced; start again when nothing writes to it");
        fails(
                disturbed(() -> {
                    Path other = folder.resolve("other.npy");
                    Npy.write(other, Tensor.zeros(DType.F64, 200, 30));
                    Files.move(other, file(), StandardCopyOption.REPLACE_EXISTING);
                }),
                UncheckedIOException.class,
                "changed while it was read");
        fails(
                disturbed(() -> Files.write(file(), new byte[5000], StandardOpenOption.APPEND)),
                UncheckedIOException.class,
                "now has 51.");
        fails(disturbed(() -> Files.delete(file())), UncheckedIOException.class, file().toString());
    }

    @Test
    void should_end_between_blocks_when_interrupted() throws Exception {
        fails(
                disturbed(() -> Thread.currentThread().interrupt()),
                CancellationException.class,
                "npy operator: gram: interrupted; nothing of it is kept");
        NpyOperator operator = NpyOperator.open(write(Tensor.normal(DType.F64, 1, 20, 3)));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> operator.rows(0, 3)).isInstanceOf(CancellationException.class);
        assertThatThrownBy(() -> operator.forEachRows((from, rows) -> {})).isInstanceOf(CancellationException.class);
    }

    @Test
    void should_end_an_interrupted_decomposition_with_nothing_in_use() throws Exception {
        NpyOperator operator = disturbed(() -> Thread.currentThread().interrupt());
        long before = Settled.memoryInUse();
        assertThatThrownBy(() -> TruncatedSvd.rank(4).of(operator)).isInstanceOf(CancellationException.class);
        Thread.interrupted();
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void should_refuse_what_is_no_finite_matrix() throws Exception {
        Tensor a = Tensor.normal(DType.F64, 1, 200, 30).copy();
        a.slice(0, 150, 151).slice(1, 7, 8).fill(Double.NaN);
        for (boolean columnMajor : new boolean[] {false, true}) {
            NpyOperator operator = NpyOperator.options().blockBytes(3000).open(write(a, "<f8", columnMajor));
            fails(
                    operator,
                    IllegalArgumentException.class,
                    "npy operator: " + file()
                            + ": element (150,7) of (200,30) is NaN; a factorization needs finite numbers");
        }
        Npy.write(file(), Tensor.zeros(DType.F64, 2, 3, 4));
        assertThatThrownBy(() -> NpyOperator.open(file()))
                .isInstanceOf(BadFileException.class)
                .hasMessage("npy: " + file() + ": has the shape (2,3,4); a matrix (m,n) is needed");
    }

    @Test
    void should_refuse_a_factor_that_does_not_fit() throws IOException {
        NpyOperator operator = NpyOperator.open(write(Tensor.zeros(DType.F64, 5, 3)));
        assertThatThrownBy(() -> operator.multiply(Tensor.zeros(DType.F64, 5, 2)))
                .hasMessage("npy operator: multiply: the matrix is (5,3), the factor (5,2); it needs 3 rows");
        assertThatThrownBy(() -> operator.multiplyTransposed(Tensor.zeros(DType.F32, 5, 2)))
                .hasMessageContaining("the matrix is f64, the factor f32");
        assertThatThrownBy(() -> NpyOperator.options().dtype(DType.I64)).hasMessageContaining("f64 or f32");
        assertThatThrownBy(() -> NpyOperator.options().blockBytes(0)).hasMessageContaining("at least 1");
    }

    @Test
    void should_pass_on_what_an_action_throws() throws Exception {
        NpyOperator operator = NpyOperator.options().blockBytes(3000).open(write(Tensor.normal(DType.F64, 1, 200, 30)));
        long before = Settled.memoryInUse();
        assertThatThrownBy(() -> operator.forEachRows((from, rows) -> {
                    throw new IllegalStateException("from " + from);
                }))
                .hasMessage("from 0");
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    /** 92 MiB through 40 MiB of native memory and a heap of 32 MiB; of a wide file the basis of driver krylov would not fit either. */
    @ParameterizedTest
    @CsvSource({"20000, 600, krylov", "500, 24000, randomized"})
    void should_take_apart_what_neither_heap_nor_budget_could_hold(int rows, int columns, String driver)
            throws Exception {
        Tensor right = Tensor.normal(DType.F64, 2, 6, columns);
        try (FileChannel out = FileChannel.open(file(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            Npy.writeFully(out, NpyHeader.format(ElementType.F8, Shape.of(rows, columns)));
            for (int i = 0; i < 10; i++) {
                try (Tensor left = Tensor.normal(DType.F64, 10 + i, rows / 10, 6);
                        Tensor part = left.matmul(right)) {
                    part.<IOException>withBuffers(bytes -> Npy.writeFully(out, bytes));
                }
            }
        }
        ForkedJvm.Result result = ForkedJvm.run(
                OutOfCore.class,
                List.of("-Xmx32m", "-Deckart.memory.max=40m"),
                Map.of(),
                Duration.ofSeconds(50),
                file().toString());
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("driver: " + driver, "relative residual below 1e-10: true", "below the budget: true");
    }
}
