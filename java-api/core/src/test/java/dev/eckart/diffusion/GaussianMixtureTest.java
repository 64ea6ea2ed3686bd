package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussianMixtureTest {
    private static final double[] WEIGHTS = {.5, .3, .2};
    private static final double[][] MEANS = {{.6, 0}, {-.3, .5}, {-.3, -.5}};
    private static final double[] VARIANCES = {.01, .02, .005};

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    static GaussianMixture mixture() {
        return GaussianMixture.of(WEIGHTS, MEANS, VARIANCES);
    }

    /** log p_t(x), without common subexpressions of the class under test. */
    private static double logDensity(double x, double y, NoiseLevel level) {
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            double variance = level.alphaBar() * VARIANCES[i] + 1 - level.alphaBar();
            double dx = x - level.alpha() * MEANS[i][0];
            double dy = y - level.alpha() * MEANS[i][1];
            sum += WEIGHTS[i] / (2 * Math.PI * variance) * Math.exp(-(dx * dx + dy * dy) / (2 * variance));
        }
        return Math.log(sum);
    }

    @Test
    void epsilon_should_be_the_gradient_of_the_density() {
        double h = 1e-5;
        for (int t : new int[] {20, 300, 900}) {
            NoiseLevel level = NoiseSchedule.linear(1000, 1e-4, .02).level(t);
            double[] epsilon = mixture()
                    .predict(Tensor.of(new double[][] {{.3, -.2}, {-.1, .4}}), level)
                    .toArray();
            double dx = (logDensity(.3 + h, -.2, level) - logDensity(.3 - h, -.2, level)) / (2 * h);
            double dy = (logDensity(-.1, .4 + h, level) - logDensity(-.1, .4 - h, level)) / (2 * h);
            assertThat(epsilon[0]).isCloseTo(-level.sigma() * dx, within(1e-6));
            assertThat(epsilon[3]).isCloseTo(-level.sigma() * dy, within(1e-6));
        }
    }

    /** Made by an implementation in NumPy. */
    @ParameterizedTest
    @ValueSource(strings = {"ddim", "euler"})
    void ddim_should_run_as_it_is_known_to(String sampler) {
        List<double[]> way = new ArrayList<>();
        NoiseLevels levels = NoiseSchedule.linear(1000, 1e-4, .02).levels(Spacing.LEADING, 10);
        Sampling.of(mixture(), Samplers.named(sampler), levels)
                .observer((step, first, x, level) -> way.add(x.toArray()))
                .resume(Tensor.of(new double[][] {{.3, -.7}}));
        close(way.get(0), .303203383396197, -.698483924948908);
        close(way.get(4), .339762225493962, -.615137572691838);
        close(way.get(8), .483669424263636, -.0606094822277101);
        close(way.get(9), .484845271994722, -.060012329614504);
        assertThat(way).hasSize(10);
    }

    private static void close(double[] actual, double... expected) {
        assertThat(actual).containsExactly(expected, within(1e-10));
    }

    @ParameterizedTest
    @ValueSource(doubles = {.99, .5, .01})
    void should_compute_in_the_type_and_shape_of_the_samples(double alphaBar) {
        NoiseLevel level = NoiseLevel.ofAlphaBar(0, alphaBar);
        Tensor x = Tensor.normal(DType.F64, 3, 7, 2);
        Tensor wide = mixture().predict(x, level);
        Tensor narrow = mixture().predict(x.to(DType.F32).reshape(7, 1, 2), level);
        assertThat(narrow.dtype()).isEqualTo(DType.F32);
        assertThat(narrow.shape().toString()).isEqualTo("(7,1,2)");
        assertThat(narrow.reshape(7, 2).to(DType.F64).subtract(wide).norm()).isLessThan(1e-4);
    }

    @Test
    void should_fail_if_the_parts_do_not_fit() {
        assertThatThrownBy(() -> GaussianMixture.of(new double[1], MEANS, VARIANCES))
                .hasMessageContaining("1 weights, 3 means and 3 variances");
        assertThatThrownBy(() -> GaussianMixture.of(new double[] {1, 0, 1}, MEANS, VARIANCES))
                .hasMessageContaining("component 1 has weight 0.0");
        assertThatThrownBy(() -> mixture().predict(Tensor.zeros(DType.F64, 4, 3), NoiseLevel.CLEAN))
                .hasMessageContaining("samples (4,3); it knows data of 2 elements");
    }
}
