package dev.eckart.pca;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a fit is good for: compression, denoising, whitening, new observations. */
class PcaApplicationsTest {
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** n observations of d variables with standard deviations 2^-i along random directions, around (10, …, 10). */
    private static Tensor data(long n, int d) {
        double[] deviations = new double[d];
        for (int i = 0; i < d; i++) {
            deviations[i] = Math.pow(2, -i);
        }
        Tensor mixing = Svd.of(Tensor.normal(DType.F64, 3, d, d)).vt();
        return Tensor.normal(DType.F64, 4, n, d)
                .multiply(Tensor.of(deviations))
                .matmul(mixing)
                .add(10);
    }

    /** Covariance, divisor n − 1, by the formula. */
    private static double[][] covariance(double[][] x) {
        int d = x[0].length;
        double[] mean = new double[d];
        for (double[] row : x) {
            for (int j = 0; j < d; j++) {
                mean[j] += row[j] / x.length;
            }
        }
        double[][] out = new double[d][d];
        for (double[] row : x) {
            for (int i = 0; i < d; i++) {
                for (int j = 0; j < d; j++) {
                    out[i][j] += (row[i] - mean[i]) * (row[j] - mean[j]) / (x.length - 1);
                }
            }
        }
        return out;
    }

    @Test
    void should_tell_what_compression_saves_and_loses() {
        Tensor x = data(300, 8);
        Pca pca = Pca.components(3).fit(x);
        Compression c = pca.compression(x);
        assertThat(c.bytes()).isEqualTo((300 * 3 + 3 * 8 + 8) * 8);
        assertThat(c.bytesBefore()).isEqualTo(300 * 8 * 8);
        assertThat(c.factor()).isCloseTo(2400.0 / 932, within(1e-12));
        double kept = pca.explainedVariance().sum().get();
        // Eckart and Young: what is lost are the variances that are left out.
        double lost = pca.totalVariance() - kept;
        assertThat(c.relativeError()).isCloseTo(Math.sqrt(lost / pca.totalVariance()), within(1e-9));
        assertThat(c.rootMeanSquare()).isCloseTo(Math.sqrt(lost * 299 / (300 * 8)), within(1e-9));
        Pca scaled = Pca.components(3).scale().fit(x.to(DType.F32));
        assertThat(scaled.compression(x.to(DType.F32)).bytes()).isEqualTo((300 * 3 + 3 * 8 + 8 + 8) * 4);
        assertThat(Pca.components(8).fit(x).compression(x).relativeError()).isLessThan(1e-13);
        Tensor constant = Tensor.full(DType.F64, 1, 5, 2);
        assertThat(Pca.components(1).fit(constant).compression(constant).relativeError())
                .isZero();
    }

    @Test
    void should_lose_less_with_each_component() {
        Tensor x = data(100, 6);
        Pca all = Pca.components(6).fit(x);
        double before = Double.POSITIVE_INFINITY;
        for (int k = 0; k <= 6; k++) {
            Pca first = all.first(k);
            assertThat(first.components().dim(0)).isEqualTo(k);
            double error = first.compression(x).relativeError();
            assertThat(error).isLessThan(before);
            assertThat(error).isCloseTo(Pca.components(k).fit(x).compression(x).relativeError(), within(1e-12));
            before = error;
        }
        assertThatThrownBy(() -> all.first(7)).hasMessage("pca: the first 7 of 6 components");
    }

