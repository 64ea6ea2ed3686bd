package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PcaDenoiserTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** The model with the first k components. */
    private static Pca first(int k) {
        Pca all = Gaussians.pca(DType.F64);
        return Pca.of(
                all.components().slice(0, 0, k),
                all.mean(),
                Optional.empty(),
                all.explainedVariance().slice(0, 0, k),
                all.totalVariance());
    }

    /** μ + α·C·(α²·C + σ²·I)⁻¹·(x − α·μ) with the whole covariance C, solved by elimination. */
    @ParameterizedTest
    @CsvSource({"3, 0, .5", "3, 0, .001", "2, .4, .5", "2, 0, .9", "1, .2, .05", "0, .7, .3"})
    void should_be_the_wiener_filter(int k, double rest, double alphaBar) {
        NoiseLevel level = NoiseLevel.ofAlphaBar(0, alphaBar);
        double[][] covariance = new double[3][3];
        for (int i = 0; i < 3; i++) {
            double v = i < k ? Gaussians.VARIANCES[i] : rest;
            for (int p = 0; p < 3; p++) {
                for (int q = 0; q < 3; q++) {
                    covariance[p][q] += v * Gaussians.BASIS[i][p] * Gaussians.BASIS[i][q];
                }
            }
        }
        double[] x = {.4, -1, 2};
        double[][] system = new double[3][4];
        for (int p = 0; p < 3; p++) {
            for (int q = 0; q < 3; q++) {
                system[p][q] = alphaBar * covariance[p][q] + (p == q ? 1 - alphaBar : 0);
            }
            system[p][3] = x[p] - Math.sqrt(alphaBar) * Gaussians.MEAN[p];
        }
        double[] solved = solved(system);
        PcaDenoiser denoiser = PcaDenoiser.of(first(k), rest);
        Tensor given = Tensor.of(x, 1, 3, 1);
        double[] clean = denoiser.predict(given, level).toArray();
        for (int p = 0; p < 3; p++) {
            double expected = Gaussians.MEAN[p];
            for (int q = 0; q < 3; q++) {
                expected += Math.sqrt(alphaBar) * covariance[p][q] * solved[q];
            }
            assertThat(clean[p]).isCloseTo(expected, within(1e-12));
        }
        assertThat(given.toArray()).isEqualTo(x);
    }

    private static double[] solved(double[][] a) {
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double factor = a[j][i] / a[i][i];
                for (int k = 3; k >= i && j != i; k--) {
                    a[j][k] -= factor * a[i][k];
                }
            }
        }
        return new double[] {a[0][3] / a[0][0], a[1][3] / a[1][1], a[2][3] / a[2][2]};
    }

    /** Fitted, sampled, and fitted again. */
    @Test
    void samples_should_have_the_mean_and_covariance_of_the_data() {
        Tensor mixing = Tensor.of(new double[][] {{1, .5, 0, 0}, {0, .4, .4, 0}, {0, 0, .3, -.3}});
        Tensor x =
                Tensor.normal(DType.F32, 3, 500, 3).matmul(mixing.to(DType.F32)).add(.5);
        Pca pca = Pca.components(3).fit(x);
        Tensor samples = Sampling.of(PcaDenoiser.of(pca), new Heun(), NoiseLevels.karras(40, .005, 80, 7))
                .seed(8)
                .batch(700)
                .sample(5000, 4);
        Pca again = Pca.components(4).fit(samples);
        double[] variance = again.explainedVariance().toArray();
        for (int i = 0; i < 3; i++) {
            double expected = pca.explainedVariance().get(i);
            assertThat(variance[i]).isCloseTo(expected, within(.1 * expected)); // 5 deviations of a variance of 5000
        }
        assertThat(variance[3]).isLessThan(1e-8); // in the subspace of the components
        assertThat(again.mean().subtract(pca.mean()).norm()).isLessThan(.1);
    }

    @Test
    void should_fail_if_the_model_does_not_fit() {
        Tensor x = Tensor.normal(DType.F64, 1, 20, 3);
        assertThatThrownBy(() -> PcaDenoiser.of(Pca.components(2).scale().fit(x)))
                .hasMessageContaining("fit without scale()");
        assertThatThrownBy(() -> PcaDenoiser.of(first(2), -1)).hasMessageContaining("variance -1.0");
        PcaDenoiser denoiser = Gaussians.denoiser();
        NoiseLevel level = NoiseLevel.ofAlphaBar(0, .5);
        assertThatThrownBy(() -> denoiser.predict(Tensor.zeros(DType.F64, 2, 4), level))
                .hasMessageContaining("samples (2,4); it knows data of 3 elements");
        assertThatThrownBy(() -> denoiser.predict(Tensor.zeros(DType.F32, 2, 3), level))
                .hasMessageContaining("samples are f32, the model f64");
    }
}
