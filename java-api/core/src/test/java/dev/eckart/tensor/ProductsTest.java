package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Precision;
import dev.eckart.memory.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProductsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** Views that want a copy among them: backwards, every second column, a stretched row. */
    @Test
    void each_pair_is_multiplied() {
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            Tensor wide = Tensor.normal(dtype, 1, 6, 8);
            List<Tensor> a = List.of(
                    wide,
                    wide.transpose(),
                    wide.flip(0),
                    wide.slice(1, 1, 4),
                    Tensor.normal(dtype, 2, 1, 8).broadcastTo(3, 8),
                    Tensor.zeros(dtype, 0, 4),
                    Tensor.zeros(dtype, 2, 0));
            List<Tensor> b = List.of(
                    wide.transpose(),
                    wide,
                    wide.flip(1).transpose(),
                    Tensor.normal(dtype, 3, 3, 5),
                    Tensor.normal(dtype, 4, 8, 2),
                    Tensor.zeros(dtype, 4, 5),
                    Tensor.zeros(dtype, 0, 3));
            for (Precision precision : Precision.values()) {
                List<Tensor> all = Products.matmulAll(a, b, precision);
                assertThat(all).hasSize(a.size());
                for (int i = 0; i < a.size(); i++) {
                    Tensor one = a.get(i).matmul(b.get(i), precision);
                    assertThat(all.get(i).shape()).isEqualTo(one.shape());
                    assertThat(all.get(i).toArray()).as("pair %d", i).isEqualTo(one.toArray());
                }
            }
            assertThat(Products.matmulAll(a, b).get(6).toArray())
                    .containsOnly(0)
                    .hasSize(6);
        }
        assertThat(Products.matmulAll(List.of(), List.of())).isEmpty();
        assertThat(Products.matmulAll(List.of(Tensor.zeros(DType.F32, 2, 3)), List.of(Tensor.zeros(DType.F32, 3, 4)))
                        .get(0)
                        .shape())
                .isEqualTo(Shape.of(2, 4));
    }

    /** The message names the pair; nothing that was made before stays. */
    @Test
    void should_say_which_pair_does_not_fit() {
        Tensor good = Tensor.zeros(DType.F64, 3, 3);
        refused(
                Tensor.zeros(DType.F64, 3, 4),
                Tensor.zeros(DType.F64, 5, 2),
                "(3,4)·(5,2): inner dimensions 4 and 5 differ");
        refused(good, Tensor.zeros(DType.F64, 3), "(3,3)·(3): needs two matrices; use Tensor.matmul");
        refused(good, Tensor.zeros(DType.F32, 3, 3), "(3,3)·(3,3): types are f64 and f32; cast with to(dtype)");
        Tensor single = Tensor.zeros(DType.F32, 3, 3);
        refused(single, single, "(3,3)·(3,3): types are f32 and f32, those of the first f64; cast with to(dtype)");
        Tensor integers = Tensor.zeros(DType.I32, 3, 3);
        refused(integers, integers, "(3,3)·(3,3): needs f64 or f32, not i32; cast with to(dtype)");
        assertThatThrownBy(() -> Products.matmulAll(List.of(good), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matmulAll: 1 left and 0 right factors; there must be as many of each");
        Tensor closed = Tensor.zeros(DType.F64, 3, 3);
        closed.close();
        assertThatThrownBy(() -> Products.matmulAll(List.of(good), List.of(closed)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("matmulAll");
    }

    private static void refused(Tensor a, Tensor b, String why) {
        Tensor good = Tensor.zeros(DType.F64, 3, 3);
        List<Tensor> left = new ArrayList<>(List.of(good, good, good));
        List<Tensor> right = new ArrayList<>(left);
        left.add(a);
        right.add(b);
        assertThatThrownBy(() -> Products.matmulAll(left, right))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("matmul 3: " + why);
    }
}
