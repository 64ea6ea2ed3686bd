package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Settled;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EmpiricalDenoiserTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Tensor data(DType type) {
        return Tensor.normal(type, 21, 13, 2, 3);
    }

    /** Σ pᵢ·xᵢ from differences, in plain Java. */
    private static double[] expected(double[] x, double[] data, int rows, int d, NoiseLevel level) {
        double[] out = new double[x.length];
        for (int b = 0; b < x.length / d; b++) {
            double[] logits = new double[rows];
            double most = Double.NEGATIVE_INFINITY;
            for (int i = 0; i < rows; i++) {
                double sum = 0;
                for (int j = 0; j < d; j++) {
                    double away = x[b * d + j] - level.alpha() * data[i * d + j];
                    sum += away * away;
                }
                logits[i] = -sum / (2 * level.sigma() * level.sigma());
                most = Math.max(most, logits[i]);
            }
            double mass = 0;
            for (double logit : logits) {
                mass += Math.exp(logit - most);
            }
            for (int i = 0; i < rows; i++) {
                for (int j = 0; j < d; j++) {
                    out[b * d + j] += Math.exp(logits[i] - most) / mass * data[i * d + j];
                }
            }
        }
        return out;
    }

    /** Chunks of one row, of some, of all; levels from nearly clean to nearly noise. */
    @ParameterizedTest
    @CsvSource({"4, .5", "12, .5", "20, .02", "52, .9", "1000, .5", "1, .9999", "1000, .9999", "12, 1e-6", "8, .999999"
    })
    void should_be_the_softmax_over_the_training_set(long chunkElements, double alphaBar) {
        NoiseLevel level = NoiseLevel.ofAlphaBar(0, alphaBar);
        Tensor x = Tensor.normal(DType.F64, 5, 4, 2, 3).multiply(1.3);
        double[] expected = expected(x.toArray(), data(DType.F64).toArray(), 13, 6, level);
        try (EmpiricalDenoiser wide = EmpiricalDenoiser.of(data(DType.F64), chunkElements);
                EmpiricalDenoiser narrow = EmpiricalDenoiser.of(data(DType.F64).to(DType.F32), chunkElements)) {
            Tensor clean = wide.predict(x, level);
            assertThat(clean.shape()).isEqualTo(x.shape());
            // Logits are differences of products of the size |x|·|data|/σ².
            double scale = 40 / (1 - alphaBar);
            assertThat(clean.toArray()).containsExactly(expected, within(scale * 1e-15));
            Tensor single = narrow.predict(x.to(DType.F32), level);
            assertThat(single.toArray()).containsExactly(expected, within(scale * 1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddim", "heun", "dpm-solver++", "ddpm", "unipc"})
    void sampling_should_end_in_the_training_set(String sampler) {
        Tensor data = data(DType.F64);
        try (EmpiricalDenoiser denoiser = EmpiricalDenoiser.of(data)) {
            Tensor out = Sampling.of(denoiser, Samplers.named(sampler), NoiseLevels.karras(30, .01, 50, 7))
                    .dtype(DType.F64)
                    .sample(20, 2, 3);
            for (int i = 0; i < 20; i++) {
                Tensor away = data.subtract(out.select(0, i)).square().sum(1, 2);
                assertThat(away.min().get()).isLessThan(1e-6);
            }
        }
    }

    @Test
    void should_hold_nothing_but_a_share_of_the_data() throws InterruptedException {
        long before = Settled.memoryInUse();
        Tensor data = Scope.outside(() -> Tensor.zeros(DType.F64, 100, 50));
        EmpiricalDenoiser denoiser = EmpiricalDenoiser.of(data);
        data.close();
        assertThat(MemoryBudget.used() - before).isEqualTo(8 * (100 * 50 + 100));
        try (Scope inner = Scope.open()) {
            denoiser.predict(Tensor.zeros(DType.F64, 2, 50), NoiseLevel.ofAlphaBar(0, .5));
        }
        denoiser.close();
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    @Test
    void should_fail_if_the_data_does_not_fit() {
        assertThatThrownBy(() -> EmpiricalDenoiser.of(Tensor.zeros(DType.U8, 3, 2)))
                .hasMessageContaining("(3,2) u8");
        assertThatThrownBy(() -> EmpiricalDenoiser.of(Tensor.zeros(DType.F32, 0, 2)))
                .hasMessageContaining("n at least 1");
        Tensor bad = Tensor.zeros(DType.F32, 3, 2);
        bad.select(0, 1).fill(Double.POSITIVE_INFINITY);
        assertThatThrownBy(() -> EmpiricalDenoiser.of(bad)).hasMessageContaining("element (1,0) of (3,2)");
        try (EmpiricalDenoiser denoiser = EmpiricalDenoiser.of(data(DType.F64))) {
            NoiseLevel level = NoiseLevel.ofAlphaBar(0, .5);
            assertThatThrownBy(() -> denoiser.predict(Tensor.zeros(DType.F64, 2, 5), level))
                    .hasMessageContaining("it knows data of 6 elements");
            assertThatThrownBy(() -> denoiser.predict(Tensor.zeros(DType.F32, 2, 6), level))
                    .hasMessageContaining("samples are f32");
            assertThatThrownBy(() -> denoiser.predict(Tensor.zeros(DType.F64, 2, 6), NoiseLevel.CLEAN))
                    .hasMessageContaining("levels with noise");
        }
    }
}
