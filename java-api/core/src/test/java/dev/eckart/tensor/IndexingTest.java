package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Indexing.Ranked;
import java.util.Arrays;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IndexingTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** 0, 1, 2, … */
    private static Tensor count(long... shape) {
        return Tensor.of(LongStream.range(0, Shape.of(shape).size()).toArray(), shape);
    }

    @Test
    void gatherAlongEveryAxis() {
        Tensor a = count(2, 3, 4);
        Tensor index = Tensor.of(new int[] {1, 1, 0});
        for (int axis : new int[] {0, 1, 2, -1, -2}) {
            Tensor got = Indexing.gather(a, axis, index);
            assertThat(got.shape()).isEqualTo(a.shape().with(axis, 3));
            for (int i = 0; i < 3; i++) {
                assertThat(got.select(axis, i).toLongArray())
                        .isEqualTo(a.select(axis, i == 2 ? 0 : 1).toLongArray());
            }
        }
    }

    @Test
    void theResultHasTheDimensionsOfTheIndex() {
        Tensor a = count(5, 2);
        Tensor index = Tensor.of(new long[] {4, 0, 1, 3, 3, 2}, 2, 3).transpose();
        Tensor rows = Indexing.gather(a, 0, index);
        assertThat(rows.shape()).isEqualTo(Shape.of(3, 2, 2));
        assertThat(rows.toLongArray()).containsExactly(8, 9, 6, 7, 0, 1, 6, 7, 2, 3, 4, 5);
        Tensor one = Indexing.gather(a.transpose(), 1, Tensor.of(new long[] {3}).reshape());
        assertThat(one.shape()).isEqualTo(Shape.of(2));
        assertThat(one.toLongArray()).containsExactly(6, 7);
        assertThat(Indexing.gather(a, 0, Tensor.zeros(DType.I64, 0)).shape()).isEqualTo(Shape.of(0, 2));
        assertThat(Indexing.gather(Tensor.zeros(DType.F32, 5, 0), 0, index).shape())
                .isEqualTo(Shape.of(3, 2, 0));
    }

    @Test
    void gatherOfWhatHasNoThreeStrides() {
        Tensor a = count(3, 4, 5).permute(2, 0, 1).slice(2, 1, 4);
        Tensor got = Indexing.gather(a, 0, Tensor.of(new long[] {4, 2}));
        assertThat(got.toLongArray())
                .isEqualTo(LongStream.concat(
                                LongStream.of(a.select(0, 4).toLongArray()),
                                LongStream.of(a.select(0, 2).toLongArray()))
                        .toArray());
    }

    @Test
    void indicesOutsideAreNamed() {
        Tensor a = count(5, 2);
        assertThatThrownBy(() -> Indexing.gather(a, 0, Tensor.of(new long[] {0, 4, 5, 9})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("gather: index 5 at position 2 is outside 0..4, axis 0 of shape (5,2)");
        assertThatThrownBy(() -> Indexing.gather(a, -1, Tensor.of(new int[] {-1})))
                .hasMessage("gather: index -1 at position 0 is outside 0..1, axis -1 of shape (5,2)");
        assertThatThrownBy(() -> Indexing.scatterAdd(a, 0, Tensor.of(new long[] {7}), count(1, 2)))
                .hasMessage("scatterAdd: index 7 at position 0 is outside 0..4, axis 0 of shape (5,2)");
        assertThat(a.toLongArray()).isEqualTo(count(5, 2).toLongArray());
        assertThatThrownBy(() -> Indexing.gather(a, 0, Tensor.of(new double[] {1})))
                .hasMessage("gather: the index is i64 or i32, not f64; cast with to(DType.I64)");
        assertThatThrownBy(() -> Indexing.gather(a, 2, Tensor.of(new long[] {1})))
                .hasMessageContaining("axis 2 does not exist in shape (5,2)");
    }

    @Test
    void scatterAddAddsInPlace() {
        Tensor index = Tensor.of(new long[] {2, 0, 2});
        Tensor target = Tensor.full(DType.F64, 1, 3, 2);
        Indexing.scatterAdd(target, 0, index, Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2));
        assertThat(target.toArray()).containsExactly(4, 5, 1, 1, 7, 9);

        Tensor columns = Tensor.zeros(DType.F32, 2, 3);
        Indexing.scatterAdd(columns, -1, index, Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3));
        assertThat(columns.toArray()).containsExactly(2, 0, 4, 5, 0, 10);

        Tensor empty = Tensor.zeros(DType.F32, 0, 2);
        Indexing.scatterAdd(empty, 0, Tensor.zeros(DType.I64, 0), Tensor.zeros(DType.F32, 0, 2));
    }

    @Test
    void scatterAddIntoViewsAndFromItself() {
        // No three strides tell where the elements of this view stand.
        Tensor whole = Tensor.zeros(DType.I64, 3, 4, 5);
        Tensor view = whole.permute(2, 0, 1).slice(2, 1, 4);
        Indexing.scatterAdd(view, 0, Tensor.of(new long[] {4, 4}), Tensor.full(DType.I64, 3, 2, 3, 3));
        assertThat(view.select(0, 4).toLongArray()).containsOnly(6);
        assertThat(whole.sum().get()).isEqualTo(54);

        Tensor self = count(4);
        Indexing.scatterAdd(self, 0, Tensor.of(new long[] {1, 2, 3, 0}), self);
        assertThat(self.toLongArray()).containsExactly(3, 1, 3, 5);
    }

    @Test
    void scatterAddRefusesWhatDoesNotFit() {
        Tensor target = Tensor.zeros(DType.F32, 3, 2);
        Tensor index = Tensor.of(new long[] {0});
        assertThatThrownBy(() -> Indexing.scatterAdd(target, 0, index, Tensor.zeros(DType.F32, 2, 2)))
                .hasMessage(
                        "scatterAdd: source (2,2) does not fit target (3,2) with 1 indices along axis 0; it needs (1,2)");
        assertThatThrownBy(() -> Indexing.scatterAdd(target, 0, index, Tensor.zeros(DType.F64, 1, 2)))
                .hasMessageContaining("operands are f32 and f64");
        assertThatThrownBy(() -> Indexing.scatterAdd(target, 0, index.reshape(1, 1), Tensor.zeros(DType.F32, 1, 2)))
                .hasMessageContaining("needs rank 1, shape is (1,1)");
        assertThatThrownBy(() -> Indexing.scatterAdd(Tensor.zeros(DType.U8, 3), 0, index, Tensor.zeros(DType.U8, 1)))
                .hasMessageContaining("not for u8");
    }

    @Test
    void argMinAndArgMaxAlongEveryAxis() {
        Tensor a = Tensor.of(new double[] {3, 1, 2, 1, 5, Double.NaN, 5, 0, Double.NaN, -0.0, 0, 7}, 2, 3, 2);
        assertThat(Indexing.argMax(a, 0).toLongArray()).containsExactly(1, 0, 1, 0, 0, 0);
        assertThat(Indexing.argMax(a, 1).shape()).isEqualTo(Shape.of(2, 2));
        assertThat(Indexing.argMax(a, 1).toLongArray()).containsExactly(2, 2, 1, 2);
        assertThat(Indexing.argMin(a, -1).toLongArray()).containsExactly(1, 1, 1, 1, 0, 0);
        assertThat(Indexing.argMin(a.transpose(), 2).toLongArray()).containsExactly(1, 2, 1, 0);
        assertThat(Indexing.argMin(Tensor.zeros(DType.F32, 0, 3), 1).shape()).isEqualTo(Shape.of(0));
        assertThatThrownBy(() -> Indexing.argMax(Tensor.zeros(DType.F32, 0, 3), 0))
                .hasMessage("argMax: axis 0 of shape (0,3) is empty");
        assertThatThrownBy(() -> Indexing.argMin(Tensor.zeros(DType.F32), 0)).hasMessageContaining("does not exist");
    }

    @Test
    void topKAndSort() {
        Tensor a = Tensor.of(new double[] {1, Double.NaN, 3, 3, -0.0, 2, 0, -1}, 2, 4);
        try (Ranked top = Indexing.topK(a, 2)) {
            assertThat(top.values().toArray()).containsExactly(Double.NaN, 3, 2, -0.0);
            assertThat(top.indices().toLongArray()).containsExactly(1, 2, 1, 0);
        }
        Ranked least = Indexing.topK(a.transpose(), 1, false);
        assertThat(least.values().shape()).isEqualTo(Shape.of(4, 1));
        assertThat(least.values().toArray()).containsExactly(-0.0, 2, 0, -1);
        assertThat(least.indices().toLongArray()).containsExactly(1, 1, 1, 1);
        Ranked sorted = Indexing.sort(a, false);
        assertThat(sorted.values().toArray()).containsExactly(1, 3, 3, Double.NaN, -1, -0.0, 0, 2);
        assertThat(sorted.indices().toLongArray()).containsExactly(0, 2, 3, 1, 3, 0, 2, 1);
        assertThat(Indexing.sort(Tensor.zeros(DType.I32, 3, 0), true).indices().shape())
                .isEqualTo(Shape.of(3, 0));
        assertThat(Indexing.topK(Tensor.zeros(DType.I32, 0, 3), 2).values().shape())
                .isEqualTo(Shape.of(0, 2));
        for (long k : new long[] {0, 5}) {
            assertThatThrownBy(() -> Indexing.topK(a, k))
                    .hasMessage("topK: k = " + k + " is outside 1..4, the last dimension of shape (2,4)");
        }
        assertThatThrownBy(() -> Indexing.sort(Tensor.zeros(DType.I32), true))
                .hasMessageContaining("sort: needs a last dimension");
    }

    @Test
    void permutationsDifferBySeedAndAreRefusedBeyond32Bits() {
        Tensor p = Indexing.permutation(20, 1);
        assertThat(p.toLongArray()).isNotEqualTo(Indexing.permutation(20, 2).toLongArray());
        assertThat(Indexing.sort(p, false).values().toLongArray())
                .isEqualTo(count(20).toLongArray());
        assertThatThrownBy(() -> Indexing.permutation(1L << 32, 1)).hasMessageContaining("n = 4294967296 is outside");
        assertThatThrownBy(() -> Indexing.permutation(-1, 1)).hasMessageContaining("n = -1 is outside");
    }

    /** Every order of four comes up equally often, within 5 standard deviations. */
    @Test
    void permutationsAreUniform() {
        int seeds = 24_000;
        int[] counts = new int[256];
        for (int seed = 0; seed < seeds; seed++) {
            try (Tensor p = Indexing.permutation(4, seed)) {
                long code = 0;
                for (long i : p.toLongArray()) {
                    code = code * 4 + i;
                }
                counts[(int) code]++;
            }
        }
        double expected = seeds / 24.0;
        int[] seen = Arrays.stream(counts).filter(c -> c > 0).toArray();
        assertThat(seen).hasSize(24);
        for (int c : seen) {
            assertThat(Math.abs(c - expected)).isLessThan(5 * Math.sqrt(expected));
        }
    }

    @Test
    void closedTensorsAreRefused() {
        Tensor a = count(3);
        Tensor index = count(1);
        a.close();
        assertThatThrownBy(() -> Indexing.gather(a, 0, index)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Indexing.scatterAdd(a, 0, index, index)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Indexing.argMax(a, 0)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Indexing.topK(a, 1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> Scans.cumulativeSum(a, 0)).isInstanceOf(IllegalStateException.class);
    }
}
