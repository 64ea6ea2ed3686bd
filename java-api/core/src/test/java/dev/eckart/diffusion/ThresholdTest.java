package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThresholdTest {
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
    void clip_should_clamp() {
        Tensor x = Tensor.of(new double[] {-3, -.5, .2, 7}, 2, 2);
        assertThat(Threshold.clip(-1, 1).apply(x).toArray()).containsExactly(-1, -.5, .2, 1);
        assertThat(Threshold.none().apply(x)).isSameAs(x);
        assertThatThrownBy(() -> Threshold.clip(1, -1)).hasMessageContaining("exchange");
    }

    /** Against sorting in plain Java, with the quantile interpolated as NumPy does. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-9, .3, .5, .75, .995, 1})
    void dynamic_should_scale_by_the_quantile(double fraction) {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            Tensor x = Tensor.normal(type, 3, 4, 3, 5).multiply(3);
            double[] kept = Threshold.dynamic(fraction).apply(x).toArray();
            double[] given = x.toArray();
            for (int i = 0; i < 4; i++) {
                double[] sorted = Arrays.stream(given, 15 * i, 15 * i + 15)
                        .map(Math::abs)
                        .sorted()
                        .toArray();
                int below = (int) (fraction * 14);
                double part = fraction * 14 - below;
                double quantile = sorted[below] + (below == 14 ? 0 : part * (sorted[below + 1] - sorted[below]));
                double s = Math.max(1, quantile);
                for (int j = 15 * i; j < 15 * i + 15; j++) {
                    double expected = Math.max(-s, Math.min(s, given[j])) / s;
                    assertThat(kept[j]).isCloseTo(expected, within(8 * type.epsilon()));
                }
            }
        }
        assertThatThrownBy(() -> Threshold.dynamic(0)).hasMessageContaining("outside (0, 1]");
    }

    @Test
    void samplers_should_stay_in_range() {
        Denoiser wild = Gaussians.denoiser();
        NoiseLevels levels = NoiseSchedule.cosine(100).levels(Spacing.TRAILING, 10);
        for (String name : Samplers.names()) {
            Tensor out = Sampling.of(wild, Samplers.named(name), levels)
                    .dtype(DType.F64)
                    .threshold(Threshold.clip(-.5, .5))
                    .sample(10, 3);
            assertThat(out.abs().max().get()).as(name).isLessThanOrEqualTo(.5 + 1e-12);
        }
    }
}
