package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Random numbers: the definition, and independence of how a range is cut. */
interface RandomContract extends BackendFixture {
    /** Words of all sizes: the key and the counter take each whole. */
    long[] SEEDS = {0, 1, 0x123456789ABCDEFL, -1};

    /** Where a range starts: inside a block, and where the block number passes 32 bits. */
    long[] OFFSETS = {0, 1, 2, 3, 5, (1L << 33) - 2, (1L << 34) - 3, 1L << 52};

    @Test
    default void philoxReferenceGivesTheKnownAnswers() {
        // Random123's kat_vectors, philox4x32 10.
        assertThat(PhiloxReference.block(new long[4], 0, 0))
                .containsExactly(0x6627e8d5L, 0xe169c58dL, 0xbc57ac4cL, 0x9b00dbd8L);
        long ones = 0xFFFFFFFFL;
        assertThat(PhiloxReference.block(new long[] {ones, ones, ones, ones}, ones, ones))
                .containsExactly(0x408f276dL, 0x41c83b0eL, 0xa20bc7c6L, 0x6d5451fdL);
        long[] pi = {0x243f6a88L, 0x85a308d3L, 0x13198a2eL, 0x03707344L};
        assertThat(PhiloxReference.block(pi, 0xa4093822L, 0x299f31d0L))
                .containsExactly(0xd16cfe09L, 0x94fdccebL, 0x5001e420L, 0x24126ea1L);
    }

    private Values draw(
            Distribution d, DType dtype, double a, double b, long seed, long stream, long offset, int count) {
        return sameForAllThreads(count, () -> d + " " + dtype, () -> {
            try (Operands operands = new Operands(backend())) {
                // A slice, so that anything written beyond the range is noticed.
                Operand out = operands.empty(dtype, Form.PADDED, count);
                backend().random(d, a, b, seed, stream, offset, out.view());
                return out.read();
            }
        });
    }

    @Test
    default void uniformIsBitEqualToTheDefinition() {
        for (DType dtype : REAL) {
            for (long seed : SEEDS) {
                for (long stream : SEEDS) {
                    for (long offset : OFFSETS) {
                        int count = seed == stream && offset < 4 ? 70_001 : 37;
                        double[] expected = new double[count];
                        Arrays.setAll(
                                expected, i -> PhiloxReference.uniform(dtype == DType.F32, seed, stream, offset + i));
                        draw(Distribution.UNIFORM, dtype, 0, 1, seed, stream, offset, count)
                                .assertEquals(
                                        Values.of(dtype, expected),
                                        () -> "uniform " + dtype + " " + seed + " " + stream + " " + offset);
                    }
                }
            }
        }
    }

    /** Rows of a length that ends within a block. */
    @Test
    default void eachRowIsTheBeginningOfAStreamOfItsOwn() {
        long[] streams = {5, -3, 1L << 40, 0, 5};
        for (DType dtype : REAL) {
            for (int count : new int[] {1, 3, 4, 1001}) {
                try (Operands operands = new Operands(backend())) {
                    Operand out = operands.empty(dtype, Form.CONTIGUOUS, streams.length, count);
                    Operand numbers =
                            operands.of(Values.ofIntegers(DType.I64, streams), Form.CONTIGUOUS, streams.length);
                    backend().random(Distribution.NORMAL, 2, 3, 7, numbers.view(), 11, out.view());
                    double[] got = out.read().floats();
                    for (int i = 0; i < streams.length; i++) {
                        double[] row = draw(Distribution.NORMAL, dtype, 2, 3, 7, streams[i] + 11, 0, count)
                                .floats();
                        assertThat(Arrays.copyOfRange(got, i * count, (i + 1) * count))
                                .isEqualTo(row);
                    }
                }
            }
        }
    }

    @Test
    default void uniformFillsItsIntervalAndStaysBelowItsEnd() {
        for (DType dtype : REAL) {
            double[] unit =
                    draw(Distribution.UNIFORM, dtype, 0, 1, 3, 4, 0, 20_000).floats();
            double[] expected = Arrays.stream(unit).map(u -> -3 + 8 * u).toArray();
            double[] limits = new double[expected.length];
            Arrays.fill(limits, Tolerance.ulps(dtype, 1, 5));
            Values wide = draw(Distribution.UNIFORM, dtype, -3, 5, 3, 4, 0, 20_000);
            wide.assertWithin(expected, limits, () -> "uniform on [-3, 5)");
            double end = 1 + 2 * dtype.epsilon();
            Values narrow = draw(Distribution.UNIFORM, dtype, 1, end, 3, 4, 0, 20_000);
            assertThat(Arrays.stream(narrow.floats()).distinct().sorted().toArray())
                    .containsExactly(1, 1 + dtype.epsilon());
        }
    }

