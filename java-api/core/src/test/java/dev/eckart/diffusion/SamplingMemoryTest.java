package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.io.Safetensors;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import dev.eckart.testkit.Settled;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Samples of a transformer wide enough for every kernel of products: what they cost in memory, and that no batch changes them. */
class SamplingMemoryTest {
    private static final NoiseLevels LEVELS = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, 6);

    @TempDir
    static Path folder;

    private static DiffusionTransformer model;

    @BeforeAll
    static void make() throws IOException {
        TransformerShape shape = new TransformerShape(1, 20, 20, 4, 96, 3, 2, 384, 4, false, true, Prediction.EPSILON);
        Path file = folder.resolve("model.safetensors");
        try (Scope scope = Scope.open()) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            for (Map.Entry<String, Shape> each : shape.tensors().entrySet()) {
                long[] dims = each.getValue().dims();
                double fan = dims.length == 1 ? 25 : (double) each.getValue().size() / dims[0];
                weights.put(
                        each.getKey(),
                        Tensor.normal(DType.F32, weights.size(), dims).multiply(1 / Math.sqrt(fan)));
            }
            Safetensors.write(file, weights, Map.of("heads", "2"));
        }
        model = DiffusionTransformer.read(file, DType.F32, Device.cpu());
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static Denoiser elementwise() {
        return new Denoiser() {
            @Override
            public Prediction prediction() {
                return Prediction.X0;
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                return x.multiply(level.alpha() / 2);
            }
        };
    }

    // ---- memory

    static Stream<Arguments> denoisersAndSamplers() {
        return Samplers.names().stream()
                .flatMap(name -> Stream.of(Arguments.of("elementwise", name), Arguments.of("transformer", name)));
    }

    /** Of a multistep method the second step is the first that remembers. The later chunk finds what the first one left. */
    @ParameterizedTest
    @MethodSource("denoisersAndSamplers")
    void the_system_should_not_be_asked_for_memory_after_the_first_step(String denoiser, String sampler) {
        Memory.trim(Device.cpu());
        List<Long> asked = new ArrayList<>();
        Sampling sampling = Sampling.of(
                        denoiser.equals("elementwise") ? elementwise() : model.labelled(1),
                        Samplers.named(sampler),
                        LEVELS)
                .batch(4)
                .observer((step, first, x, level) ->
                        asked.add(Memory.statistics(Device.cpu()).fromSystem()));
        sampling.sample(8, model.pictures()).close();
        int first = sampler.matches("dpm.*|unipc") ? 1 : 0;
        assertThat(asked).hasSize(2 * LEVELS.steps());
        assertThat(asked.subList(first, asked.size())).containsOnly(asked.get(first));
    }

    /** Interrupted within a prediction, with all of a step's tensors there. */
    @Test
    void an_interrupted_transformer_should_leave_nothing_behind() throws InterruptedException {
        long before = Settled.memoryInUse();
        List<Long> inside = new ArrayList<>();
        Denoiser interrupting = new Denoiser() {
            @Override
            public Prediction prediction() {
                return model.prediction();
            }

            @Override
            public Tensor predict(Tensor x, NoiseLevel level) {
                if (inside.size() == 2) {
                    Thread.currentThread().interrupt();
                }
                inside.add(MemoryBudget.used());
                return model.predict(x, level);
            }
        };
        for (Sampler sampler : List.of(new Heun(), new UniPc(3))) {
            inside.clear();
            assertThatThrownBy(() -> Sampling.of(interrupting, sampler, LEVELS).sample(4, model.pictures()))
                    .isInstanceOf(CancellationException.class)
                    .hasMessageStartingWith("diffusion transformer");
            assertThat(Thread.interrupted()).isTrue();
            assertThat(inside).hasSize(3).allMatch(used -> used > before);
            assertThat(MemoryBudget.used()).isEqualTo(before);
        }
    }

    // ---- batches

    private static float[] pictures(String sampler, long batch, boolean deterministic) {
        Sampling sampling = Sampling.of(model.labelled(2), Samplers.named(sampler), LEVELS)
                .threshold(Threshold.clip(-1, 1))
                .batch(batch)
                .seed(3);
        try (Scope scope = Scope.open()) {
            Tensor samples = (deterministic ? sampling.deterministic() : sampling).sample(9, model.pictures());
            float[] pixels = samples.toFloatArray();
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = Math.max(0, Math.min(1, (pixels[i] + 1) / 2));
            }
            return pixels;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddpm", "ddim", "euler-a", "heun", "dpm-solver++", "unipc"})
    void pictures_should_not_depend_on_the_batch(String sampler) {
        float[] together = pictures(sampler, 64, false);
        float[] exact = pictures(sampler, 64, true);
        for (long batch : new long[] {1, 2, 5}) {
            float[] pictures = pictures(sampler, batch, false);
            double most = 0;
            for (int i = 0; i < pictures.length; i++) {
                most = Math.max(most, Math.abs(pictures[i] - together[i]));
            }
            assertThat(most).as("batch %d", batch).isLessThan(1e-3);
            assertThat(pictures(sampler, batch, true)).as("batch %d", batch).isEqualTo(exact);
        }
    }
}
