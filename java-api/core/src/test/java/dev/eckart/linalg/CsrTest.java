package dev.eckart.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CsrTest {
    private final long before = MemoryBudget.used();
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        assertThat(MemoryBudget.used()).as("memory given back").isEqualTo(before);
    }

    /** About every {@code every}-th entry of (m, n) with singular values 2^-i, and the same as a dense matrix. */
    private static Tensor thinned(DType type, long m, long n) {
        Tensor kept = Tensor.integers(DType.I32, 0, 3, 5, m, n);
        Tensor zero = Tensor.zeros(DType.I32, m, n);
        return TruncatedSvdTest.decaying(type, m, n)
                .multiply(kept.minimum(zero.add(Tensor.of(new int[] {1}, 1))).to(type));
    }

    static Csr sparse(Tensor dense) {
        double[][] rows = dense.toMatrix();
        List<int[]> places = new java.util.ArrayList<>();
        for (int i = 0; i < rows.length; i++) {
            for (int j = 0; j < rows[i].length; j++) {
                if (rows[i][j] != 0) {
                    places.add(new int[] {i, j});
                }
            }
        }
        try (Scope inner = Scope.open()) {
            return Csr.ofCoordinates(
                    dense.dim(0),
                    dense.dim(1),
                    Tensor.of(places.stream().mapToInt(p -> p[0]).toArray()),
                    Tensor.of(places.stream().mapToInt(p -> p[1]).toArray()),
                    Tensor.of(places.stream().mapToDouble(p -> rows[p[0]][p[1]]).toArray())
                            .to(dense.dtype()));
        }
    }

    @Test
    void should_sort_and_add_up_coordinates() {
        try (Csr a =
                Csr.ofCoordinates(3, 4, new int[] {2, 0, 2, 2}, new int[] {3, 1, 0, 3}, new double[] {1, 2, 3, 4})) {
            assertThat(a.starts().toLongArray()).containsExactly(0, 1, 1, 3);
            assertThat(a.indices().toLongArray()).containsExactly(1, 0, 3);
            assertThat(a.values().toArray()).containsExactly(2, 3, 5);
            assertThat(a.multiply(Tensor.eye(DType.F64, 4)).toMatrix())
                    .isDeepEqualTo(new double[][] {{0, 2, 0, 0}, {0, 0, 0, 0}, {3, 0, 0, 5}});
            assertThat(a).hasToString("csr (3,4) f64, 3 entries");
            try (Csr t = a.transpose()) {
                assertThat(t.starts().toLongArray()).containsExactly(0, 1, 2, 2, 3);
                assertThat(t.indices().toLongArray()).containsExactly(2, 0, 2);
                assertThat(t.multiply(Tensor.eye(DType.F64, 3)).toMatrix())
                        .isDeepEqualTo(new double[][] {{0, 0, 3}, {2, 0, 0}, {0, 0, 0}, {0, 0, 5}});
            }
        }
    }

    @Test
    void should_take_compressed_rows_in_any_order() {
        try (Csr a = Csr.ofCompressed(
                3, Tensor.of(new int[] {0, 3, 3, 4}), Tensor.of(new long[] {2, 0, 2, 1}), Tensor.of(new float[] {
                    1, 2, 3, 4
                }))) {
            assertThat(a.starts().toLongArray()).containsExactly(0, 2, 2, 3);
            assertThat(a.indices().toLongArray()).containsExactly(0, 2, 1);
            assertThat(a.values().toFloatArray()).containsExactly(2, 4, 4);
        }
    }

    @Test
    void should_copy_what_it_is_made_from() {
        Tensor values = Tensor.of(new double[] {1, 2});
        try (Csr a = Csr.ofCompressed(2, Tensor.of(new long[] {0, 2}), Tensor.of(new int[] {0, 1}), values)) {
            values.fill(7);
            assertThat(a.values().toArray()).containsExactly(1, 2);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F64", "F32"})
    void should_multiply_as_the_dense_matrix_does(DType type) {
        for (long[] shape : new long[][] {{70, 40}, {40, 70}}) {
            Tensor dense = thinned(type, shape[0], shape[1]);
            LinearOperator operator = LinearOperator.of(dense);
            Tensor x = Tensor.normal(type, 3, 5, shape[1]).transpose();
            Tensor y = Tensor.normal(type, 4, shape[0], 5);
            try (Csr a = sparse(dense)) {
                assertThat(a.dtype()).isEqualTo(type);
                assertThat(a.entries()).isBetween(shape[0] * shape[1] / 2, shape[0] * shape[1] * 3 / 4);
                double tolerance = 100 * type.epsilon();
                for (Tensor[] pair : new Tensor[][] {
                    {a.multiply(x), operator.multiply(x)},
                    {a.multiplyTransposed(y), operator.multiplyTransposed(y)},
                    {a.multiplyTransposed(y), operator.multiplyTransposed(y)},
                    {a.gram(x), operator.gram(x)},
                    {a.rows(3, 9), operator.rows(3, 9)},
                    {a.columns(3, 9), operator.columns(3, 9)}
                }) {
                    assertThat(pair[0].shape()).isEqualTo(pair[1].shape());
                    assertThat(pair[0].subtract(pair[1]).norm()).isLessThan(tolerance);
                }
                assertThat(a.frobeniusNorm().getAsDouble()).isCloseTo(dense.norm(), within(tolerance));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Driver.class,
            names = {"AUTO", "RANDOMIZED"})
    void should_give_the_truncated_svd_of_the_dense_matrix(Driver driver) {
        Tensor dense = thinned(DType.F64, 90, 60);
        try (Csr a = sparse(dense)) {
            Svd few = TruncatedSvd.rank(5).driver(driver).of(a);
            Svd all = Svd.of(dense);
            assertThat(few.s().toArray())
                    .usingComparatorWithPrecision(1e-6)
                    .containsExactly(all.s().slice(0, 0, 5).toArray());
            double best = all.reconstruct(5).subtract(dense).norm();
            assertThat(few.reconstruct().subtract(dense).norm()).isCloseTo(best, within(1e-6 * best));
        }
    }

    @Test
    void should_take_empty_matrices() {
        int[] none = {};
        for (long[] shape : new long[][] {{0, 0}, {0, 3}, {3, 0}, {2, 3}}) {
            try (Csr a = Csr.ofCoordinates(shape[0], shape[1], none, none, new double[0])) {
                assertThat(a.multiply(Tensor.full(DType.F64, 1, shape[1], 2)).toArray())
                        .hasSize((int) shape[0] * 2)
                        .containsOnly(shape[0] == 0 ? new double[0] : new double[] {0});
                assertThat(a.multiplyTransposed(Tensor.full(DType.F64, 1, shape[0], 2))
                                .toArray())
                        .hasSize((int) shape[1] * 2)
                        .containsOnly(shape[1] == 0 ? new double[0] : new double[] {0});
            }
        }
    }

    @Test
    void should_outlive_the_scope_it_is_used_in() {
        Csr a;
        try (Scope inner = Scope.open()) {
            a = Csr.ofCoordinates(1, 2, new int[] {0}, new int[] {1}, new double[] {5});
            a.multiplyTransposed(Tensor.full(DType.F64, 1, 1, 1));
        }
        assertThat(a.multiplyTransposed(Tensor.full(DType.F64, 2, 1, 1)).toArray())
                .containsExactly(0, 10);
        a.close();
        assertThatThrownBy(() -> a.multiply(Tensor.eye(DType.F64, 2)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    @Test
    void should_cut_the_transposed_copy_only_where_tiles_pay() {
        assertThat(Compressed.tileHeight(100_000, 20_000, 4_000_000)).isEqualTo(7693);
        assertThat(Compressed.tileHeight(20_000, 50_000, 3_000_000)).isEqualTo(6667);
        assertThat(Compressed.tileHeight(5000, 20_000, 4_000_000)).isEqualTo(5000);
        assertThat(Compressed.tileHeight(10_000_000, 10_000_000, 100_000_000)).isEqualTo(10_000_000);
        assertThat(Compressed.tileHeight(0, 0, 0)).isEqualTo(1);
        assertThat(Compressed.tileHeight(Integer.MAX_VALUE, 1, 0)).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void should_refuse_what_does_not_fit_before_it_takes_memory() {
        int[] zero = {0};
        long most = MemoryBudget.max();
        MemoryBudget.setMax(MemoryBudget.used() + (1 << 20));
        MemoryBudget.resetPeak();
        try {
            for (long[] shape : new long[][] {{Integer.MAX_VALUE, 1}, {1, Integer.MAX_VALUE}}) {
                assertThatThrownBy(() -> Csr.ofCoordinates(shape[0], shape[1], zero, zero, new double[] {1}))
                        .isInstanceOf(MemoryLimitException.class)
                        .hasMessageContaining("csr of (" + shape[0] + "," + shape[1] + "), 1 entries: needs ")
                        .hasMessageContaining("leave out rows and columns without entries");
            }
            assertThat(MemoryBudget.peak()).isLessThan(before + 1000);
            try (Csr a = Csr.ofCoordinates(10_000, 10_000, zero, zero, new double[] {1})) {
                assertThatThrownBy(() -> TruncatedSvd.rank(50).of(a))
                        .isInstanceOf(MemoryLimitException.class)
                        .hasMessageContaining("truncated svd of (10000,10000) f64: needs ")
                        .hasMessageContaining("ask for a smaller rank");
            }
        } finally {
            MemoryBudget.setMax(most);
        }
    }

    private static Tensor ints(long... values) {
        return Tensor.of(values);
    }

    static Stream<Object[]> bad() {
        int[] one = {0};
        return Stream.of(
                new Object[] {
                    "csr: entry 1 has row 3; rows run from 0 to 2",
                    (Runnable) () -> Csr.ofCoordinates(3, 3, new int[] {0, 3}, new int[] {0, 0}, new double[2])
                },
                new Object[] {
                    "csr: entry 0 has column -1; columns run from 0 to 2",
                    (Runnable) () -> Csr.ofCoordinates(3, 3, one, new int[] {-1}, new double[1])
                },
                new Object[] {
                    "csr: 2 row indices for 1 entries",
                    (Runnable) () -> Csr.ofCoordinates(3, 3, new int[2], one, new double[1])
                },
                new Object[] {
                    "csr: entry 0 is NaN; entries need to be finite",
                    (Runnable) () -> Csr.ofCoordinates(3, 3, one, one, new double[] {Double.NaN})
                },
                new Object[] {
                    "has a negative side, or one above 2147483647",
                    (Runnable) () -> Csr.ofCoordinates(1L << 31, 3, one, one, new double[1])
                },
                new Object[] {
                    "csr: starts is empty; it has one entry more than there are rows",
                    (Runnable) () -> Csr.ofCompressed(3, ints(new long[0]), ints(), Tensor.of(new double[0]))
                },
                new Object[] {
                    "csr: starts[0] is 1, not 0",
                    (Runnable) () -> Csr.ofCompressed(3, ints(1, 1), ints(0), Tensor.of(new double[1]))
                },
                new Object[] {
                    "csr: starts[2] is 0, after 1 and with 1 entries; starts never fall",
                    (Runnable) () -> Csr.ofCompressed(3, ints(0, 1, 0, 1), ints(0), Tensor.of(new double[1]))
                },
                new Object[] {
                    "csr: starts[1] is 9, after 0 and with 1 entries; starts never fall",
                    (Runnable) () -> Csr.ofCompressed(3, ints(0, 9, 1), ints(0), Tensor.of(new double[1]))
                },
                new Object[] {
                    "csr: starts ends at 1, but there are 2 entries",
                    (Runnable) () -> Csr.ofCompressed(3, ints(0, 1), ints(0, 1), Tensor.of(new double[2]))
                },
                new Object[] {
                    "csr: needs f64 or f32, not i64; cast with to(DType.F64)",
                    (Runnable) () -> Csr.ofCompressed(3, ints(0, 1), ints(0), ints(4))
                },
                new Object[] {
                    "csr: starts needs to be i32 or i64, not f64",
                    (Runnable)
                            () -> Csr.ofCompressed(3, Tensor.of(new double[] {0, 1}), ints(0), Tensor.of(new double[1]))
                },
                new Object[] {
                    "csr: multiply: the matrix is (2,3), the factor (2,1); it needs 3 rows",
                    (Runnable) () -> {
                        try (Csr a = Csr.ofCoordinates(2, 3, one, one, new double[1])) {
                            a.multiply(Tensor.zeros(DType.F64, 2, 1));
                        }
                    }
                },
                new Object[] {
                    "csr: multiplyTransposed: the matrix is f64, the factor f32; cast one with to(dtype)",
                    (Runnable) () -> {
                        try (Csr a = Csr.ofCoordinates(2, 3, one, one, new double[1])) {
                            a.multiplyTransposed(Tensor.zeros(DType.F32, 2, 1));
                        }
                    }
                });
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.MethodSource("bad")
    void should_refuse_with_one_line(String message, Runnable call) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