    @Test
    default void normalIsWithinFourUlpsOfTheDefinition() {
        for (DType dtype : REAL) {
            for (long seed : SEEDS) {
                for (long offset : OFFSETS) {
                    int count = offset < 4 ? 30_001 : 37;
                    double[] expected = new double[count];
                    double[] limits = new double[count];
                    for (int i = 0; i < count; i++) {
                        expected[i] = PhiloxReference.normal(dtype == DType.F32, seed, 9, offset + i);
                        limits[i] = Tolerance.ulps(dtype, 4, expected[i]);
                    }
                    Values got = draw(Distribution.NORMAL, dtype, 0, 1, seed, 9, offset, count);
                    got.assertWithin(expected, limits, () -> "normal " + dtype + " " + seed + " " + offset);
                    double[] moved =
                            Arrays.stream(expected).map(z -> 10 - 3 * z).toArray();
                    Arrays.setAll(limits, i -> Tolerance.ulps(dtype, 4, 10 + 3 * Math.abs(expected[i])));
                    draw(Distribution.NORMAL, dtype, 10, -3, seed, 9, offset, count)
                            .assertWithin(moved, limits, () -> "normal of mean 10, deviation -3");
                }
            }
        }
    }

    @Test
    default void normalHasTheMomentsOfTheNormalDistribution() {
        for (DType dtype : REAL) {
            int n = 400_000;
            double[] z = draw(Distribution.NORMAL, dtype, 0, 1, 5, 6, 0, n).floats();
            for (int power = 1; power <= 4; power++) {
                int p = power;
                double moment =
                        Arrays.stream(z).map(x -> Math.pow(x, p)).average().orElseThrow();
                double expected = power == 2 ? 1 : power == 4 ? 3 : 0;
                double deviation = Math.sqrt(new double[] {1, 2, 15, 96}[power - 1] / n);
                assertThat(moment)
                        .as("moment %d of %s", power, dtype)
                        .isBetween(expected - 5 * deviation, expected + 5 * deviation);
            }
        }
    }

    @Test
    default void integersAreBitEqualToTheDefinition() {
        long[][] ranges = {
            {0, 2}, {0, 1}, {-5, 12}, {0, 1L << 31}, {-(1L << 31), 1L << 31}, {-(1L << 53), 1L << 53}, {7, 1000}
        };
        for (DType dtype : new DType[] {DType.I64, DType.I32}) {
            for (long[] range : ranges) {
                if (dtype == DType.I32 && range[1] > 1L << 31) {
                    continue;
                }
                for (long seed : SEEDS) {
                    for (long offset : OFFSETS) {
                        int count = offset == 1 ? 70_001 : 37;
                        long[] expected = new long[count];
                        Arrays.setAll(expected, i -> PhiloxReference.integer(range[0], range[1], seed, 2, offset + i));
                        draw(Distribution.INTEGERS, dtype, range[0], range[1], seed, 2, offset, count)
                                .assertEquals(
                                        Values.ofIntegers(dtype, expected),
                                        () -> "integers " + dtype + " " + Arrays.toString(range) + " " + seed + " "
                                                + offset);
                    }
                }
            }
        }
    }

    @Test
    default void partsOfARangeAreTheRange() {
        for (Distribution d : Distribution.values()) {
            for (DType dtype : d == Distribution.INTEGERS
                    ? new DType[] {DType.I64, DType.I32}
                    : new DType[] {DType.F64, DType.F32}) {
                double b = d == Distribution.INTEGERS ? 1000 : 1;
                Values whole = draw(d, dtype, 0, b, 8, 1, 0, 2000);
                for (int from : new int[] {1, 2, 3, 4, 7, 63, 64, 999}) {
                    for (int count : new int[] {0, 1, 2, 3, 5, 8, 17, 1000}) {
                        Values part = draw(d, dtype, 0, b, 8, 1, from, count);
                        for (int i = 0; i < count; i++) {
                            assertThat(part.at(i))
                                    .as("%s %s at %d + %d", d, dtype, from, i)
                                    .isEqualTo(whole.at(from + i));
                        }
                    }
                }
            }
        }
    }
}
