package dev.eckart.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void sizeMayPassTwoToThe31() {
        Shape shape = Shape.of(1L << 20, 1L << 20, 3);
        assertThat(shape.size()).isEqualTo(3L << 40);
        assertThat(shape).hasToString("(1048576,1048576,3)").isEqualTo(Shape.of(1L << 20, 1L << 20, 3));
        assertThat(Shape.of(Long.MAX_VALUE).size()).isEqualTo(Long.MAX_VALUE);
        assertThat(Shape.of().size()).isEqualTo(1);
    }

    @Test
    void should_fail_if_the_size_passes_two_to_the_63() {
        assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 31))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape: (4294967296,2147483648) has more than 2^63 elements");
        assertThatThrownBy(() -> Shape.of(1L << 32, 1L << 32, 1L << 32)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Shape.of(1L << 62, 0, 1L << 62).size()).isZero();
    }

    @Test
    void should_fail_if_a_dimension_is_negative_or_there_are_too_many() {
        assertThatThrownBy(() -> Shape.of(3, -1)).hasMessage("shape: dimension -1 is negative in (3,-1)");
        assertThatThrownBy(() -> Shape.of(new long[9])).hasMessage("shape: 9 dimensions; at most 8 are supported");
    }

    @Test
    void axesCountFromTheEndToo() {
        Shape shape = Shape.of(2, 3, 5);
        assertThat(shape.dim(-1)).isEqualTo(5);
        assertThat(shape.without(-2)).isEqualTo(Shape.of(2, 5));
        assertThat(shape.with(0, 7)).isEqualTo(Shape.of(7, 3, 5));
        assertThatThrownBy(() -> shape.dim(3)).hasMessage("axis 3 does not exist in shape (2,3,5)");
        assertThatThrownBy(() -> shape.dim(-4)).hasMessage("axis -4 does not exist in shape (2,3,5)");
    }

    @Test
    void broadcastMatchesFromTheLast() {
        assertThat(Shape.broadcast("add", Shape.of(4, 1), Shape.of(3))).isEqualTo(Shape.of(4, 3));
        assertThat(Shape.broadcast("add", Shape.of(), Shape.of(2, 0))).isEqualTo(Shape.of(2, 0));
        assertThat(Shape.broadcast("add", Shape.of(1), Shape.of(0))).isEqualTo(Shape.of(0));
        assertThatThrownBy(() -> Shape.broadcast("add", Shape.of(3, 4), Shape.of(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("add: shapes (3,4) and (3) do not broadcast: 4 and 3 differ");
    }
}
