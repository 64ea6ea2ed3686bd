package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.diffusion.PaperSamplers.Paper;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * For normal data every sampler is affine in what it starts from and in the noise of its steps. That it is one test; the other finds
 * mean and covariance of an affine function, by unit impulses, and compares them with the closed form of the papers' coefficients.
 */
class AffineSamplersTest {
    private static final double V = .3;

    static Stream<Arguments> samplersAndLevels() {
        List<NoiseLevels> ways = List.of(
                NoiseSchedule.linear(1000, 1e-4, .02).levels(Spacing.TRAILING, 7),
                NoiseSchedule.cosine(100).levels(Spacing.LEADING, 10),
                NoiseLevels.karras(6, .02, 20, 7),
                NoiseLevels.logarithmic(8, .05, 10),
                NoiseSchedule.linear(10, .01, .3).levels(Spacing.LINSPACE, 1));
        return samplers().flatMap(s -> ways.stream().map(way -> Arguments.of(s.get()[0], s.get()[1], way)));
    }

    private static Stream<Arguments> samplers() {
        return Stream.of(
                pair(new Ddpm(Ddpm.Variance.FIXED_SMALL), p -> p.ddpm((beta, small) -> small)),
                pair(new Ddpm(Ddpm.Variance.FIXED_LARGE), p -> p.ddpm((beta, small) -> beta)),
                pair(
                        new Ddpm(Ddpm.Variance.LEARNED),
                        p -> p.ddpm((beta, small) -> Math.pow(beta, (V + 1) / 2) * Math.pow(small, (1 - V) / 2))),
                pair(new Ddim(0), p -> p.ddim(0)),
                pair(new Ddim(.4), p -> p.ddim(.4)),
                pair(new Ddim(1), p -> p.ddim(1)),
                pair(new Euler(), p -> p.karras(false)),
                pair(new Heun(), p -> p.karras(true)),
                pair(new EulerAncestral(1), p -> p.ancestral(1)),
                pair(new EulerAncestral(.5), p -> p.ancestral(.5)),
                pair(new DpmSolverPlusPlus(), p -> p.dpmSolver(false)),
                pair(new DpmSolverPlusPlus(DpmSolverPlusPlus.Equation.SDE), p -> p.dpmSolver(true)),
                pair(new UniPc(1), p -> p.uniPc(1)),
                pair(new UniPc(2), p -> p.uniPc(2)),
                pair(new UniPc(3), p -> p.uniPc(3)));
    }

    private static Arguments pair(Sampler sampler, Paper paper) {
        return Arguments.of(sampler, paper);
    }

    @ParameterizedTest
    @MethodSource("samplersAndLevels")
    void mean_and_covariance_should_be_those_of_the_papers_formulas(Sampler sampler, Paper paper, NoiseLevels way) {
        requireMoments(Device.cpu(), sampler, paper, way);
    }

    /** That a device's samples have the mean and the covariance of the papers' formulas. */
    static void requireMoments(Device device, Sampler sampler, Paper paper, NoiseLevels way) {
        Moments moments = moments(device, sampler, way);
        for (int i = 0; i < 3; i++) {
            PaperSamplers.Moments expected =
                    paper.run(new PaperSamplers(way, Gaussians.mean(i), Gaussians.VARIANCES[i]));
            assertThat(moments.mean[i]).isCloseTo(expected.mean(), within(1e-10));
            for (int j = 0; j < 3; j++) {
                double variance = i == j ? expected.variance() : 0;
                assertThat(moments.covariance[i][j])
                        .as("covariance of directions %d and %d", i, j)
                        .isCloseTo(variance, within(1e-10));
            }
        }
    }

    /** Samples of a combination of noises are the combination of their samples, if its weights' sum is 1. */
    @ParameterizedTest
    @MethodSource("samplersAndLevels")
    void samples_should_be_affine_in_all_noise(Sampler sampler, Paper paper, NoiseLevels way) {
        double[][] weights = {{.5, -1, 2, -.5}, {3, .25, -1.5, -.75}, {-2, 1, 1.5, .5}};
        int given = weights[0].length;
        try (Scope scope = Scope.open()) {
            Tensor w = Tensor.of(weights);
            NoiseSource seeded = NoiseSource.seeded(11);
            NoiseSource combined = (step, first, dtype, device, shape) -> {
                Tensor out = Tensor.empty(device, dtype, shape);
                Tensor drawn = seeded.draw(step, 0, dtype, device, given, 3);
                out.slice(0, 0, given).assign(drawn);
                out.slice(0, given, shape[0]).assign(w.matmul(drawn));
                return out;
            };
            Tensor samples = Sampling.of(withVariance(Gaussians.denoiser(), sampler), sampler, way)
                    .noise(combined)
                    .dtype(DType.F64)
                    .sample(given + weights.length, 3);
            double[] expected = w.matmul(samples.slice(0, 0, given)).toArray();
            assertThat(samples.slice(0, given, given + weights.length).toArray())
                    .containsExactly(expected, within(1e-10));
        }
    }

