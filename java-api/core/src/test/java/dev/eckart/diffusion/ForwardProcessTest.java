package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ForwardProcessTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(200, 5e-4, .15);
    private static final int COUNT = 40_000;
    /** Deviations of the mean of COUNT samples, and of their variance: 5 of them are passed once in 1.7 million draws. */
    private static final double MEAN = 5 / Math.sqrt(COUNT);

    private static final double VARIANCE = 5 * Math.sqrt(2.0 / COUNT);

    private final NoiseSource noise = NoiseSource.seeded(11);
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private Tensor draw(long step) {
        return noise.draw(step, 0, DType.F64, Device.cpu(), 1, COUNT);
    }

    /** x₀ = 2 at t, all the way by single steps. */
    private Tensor walked(int t) {
        Tensor x = Tensor.full(DType.F64, 2, 1, COUNT);
        for (int i = 0; i <= t; i++) {
            try (Scope inner = Scope.open()) {
                NoiseLevel from = i == 0 ? NoiseLevel.CLEAN : SCHEDULE.level(i - 1);
                x.assign(ForwardProcess.step(x, from, SCHEDULE.level(i), draw(i)));
            }
        }
        return x;
    }

    @Test
    void single_steps_should_lead_where_the_closed_form_does() {
        for (int t : new int[] {0, 30, 199}) {
            NoiseLevel level = SCHEDULE.level(t);
            Tensor x = walked(t);
            double mean = x.mean().get();
            assertThat(mean).isCloseTo(2 * level.alpha(), within(MEAN * level.sigma()));
            double variance =
                    x.subtract(Tensor.of(new double[] {mean})).square().mean().get();
            double expected = level.sigma() * level.sigma();
            assertThat(variance).isCloseTo(expected, within(VARIANCE * expected));
            Tensor at = ForwardProcess.noised(Tensor.full(DType.F64, 2, 1, COUNT), level, draw(1000));
            assertThat(kolmogorovSmirnov(x.toArray(), at.toArray())).isLessThan(2.2); // 1 − 1.3e-4
        }
    }

    /** The coefficients of t single steps multiply to those of one, exactly, and one step is √(1 − β)·x + √β·ε. */
    @Test
    void steps_should_compose_exactly() {
        Tensor one = Tensor.full(DType.F64, 1, 1, 1);
        Tensor zero = Tensor.full(DType.F64, 0, 1, 1);
        double mean = 1;
        double variance = 0;
        for (int t = 0; t < SCHEDULE.steps(); t++) {
            NoiseLevel from = t == 0 ? NoiseLevel.CLEAN : SCHEDULE.level(t - 1);
            double a = ForwardProcess.step(one, from, SCHEDULE.level(t), zero).get();
            double b = ForwardProcess.step(zero, from, SCHEDULE.level(t), one).get();
            double beta = SCHEDULE.betas()[t];
            assertThat(a).isCloseTo(Math.sqrt(1 - beta), within(1e-13));
            assertThat(b).isCloseTo(Math.sqrt(beta), within(1e-12));
            mean *= a;
            variance = a * a * variance + b * b;
        }
        NoiseLevel last = SCHEDULE.level(SCHEDULE.steps() - 1);
        assertThat(mean).isCloseTo(last.alpha(), within(1e-14));
        assertThat(variance).isCloseTo(last.sigma() * last.sigma(), within(1e-13));
    }

    /** x_T of data that is a point is standard normal: Kolmogorov's distance against Φ. */
    @Test
    void the_end_should_be_standard_normal() {
        double[] x = walked(SCHEDULE.steps() - 1).toArray();
        Arrays.sort(x);
        double most = 0;
        double[] phi = Activations.erf(Tensor.of(x).multiply(Math.sqrt(.5))).toArray();
        for (int i = 0; i < COUNT; i++) {
            double expected = (1 + phi[i]) / 2;
            most = Math.max(most, Math.max((i + 1.0) / COUNT - expected, expected - (double) i / COUNT));
        }
        assertThat(most * Math.sqrt(COUNT)).isLessThan(2.2);
    }

    private static double kolmogorovSmirnov(double[] a, double[] b) {
        Arrays.sort(a);
        Arrays.sort(b);
        double most = 0;
        int j = 0;
        for (int i = 0; i < a.length; i++) {
            while (j < b.length && b[j] <= a[i]) {
                j++;
            }
            most = Math.max(most, Math.abs((i + 1.0) / a.length - (double) j / b.length));
        }
        return most * Math.sqrt(a.length * (double) b.length / (a.length + b.length));
    }

    @Test
    void should_fail_if_the_operands_do_not_fit() {
        Tensor x = Tensor.zeros(DType.F64, 2, 3);
        NoiseLevel level = SCHEDULE.level(3);
        assertThatThrownBy(() -> ForwardProcess.noised(x, level, Tensor.zeros(DType.F64, 2, 4)))
                .hasMessageContaining("(2,3) f64 and noise (2,4) f64 differ");
        assertThatThrownBy(() -> ForwardProcess.noised(x, level, Tensor.zeros(DType.F32, 2, 3)))
                .hasMessageContaining("differ");
        assertThatThrownBy(() -> ForwardProcess.step(x, level, SCHEDULE.level(2), x))
                .hasMessageContaining("has no more noise");
    }
}
