package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.testkit.Settled;
import java.util.Locale;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorViewsTest {
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
    private static Tensor range(long... shape) {
        return Tensor.of(
                DoubleStream.iterate(0, x -> x + 1)
                        .limit(Shape.of(shape).size())
                        .toArray(),
                shape);
    }

    @Test
    void makingAndReading() {
        assertThat(Tensor.of(new double[][] {{1, 2, 3}, {4, 5, 6}}).toMatrix()).isDeepEqualTo(new double[][] {
            {1, 2, 3}, {4, 5, 6}
        });
        assertThat(Tensor.of(new double[0][]).shape()).isEqualTo(Shape.of(0, 0));
        assertThat(Tensor.of(new float[] {1, 2}).dtype()).isEqualTo(DType.F32);
        assertThat(Tensor.of(new long[] {1, 2}).dtype()).isEqualTo(DType.I64);
        assertThat(Tensor.of(new int[] {1, -2}).toArray()).containsExactly(1, -2);
        assertThat(Tensor.of(new byte[] {1, -2}).toArray()).containsExactly(1, 254);
        assertThat(Tensor.eye(DType.F32, 3).toArray()).containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1);
        assertThat(Tensor.full(DType.I32, 7.9, 2).toLongArray()).containsExactly(7, 7);
        assertThat(Tensor.zeros(DType.U8, 2, 0).toArray()).isEmpty();
        assertThat(range(2, 3).get(1, 2)).isEqualTo(5);
        assertThat(range(1, 1).get()).isZero();
        assertThat(range(2, 3).toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5);
        assertThatThrownBy(() -> Tensor.of(new double[][] {{1, 2}, {3}}))
                .hasMessage("tensor: row 1 has 1 entries, row 0 has 2; all rows need the same length");
        assertThatThrownBy(() -> Tensor.of(new double[3], 2, 2))
                .hasMessage("tensor: 3 elements given for shape (2,2), which has 4");
        assertThatThrownBy(() -> range(2, 3).get(1)).hasMessage("get: 1 indices given for shape (2,3)");
        assertThatThrownBy(() -> range(3).toMatrix()).hasMessage("toMatrix: needs rank 2, shape is (3)");
    }

    @Test
    void viewsShareMemory() {
        Tensor a = range(2, 3);
        a.transpose().select(0, 2).fill(9);
        assertThat(a.toArray()).containsExactly(0, 1, 9, 3, 4, 9);
        a.slice(1, 0, 2).flip(1).assign(Tensor.of(new double[] {7, 8}));
        assertThat(a.toArray()).containsExactly(8, 7, 9, 8, 7, 9);
        a.reshape(-1).slice(0, 0, 1).fill(1);
        assertThat(a.get(0, 0)).isEqualTo(1);
    }

    @Test
    void viewsPickTheRightElements() {
        Tensor a = range(2, 3, 4);
        assertThat(a.permute(2, 0, 1).toArray())
                .containsExactly(0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21, 2, 6, 10, 14, 18, 22, 3, 7, 11, 15, 19, 23);
        assertThat(a.transpose().select(0, 1).toMatrix())
                .isDeepEqualTo(new double[][] {{12, 16, 20}, {13, 17, 21}, {14, 18, 22}, {15, 19, 23}});
        assertThat(a.slice(1, 1, 2).flip(2).toArray()).containsExactly(7, 6, 5, 4, 19, 18, 17, 16);
        assertThat(a.select(-1, 3).toArray()).containsExactly(3, 7, 11, 15, 19, 23);
        assertThat(range(3, 1).broadcastTo(2, 3, 2).toArray()).containsExactly(0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2);
        assertThat(a.slice(0, 1, 1).toArray()).isEmpty();
    }

    @Test
    void reshapeCopiesOnlyWhereItMust() {
        Tensor a = range(4, 6);
        Tensor view = a.slice(0, 1, 3).reshape(3, -1);
        assertThat(view.toArray()).containsExactly(6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17);
        assertThat(view.view().buffer()).isSameAs(a.view().buffer());
        Tensor copy = a.transpose().reshape(24);
        assertThat(copy.toArray()).startsWith(0, 6, 12, 18, 1);
        assertThat(copy.view().buffer()).isNotSameAs(a.view().buffer());
        assertThat(range(0, 3).reshape(3, -1).shape()).isEqualTo(Shape.of(3, 0));
        assertThat(range(1).reshape().shape()).isEqualTo(Shape.of());
        assertThatThrownBy(() -> a.reshape(5, -1))
                .hasMessage("reshape: (4,6) of 24 elements can't be cut into rows of 5 elements");
        assertThatThrownBy(() -> a.reshape(5, 5)).hasMessage("reshape: (4,6) has 24 elements, (5,5) has 25");
        assertThatThrownBy(() -> a.reshape(1L << 40, 1L << 40))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape: (1099511627776,1099511627776) has more than 2^63 elements");
    }

    @Test
    void contiguousIsAViewOrACopy() {
        Tensor a = range(2, 3);
        assertThat(a.contiguous().view().buffer()).isSameAs(a.view().buffer());
        assertThat(a.to(DType.F64).view().buffer()).isSameAs(a.view().buffer());
        assertThat(a.transpose().contiguous().view().layout().isContiguous()).isTrue();
        assertThat(a.copy().view().buffer()).isNotSameAs(a.view().buffer());
    }

    @Test
    void castsAreJavas() {
        Tensor a = Tensor.of(new double[] {-1.9, 2.5, 300, Double.NaN, 1e300, -1e300});
        assertThat(a.to(DType.I32).toLongArray()).containsExactly(-1, 2, 300, 0, Integer.MAX_VALUE, Integer.MIN_VALUE);
        assertThat(a.to(DType.I64).toLongArray()).containsExactly(-1, 2, 300, 0, Long.MAX_VALUE, Long.MIN_VALUE);
        assertThat(a.to(DType.U8).toArray()).containsExactly(0, 2, 255, 0, 255, 0);
        assertThat(a.to(DType.F32).toArray())
                .containsExactly(-1.9f, 2.5, 300, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
        assertThat(Tensor.of(new double[] {1.00390625, 1 + 0x1p-7})
                        .to(DType.BF16)
                        .toArray())
                .containsExactly(1, 1 + 0x1p-7);
    }

    @Test
    void assignStretchesAndCasts() {
        Tensor a = Tensor.zeros(DType.I32, 2, 3);
        a.assign(Tensor.of(new double[] {1.5, 2.5, -3.5}));
        assertThat(a.toLongArray()).containsExactly(1, 2, -3, 1, 2, -3);
        assertThatThrownBy(() -> a.assign(range(4)))
                .hasMessage("assign: shapes (4) and (2,3) do not broadcast: 4 and 3 differ");
        assertThatThrownBy(() -> a.assign(range(4, 2, 3)))
                .hasMessage("assign: shape (4,2,3) does not stretch to (2,3)");
        assertThatThrownBy(() -> range(2, 3).broadcastTo(3))
                .hasMessage("broadcastTo: shape (2,3) does not stretch to (3)");
    }

    @Test
    void textShowsShapeTypeDeviceAndCorners() {
        assertThat(range(2, 2)).hasToString("Tensor (2,2) f64 cpu\n[[0.00000, 1.00000]\n [2.00000, 3.00000]]");
        assertThat(Tensor.of(new long[] {1, 2, 3})).hasToString("Tensor (3) i64 cpu [1, 2, 3]");
        assertThat(Tensor.of(new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8}))
                .hasToString("Tensor (9) i32 cpu [0, 1, 2, …, 6, 7, 8]");
        assertThat(Tensor.of(new double[] {2.5}).reshape()).hasToString("Tensor () f64 cpu 2.50000");
        assertThat(Tensor.zeros(DType.F32, 0, 3)).hasToString("Tensor (0,3) f32 cpu []");
        assertThat(range(3, 1, 1)).hasToString("Tensor (3,1,1) f64 cpu\n[[0.00000]]\n… and 2 more");
        Tensor closed = range(2);
        closed.close();
        assertThat(closed).hasToString("Tensor (2) f64 cpu, closed");
        String large = range(1000, 1000).toString();
        assertThat(large.lines()).hasSize(8);
        assertThat(large).contains("999997, ").hasSizeLessThan(1000);
    }

    @Test
    void textDoesNotDependOnTheLocale() {
        Locale before = Locale.getDefault();
        Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
        try {
            assertThat(Tensor.of(new long[] {12})).hasToString("Tensor (1) i64 cpu [12]");
            assertThat(Tensor.of(new double[] {1.5})).hasToString("Tensor (1) f64 cpu [1.50000]");
        } finally {
            Locale.setDefault(before);
        }
    }

    @Test
    void textLeavesNoTensorBehind() throws InterruptedException {
        Tensor a = range(50, 50);
        long before = Settled.memoryInUse();
        assertThat(a.toString()).isNotEmpty();
        assertThat(dev.eckart.memory.MemoryBudget.used()).isEqualTo(before);
    }
}
