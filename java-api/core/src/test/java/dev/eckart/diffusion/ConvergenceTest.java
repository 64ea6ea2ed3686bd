package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The error at σ/α = .1, from 10 on, falls with the power of the number of steps that is the solver's order. */
class ConvergenceTest {
    private static final double MOST = 10;
    private static final double LEAST = .1;
    private static final int[] STEPS = {32, 64, 128, 256, 512};

    static Stream<Arguments> solvers() {
        return Stream.of(
                Arguments.of(new Euler(), 1, .15),
                Arguments.of(new Ddim(0), 1, .15),
                Arguments.of(new Heun(), 2, .15),
                Arguments.of(new DpmSolverPlusPlus(), 2, .15),
                Arguments.of(new UniPc(1), 2, .15),
                Arguments.of(new UniPc(2), 3, .25));
    }

    /** Normal data, whose ODE is solved by √(v + σ̃²). */
    @ParameterizedTest
    @MethodSource("solvers")
    void should_have_its_order_on_normal_data(Sampler solver, double order, double tolerance) {
        double[] start = {.4, 1.3, -.8};
        double[] exact = new double[3];
        NoiseLevel first = NoiseLevels.logarithmic(1, LEAST, MOST).first();
        NoiseLevel last = NoiseLevels.logarithmic(1, LEAST, MOST).last();
        for (int i = 0; i < 3; i++) {
            double scaled = 0;
            for (int j = 0; j < 3; j++) {
                scaled += Gaussians.BASIS[i][j] * start[j] / first.alpha();
            }
            double v = Gaussians.VARIANCES[i];
            double shrunk = Math.sqrt((v + LEAST * LEAST) / (v + MOST * MOST));
            exact[i] = last.alpha() * (Gaussians.mean(i) + shrunk * (scaled - Gaussians.mean(i)));
        }
        double slope = slope(n -> {
            try (Scope scope = Scope.open()) {
                Tensor end = Sampling.of(Gaussians.denoiser(), solver, NoiseLevels.logarithmic(n, LEAST, MOST))
                        .resume(Tensor.of(start, 1, 3));
                Tensor along = end.matmul(Tensor.of(Gaussians.BASIS).transpose());
                return along.subtract(Tensor.of(exact, 1, 3)).norm();
            }
        });
        assertThat(slope).isCloseTo(order, within(tolerance));
    }

    private static final double[] WEIGHTS = {.4, .6};
    private static final double[] MEANS = {-1, 1};
    private static final double[] VARIANCES = {.3, .15};

    /** A mixture of two, whose ODE is solved by Runge and Kutta's method in plain Java. */
    @ParameterizedTest
    @MethodSource("solvers")
    void should_have_its_order_on_a_mixture(Sampler solver, double order, double tolerance) {
        double[] start = {-1.2, -.3, .1, .9};
        NoiseLevel first = NoiseLevels.logarithmic(1, LEAST, MOST).first();
        NoiseLevel last = NoiseLevels.logarithmic(1, LEAST, MOST).last();
        double[] exact = new double[start.length];
        for (int i = 0; i < start.length; i++) {
            exact[i] = last.alpha() * rungeKutta(start[i] / first.alpha(), 4000);
        }
        double slope = slope(n -> {
            try (Scope scope = Scope.open();
                    GaussianMixture mixture = GaussianMixture.of(WEIGHTS, new double[][] {{-1}, {1}}, VARIANCES)) {
                Tensor end = Sampling.of(mixture, solver, NoiseLevels.logarithmic(n, LEAST, MOST))
                        .resume(Tensor.of(start, start.length, 1));
                assertThat(end.dtype()).isEqualTo(DType.F64);
                return end.subtract(Tensor.of(exact, start.length, 1)).norm();
            }
        });
        assertThat(slope).isCloseTo(order, within(tolerance));
    }

    /** dx̃/du = x̃ − E[x₀ | x̃] with u = log σ̃. */
    private static double rungeKutta(double start, int steps) {
        double x = start;
        double h = Math.log(LEAST / MOST) / steps;
        for (int i = 0; i < steps; i++) {
            double u = Math.log(MOST) + i * h;
            double a = slope(x, u);
            double b = slope(x + h / 2 * a, u + h / 2);
            double c = slope(x + h / 2 * b, u + h / 2);
            double d = slope(x + h * c, u + h);
            x += h / 6 * (a + 2 * b + 2 * c + d);
        }
        return x;
    }

    private static double slope(double x, double u) {
        double noise = Math.exp(2 * u);
        double sum = 0;
        double mass = 0;
        for (int i = 0; i < 2; i++) {
            double v = VARIANCES[i] + noise;
            double p = WEIGHTS[i] / Math.sqrt(v) * Math.exp(-(x - MEANS[i]) * (x - MEANS[i]) / (2 * v));
            mass += p;
            sum += p * (MEANS[i] * noise + x * VARIANCES[i]) / v;
        }
        return x - sum / mass;
    }

    /** Of −log error over log n, by least squares. */
    private static double slope(IntToDoubleFunction error) {
        int count = STEPS.length;
        double[] logs = new double[count];
        double mean = 0;
        for (int i = 0; i < count; i++) {
            logs[i] = -Math.log(error.applyAsDouble(STEPS[i])) / Math.log(2);
            mean += logs[i] / count;
        }
        double top = 0;
        double bottom = 0;
        for (int i = 0; i < count; i++) {
            double away = i - (count - 1) / 2.0;
            top += away * (logs[i] - mean);
            bottom += away * away;
        }
        return top / bottom;
    }
}
