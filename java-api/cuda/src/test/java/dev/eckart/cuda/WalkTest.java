package dev.eckart.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.backend.View;
import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;
import org.junit.jupiter.api.Test;

class WalkTest {
    private static View view(Layout layout) {
        return new View(Buffer.wrapped(Device.cuda(0), 4096, 1 << 20, "nobody"), DType.F32, layout);
    }

    private static View contiguous(long... dims) {
        return view(Layout.contiguous(Shape.of(dims)));
    }

    @Test
    void contiguous_operands_are_one_axis() {
        Walk walk = Walk.byOutput(contiguous(3, 1, 4, 5), contiguous(3, 1, 4, 5));
        assertThat(walk.rank()).isEqualTo(1);
        assertThat(walk.dim(0)).isEqualTo(60);
        assertThat(walk.stride(1, 0)).isEqualTo(1);
        assertThat(walk.count()).isEqualTo(60);
    }

    @Test
    void a_transposed_input_keeps_two_axes_and_the_outputs_order() {
        View in = view(Layout.contiguous(Shape.of(5, 4)).permute(1, 0));
        Walk walk = Walk.byOutput(contiguous(4, 5), in);
        assertThat(walk.rank()).isEqualTo(2);
        assertThat(walk.stride(0, 1)).isEqualTo(1);
        assertThat(walk.stride(1, 1)).isEqualTo(4);
        View turnedOut = view(Layout.contiguous(Shape.of(5, 4)).permute(1, 0));
        assertThat(Walk.byOutput(turnedOut, in).rank()).isEqualTo(1);
        assertThat(Walk.inOrder(in).stride(0, 1)).isEqualTo(4);
    }

    @Test
    void a_stretched_input_has_stride_zero() {
        Walk walk = Walk.byOutput(contiguous(4, 5), contiguous(5).broadcastTo(Shape.of(4, 5)));
        assertThat(walk.rank()).isEqualTo(2);
        assertThat(walk.stride(1, 0)).isZero();
    }
}