    /** Along principal directions. */
    private record Moments(double[] mean, double[][] covariance) {}

    private static Moments moments(Device device, Sampler sampler, NoiseLevels way) {
        try (Scope scope = Scope.open()) {
            int normals = 3 * (way.steps() + 1);
            Tensor out = Sampling.of(withVariance(Gaussians.denoiser(device), sampler), sampler, way)
                    .noise(impulses())
                    .batch(10_000)
                    .dtype(DType.F64)
                    .device(device)
                    .sample(1 + normals, 3);
            assertThat(out.device()).isEqualTo(device);
            Tensor turned =
                    out.to(Device.cpu()).matmul(Tensor.of(Gaussians.BASIS).transpose());
            Tensor origin = turned.slice(0, 0, 1);
            Tensor gains = turned.slice(0, 1, 1 + normals).subtract(origin);
            return new Moments(origin.toArray(), gains.transpose().matmul(gains).toMatrix());
        }
    }

    /** Sample 0 has no noise, sample 1 + 3·step + i has a 1 at element i of that step's alone. */
    private static NoiseSource impulses() {
        return (step, first, dtype, device, shape) -> {
            Tensor out = Tensor.zeros(dtype, shape);
            for (int i = 0; i < 3; i++) {
                long row = 1 + 3 * step + i - first;
                if (row >= 0 && row < shape[0]) {
                    out.select(0, row).slice(0, i, i + 1).fill(1);
                }
            }
            return out.to(device);
        };
    }

    /** With {@link #V} as the learned variance, for the sampler that wants one. */
    private static Denoiser withVariance(Denoiser denoiser, Sampler sampler) {
        if (!(sampler instanceof Ddpm ddpm) || ddpm.variance() != Ddpm.Variance.LEARNED) {
            return denoiser;
        }
        return new Denoiser() {
            @Override
            public Prediction prediction() {
                return denoiser.prediction();
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                Tensor out = Tensor.full(x.dtype(), V, x.dim(0), 2 * x.dim(1)).to(x.device());
                out.slice(1, 0, x.dim(1)).assign(denoiser.predict(x, level));
                return out;
            }
        };
    }

    /** Noise is the data's own where a thousand small steps add it. */
    @ParameterizedTest
    @MethodSource("stochastic")
    void many_steps_should_end_in_the_data(Sampler sampler, NoiseLevels way, double tolerance) {
        Moments moments = moments(Device.cpu(), sampler, way);
        for (int i = 0; i < 3; i++) {
            assertThat(moments.mean[i]).isCloseTo(Gaussians.mean(i), within(tolerance));
            double variance = Gaussians.VARIANCES[i];
            assertThat(moments.covariance[i][i]).isCloseTo(variance, within(tolerance * variance));
        }
    }

    static Stream<Arguments> stochastic() {
        NoiseLevels all = NoiseSchedule.linear(1000, 1e-4, .02).levels(Spacing.LEADING, 1000);
        NoiseLevels fine = NoiseLevels.karras(300, 1e-3, 200, 7);
        return Stream.of(
                Arguments.of(new Ddpm(Ddpm.Variance.FIXED_SMALL), all, .1),
                Arguments.of(new EulerAncestral(1), fine, .1),
                Arguments.of(new DpmSolverPlusPlus(DpmSolverPlusPlus.Equation.SDE), fine, .01),
                Arguments.of(new UniPc(3), fine, .01));
    }

    /** Larger variances are larger in the samples, and the learned one lies between. */
    @Test
    void the_learned_variance_should_lie_between_the_fixed_ones() {
        NoiseLevels way = NoiseSchedule.linear(1000, 1e-4, .02).levels(Spacing.LEADING, 20);
        double small = moments(Device.cpu(), new Ddpm(Ddpm.Variance.FIXED_SMALL), way).covariance[2][2];
        double learned = moments(Device.cpu(), new Ddpm(Ddpm.Variance.LEARNED), way).covariance[2][2];
        double large = moments(Device.cpu(), new Ddpm(Ddpm.Variance.FIXED_LARGE), way).covariance[2][2];
        assertThat(learned).isStrictlyBetween(small, large);
    }
}
