package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The first of rows in order, whole rows in order, and the permutations that sorting makes. */
interface OrderContract extends BackendFixture {
    /** The first k places of row {@code row} by the definition: a stable sort by Java's order, in which NaN is largest. */
    private static int[] order(Values a, int row, int n, int k, boolean largest) {
        Comparator<Integer> ascending = a.dtype().isFloating()
                ? Comparator.comparingDouble(i -> a.floats()[row * n + i] + 0.0)
                : Comparator.comparingLong(i -> a.integers()[row * n + i]);
        return IntStream.range(0, n)
                .boxed()
                .sorted(largest ? ascending.reversed() : ascending)
                .limit(k)
                .mapToInt(i -> i)
                .toArray();
    }

    private void checkTopK(Values a, int rows, int n, int k, boolean largest) {
        double[] floats = new double[a.dtype().isFloating() ? rows * k : 0];
        long[] integers = new long[a.dtype().isFloating() ? 0 : rows * k];
        long[] places = new long[rows * k];
        for (int r = 0; r < rows; r++) {
            int[] first = order(a, r, n, k, largest);
            for (int i = 0; i < k; i++) {
                places[r * k + i] = first[i];
                if (a.dtype().isFloating()) {
                    floats[r * k + i] = a.floats()[r * n + first[i]];
                } else {
                    integers[r * k + i] = a.integers()[r * n + first[i]];
                }
            }
        }
        Values expected = new Values(a.dtype(), floats, integers);
        String what = (largest ? "largest " : "smallest ") + k + " of " + rows + " x " + n + " " + a.dtype();
        sameForAllThreads(a.count(), () -> what, () -> {
                    try (Operands operands = new Operands(backend())) {
                        View matrix = operands.of(a, Form.PADDED, rows, n).view();
                        Operand values = operands.empty(a.dtype(), Form.CONTIGUOUS, rows, k);
                        Operand indices = operands.empty(DType.I64, Form.CONTIGUOUS, rows, k);
                        backend().topK(largest, matrix, Optional.of(values.view()), indices.view());
                        values.read().assertEquals(expected, () -> "values of the " + what);
                        Operand alone = operands.empty(DType.I64, Form.CONTIGUOUS, rows, k);
                        backend().topK(largest, matrix, Optional.empty(), alone.view());
                        alone.read().assertEquals(indices.read(), () -> "indices without values of the " + what);
                        return indices.read();
                    }
                })
                .assertEquals(Values.ofIntegers(DType.I64, places), () -> "indices of the " + what);
    }

    @ParameterizedTest
    @EnumSource
    default void topKOfEveryTypeIsTheStableOrder(DType dtype) {
        for (boolean largest : new boolean[] {true, false}) {
            for (int n : new int[] {1, 2, 7, 24, 25, 33, 1000}) {
                for (int k : IntStream.of(1, 2, 7, n / 8, n / 8 + 1, n / 2, n - 1, n)
                        .distinct()
                        .toArray()) {
                    if (k >= 1 && k <= n) {
                        checkTopK(Values.random(dtype, 5L * n, 1), 5, n, k, largest);
                        checkTopK(Values.special(dtype, 3L * n), 3, n, k, largest);
                    }
                }
            }
            for (int k : new int[] {1, 10, 1000, 17_000, 60_000, 140_003}) {
                checkTopK(Values.random(dtype, 140_003, 2), 1, 140_003, k, largest);
            }
        }
    }

    /** Where every element enters, none does, and all are equal. */
    @Test
    default void topKOfOrderedRows() {
        int n = 5_000;
        for (int k : new int[] {1, 10, 500, 3_000, n}) {
            for (int step : new int[] {1, -1, 0}) {
                long[] x = IntStream.range(0, n).mapToLong(i -> (long) step * i).toArray();
                checkTopK(Values.ofIntegers(DType.I64, x), 1, n, k, true);
                checkTopK(Values.ofIntegers(DType.I32, x), 1, n, k, false);
            }
        }
    }

    /** A NaN is the largest whatever its sign and its other bits are. */
    @Test
    default void everyNanIsTheLargest() {
        for (DType dtype : REAL) {
            double[] x = new double[100];
            Arrays.setAll(x, i -> i % 7 - 3);
            x[3] = x[50] = Double.longBitsToDouble(0xFFF8_0000_0000_0000L);
            x[20] = Double.longBitsToDouble(0x7FFC_0000_0000_0000L);
            for (int k : new int[] {1, 2, 3, 4, 99, 100}) {
                checkTopK(new Values(dtype, x, new long[0]), 1, 100, k, true);
                checkTopK(new Values(dtype, x, new long[0]), 1, 100, k, false);
            }
        }
    }

    /** Keys that differ in their highest and lowest bits only, and a few far from all others. */
    @Test
    default void sortingSkewedKeys() {
        int n = 140_003;
        long[] x = new long[n];
        Arrays.setAll(x, i -> (i * 2_654_435_761L % 1000) + (i % 2 == 0 ? 0 : Long.MIN_VALUE));
        x[77] = Long.MAX_VALUE;
        checkTopK(Values.ofIntegers(DType.I64, x), 1, n, n, false);
        double[] y = new double[n];
        Arrays.setAll(y, i -> Math.exp((i * 2_654_435_761L % 1_000_003) / 1000.0 - 500) * (i % 3 - 1));
        checkTopK(Values.of(DType.F64, y), 1, n, n, true);
    }

    @Test
    default void permutationIsTheOrderOfItsKeys() {
        for (int n : new int[] {0, 1, 2, 3, 17, 1000, 150_001}) {
            for (long seed : new long[] {0, -5, 1L << 40}) {
                long[] keys = new long[n];
                Arrays.setAll(keys, i -> PhiloxReference.integer(-(1L << 62), 1L << 62, seed, 1, i));
                long[] expected = IntStream.range(0, n)
                        .boxed()
                        .sorted(Comparator.comparingLong(i -> keys[i]))
                        .mapToLong(i -> i)
                        .toArray();
                sameForAllThreads(n, () -> "permutation", () -> {
                            try (Tensor p = Indexing.permutation(backend().device(), n, seed)) {
                                return Values.ofIntegers(DType.I64, p.toLongArray());
                            }
                        })
                        .assertEquals(Values.ofIntegers(DType.I64, expected), () -> "permutation of " + n);
                assertThat(Arrays.stream(expected).sorted().toArray())
                        .isEqualTo(IntStream.range(0, n).asLongStream().toArray());
            }
        }
    }
}
