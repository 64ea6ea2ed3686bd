package dev.eckart.diffusion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.io.BadFileException;
import dev.eckart.io.Safetensors;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against PyTorch: benchmarks/peers/dit/dit.py made the weights and the outputs. */
class DiffusionTransformerTest {
    @TempDir
    Path folder;

    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    private static Path file(String name) {
        return Path.of("src/test/resources/dit", name + ".safetensors");
    }

    private static DiffusionTransformer model(String name, DType type) throws IOException {
        return DiffusionTransformer.read(file(name), type, Device.cpu());
    }

    private static NoiseLevel at(double time) {
        return NoiseLevel.ofAlphaBar(time, .5);
    }

    @ParameterizedTest
    @CsvSource({"tanh,F32,f32,1e-5", "none,F32,f32,1e-5", "tanh,F64,f64,1e-12", "none,F64,f64,1e-12"})
    void isPyTorchs(String name, DType type, String golden, double tolerance) throws IOException {
        Map<String, Tensor> answers = Safetensors.read(file(name + "-golden"));
        try (DiffusionTransformer model = model(name, type)) {
            Tensor x = answers.get("x").to(type);
            long[] labels = Arrays.stream(answers.get("y").toArray())
                    .mapToLong(y -> (long) y)
                    .toArray();
            Tensor together = model.predict(x, at(answers.get("t").get(1)), labels);
            for (int i = 0; i < 3; i++) {
                double time = answers.get("t").get(i);
                Tensor alone = model.predict(x.slice(0, i, i + 1), at(time), labels[i]);
                assertNear(alone, answers.get(golden).slice(0, i, i + 1), tolerance);
                assertNear(
                        together.slice(0, i, i + 1),
                        answers.get("batch-" + golden).slice(0, i, i + 1),
                        tolerance);
            }
        } finally {
            answers.values().forEach(Tensor::close);
        }
    }

    private static void assertNear(Tensor found, Tensor expected, double tolerance) {
        assertThat(found.subtract(expected).norm() / expected.norm()).isLessThan(tolerance);
    }

    @Test
    void givesEachSampleItsLabel() throws IOException {
        try (DiffusionTransformer model = model("tanh", DType.F64)) {
            Tensor x = Tensor.normal(DType.F64, 1, 4, 3, 8, 6);
            Tensor together = model.predict(x, at(7), 3, 0, 5, 3);
            for (int i = 0; i < 4; i++) {
                Tensor one = x.slice(0, i, i + 1);
                Tensor alone = i == 2
                        ? model.predict(one, at(7))
                        : model.labelled(i == 1 ? 0 : 3).predict(one, at(7));
                assertThat(together.slice(0, i, i + 1).subtract(alone).norm()).isLessThan(1e-12);
            }
        }
    }

