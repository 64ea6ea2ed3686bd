package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class NoiseScheduleTest {
    private static final int[] STEPS = {0, 250, 500, 750, 999};

    private static NoiseSchedule linear() {
        return NoiseSchedule.linear(1000, 1e-4, .02);
    }

    /** Of the schedules' definitions, by a widely used implementation run in f64. */
    private static void agrees(NoiseSchedule schedule, double... expected) {
        for (int i = 0; i < STEPS.length; i++) {
            assertThat(schedule.alphaBars()[STEPS[i]])
                    .as("alphaBar[%d]", STEPS[i])
                    .isCloseTo(expected[i], within(1e-12 * expected[i]));
        }
    }

    @Test
    void should_have_the_known_values() {
        agrees(linear(), .9999, .521423030618527, .0777966583650239, .00330015836156943, 4.03582976537568e-5);
        agrees(
                NoiseSchedule.cosine(1000),
                .999958715775178,
                .845887986496883,
                .492285172448803,
                .143178646426098,
                2.42876690703486e-9);
    }

    @Test
    void should_space_the_roots_of_scaled_linear() {
        double[] betas = NoiseSchedule.scaledLinear(5, .01, .09).betas();
        assertThat(betas).containsExactly(new double[] {.01, .0225, .04, .0625, .09}, within(1e-16));
    }

    /** ᾱ(t) of the sigmoid is symmetric about ½, and its betas telescope. */
    @Test
    void should_fall_as_a_sigmoid() {
        double[] alphaBars = NoiseSchedule.sigmoid(1000).alphaBars();
        assertThat(alphaBars[499]).isCloseTo(.5, within(1e-12));
        assertThat(alphaBars[249] + alphaBars[749]).isCloseTo(1, within(1e-12));
        double s = (Math.tanh(1.5) - Math.tanh(-.75)) / (2 * Math.tanh(1.5)); // at t = 1/4
        assertThat(alphaBars[249]).isCloseTo(s, within(1e-12));
        assertThat(NoiseSchedule.sigmoid(1000).betas()[999]).isEqualTo(.999);
        assertThat(NoiseSchedule.sigmoid(1000, 0, 3, .5).alphaBars()[249])
                .isCloseTo((Math.tanh(3) - Math.tanh(.75)) / Math.tanh(3), within(1e-12));
    }

    @Test
    void should_be_the_same_by_betas_and_by_alpha_bars() {
        NoiseSchedule cosine = NoiseSchedule.cosine(50);
        double[] betas = NoiseSchedule.ofAlphaBars(cosine.alphaBars()).betas();
        assertThat(betas).containsExactly(cosine.betas(), within(1e-12));
        double product = 1;
        for (int t = 0; t < 50; t++) {
            product *= 1 - betas[t];
            NoiseLevel level = cosine.level(t);
            assertThat(level.alphaBar()).isCloseTo(product, within(1e-13));
            assertThat(level.snr()).isCloseTo(product / (1 - product), within(1e-9 * level.snr()));
            assertThat(level.lambda()).isCloseTo(Math.log(level.snr()) / 2, within(1e-13));
            assertThat(level.time()).isEqualTo(t);
        }
    }

    @Test
    void should_space_steps_as_others_do() {
        assertThat(Spacing.LEADING.steps(10, 1000)).containsExactly(900, 800, 700, 600, 500, 400, 300, 200, 100, 0);
        assertThat(Spacing.TRAILING.steps(10, 1000)).containsExactly(999, 899, 799, 699, 599, 499, 399, 299, 199, 99);
        assertThat(Spacing.LINSPACE.steps(10, 1000)).containsExactly(999, 888, 777, 666, 555, 444, 333, 222, 111, 0);
        assertThat(Spacing.TRAILING.steps(3, 10)).containsExactly(9, 6, 2);
        assertThat(Spacing.LEADING.steps(3, 10)).containsExactly(6, 3, 0);
        assertThat(Spacing.LINSPACE.steps(1, 10)).containsExactly(9);
    }

    @ParameterizedTest
    @EnumSource
    void should_take_every_step_once_when_all_are_asked_for(Spacing spacing) {
        int[] steps = spacing.steps(1000, 1000);
        for (int i = 0; i < 1000; i++) {
            assertThat(steps[i]).isEqualTo(999 - i);
        }
        NoiseLevels levels = linear().levels(spacing, 7);
        assertThat(levels.steps()).isEqualTo(7);
        assertThat(levels.last()).isEqualTo(NoiseLevel.CLEAN);
        assertThat(levels.lastSteps(2).first()).isEqualTo(levels.at(5));
    }

    @ParameterizedTest
    @EnumSource
    void should_fail_if_there_are_no_such_steps(Spacing spacing) {
        assertThatThrownBy(() -> linear().levels(spacing, 0)).hasMessage("steps: 0 of 1000; take 1 to 1000");
        assertThatThrownBy(() -> linear().levels(spacing, 1001)).hasMessage("steps: 1001 of 1000; take 1 to 1000");
    }

    /** σ/α at the ends, evenly spaced under the ρ-th root, and ln σ/4 as the time. */
    @ParameterizedTest
    @CsvSource({"1, 1", "2, 7", "5, 7", "18, 3.5"})
    void should_space_sigma_as_karras_does(int n, double rho) {
        NoiseLevels levels = NoiseLevels.karras(n, .002, 80, rho);
        assertThat(levels.steps()).isEqualTo(n);
        assertThat(levels.first().ratio()).isCloseTo(80, within(1e-11));
        assertThat(levels.last().isClean()).isTrue();
        double gap = n == 1 ? 0 : (Math.pow(80, 1 / rho) - Math.pow(.002, 1 / rho)) / (n - 1);
        for (int i = 0; i < n; i++) {
            double ratio = levels.at(i).ratio();
            assertThat(Math.pow(ratio, 1 / rho)).isCloseTo(Math.pow(80, 1 / rho) - i * gap, within(1e-11));
            assertThat(levels.at(i).time()).isCloseTo(Math.log(ratio) / 4, within(1e-12));
        }
    }

    @Test
    void should_find_the_time_of_a_ratio() {
        NoiseSchedule schedule = linear();
        for (int t : new int[] {0, 1, 500, 998, 999}) {
            assertThat(schedule.time(schedule.level(t).ratio())).isCloseTo(t, within(1e-9));
        }
        double between = Math.sqrt(schedule.level(7).ratio() * schedule.level(8).ratio());
        assertThat(schedule.time(between)).isCloseTo(7.5, within(1e-9));
        assertThat(schedule.time(1e-9)).isZero();
        assertThat(schedule.time(1e9)).isEqualTo(999);
        NoiseLevels levels = schedule.karras(12, 7);
        assertThat(levels.first().time()).isEqualTo(999);
        assertThat(levels.at(11).time()).isZero();
        assertThat(levels.at(5).time()).isBetween(1.0, 998.0);
        assertThatThrownBy(() -> schedule.karras(0, 7)).hasMessage("steps: 0 of 1000; take 1 to 1000");
    }

    @Test
    void should_space_lambda_evenly() {
        NoiseLevels levels = NoiseLevels.logarithmic(4, .01, 10);
        List<Double> lambdas = new ArrayList<>();
        levels.forEach(level -> lambdas.add(level.lambda()));
        for (int i = 0; i <= 4; i++) {
            assertThat(lambdas.get(i)).isCloseTo(-Math.log(10) + i * Math.log(1000) / 4, within(1e-12));
        }
    }

    @Test
    void should_fail_if_the_schedule_makes_no_sense() {
        assertThatThrownBy(() -> NoiseSchedule.ofBetas(.1, 1))
                .hasMessage("noise schedule: beta[1] = 1.0 is outside (0, 1)");
        assertThatThrownBy(() -> NoiseSchedule.linear(10, 0, .1)).hasMessageContaining("beta[0] = 0.0");
        assertThatThrownBy(() -> NoiseSchedule.linear(0, .1, .2)).hasMessageContaining("0 steps");
        assertThatThrownBy(() -> NoiseSchedule.linear(9999, .9, .9)).hasMessageContaining("too small");
        assertThatThrownBy(() -> NoiseSchedule.ofAlphaBars(.9, .9))
                .hasMessage("noise schedule: alphaBar[1] = 0.9 after 0.9; they have to decrease inside (0, 1)");
        assertThatThrownBy(() -> NoiseSchedule.ofAlphaBars(.5, Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> NoiseSchedule.sigmoid(10, 3, -3, 1)).hasMessageContaining("start < end");
        assertThatThrownBy(() -> NoiseSchedule.ofAlphaBar(10, t -> 1 + t)).hasMessageContaining("outside (0, 1)");
        assertThatThrownBy(() -> linear().level(1000)).hasMessageContaining("0..999");
        assertThatThrownBy(() -> new NoiseLevel(0, .5, .5)).hasMessageContaining("sum to 1");
        assertThatThrownBy(() -> NoiseLevels.of(List.of(NoiseLevel.CLEAN))).hasMessageContaining("0 steps are none");
        assertThatThrownBy(() -> NoiseLevels.of(List.of(NoiseLevel.CLEAN, linear().level(3))))
                .hasMessageContaining("has to fall");
        assertThatThrownBy(() -> NoiseLevels.karras(5, 1, 1, 7)).hasMessageContaining("0 < least < most");
        assertThatThrownBy(() -> NoiseLevels.karras(5, .1, 1, .5)).hasMessageContaining("rho is 0.5");
        assertThatThrownBy(() -> NoiseLevels.logarithmic(0, .1, 1)).hasMessageContaining("steps: 0");
        assertThatThrownBy(() -> NoiseLevels.logarithmic(3, .1, 1).lastSteps(4)).hasMessageContaining("1 to 3");
    }
}
