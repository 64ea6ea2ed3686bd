package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.eckart.cuda.Calls;
import dev.eckart.diffusion.PaperSamplers.Paper;
import dev.eckart.io.Safetensors;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Precision;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Samplers and the transformer on the first GPU: against the papers' formulas and PyTorch's numbers, as on the host. Run as
 * {@link dev.eckart.backend.CudaContract} is.
 */
class DiffusionOnDevice {
    private static final Device GPU = Device.cuda(0);
    private static final NoiseLevels LEVELS = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, 6);

    @TempDir
    private Path folder;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    // ---- samplers

    @ParameterizedTest
    @MethodSource("dev.eckart.diffusion.AffineSamplersTest#samplersAndLevels")
    void mean_and_covariance_should_be_those_of_the_papers_formulas(Sampler sampler, Paper paper, NoiseLevels way) {
        AffineSamplersTest.requireMoments(GPU, sampler, paper, way);
    }

    /** The same seed, the same samples; in F64, where an ulp of a normal number stays small. */
    @ParameterizedTest
    @MethodSource("dev.eckart.diffusion.SamplingTest#samplers")
    void samples_should_be_the_hosts_whatever_the_batch(Sampler sampler) {
        double[] expected = samples(Gaussians.denoiser(), sampler, Device.cpu(), 64);
        assertThat(samples(Gaussians.denoiser(GPU), sampler, GPU, 64)).containsExactly(expected, within(1e-11));
        assertThat(samples(Gaussians.denoiser(GPU), sampler, GPU, 3)).containsExactly(expected, within(1e-11));
    }

    private static double[] samples(Denoiser denoiser, Sampler sampler, Device device, long batch) {
        return Sampling.of(denoiser, sampler, LEVELS)
                .seed(5)
                .batch(batch)
                .dtype(DType.F64)
                .device(device)
                .sample(7, 3)
                .toArray();
    }

    @ParameterizedTest
    @MethodSource("dev.eckart.diffusion.SamplingTest#samplers")
    void recorded_steps_should_make_the_same_samples(Sampler sampler) {
        SamplingTest.requireTheSameRecorded(GPU, sampler);
    }

    /** After the first batch one launch each, whatever the steps; a denoiser that reads values is refused by name. */
    @Test
    void recorded_steps_should_be_one_launch() throws IOException {
        long before = Memory.statistics(GPU).used();
        try (Scope inner = Scope.open();
                DiffusionTransformer model = model("tanh", DType.F64, GPU)) {
            Sampling sampling = Sampling.of(
                            new Guidance(model.labelled(2), model, 2), new Ddpm(Ddpm.Variance.LEARNED), LEVELS)
                    .threshold(Threshold.dynamic(.9))
                    .dtype(DType.F64)
                    .device(GPU)
                    .batch(2);
            double[] expected = sampling.sample(8, model.pictures()).toArray();
            long launches = Calls.of("cudaGraphLaunch");
            double[] samples = sampling.recorded().sample(8, model.pictures()).toArray();
            assertThat(Calls.of("cudaGraphLaunch") - launches).isEqualTo(3 * Calls.COUNTED);
            assertThat(samples).containsExactly(expected, within(1e-9));
        }
        assertThat(Memory.statistics(GPU).used()).isEqualTo(before);
    }

    @Test
    void should_refuse_to_record_a_denoiser_that_reads_values() {
        long before = Memory.statistics(GPU).used();
        Denoiser reads = new Denoiser() {
            @Override
            public Prediction prediction() {
                return Prediction.X0;
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                return x.multiply(1 / (1 + x.norm()));
            }
        };
        assertThatThrownBy(() -> Sampling.of(reads, new Euler(), LEVELS)
                        .device(GPU)
                        .batch(2)
                        .recorded()
                        .sample(4, 3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in recorded work: it may neither read values");
        assertThat(Memory.statistics(GPU).used()).isEqualTo(before);
    }

    /** A step waits for nothing: places of NaN are looked at 16 answers later. On a stream that has places for small uploads left. */
    @Test
    void steps_should_not_wait_for_the_device() throws Exception {
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try (DiffusionTransformer model = model("tanh", DType.F64, GPU)) {
            Callable<Long> sample = () -> {
                long before = Calls.waits();
                Sampling.of(model, new Ddpm(Ddpm.Variance.LEARNED), LEVELS)
                        .dtype(DType.F64)
                        .device(GPU)
                        .sample(2, model.pictures())
                        .close();
                return Calls.waits() - before;
            };
            thread.submit(sample).get();
            assertThat(thread.submit(sample).get()).isEqualTo(Calls.COUNTED); // for what all steps answered, at the end
        } finally {
            thread.shutdown();
        }
    }

    @Test
    void noise_should_be_the_hosts() {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            double[] host = NoiseSource.seeded(42)
                    .draw(3, 2, type, Device.cpu(), 5, 7, 3)
                    .toArray();
            double[] there =
                    NoiseSource.seeded(42).draw(3, 2, type, GPU, 5, 7, 3).toArray();
            for (int i = 0; i < host.length; i++) {
                assertThat(there[i]).isCloseTo(host[i], within(8 * type.epsilon() * Math.abs(host[i])));
            }
        }
    }

    @Test
    void what_is_given_should_be_gone_on_from_varied_and_filled_up() {
        Tensor clean = Tensor.normal(DType.F64, 3, 4, 3);
        Tensor mask = Tensor.of(new double[] {1, 0, 1}, 1, 3);
        Sampling host = Sampling.of(Gaussians.denoiser(), new DpmSolverPlusPlus(), LEVELS);
        Sampling there = Sampling.of(Gaussians.denoiser(GPU), new DpmSolverPlusPlus(), LEVELS);
        assertThat(there.resume(clean.to(GPU)).device()).isEqualTo(GPU);
        assertThat(there.resume(clean.to(GPU)).toArray())
                .containsExactly(host.resume(clean).toArray(), within(1e-11));
        assertThat(there.vary(clean.to(GPU)).toArray())
                .containsExactly(host.vary(clean).toArray(), within(1e-11));
        Tensor filled = there.inpaint(clean.to(GPU), mask.to(GPU));
        assertThat(filled.toArray()).containsExactly(host.inpaint(clean, mask).toArray(), within(1e-11));
        assertThat(filled.slice(1, 0, 1).toArray())
                .containsExactly(clean.slice(1, 0, 1).toArray(), within(1e-15));
    }

    @Test
    void thresholds_and_guidance_should_work_there() {
        for (Threshold threshold : new Threshold[] {Threshold.clip(-.5, .5), Threshold.dynamic(.6)}) {
            Sampling host = Sampling.of(guided(), new Euler(), LEVELS).threshold(threshold);
            Sampling there = Sampling.of(guided(), new Euler(), LEVELS).threshold(threshold);
            assertThat(there.device(GPU).dtype(DType.F64).sample(3, 4).toArray())
                    .containsExactly(host.dtype(DType.F64).sample(3, 4).toArray(), within(1e-11));
        }
    }

    private static Denoiser guided() {
        double[] one = {1};
        return new Guidance(
                GaussianMixture.of(one, new double[][] {{1, 0, 2, 0}}, new double[] {.1}),
                GaussianMixture.of(one, new double[][] {{0, 0, 0, 0}}, new double[] {1}),
                2);
    }

    /** In parts, so that the parts are joined. */
    @Test
    void a_training_set_should_be_remembered() {
        Tensor data = Tensor.normal(DType.F64, 1, 20, 5);
        Tensor x = Tensor.normal(DType.F64, 2, 6, 5);
        NoiseLevel level = NoiseLevel.ofAlphaBar(0, .7);
        try (EmpiricalDenoiser host = EmpiricalDenoiser.of(data);
                EmpiricalDenoiser there = EmpiricalDenoiser.of(data.to(GPU), 30)) {
            assertThat(there.predict(x.to(GPU), level).toArray())
                    .containsExactly(host.predict(x, level).toArray(), within(1e-12));
        }
    }

    // ---- the transformer

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name + ".safetensors");
        if (!Files.exists(file)) {
            try (InputStream in = DiffusionOnDevice.class.getResourceAsStream("/dit/" + name + ".safetensors")) {
                Files.copy(in, file);
            }
        }
        return file;
    }

    private DiffusionTransformer model(String name, DType type, Device device) throws IOException {
        return DiffusionTransformer.read(file(name), type, device);
    }

    @ParameterizedTest
    @CsvSource({"tanh,F32,f32,1e-5", "none,F32,f32,1e-5", "tanh,F64,f64,1e-12", "none,F64,f64,1e-12"})
    void transformer_should_be_pytorchs(String name, DType type, String golden, double tolerance) throws IOException {
        Map<String, Tensor> answers = Safetensors.read(file(name + "-golden"));
        try (DiffusionTransformer model = model(name, type, GPU)) {
            Tensor x = answers.get("x").to(type).to(GPU);
            for (int i = 0; i < 3; i++) {
                NoiseLevel level = NoiseLevel.ofAlphaBar(answers.get("t").get(i), .5);
                Tensor one = model.predict(
                        x.slice(0, i, i + 1), level, (long) answers.get("y").get(i));
                Tensor wanted = answers.get(golden).slice(0, i, i + 1);
                assertThat(one.to(Device.cpu()).subtract(wanted).norm() / wanted.norm())
                        .isLessThan(tolerance);
            }
        } finally {
            answers.values().forEach(Tensor::close);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddpm", "dpm-solver++"})
    void transformer_should_sample_as_on_the_host(String sampler) throws IOException {
        long before = Memory.statistics(GPU).used();
        try (Scope inner = Scope.open();
                DiffusionTransformer host = model("tanh", DType.F64, Device.cpu());
                DiffusionTransformer there = model("tanh", DType.F64, GPU)) {
            Tensor expected = pictures(host, sampler, Device.cpu());
            Tensor samples = pictures(there, sampler, GPU);
            assertThat(samples.device()).isEqualTo(GPU);
            assertThat(samples.to(Device.cpu()).subtract(expected).norm()).isLessThan(1e-9 * expected.norm());
        }
        assertThat(Memory.statistics(GPU).used()).isEqualTo(before);
    }

    private static Tensor pictures(DiffusionTransformer model, String sampler, Device device) {
        Sampler chosen = sampler.equals("ddpm") ? new Ddpm(Ddpm.Variance.LEARNED) : Samplers.named(sampler);
        return Sampling.of(new Guidance(model.labelled(2), model, 2), chosen, LEVELS)
                .threshold(Threshold.clip(-1, 1))
                .dtype(DType.F64)
                .device(device)
                .batch(2)
                .sample(3, model.pictures());
    }

    /** Rounded factors are off by as much as they lose, and by more the more they lose. */
    @Test
    void transformer_should_be_as_precise_as_is_asked() throws IOException {
        Map<String, Tensor> answers = Safetensors.read(file("tanh-golden"));
        Tensor wanted = answers.get("f64").slice(0, 1, 2);
        double[] errors = new double[3];
        for (Precision precision : Precision.values()) {
            try (DiffusionTransformer model = DiffusionTransformer.read(file("tanh"), DType.F32, GPU, precision)) {
                Tensor x = answers.get("x").to(DType.F32).to(GPU).slice(0, 1, 2);
                NoiseLevel level = NoiseLevel.ofAlphaBar(answers.get("t").get(1), .5);
                Tensor one = model.predict(x, level, (long) answers.get("y").get(1));
                errors[precision.ordinal()] =
                        one.to(Device.cpu()).to(DType.F64).subtract(wanted).norm() / wanted.norm();
            }
        }
        assertThat(errors[0]).isLessThan(1e-5);
        assertThat(errors[1]).isBetween(2e-5, 1e-2);
        assertThat(errors[2]).isBetween(3 * errors[1], 1e-1);
        answers.values().forEach(Tensor::close);
    }

    // ---- refusals

    @Test
    void should_refuse_what_lies_elsewhere() throws IOException {
        Denoiser host = Gaussians.denoiser();
        Denoiser stray = new Denoiser() {
            @Override
            public Prediction prediction() {
                return Prediction.X0;
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                return host.predict(x.to(Device.cpu()), level);
            }
        };
        Sampling sampling =
                Sampling.of(stray, new Euler(), LEVELS).dtype(DType.F64).device(GPU);
        assertThatThrownBy(() -> sampling.sample(2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("euler: step 1 of 6", "(2,3) f64 cpu", "(2,3) f64 cuda:0");
        assertThatThrownBy(() -> sampling.inpaint(Tensor.zeros(DType.F64, 2, 3).to(GPU), Tensor.zeros(DType.F64, 2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("cpu", "cuda:0");
        try (DiffusionTransformer model = model("none", DType.F32, GPU)) {
            assertThatThrownBy(() -> model.predict(Tensor.zeros(DType.F32, 1, 3, 8, 6), LEVELS.first()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("f32 cpu", "in f32 on cuda:0");
        }
    }

    @Test
    void should_name_step_and_sampler_of_nan() throws IOException {
        try (DiffusionTransformer model = model("none", DType.F32, GPU)) {
            model.weights().get("blocks.0.mlp.fc2.bias").slice(0, 3, 4).fill(Double.NaN);
            Sampling sampling = Sampling.of(model, new Ddim(0), LEVELS).device(GPU);
            assertThatThrownBy(() -> sampling.sample(1, model.pictures()))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("ddim: step 1 of 6")
                    .hasMessageContaining("NaN");
        }
    }
}