    @Test
    void should_let_through_the_share_of_the_noise_that_its_dimensions_are() {
        int d = 40;
        Tensor clean = Tensor.normal(DType.F64, 5, 2000, 3)
                .matmul(Tensor.normal(DType.F64, 6, 3, d))
                .add(3);
        Tensor noise = Tensor.normal(DType.F64, 7, 2000, d).multiply(0.1);
        Pca pca = Pca.components(3).fit(clean);
        double left = pca.project(clean.add(noise)).subtract(clean).norm();
        assertThat(left * left / (noise.norm() * noise.norm())).isCloseTo(3.0 / d, within(0.005));
        assertThat(pca.project(clean).subtract(clean).norm()).isLessThan(1e-11 * clean.norm());
        // Fitted to the noisy data itself, which is what there is.
        Pca own = Pca.components(3).fit(clean.add(noise));
        double ownLeft = own.project(clean.add(noise)).subtract(clean).norm();
        assertThat(ownLeft * ownLeft / (noise.norm() * noise.norm())).isCloseTo(3.0 / d, within(0.03));
    }

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void should_make_scores_of_unit_covariance_when_whitening(DType type) {
        Tensor x = data(500, 6).to(type);
        double slack = type == DType.F64 ? 1e-10 : 1e-3;
        Pca pca = Pca.components(6).whiten().fit(x);
        assertThat(pca.whitened()).isTrue();
        double[][] c = covariance(pca.transform(x).toMatrix());
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 6; j++) {
                assertThat(c[i][j]).isCloseTo(i == j ? 1 : 0, within(slack));
            }
        }
        assertThat(pca.inverse(pca.transform(x)).subtract(x).norm()).isLessThan(slack * x.norm());
        Pca scaled = Pca.components(2).scale().whiten().fit(x);
        assertThat(scaled.inverse(scaled.transform(x))
                        .subtract(scaled.project(x))
                        .norm())
                .isLessThan(slack * x.norm());
    }

    @Test
    void should_leave_directions_without_variance_zero_when_whitening() {
        Tensor x = Tensor.normal(DType.F64, 1, 50, 2).matmul(Tensor.normal(DType.F64, 2, 2, 4));
        Pca pca = Pca.components(4).solver(Pca.Solver.SVD).whiten().fit(x);
        double[][] z = pca.transform(x).toMatrix();
        for (double[] row : z) {
            assertThat(row[2]).isZero();
            assertThat(row[3]).isZero();
        }
        assertThat(pca.inverse(pca.transform(x)).subtract(x).norm()).isLessThan(1e-12 * x.norm());
        Pca constant = Pca.components(1).whiten().fit(Tensor.full(DType.F64, 2, 4, 3));
        assertThat(constant.transform(Tensor.full(DType.F64, 5, 1, 3)).get(0, 0))
                .isZero();
    }

    @Test
    void should_draw_observations_with_the_mean_and_covariance_of_the_fit() {
        Tensor x = data(400, 5);
        Pca pca = Pca.components(5).fit(x);
        double[][] drawn = pca.sample(40_000, 1).toMatrix();
        double[][] expected = covariance(x.toMatrix());
        double[][] found = covariance(drawn);
        for (int i = 0; i < 5; i++) {
            for (int j = 0; j < 5; j++) {
                // Of 40,000: four standard errors √((σᵢᵢσⱼⱼ + σᵢⱼ²)/n), at most.
                double error = Math.sqrt((expected[i][i] * expected[j][j] + expected[i][j] * expected[i][j]) / 40_000);
                assertThat(found[i][j]).isCloseTo(expected[i][j], within(4 * error));
            }
        }
        assertThat(pca.sample(40_000, 1).mean(0).subtract(pca.mean()).norm()).isLessThan(0.03);
        assertThat(pca.sample(3, 9).toArray()).isEqualTo(pca.sample(3, 9).toArray());
        assertThat(pca.sample(3, 9).toArray()).isNotEqualTo(pca.sample(3, 10).toArray());
        assertThat(pca.sample(0, 1).shape().dims()).containsExactly(0, 5);
    }

    @Test
    void should_draw_within_the_components_whitened_or_not() {
        Tensor x = data(100, 6);
        for (Pca pca : new Pca[] {
            Pca.components(2).scale().fit(x), Pca.components(2).scale().whiten().fit(x)
        }) {
            Tensor drawn = pca.sample(20, 3);
            assertThat(pca.project(drawn).subtract(drawn).norm()).isLessThan(1e-12 * drawn.norm());
        }
        assertThat(Pca.components(2).fit(x).sample(4, 3).toArray())
                .isEqualTo(Pca.components(2).whiten().fit(x).sample(4, 3).toArray());
    }
}
