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
