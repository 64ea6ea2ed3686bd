package dev.eckart.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import org.junit.jupiter.api.Test;

/** On the host, where work is run again; what a GPU does instead is in {@code RecordingOnDevice}. */
class RecordingTest {
    @Test
    void should_do_the_work_at_once_and_again_on_what_stands_in_its_tensors() {
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.full(DType.F64, 2, 3);
            Tensor y = Tensor.zeros(DType.F64, 3);
            try (Recording recording =
                    Recording.of(Device.cpu(), () -> y.assign(x.square().add(y)))) {
                assertThat(y.toArray()).containsOnly(4);
                x.fill(3);
                recording.replay();
                assertThat(y.toArray()).containsOnly(13);
            }
        }
    }

    @Test
    void should_close_the_tensors_of_the_work() {
        long before = Memory.statistics(Device.cpu()).used();
        try (Tensor x = Tensor.zeros(DType.F64, 1000);
                Recording recording =
                        Recording.of(Device.cpu(), () -> x.assign(x.add(1).exp()))) {
            long during = Memory.statistics(Device.cpu()).used();
            recording.replay();
            assertThat(Memory.statistics(Device.cpu()).used()).isEqualTo(during);
        }
        assertThat(Memory.statistics(Device.cpu()).used()).isEqualTo(before);
    }

    /** Made once, in the order in which they are asked for, and gone with the recording; elsewhere made each time. */
    @Test
    void should_keep_constants_until_it_is_closed() {
        long before = Memory.statistics(Device.cpu()).used();
        int[] made = {0};
        try (Tensor x = Tensor.zeros(DType.F64, 2)) {
            Runnable work = () -> {
                for (int i = 0; i < 2; i++) {
                    x.assign(x.multiply(10).add(Recording.constant(() -> Tensor.full(DType.F64, ++made[0], 2))));
                }
            };
            assertThat(Recording.isUnderWay()).isFalse();
            try (Recording recording = Recording.of(Device.cpu(), work)) {
                recording.replay();
                assertThat(x.get(0)).isEqualTo(1212);
            }
            assertThat(Recording.isUnderWay()).isFalse();
            try (Scope scope = Scope.open()) {
                work.run();
            }
            assertThat(x.get(0)).isEqualTo(121234);
            assertThatThrownBy(() -> Recording.of(Device.cpu(), () -> {
                        work.run();
                        throw new IllegalStateException("on the way");
                    }))
                    .hasMessage("on the way");
        }
        assertThat(Memory.statistics(Device.cpu()).used()).isEqualTo(before);
    }

    @Test
    void should_refuse_a_replay_once_it_is_closed() {
        Recording recording = Recording.of(Device.cpu(), () -> {});
        recording.close();
        recording.close();
        assertThatThrownBy(recording::replay)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("replay: the recording is closed");
    }
}
