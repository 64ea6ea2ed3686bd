package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Settled;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SamplingTest {
    private static final NoiseLevels LEVELS = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, 6);

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    static Stream<Sampler> samplers() {
        return Samplers.names().stream().map(Samplers::named);
    }

    /** A denoiser as a user writes it. */
    private static Denoiser denoiser(Prediction kind, BiFunction<Tensor, NoiseLevel, Tensor> body) {
        return new Denoiser() {
            @Override
            public Prediction prediction() {
                return kind;
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                return body.apply(x, level);
            }
        };
    }

    /** Of data that is N(0, ¼), element by element. */
    private static Denoiser quarter() {
        return denoiser(Prediction.X0, (x, level) -> {
            double variance = .25 * level.alphaBar() + level.sigma() * level.sigma();
            return x.multiply(.25 * level.alpha() / variance);
        });
    }

    // ---- noise

    @ParameterizedTest
    @EnumSource(names = {"F64", "F32"})
    void noise_should_be_the_same_bits_whatever_the_batch(DType type) {
        NoiseSource noise = NoiseSource.seeded(42);
        Tensor all = noise.draw(3, 0, type, Device.cpu(), 7, 5, 3);
        for (long first = 0; first < 7; first += 2) {
            long count = Math.min(2, 7 - first);
            Tensor part = noise.draw(3, first, type, Device.cpu(), count, 5, 3);
            assertThat(part.toArray())
                    .isEqualTo(all.slice(0, first, first + count).toArray());
        }
        Tensor other = noise.draw(4, 0, type, Device.cpu(), 7, 5, 3);
        assertThat(other.subtract(all).abs().min().get()).isPositive();
        assertThat(all.select(0, 0).subtract(all.select(0, 1)).abs().min().get())
                .isPositive();
        assertThatThrownBy(() -> noise.draw(-1, 0, type, Device.cpu(), 1, 1)).hasMessageContaining("step -1");
        assertThatThrownBy(() -> noise.draw(0, 1L << 31, type, Device.cpu(), 1, 1))
                .hasMessageContaining("2^31");
    }

    /** Stream (sample, step): sample 0 at step 0 is stream 0, which Tensor.normal draws from. */
    @Test
    void noise_should_come_from_the_stream_of_sample_and_step() {
        Tensor drawn = NoiseSource.seeded(9).draw(0, 0, DType.F64, Device.cpu(), 1, 8);
        assertThat(drawn.toArray()).isEqualTo(Tensor.normal(DType.F64, 9, 8).toArray());
        Tensor expected = Tensor.empty(Device.cpu(), DType.F64, 8);
        expected.backend()
                .random(dev.eckart.backend.Distribution.NORMAL, 0, 1, 9, 5 * (1L << 32) + 2, 0, expected.view());
        assertThat(NoiseSource.seeded(9)
                        .draw(2, 5, DType.F64, Device.cpu(), 1, 8)
                        .toArray())
                .isEqualTo(expected.toArray());
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void samples_should_be_the_same_whatever_the_batch(Sampler sampler) {
        Sampling sampling = Sampling.of(quarter(), sampler, LEVELS).seed(5);
        float[] all = sampling.batch(64).sample(7, 3, 4).toFloatArray();
        assertThat(sampling.batch(1).sample(7, 3, 4).toFloatArray()).isEqualTo(all);
        assertThat(sampling.batch(3).sample(7, 3, 4).toFloatArray()).isEqualTo(all);
        assertThat(sampling.seed(6).sample(7, 3, 4).toFloatArray()).isNotEqualTo(all);
    }

    /** Also where the last batch is smaller; with a threshold, guidance, and what is known put back. */
    @ParameterizedTest
    @MethodSource("samplers")
    void recorded_steps_should_make_the_same_samples(Sampler sampler) {
        requireTheSameRecorded(Device.cpu(), sampler);
    }

    static void requireTheSameRecorded(Device device, Sampler sampler) {
        double[] one = {1};
        Denoiser near = GaussianMixture.of(one, new double[][] {{1, 0, 2}}, new double[] {.1});
        Denoiser wide = GaussianMixture.of(one, new double[][] {{0, 0, 0}}, new double[] {1});
        Tensor given = Tensor.normal(DType.F64, 3, 7, 3).to(device);
        Tensor mask = Tensor.of(new double[] {1, 0, 1}, 1, 3).to(device);
        List<Sampling> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(Sampling.of(new Guidance(near, wide, 2), sampler, LEVELS)
                    .threshold(Threshold.clip(-3, 3))
                    .seed(5)
                    .dtype(DType.F64)
                    .device(device)
                    .batch(2));
        }
        both.get(1).recorded();
        List<Function<Sampling, Tensor>> ways =
                List.of(s -> s.sample(7, 3), s -> s.resume(given), s -> s.vary(given), s -> s.inpaint(given, mask));
        for (Function<Sampling, Tensor> way : ways) {
            double[] expected = way.apply(both.get(0)).toArray();
            double[] recorded = way.apply(both.get(1)).toArray();
            if (device.equals(Device.cpu())) {
                assertThat(recorded).isEqualTo(expected);
            } else {
                // cuBLAS may take another way with a workspace of the graph's.
                assertThat(recorded).containsExactly(expected, within(1e-11));
            }
        }
    }

    @Test
    void should_refuse_to_record_what_cannot_be_repeated() {
        NoiseSource own = (step, first, dtype, device, shape) -> Tensor.zeros(dtype, shape);
        assertThatThrownBy(() -> Sampling.of(quarter(), new Euler(), LEVELS)
                        .noise(own)
                        .recorded()
                        .sample(2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("seeded noise", "leave out recorded()");
        assertThatThrownBy(() -> Sampling.of(quarter(), new Euler(), LEVELS)
                        .observer((step, first, x, level) -> {})
                        .recorded()
                        .sample(2, 3))
                .hasMessageContaining("nobody observes");
    }

    /** Found after the batch, as what it was. */
    @Test
    void should_name_the_step_of_nan_in_recorded_steps() {
        int[] asked = {0};
        // The fourth step of the third batch.
        Denoiser fails = denoiser(
                Prediction.X0, (x, level) -> x.multiply(++asked[0] == 2 * LEVELS.steps() + 4 ? Double.NaN : .5));
        assertThatThrownBy(() -> Sampling.of(fails, new Euler(), LEVELS)
                        .batch(2)
                        .recorded()
                        .sample(9, 3))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContainingAll("euler: step 4 of 6", "NaN or infinity at (0,0) of (2,3)");
        assertThat(asked[0]).isEqualTo(3 * LEVELS.steps());
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void single_precision_should_be_close_to_double(Sampler sampler) {
        // The noise of both types differs: the same start, and none on the way.
        Tensor start = Tensor.normal(DType.F64, 3, 4, 5);
        NoiseSource none = (step, first, dtype, device, shape) -> Tensor.zeros(dtype, shape);
        Sampling sampling = Sampling.of(quarter(), sampler, LEVELS).noise(none);
        Tensor wide = sampling.resume(start);
        Tensor narrow = sampling.resume(start.to(DType.F32));
        assertThat(narrow.dtype()).isEqualTo(DType.F32);
        assertThat(narrow.to(DType.F64).subtract(wide).norm()).isLessThan(1e-5 * wide.norm());
        assertThat(start.toArray()).isEqualTo(Tensor.normal(DType.F64, 3, 4, 5).toArray());
    }

    // ---- predictions

    @ParameterizedTest
    @MethodSource("samplers")
    void what_is_predicted_should_not_matter(Sampler sampler) {
        double[] expected = Sampling.of(quarter(), sampler, LEVELS)
                .dtype(DType.F64)
                .sample(3, 4)
                .toArray();
        for (Prediction kind : Prediction.values()) {
            double[] samples = Sampling.of(quarter().as(kind), sampler, LEVELS)
                    .dtype(DType.F64)
                    .sample(3, 4)
                    .toArray();
            assertThat(samples).containsExactly(expected, within(1e-8));
        }
    }

    @Test
    void predictions_should_be_made_of_the_noise_and_the_sample() {
        NoiseLevel level = NoiseLevel.ofAlphaBar(0, .36);
        Tensor clean = Tensor.of(new double[] {1, -2}, 1, 2);
        Tensor epsilon = Tensor.of(new double[] {.5, 3}, 1, 2);
        Tensor x = ForwardProcess.noised(clean, level, epsilon);
        Tensor v = Tensor.of(new double[] {.6 * .5 - .8, .6 * 3 + .8 * 2}, 1, 2); // α·ε − σ·x₀
        Tensor[] all = {epsilon, v, clean};
        for (Prediction from : Prediction.values()) {
            for (Prediction to : Prediction.values()) {
                Denoiser given = denoiser(from, (noisy, at) -> all[from.ordinal()]);
                double[] converted = given.as(to).predict(x, level).toArray();
                assertThat(converted).containsExactly(all[to.ordinal()].toArray(), within(1e-14));
            }
        }
    }

    // ---- starts

    @Test
    void variations_should_start_from_noised_samples() {
        Tensor given = Tensor.uniform(DType.F64, 8, 5, 3);
        NoiseLevels last = LEVELS.lastSteps(2);
        Tensor epsilon = NoiseSource.seeded(4).draw(0, 0, DType.F64, Device.cpu(), 5, 3);
        Sampling sampling = Sampling.of(quarter(), new Ddim(0), last).seed(4).batch(2);
        double[] expected = sampling.resume(ForwardProcess.noised(given, last.first(), epsilon))
                .toArray();
        assertThat(sampling.vary(given).toArray()).isEqualTo(expected);
        double near = distance(Sampling.of(quarter(), new Ddim(0), LEVELS.lastSteps(1)), given);
        double far = distance(Sampling.of(quarter(), new Ddim(0), LEVELS.lastSteps(5)), given);
        assertThat(near).isLessThan(far);
    }

    private static double distance(Sampling sampling, Tensor given) {
        return sampling.vary(given).subtract(given).norm();
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void inpainting_should_keep_what_is_known(Sampler sampler) {
        Tensor known = Tensor.uniform(DType.F64, 8, 5, 4);
        Tensor mask = Tensor.of(new double[] {1, 0, 1, 0});
        Sampling sampling = Sampling.of(quarter(), sampler, LEVELS).seed(4);
        Tensor out = sampling.batch(2).inpaint(known, mask);
        for (int column : new int[] {0, 2}) {
            assertThat(out.select(1, column).toArray())
                    .isEqualTo(known.select(1, column).toArray());
        }
        assertThat(out.subtract(known).select(1, 1).abs().min().get()).isPositive();
        assertThat(sampling.batch(5).inpaint(known, mask).toArray()).isEqualTo(out.toArray());
    }

    /** Of a line x = y the known x tells y. */
    @Test
    void inpainting_should_let_what_is_known_speak() {
        Tensor points = Tensor.uniform(DType.F64, 1, 400, 1)
                .multiply(2)
                .add(-1)
                .broadcastTo(400, 2)
                .copy();
        EmpiricalDenoiser line = EmpiricalDenoiser.of(points);
        Tensor known = Tensor.of(new double[][] {{.8, 0}, {-.8, 0}, {.1, 0}});
        Tensor out = Sampling.of(
                        line,
                        new Ddpm(Ddpm.Variance.FIXED_SMALL),
                        NoiseSchedule.cosine(200).levels(Spacing.LEADING, 200))
                .inpaint(known, Tensor.of(new double[] {1, 0}));
        for (int i = 0; i < 3; i++) {
            assertThat(out.get(i, 1)).isCloseTo(out.get(i, 0), within(.25));
        }
        line.close();
    }

    @Test
    void inversion_should_lead_back() {
        Denoiser denoiser = Gaussians.denoiser();
        NoiseLevels levels = NoiseSchedule.cosine(1000).levels(Spacing.LINSPACE, 40);
        Tensor x = Tensor.of(new double[][] {{1.5, -2, .3}, {0, 0, 0}});
        Sampling sampling = Sampling.of(denoiser, new Ddim(0), levels);
        Tensor noise = Ddim.invert(denoiser, levels, x, 30);
        assertThat(sampling.resume(noise).subtract(x).norm()).isLessThan(1e-9);
        double once =
                sampling.resume(Ddim.invert(denoiser, levels, x, 1)).subtract(x).norm();
        double thrice =
                sampling.resume(Ddim.invert(denoiser, levels, x, 3)).subtract(x).norm();
        assertThat(thrice).isLessThan(once / 2);
        assertThatThrownBy(() -> Ddim.invert(denoiser, levels, x, 0)).hasMessageContaining("0 iterations");
    }

    // ---- watching

    @Test
    void each_step_should_be_told() {
        List<String> told = new ArrayList<>();
        Sampling.of(quarter(), new Euler(), LEVELS.lastSteps(2))
                .batch(2)
                .observer((step, first, x, level) ->
                        told.add(step + " " + first + " " + x.shape() + " " + (float) level.time()))
                .sample(3, 1);
        float t = (float) LEVELS.at(5).time();
        assertThat(told).containsExactly("0 0 (2,1) " + t, "1 0 (2,1) -1.0", "0 2 (1,1) " + t, "1 2 (1,1) -1.0");
    }

    // ---- memory

    @ParameterizedTest
    @MethodSource("samplers")
    void nothing_should_be_left_but_the_samples(Sampler sampler) throws InterruptedException {
        long before = Settled.memoryInUse();
        try (Tensor out = Scope.outside(
                () -> Sampling.of(quarter(), sampler, LEVELS).batch(2).sample(5, 1000))) {
            assertThat(MemoryBudget.used() - before).isEqualTo(5 * 1000 * 4);
        }
        Denoiser broken = denoiser(Prediction.X0, (x, level) -> level.time() < 500 ? x.multiply(Double.NaN) : x.copy());
        assertThatThrownBy(() ->
                        Scope.outside(() -> Sampling.of(broken, sampler, LEVELS).sample(5, 1000)))
                .isInstanceOf(ArithmeticException.class);
        assertThat(MemoryBudget.used()).isEqualTo(before);
    }

    // ---- bad input

    @Test
    void should_fail_if_the_denoiser_returns_nan() {
        Denoiser broken = denoiser(Prediction.EPSILON, (x, level) -> {
            Tensor out = x.copy();
            if (level.time() < 500) {
                out.slice(0, 2, 3).slice(1, 1, 2).fill(Double.NaN);
            }
            return out;
        });
        assertThatThrownBy(() -> Sampling.of(broken, new Heun(), LEVELS).sample(4, 3))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageStartingWith("heun: step 3 of 6: the denoiser returned NaN at (2,1) of (4,3), time 499");
    }

    @Test
    void should_fail_if_the_denoiser_returns_something_else() {
        Denoiser narrow = denoiser(Prediction.X0, (x, level) -> x.slice(1, 0, 2));
        assertThatThrownBy(() -> Sampling.of(narrow, new Euler(), LEVELS).sample(4, 3))
                .hasMessageStartingWith(
                        "euler: step 1 of 6: the denoiser returned (4,2) f32 cpu for samples (4,3) f32");
        Denoiser wide = denoiser(Prediction.X0, (x, level) -> x.to(DType.F64));
        assertThatThrownBy(() -> Sampling.of(wide, new Euler(), LEVELS).sample(4, 3))
                .hasMessageContaining("returned (4,3) f64");
        assertThatThrownBy(() -> Sampling.of(quarter(), new Ddpm(Ddpm.Variance.LEARNED), LEVELS)
                        .sample(4, 3))
                .hasMessageStartingWith("ddpm: step 1 of 6: the denoiser has no learned variance");
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void should_take_the_prediction_of_a_denoiser_with_a_variance(Sampler sampler) {
        Denoiser doubled = denoiser(Prediction.X0, (x, level) -> {
            Tensor out = Tensor.zeros(x.dtype(), x.dim(0), 2 * x.dim(1), x.dim(2));
            out.slice(1, 0, x.dim(1)).assign(quarter().predict(x, level));
            return out;
        });
        assertThat(Sampling.of(doubled, sampler, LEVELS).sample(2, 3, 4).toArray())
                .isEqualTo(
                        Sampling.of(quarter(), sampler, LEVELS).sample(2, 3, 4).toArray());
    }

    @ParameterizedTest
    @MethodSource("samplers")
    void a_tensor_of_the_denoisers_own_should_stay_open(Sampler sampler) {
        Tensor own = Tensor.full(DType.F32, .5, 2, 3);
        Tensor out = Sampling.of(denoiser(Prediction.X0, (x, level) -> own), sampler, LEVELS)
                .sample(2, 3);
        assertThat(out.toArray()).containsExactly(new double[] {.5, .5, .5, .5, .5, .5}, within(1e-6));
        assertThat(own.isClosed()).isFalse();
    }

    @Test
    void should_end_when_interrupted() {
        Denoiser interrupting = denoiser(Prediction.X0, (x, level) -> {
            Thread.currentThread().interrupt();
            return x.copy();
        });
        assertThatThrownBy(() -> Sampling.of(interrupting, new Ddim(0), LEVELS).sample(2, 3))
                .isInstanceOf(CancellationException.class)
                .hasMessageStartingWith("ddim: step 2 of 6");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void should_fail_if_the_request_makes_no_sense() {
        Sampling sampling = Sampling.of(quarter(), new Ddim(0), LEVELS);
        assertThatThrownBy(() -> sampling.sample(0, 3)).hasMessageContaining("0 samples");
        assertThatThrownBy(() -> sampling.batch(0)).hasMessageContaining("batch 0");
        assertThatThrownBy(() -> sampling.dtype(DType.BF16)).hasMessageContaining("not bf16");
        assertThatThrownBy(() -> sampling.resume(Tensor.zeros(DType.I32, 2, 3))).hasMessageContaining("(2,3) i32");
        assertThatThrownBy(() -> sampling.vary(Tensor.full(DType.F64, Double.NaN, 2, 3)))
                .hasMessage("vary: element (0,0) of (2,3) is NaN; samples have to be finite");
        assertThatThrownBy(() -> sampling.inpaint(Tensor.zeros(DType.F64, 2, 3), Tensor.zeros(DType.F64, 2)))
                .hasMessageContaining("(2)");
        assertThatThrownBy(() -> sampling.inpaint(Tensor.zeros(DType.F64, 2, 3), Tensor.zeros(DType.F32, 3)))
                .hasMessageContaining("in that type");
        assertThatThrownBy(() -> Samplers.named("plms"))
                .hasMessage("sampler plms: is none of ddpm, ddim, euler, euler-a, heun, dpm-solver++, "
                        + "dpm-solver++-sde, unipc");
        assertThatThrownBy(() -> new Ddim(-1)).hasMessageContaining("eta is -1.0");
        assertThatThrownBy(() -> new EulerAncestral(Double.NaN)).hasMessageContaining("eta is NaN");
        assertThatThrownBy(() -> new UniPc(4)).hasMessageContaining("1..3");
        assertThat(sampling.resume(Tensor.zeros(DType.F32, 0, 3)).shape()).isEqualTo(Shape.of(0, 3));
    }

    /** 65 of 33 elements: rows of products fall into tiles of different heights. */
    @Test
    void deterministicSamplesAreTheSameBitsInEveryBatch() {
        try (Scope scope = Scope.open();
                EmpiricalDenoiser denoiser = EmpiricalDenoiser.of(Tensor.normal(DType.F32, 1, 300, 33))) {
            NoiseLevels levels = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, 6);
            float[][] samples = new float[3][];
            long[] batches = {65, 7, 1};
            for (int i = 0; i < 3; i++) {
                samples[i] = Sampling.of(denoiser, Samplers.named("euler-a"), levels)
                        .batch(batches[i])
                        .deterministic()
                        .sample(65, 33)
                        .toFloatArray();
            }
            assertThat(samples[1]).isEqualTo(samples[0]);
            assertThat(samples[2]).isEqualTo(samples[0]);
        }
    }
}
