package dev.eckart.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LayoutTest {
    /** Positions of the elements in row-major order, by the definition of strides. */
    private static List<Long> positions(Layout layout) {
        List<Long> out = new ArrayList<>();
        walk(layout, 0, layout.offset(), out);
        return out;
    }

    private static void walk(Layout layout, int axis, long at, List<Long> out) {
        if (axis == layout.shape().rank()) {
            out.add(at);
            return;
        }
        for (long i = 0; i < layout.shape().dim(axis); i++) {
            walk(layout, axis + 1, at + i * layout.stride(axis), out);
        }
    }

    @Test
    void viewsPickTheRightElements() {
        Layout base = Layout.contiguous(Shape.of(2, 3));
        assertThat(positions(base)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
        assertThat(positions(base.permute(1, 0))).containsExactly(0L, 3L, 1L, 4L, 2L, 5L);
        assertThat(positions(base.slice(1, 1, 3))).containsExactly(1L, 2L, 4L, 5L);
        assertThat(positions(base.select(0, 1))).containsExactly(3L, 4L, 5L);
        assertThat(positions(base.select(-1, 2))).containsExactly(2L, 5L);
        assertThat(positions(base.flip(1))).containsExactly(2L, 1L, 0L, 5L, 4L, 3L);
        assertThat(positions(base.flip(0).slice(0, 1, 2))).containsExactly(0L, 1L, 2L);
        assertThat(positions(base.diagonal())).containsExactly(0L, 4L);
        assertThat(positions(base.select(0, 0).broadcastTo(Shape.of(2, 3)))).containsExactly(0L, 1L, 2L, 0L, 1L, 2L);
        assertThat(base.slice(0, 2, 2).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(Layout.contiguous(Shape.of(0, 3)).flip(0).shape()).isEqualTo(Shape.of(0, 3));
    }

    @Test
    void contiguityLooksAtDimensionsOfMoreThanOne() {
        Layout base = Layout.contiguous(Shape.of(4, 5));
        assertThat(base.isContiguous()).isTrue();
        assertThat(base.slice(0, 1, 3).isContiguous()).isTrue();
        assertThat(base.slice(1, 0, 4).isContiguous()).isFalse();
        assertThat(base.slice(1, 0, 1).slice(0, 2, 3).isContiguous()).isTrue();
        assertThat(base.permute(1, 0).isContiguous()).isFalse();
        assertThat(base.flip(0).isContiguous()).isFalse();
        assertThat(base.slice(0, 0, 0).isContiguous()).isTrue();
    }

    /** A reshape that succeeds without a copy must list the same elements in the same order; a contiguous one must succeed. */
    @Test
    void reshapeKeepsTheOrderOfElements() {
        SplittableRandom random = new SplittableRandom(7);
        long[][] shapes = {
            {24}, {2, 12}, {2, 3, 4}, {4, 6}, {1, 24, 1}, {3, 2, 2, 2}, {6, 1, 4}, {2, 2, 2, 3}, {24, 1, 1}
        };
        int views = 0;
        int refused = 0;
        for (int round = 0; round < 5000; round++) {
            Layout layout = Layout.contiguous(Shape.of(shapes[random.nextInt(shapes.length)]));
            for (int step = 0; step < 3; step++) {
                int axis = random.nextInt(layout.shape().rank());
                layout = switch (random.nextInt(3)) {
                    case 0 -> layout.flip(axis);
                    case 1 -> layout.permute(shuffled(layout.shape().rank(), random));
                    default -> layout;
                };
            }
            Shape target = Shape.of(shapes[random.nextInt(shapes.length)]);
            Optional<Layout> reshaped = layout.reshape(target);
            assertThat(reshaped.isPresent() || !layout.isContiguous()).isTrue();
            if (reshaped.isPresent()) {
                views++;
                assertThat(reshaped.get().shape()).isEqualTo(target);
                assertThat(positions(reshaped.get())).isEqualTo(positions(layout));
            } else {
                refused++;
            }
        }
        assertThat(views).isGreaterThan(500);
        assertThat(refused).isGreaterThan(500);
    }

    private static int[] shuffled(int rank, SplittableRandom random) {
        int[] order = new int[rank];
        Arrays.setAll(order, i -> i);
        for (int i = rank - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int t = order[i];
            order[i] = order[j];
            order[j] = t;
        }
        return order;
    }

    @Test
    void should_fail_if_an_index_is_outside() {
        Layout base = Layout.contiguous(Shape.of(2, 3));
        assertThatThrownBy(() -> base.slice(1, 2, 4))
                .hasMessage("slice: 2..4 is outside 0..3 of axis 1 of shape (2,3)");
        assertThatThrownBy(() -> base.slice(1, 2, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> base.slice(0, -1, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> base.select(0, 2))
                .hasMessage("select: index 2 is outside 0..1 of axis 0 of shape (2,3)");
        assertThatThrownBy(() -> base.select(0, -1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> base.permute(0, 0)).hasMessage("permute: axis 0 is named twice");
        assertThatThrownBy(() -> base.permute(0)).hasMessage("permute: 1 axes given for shape (2,3) of rank 2");
    }
}
