package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ActivationsTest {
    private static final Offset<Double> CLOSE = Offset.offset(1e-12);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Values from Abramowitz and Stegun, tables 7.1 and 26.1. */
    @Test
    void gatesCallTheirFunctions() {
        Tensor x = Tensor.of(new double[] {-1, 0, 1});
        assertThat(Activations.erf(x).get(2)).isCloseTo(0.8427007929497149, CLOSE);
        assertThat(Activations.gelu(x).get(2)).isCloseTo(0.8413447460685429, CLOSE);
        assertThat(Activations.gelu(x).get(0)).isCloseTo(-0.15865525393145707, CLOSE);
        assertThat(Activations.silu(x).get(2)).isCloseTo(1 / (1 + Math.exp(-1)), CLOSE);
        assertThat(Activations.silu(x).get(1)).isZero();
    }

    @Test
    void softmaxAlongAnyAxis() {
        Tensor a = Tensor.uniform(DType.F64, 1, 3, 4, 5);
        double[] x = a.toArray();
        int[] strides = {20, 5, 1};
        for (int axis = -3; axis < 3; axis++) {
            Tensor softmax = Activations.softmax(a, axis);
            Tensor logarithm = Activations.logSoftmax(a, axis);
            int i = (axis + 3) % 3;
            double[] sums = softmax.sum(i).toArray();
            assertThat(softmax.shape()).isEqualTo(a.shape());
            for (double sum : sums) {
                assertThat(sum).isCloseTo(1, CLOSE);
            }
            double[] got = softmax.toArray();
            double[] logs = logarithm.toArray();
            for (int at = 0; at < x.length; at++) {
                int first = at - at / strides[i] % (int) a.dim(i) * strides[i];
                assertThat(got[at] / got[first]).isCloseTo(Math.exp(x[at] - x[first]), CLOSE);
                assertThat(logs[at]).isCloseTo(Math.log(got[at]), CLOSE);
            }
        }
    }

    @Test
    void normalizationsOfKnownNumbers() {
        Tensor a = Tensor.of(new double[] {1, 3, 5, 9, 2, 2, 4, 4}, 2, 2, 2);
        assertThat(Activations.layerNorm(a, 0).toArray())
                .containsExactly(-1, 1, -1, 1, Double.NaN, Double.NaN, Double.NaN, Double.NaN);
        Tensor scale = Tensor.of(new double[] {2, 3});
        Tensor shift = Tensor.of(new double[] {10, 20});
        assertThat(Activations.layerNorm(a, scale, shift, 0).slice(0, 0, 1).toArray())
                .containsExactly(8, 23, 8, 23);
        // By channel; the rows of a sample are its channels.
        assertThat(Activations.groupNorm(a, 2, scale, shift, 0).slice(0, 0, 1).toArray())
                .containsExactly(8, 12, 17, 23);
        assertThat(Activations.groupNorm(a, 1, 0).slice(0, 1, 2).toArray()).containsExactly(-1, -1, 1, 1);
        assertThat(Activations.groupNorm(a, 1, scale, shift, 0).slice(0, 1, 2).toArray())
                .containsExactly(8, 8, 23, 23);
    }

    @Test
    void groupsOfStridedInputAndOfNoPositions() {
        Tensor a = Tensor.normal(DType.F32, 2, 3, 5, 6, 2);
        Tensor turned = a.permute(3, 2, 1, 0);
        assertThat(Activations.groupNorm(turned, 3, 1e-5).toFloatArray())
                .containsExactly(Activations.groupNorm(turned.copy(), 3, 1e-5).toFloatArray());
        Tensor flat = Tensor.of(new double[] {1, 3, 5, 5}, 1, 4);
        assertThat(Activations.groupNorm(flat, 2, 1).get(0, 0)).isCloseTo(-1 / Math.sqrt(2), CLOSE);
    }

    @Test
    void typesAndShapesAreKept() {
        Tensor a = Tensor.uniform(DType.F32, 1, 2, 3).to(DType.BF16);
        assertThat(Activations.gelu(a).dtype()).isEqualTo(DType.BF16);
        assertThat(Activations.softmax(a, 0).dtype()).isEqualTo(DType.BF16);
        assertThat(Activations.layerNorm(a, 1e-5).dtype()).isEqualTo(DType.BF16);
        assertThat(Activations.softmax(Tensor.zeros(DType.F64, 3, 0), 1).shape())
                .isEqualTo(Shape.of(3, 0));
        assertThat(Activations.layerNorm(Tensor.zeros(DType.F64, 0, 3), 1e-5).shape())
                .isEqualTo(Shape.of(0, 3));
    }

    @Test
    void whatDoesNotFitIsRefusedWithItsRemedy() {
        Tensor a = Tensor.zeros(DType.F64, 2, 6);
        Tensor six = Tensor.zeros(DType.F64, 6);
        refused(
                () -> Activations.softmax(Tensor.zeros(DType.I32, 2), 0),
                "softmax: needs a floating-point type, not i32; cast with to(DType.F64)");
        refused(
                () -> Activations.softmax(Tensor.of(new double[1], 1).select(0, 0), 0),
                "softmax: a scalar has no axis; reshape to (1)");
        refused(
                () -> Activations.gelu(Tensor.zeros(DType.I64, 2)),
                "gelu: needs a floating-point type, not i64; cast with to(DType.F64)");
        refused(
                () -> Activations.layerNorm(a, -1),
                "layerNorm: epsilon is -1.0; it has to be finite and at least 0, 1e-5 is usual");
        refused(
                () -> Activations.layerNorm(a, six, Tensor.zeros(DType.F64, 5), 0),
                "layerNorm: shift of shape (5) for input (2,6); it has to be (6)");
        refused(
                () -> Activations.layerNorm(a, Tensor.zeros(DType.F32, 6), six, 0),
                "layerNorm: operands are f64 and f32; cast one with to(dtype)");
        refused(
                () -> Activations.groupNorm(a, 4, 0),
                "groupNorm: 6 channels of (2,6) can't be cut into 4 groups; take a divisor");
        refused(
                () -> Activations.groupNorm(six, 2, 0),
                "groupNorm: shape (6) needs at least 2 axes, (samples, channels, …)");
        assertThatThrownBy(() -> Activations.softmax(a, 2)).isInstanceOf(IllegalArgumentException.class);
        six.close();
        assertThatThrownBy(() -> Activations.silu(six)).isInstanceOf(IllegalStateException.class);
    }

    private static void refused(Runnable call, String message) {
        assertThatThrownBy(call::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
