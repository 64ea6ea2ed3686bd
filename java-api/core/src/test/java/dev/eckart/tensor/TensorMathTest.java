package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.testkit.Settled;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TensorMathTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static double[] numbers(long count, long seed) {
        return new SplittableRandom(seed).doubles(count, -2, 2).toArray();
    }

    @Test
    void elementwiseMethodsCallTheirFunctions() {
        double[] x = {-1.5, 0.25, 2};
        double[] y = {2, -4, 0.5};
        Tensor a = Tensor.of(x);
        Tensor b = Tensor.of(y);
        assertThat(a.add(b).toArray()).containsExactly(0.5, -3.75, 2.5);
        assertThat(a.add(1).toArray()).containsExactly(-0.5, 1.25, 3);
        assertThat(a.subtract(b).toArray()).containsExactly(-3.5, 4.25, 1.5);
        assertThat(a.multiply(b).toArray()).containsExactly(-3, -1, 1);
        assertThat(a.multiply(-2).toArray()).containsExactly(3, -0.5, -4);
        assertThat(a.divide(b).toArray()).containsExactly(-0.75, -0.0625, 4);
        assertThat(a.minimum(b).toArray()).containsExactly(-1.5, -4, 0.5);
        assertThat(a.maximum(b).toArray()).containsExactly(2, 0.25, 2);
        assertThat(a.pow(2).toArray()).containsExactly(2.25, 0.0625, 4);
        assertThat(a.negate().toArray()).containsExactly(1.5, -0.25, -2);
        assertThat(a.abs().toArray()).containsExactly(1.5, 0.25, 2);
        assertThat(a.square().toArray()).containsExactly(2.25, 0.0625, 4);
        assertThat(a.abs().sqrt().toArray()).containsExactly(Math.sqrt(1.5), 0.5, Math.sqrt(2));
        Offset<Double> close = Offset.offset(Tolerance.ulps(DType.F64, 4, 8));
        for (int i = 0; i < 3; i++) {
            assertThat(a.exp().get(i)).isCloseTo(Math.exp(x[i]), close);
            assertThat(a.abs().log().get(i)).isCloseTo(Math.log(Math.abs(x[i])), close);
            assertThat(a.tanh().get(i)).isCloseTo(Math.tanh(x[i]), close);
            assertThat(a.sigmoid().get(i)).isCloseTo(1 / (1 + Math.exp(-x[i])), close);
        }
        assertThat(Tensor.of(new long[] {-3, 4}).abs().toLongArray()).containsExactly(3, 4);
    }

    @Test
    void binaryBroadcasts() {
        Tensor column = Tensor.of(new double[] {1, 2, 3}, 3, 1);
        Tensor row = Tensor.of(new double[] {10, 20});
        assertThat(column.add(row).toMatrix()).isDeepEqualTo(new double[][] {{11, 21}, {12, 22}, {13, 23}});
        assertThat(Tensor.zeros(DType.F64, 0, 2).add(row).shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void reductionsOverEverySetOfAxes() {
        long[] dims = {3, 4, 5};
        double[] x = numbers(60, 3);
        Tensor a = Tensor.of(x, dims);
        for (int set = 1; set < 8; set++) {
            int s = set;
            int[] axes = java.util.stream.IntStream.range(0, 3)
                    .filter(i -> (s >> i & 1) != 0)
                    .toArray();
            long[] kept = java.util.stream.IntStream.range(0, 3)
                    .filter(i -> (s >> i & 1) == 0)
                    .mapToLong(i -> dims[i])
                    .toArray();
            double[] sum = new double[(int) Shape.of(kept).size()];
            double[] max = new double[sum.length];
            Arrays.fill(max, Double.NEGATIVE_INFINITY);
            for (int i = 0; i < x.length; i++) {
                int[] index = {i / 20, i / 5 % 4, i % 5};
                int at = 0;
                for (int axis = 0; axis < 3; axis++) {
                    at = (s >> axis & 1) != 0 ? at : at * (int) dims[axis] + index[axis];
                }
                sum[at] += x[i];
                max[at] = Math.max(max[at], x[i]);
            }
            Offset<Double> close = Offset.offset(Tolerance.sum(DType.F64, 60, 120));
            assertThat(a.sum(axes).shape()).isEqualTo(Shape.of(kept));
            assertThat(a.sum(axes).toArray()).containsExactly(sum, close);
            assertThat(a.max(axes).toArray()).containsExactly(max);
            assertThat(a.negate().min(axes).negate().toArray()).containsExactly(max);
            double count = 60.0 / sum.length;
            assertThat(a.mean(axes).toArray())
                    .containsExactly(Arrays.stream(sum).map(v -> v / count).toArray(), close);
        }
        assertThat(a.sum(-1).shape()).isEqualTo(Shape.of(3, 4));
        assertThat(a.norm())
                .isCloseTo(Math.sqrt(Arrays.stream(x).map(v -> v * v).sum()), Offset.offset(1e-14));
    }

    @Test
    void sumsOfIntegersDoNotOverflowTheirType() {
        assertThat(Tensor.of(new int[] {Integer.MAX_VALUE, 1}).sum().toLongArray())
                .containsExactly(1L << 31);
        assertThat(Tensor.of(new byte[] {-1, -1}).sum().toLongArray()).containsExactly(510);
        assertThat(Tensor.of(new byte[] {-1, 1}).max().dtype()).isEqualTo(DType.U8);
    }

    @Test
    void meansKeepPrecisionAndRangeOfTheirType() {
        float[] large = new float[1001];
        Arrays.fill(large, 3e38f);
        assertThat(Tensor.of(large).mean().get()).isEqualTo(3e38f);
        assertThat(Tensor.full(DType.BF16, 3, 1001).mean().get()).isEqualTo(3);
        assertThat(Tensor.zeros(DType.F64, 0).mean().get()).isNaN();
        assertThat(Tensor.zeros(DType.F64, 2, 0).mean(1).toArray()).containsExactly(Double.NaN, Double.NaN);
        assertThat(Tensor.zeros(DType.F64, 0, 2).mean(1).shape()).isEqualTo(Shape.of(0));
    }

    /** A batched product against a naive loop: shapes, then the batch index of each operand by index arithmetic. */
    @Test
    void matmulBroadcastsLeadingDimensions() {
        long[][][] cases = {
            {{3, 4}, {4, 2}},
            {{5, 3, 4}, {4, 2}},
            {{3, 4}, {5, 4, 2}},
            {{2, 1, 3, 4}, {5, 4, 2}},
            {{2, 5, 3, 4}, {2, 5, 4, 2}},
            {{1, 3, 4}, {6, 4, 2}},
            {{2, 1, 1, 4}, {1, 3, 4, 1}},
            {{0, 3, 4}, {4, 2}},
            {{2, 3, 0}, {0, 2}},
            {{2, 0, 4}, {4, 3}}
        };
        for (DType dtype : new DType[] {DType.F64, DType.F32}) {
            for (long[][] c : cases) {
                checkMatmul(dtype, c[0], c[1], t -> t);
                checkMatmul(dtype, c[0], c[1], t -> t.transpose().copy().transpose());
                checkMatmul(dtype, c[0], c[1], t -> t.flip(-1).copy().flip(-1));
                checkMatmul(dtype, c[0], c[1], t -> t.flip(-2).copy().flip(-2));
                checkMatmul(dtype, c[0], c[1], t -> t.flip(0).copy().flip(0));
                checkMatmul(dtype, c[0], c[1], TensorMathTest::everySecond);
            }
        }
    }

    /** The same elements, each beside one that is not looked at. */
    private static Tensor everySecond(Tensor t) {
        long[] dims = Arrays.copyOf(t.shape().dims(), t.shape().rank() + 1);
        dims[dims.length - 1] = 2;
        Tensor wide = Tensor.full(t.dtype(), Double.NaN, dims);
        Tensor view = wide.select(-1, 0);
        view.assign(t);
        return view;
    }

    private static void checkMatmul(DType dtype, long[] left, long[] right, UnaryOperator<Tensor> form) {
        Tensor a = form.apply(Tensor.of(numbers(Shape.of(left).size(), 1), left).to(dtype));
        Tensor b =
                form.apply(Tensor.of(numbers(Shape.of(right).size(), 2), right).to(dtype));
        Tensor product = a.matmul(b);
        int m = (int) left[left.length - 2];
        int k = (int) left[left.length - 1];
        int n = (int) right[right.length - 1];
        long[] batch = Shape.broadcast(
                        "test",
                        Shape.of(Arrays.copyOf(left, left.length - 2)),
                        Shape.of(Arrays.copyOf(right, right.length - 2)))
                .dims();
        long[] dims = Arrays.copyOf(batch, batch.length + 2);
        dims[batch.length] = m;
        dims[batch.length + 1] = n;
        assertThat(product.shape()).isEqualTo(Shape.of(dims));
        double[] x = a.toArray();
        double[] y = b.toArray();
        double[] z = product.toArray();
        for (int item = 0; item < Shape.of(batch).size(); item++) {
            int atA = batchIndex(item, batch, left) * m * k;
            int atB = batchIndex(item, batch, right) * k * n;
            for (int i = 0; i < m; i++) {
                for (int j = 0; j < n; j++) {
                    double sum = 0;
                    for (int p = 0; p < k; p++) {
                        sum += x[atA + i * k + p] * y[atB + p * n + j];
                    }
                    assertThat(z[(item * m + i) * n + j])
                            .as("%s %s·%s", dtype, Arrays.toString(left), Arrays.toString(right))
                            .isCloseTo(sum, Offset.offset(Tolerance.sum(dtype, k, 4 * k)));
                }
            }
        }
    }

    /** Which matrix of an operand belongs to batch item {@code item}. */
    private static int batchIndex(int item, long[] batch, long[] operand) {
        int at = 0;
        int step = 1;
        int rest = item;
        for (int i = 1; i <= batch.length && i <= operand.length - 2; i++) {
            int dim = (int) operand[operand.length - 2 - i];
            at += dim == 1 ? 0 : (int) (rest % batch[batch.length - i]) * step;
            step *= dim;
            rest /= (int) batch[batch.length - i];
        }
        return at;
    }

    @Test
    void matmulOfVectors() {
        Tensor v = Tensor.of(new double[] {1, 2, 3});
        Tensor m = Tensor.of(new double[][] {{1, 0, 2}, {0, 1, 1}});
        assertThat(v.matmul(v).shape()).isEqualTo(Shape.of());
        assertThat(v.matmul(v).get()).isEqualTo(14);
        assertThat(m.matmul(v).toArray()).containsExactly(7, 5);
        assertThat(v.matmul(m.transpose()).toArray()).containsExactly(7, 5);
        assertThat(v.matmul(Tensor.zeros(DType.F64, 4, 3, 2)).shape()).isEqualTo(Shape.of(4, 2));
        assertThat(Tensor.zeros(DType.F64, 4, 2, 3).matmul(v).shape()).isEqualTo(Shape.of(4, 2));
        assertThat(m.matmul(v.reshape(1, 3).broadcastTo(2, 3).transpose()).toMatrix())
                .isDeepEqualTo(new double[][] {{7, 7}, {5, 5}});
    }

    @Test
    void randomNumbersComeFromTheSeedAlone() {
        assertThat(Tensor.uniform(DType.F64, 5, 100).toArray())
                .isEqualTo(Tensor.uniform(DType.F64, 5, 100).toArray());
        assertThat(Tensor.uniform(DType.F64, 5, 10, 10).reshape(100).toArray())
                .isEqualTo(Tensor.uniform(DType.F64, 5, 100).toArray());
        assertThat(Tensor.normal(DType.F32, 5, 100).toArray())
                .isNotEqualTo(Tensor.normal(DType.F32, 6, 100).toArray());
        assertThat(Tensor.integers(DType.I32, -2, 3, 1, 1000).toLongArray())
                .containsOnly(-2, -1, 0, 1, 2)
                .contains(-2, -1, 0, 1, 2);
        assertThatThrownBy(() -> Tensor.integers(DType.I64, 3, 3, 0, 1))
                .hasMessage("integers: the range [3, 3) is empty or beyond 2^53");
        assertThatThrownBy(() -> Tensor.uniform(DType.I32, 0, 1))
                .hasMessage("random: numbers are f64 or f32, not i32; cast with to(dtype)");
        assertThatThrownBy(() -> Tensor.integers(DType.F32, 0, 3, 0, 1))
                .hasMessage("random: integers are i64 or i32, not f32; cast with to(dtype)");
    }

    @Test
    void should_fail_if_operands_do_not_fit() {
        Tensor a = Tensor.zeros(DType.F64, 3, 4);
        assertThatThrownBy(() -> a.matmul(Tensor.zeros(DType.F64, 5, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matmul: (3,4)·(5,2): inner dimensions 4 and 5 differ");
        assertThatThrownBy(() -> Tensor.zeros(DType.F64, 2, 3, 4).matmul(Tensor.zeros(DType.F64, 3, 4, 2)))
                .hasMessage("matmul: (2,3,4)·(3,4,2): shapes (2) and (3) do not broadcast: 2 and 3 differ");
        assertThatThrownBy(() -> a.matmul(Tensor.zeros(DType.F32, 4, 2)))
                .hasMessage("matmul: operands are f64 and f32; cast one with to(dtype)");
        assertThatThrownBy(() -> a.matmul(Tensor.zeros(DType.F64)))
                .hasMessage("matmul: (3,4)·(): a scalar is no matrix; use multiply");
        assertThatThrownBy(() -> Tensor.zeros(DType.I64, 2, 2).matmul(Tensor.zeros(DType.I64, 2, 2)))
                .hasMessage("matmul: (2,2)·(2,2): needs f64 or f32, not i64; cast with to(dtype)");
        assertThatThrownBy(() -> a.add(Tensor.zeros(DType.F32, 3, 4)))
                .hasMessage("add: operands are f64 and f32; cast one with to(dtype)");
        assertThatThrownBy(() -> a.divide(Tensor.zeros(DType.F64, 3)))
                .hasMessage("divide: shapes (3,4) and (3) do not broadcast: 4 and 3 differ");
        assertThatThrownBy(() -> Tensor.zeros(DType.U8, 2).add(Tensor.zeros(DType.U8, 2)))
                .hasMessage("add: not for u8; cast with to(DType.I32) or to(DType.F32)");
        assertThatThrownBy(() -> Tensor.zeros(DType.I32, 2).exp())
                .hasMessage("exp: needs a floating-point type, not i32; cast with to(DType.F64)");
        assertThatThrownBy(() -> a.sum(0, 0)).hasMessage("sum: axis 0 is named twice");
        assertThatThrownBy(() -> a.sum(2)).hasMessage("axis 2 does not exist in shape (3,4)");
        assertThatThrownBy(() -> Tensor.zeros(DType.F64, 3, 0).max(1))
                .hasMessage("max: axis 1 of shape (3,0) is empty");
        assertThatThrownBy(() -> Tensor.of(new double[] {1}).transpose())
                .hasMessage("transpose: shape (1) has no two dimensions");
        assertThat(Tensor.zeros(DType.F64, 0, 3).max(1).shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void aFailedOperationLeavesNoTensorBehind() throws InterruptedException {
        Tensor a = Tensor.full(DType.I64, 1, 1000);
        Tensor zero = Tensor.zeros(DType.I64, 1000);
        scope.keep(a);
        long before = Settled.memoryInUse();
        assertThatThrownBy(() -> a.divide(zero)).hasMessageContaining("division by zero");
        assertThat(MemoryBudget.used()).isEqualTo(before);
        a.close();
    }

    @Test
    void should_give_norms_whose_squares_overflow_or_vanish() {
        for (double scale : new double[] {1e200, 1e-200, 3e307, 1e-323, 1}) {
            try (Tensor t = Tensor.of(new double[] {3 * scale, 0, -4 * scale})) {
                assertThat(t.norm()).isCloseTo(5 * scale, withinPercentage(1e-12));
            }
        }
        try (Tensor infinite = Tensor.of(new double[] {1, Double.NEGATIVE_INFINITY});
                Tensor nan = Tensor.of(new double[] {Double.POSITIVE_INFINITY, Double.NaN});
                Tensor zero = Tensor.zeros(DType.F64, 3);
                Tensor empty = Tensor.zeros(DType.F32, 0)) {
            assertThat(infinite.norm()).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(nan.norm()).isNaN();
            assertThat(zero.norm()).isZero();
            assertThat(empty.norm()).isZero();
        }
    }
}
