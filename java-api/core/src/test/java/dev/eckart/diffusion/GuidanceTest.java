package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GuidanceTest {
    private static final NoiseLevel LEVEL = NoiseLevel.ofAlphaBar(0, .4);

    private Scope scope;
    private GaussianMixture conditional;
    private GaussianMixture unconditional;

    @BeforeEach
    void open() {
        scope = Scope.open();
        conditional = GaussianMixture.of(new double[] {1}, new double[][] {{1, 0, 2, 0}}, new double[] {.1});
        unconditional = GaussianMixture.of(
                new double[] {1, 1}, new double[][] {{1, 0, 2, 0}, {-1, 1, 0, 0}}, new double[] {.1, .2});
    }

    @AfterEach
    void close() {
        conditional.close();
        unconditional.close();
        scope.close();
    }

    private static Tensor x() {
        return Tensor.normal(DType.F64, 3, 5, 2, 2);
    }

    @Test
    void should_extrapolate_from_the_unconditional_through_the_conditional() {
        double[] with = conditional.predict(x(), LEVEL).toArray();
        double[] without = unconditional.predict(x(), LEVEL).toArray();
        for (double w : new double[] {0, 1, 3.5}) {
            double[] guided = new Guidance(conditional, unconditional, w)
                    .predict(x(), LEVEL)
                    .toArray();
            for (int i = 0; i < with.length; i++) {
                assertThat(guided[i]).isCloseTo(without[i] + w * (with[i] - without[i]), within(1e-13));
            }
        }
    }

    @Test
    void rescaling_should_bring_deviations_back() {
        double[] with = conditional.predict(x(), LEVEL).toArray();
        double[] plain =
                new Guidance(conditional, unconditional, 4).predict(x(), LEVEL).toArray();
        double[] half = new Guidance(conditional, unconditional, 4, .5)
                .predict(x(), LEVEL)
                .toArray();
        double[] full = new Guidance(conditional, unconditional, 4, 1)
                .predict(x(), LEVEL)
                .toArray();
        for (int i = 0; i < 5; i++) {
            assertThat(deviation(full, i)).isCloseTo(deviation(with, i), within(1e-12));
            for (int j = 4 * i; j < 4 * i + 4; j++) {
                double ratio = deviation(with, i) / deviation(plain, i);
                assertThat(full[j]).isCloseTo(plain[j] * ratio, within(1e-12));
                assertThat(half[j]).isCloseTo((full[j] + plain[j]) / 2, within(1e-12));
            }
        }
    }

    /** Of the four elements of sample i. */
    private static double deviation(double[] all, int i) {
        double mean = 0;
        for (int j = 0; j < 4; j++) {
            mean += all[4 * i + j] / 4;
        }
        double sum = 0;
        for (int j = 0; j < 4; j++) {
            sum += (all[4 * i + j] - mean) * (all[4 * i + j] - mean) / 4;
        }
        return Math.sqrt(sum);
    }

    @Test
    void a_learned_variance_should_be_the_conditionals() {
        double[] guided = new Guidance(doubled(conditional, .7), doubled(unconditional, -.2), 2)
                .predict(x(), LEVEL)
                .toArray();
        double[] expected =
                new Guidance(conditional, unconditional, 2).predict(x(), LEVEL).toArray();
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 4; j++) {
                assertThat(guided[8 * i + j]).isCloseTo(expected[4 * i + j], within(1e-14));
                assertThat(guided[8 * i + 4 + j]).isEqualTo(.7);
            }
        }
    }

    private static Denoiser doubled(Denoiser denoiser, double variance) {
        return new Denoiser() {
            @Override
            public Prediction prediction() {
                return denoiser.prediction();
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                Tensor out = Tensor.full(DType.F64, variance, x.dim(0), 2 * x.dim(1), x.dim(2));
                out.slice(1, 0, x.dim(1)).assign(denoiser.predict(x, level));
                return out;
            }
        };
    }

    @Test
    void should_fail_if_the_parts_do_not_fit() {
        assertThatThrownBy(() -> new Guidance(conditional, unconditional.as(Prediction.V), 2))
                .hasMessageContaining("predicts EPSILON, the unconditional V");
        assertThatThrownBy(() -> new Guidance(conditional, unconditional, Double.NaN))
                .hasMessageContaining("weight NaN");
        assertThatThrownBy(() -> new Guidance(conditional, unconditional, 2, 1.5))
                .hasMessageContaining("rescale 1.5");
        assertThatThrownBy(() -> new Guidance(doubled(conditional, 0), unconditional, 2).predict(x(), LEVEL))
                .hasMessageContaining("(5,4,2)");
    }
}
