package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ScansTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    @Test
    void runningTotalsAlongEitherAxis() {
        Tensor a = Tensor.of(new double[][] {{1, -2, 3}, {4, 5, -6}});
        assertThat(Scans.cumulativeSum(a, 1).toArray()).containsExactly(1, -1, 2, 4, 9, 3);
        assertThat(Scans.cumulativeSum(a, -2).toArray()).containsExactly(1, -2, 3, 5, 3, -3);
        assertThat(Scans.cumulativeSum(a.transpose(), 0).toMatrix())
                .isDeepEqualTo(new double[][] {{1, 4}, {-1, 9}, {2, 3}});
        assertThat(Scans.cumulativeProduct(a, 1).toArray()).containsExactly(1, -2, -6, 4, 20, -120);
        assertThat(Scans.cumulativeMin(a, -1).toArray()).containsExactly(1, -2, -2, 4, 4, -6);
        assertThat(Scans.cumulativeMax(a, 0).toArray()).containsExactly(1, -2, 3, 4, 5, 3);
    }

    @Test
    void integersTotalInI64() {
        Tensor a = Tensor.of(new byte[] {(byte) 200, 100, 3});
        assertThat(Scans.cumulativeSum(a, 0).dtype()).isEqualTo(DType.I64);
        assertThat(Scans.cumulativeSum(a, 0).toLongArray()).containsExactly(200, 300, 303);
        assertThat(Scans.cumulativeProduct(a, 0).toLongArray()).containsExactly(200, 20_000, 60_000);
        assertThat(Scans.cumulativeMax(a, 0).dtype()).isEqualTo(DType.U8);
        assertThat(Scans.cumulativeMin(a, 0).toLongArray()).containsExactly(200, 100, 3);
        assertThat(Scans.cumulativeSum(Tensor.full(DType.F32, 1, 3), 0).dtype()).isEqualTo(DType.F32);
    }

    @Test
    void emptyAndMissingAxes() {
        assertThat(Scans.cumulativeSum(Tensor.zeros(DType.F32, 3, 0), 1).shape())
                .isEqualTo(Shape.of(3, 0));
        assertThatThrownBy(() -> Scans.cumulativeSum(Tensor.zeros(DType.F32, 3), 1))
                .hasMessageContaining("axis 1 does not exist in shape (3)");
    }
}
