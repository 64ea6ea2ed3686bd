package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ho et al.'s formulas against Bayes' rule, q(x_s | x_t, x₀) ∝ q(x_t | x_s)·q(x_s | x₀), integrated numerically. */
class PosteriorTest {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.linear(1000, 1e-4, .02);

    @ParameterizedTest
    @CsvSource({"1, 0", "300, 299", "999, 998", "900, 800", "100, 0", "999, 1"})
    void mean_and_variance_should_be_those_of_bayes(int late, int early) {
        NoiseLevel t = SCHEDULE.level(late);
        NoiseLevel s = SCHEDULE.level(early);
        double clean = .7;
        double noisy = -1.1;
        // The forward step from s to t by the schedule's betas alone.
        double kept = 1;
        for (int i = early + 1; i <= late; i++) {
            kept *= 1 - SCHEDULE.betas()[i];
        }
        double center = SCHEDULE.alphaBars()[early];
        // Both factors are normal in x_s: the integral covers 40 of the narrower one's deviations about the product's
        // maximum.
        double width = Math.sqrt(Math.min(1 - center, (1 - kept) / kept));
        double middle = maximum(clean, noisy, kept, center);
        double mass = 0;
        double first = 0;
        double second = 0;
        int cells = 4000;
        for (int i = 0; i <= cells; i++) {
            double away = width * (40.0 * i / cells - 20);
            double x = middle + away;
            double density = Math.exp(
                    logDensity(x, clean, noisy, kept, center) - logDensity(middle, clean, noisy, kept, center));
            mass += density;
            first += density * away;
            second += density * away * away;
        }
        double mean = first / mass;
        double variance = second / mass - mean * mean;
        Posterior posterior = Posterior.of(t, s);
        assertThat(posterior.clean() * clean + posterior.noisy() * noisy).isCloseTo(middle + mean, within(1e-10));
        assertThat(posterior.variance()).isCloseTo(variance, within(1e-9 * variance));
        assertThat(posterior.beta()).isCloseTo(1 - kept, within(1e-10 * (1 - kept)));
    }

    /** −(x_t − √kept·x)²/(2(1 − kept)) − (x − √center·x₀)²/(2(1 − center)) */
    private static double logDensity(double x, double clean, double noisy, double kept, double center) {
        double forward = noisy - Math.sqrt(kept) * x;
        double prior = x - Math.sqrt(center) * clean;
        return -forward * forward / (2 * (1 - kept)) - prior * prior / (2 * (1 - center));
    }

    /** By ternary search: no formula of the product enters. */
    private static double maximum(double clean, double noisy, double kept, double center) {
        double low = -1e3;
        double high = 1e3;
        for (int i = 0; i < 300; i++) {
            double a = low + (high - low) / 3;
            double b = high - (high - low) / 3;
            if (logDensity(a, clean, noisy, kept, center) < logDensity(b, clean, noisy, kept, center)) {
                low = a;
            } else {
                high = b;
            }
        }
        return (low + high) / 2;
    }
}