    @Test
    void samplesWithALearnedVarianceAndGuidance() throws IOException {
        NoiseLevels levels = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, 5);
        try (DiffusionTransformer model = model("tanh", DType.F32)) {
            Denoiser guided = new Guidance(model.labelled(2), model, 2);
            Tensor samples = Sampling.of(guided, new Ddpm(Ddpm.Variance.LEARNED), levels)
                    .threshold(Threshold.clip(-1, 1))
                    .sample(3, model.pictures());
            assertThat(samples.shape().dims()).containsExactly(3, 3, 8, 6);
            assertThat(samples.max().get()).isBetween(0., 1.);
        }
    }

    @Test
    void namesStepAndSamplerOfNaN() throws IOException {
        NoiseLevels levels = NoiseSchedule.cosine(1000).levels(Spacing.TRAILING, 5);
        try (DiffusionTransformer model = model("none", DType.F32)) {
            model.weights().get("blocks.0.mlp.fc2.bias").slice(0, 3, 4).fill(Double.NaN);
            Sampling sampling = Sampling.of(model, new Ddim(0), levels);
            assertThatThrownBy(() -> sampling.sample(1, model.pictures()))
                    .isInstanceOf(ArithmeticException.class)
                    .hasMessageContaining("ddim: step 1 of 5")
                    .hasMessageContaining("NaN");
        }
    }

    @Test
    void refusesWhatDoesNotFit() throws IOException {
        try (DiffusionTransformer model = model("tanh", DType.F32)) {
            Tensor x = Tensor.zeros(DType.F32, 2, 3, 8, 6);
            assertThatThrownBy(() -> model.predict(x, at(0), 6))
                    .hasMessage("diffusion transformer: label 6 is outside 0..4");
            assertThatThrownBy(() -> model.labelled(5)).hasMessageContaining("label 5 is outside 0..4");
            assertThatThrownBy(() -> model.labelled(-1)).hasMessageContaining("label -1 is outside 0..4");
            assertThatThrownBy(() -> model.predict(x, at(0), 1, 2, 3)).hasMessageContaining("3 labels for 2 samples");
            assertThatThrownBy(() -> model.predict(x.to(DType.F64), at(0)))
                    .hasMessageContaining("f64")
                    .hasMessageContaining("(b,3,8,6) in f32");
            assertThatThrownBy(() -> model.predict(x.transpose(), at(0))).hasMessageContaining("(2,3,6,8)");
        }
        assertThatThrownBy(() -> model("tanh", DType.I32)).hasMessageContaining("f64 or f32");
    }

    /** What a file is changed to, and what the message says. */
    private void refuses(BiConsumer<Map<String, Tensor>, Map<String, String>> change, String... words)
            throws IOException {
        Map<String, Tensor> tensors = Safetensors.read(file("none"));
        Map<String, String> metadata;
        try (Safetensors open = Safetensors.open(file("none"))) {
            metadata = new LinkedHashMap<>(open.metadata());
        }
        change.accept(tensors, metadata);
        Path changed = folder.resolve("changed.safetensors");
        Safetensors.write(changed, tensors, metadata);
        assertThatThrownBy(() -> DiffusionTransformer.read(changed, DType.F32, Device.cpu()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(changed.toString())
                .hasMessageNotContaining("\n")
                .hasMessageContainingAll(words);
    }

    @Test
    void refusesOtherArchitectures() throws IOException {
        refuses((t, m) -> t.remove("final_layer.linear.bias"), "holds no tensor 'final_layer.linear.bias'");
        refuses((t, m) -> t.remove("x_embedder.proj.weight"), "no diffusion transformer");
        refuses((t, m) -> t.put("blocks.0.norm1.weight", Tensor.zeros(DType.F32, 16)), "'blocks.0.norm1.weight'");
        refuses((t, m) -> t.put("blocks.0.attn.proj.weight", Tensor.zeros(DType.F32, 16, 15)), "(16,15)", "(16,16)");
        refuses((t, m) -> t.put("pos_embed", Tensor.zeros(DType.F32, 1, 5, 16)), "5 tokens", "'height'");
        refuses((t, m) -> t.put("pos_embed", Tensor.zeros(DType.F32, 5, 16)), "pos_embed", "3 axes");
        refuses((t, m) -> t.put("blocks.0.attn.qkv.bias", Tensor.zeros(DType.I32, 48)), "qkv.bias", "i32");
        refuses((t, m) -> t.remove("blocks.0.attn.qkv.weight"), "blocks.0.attn");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "heads=3:16 features",
                "heads=0:'0' heads",
                "heads=-2:-2",
                "heads=two:no number",
                "heads=99999999999:no number",
                "gelu=relu:relu",
                "prediction=score:score",
                "architecture=unet:unet",
                "height=7:7×6",
                "width=0:6×0"
            })
    void refusesMetadata(String text) throws IOException {
        String[] parts = text.split("[=:]");
        refuses((t, m) -> m.put(parts[0], parts[1]), parts[2]);
    }

    @Test
    void refusesTornFiles() throws IOException {
        byte[] bytes = Files.readAllBytes(file("none"));
        Path torn = folder.resolve("torn.safetensors");
        for (int length : new int[] {0, 7, 100, bytes.length - 4}) {
            Files.write(torn, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> DiffusionTransformer.read(torn, DType.F32, Device.cpu()))
                    .isInstanceOf(BadFileException.class)
                    .hasMessageContaining(torn.toString());
        }
    }
}
