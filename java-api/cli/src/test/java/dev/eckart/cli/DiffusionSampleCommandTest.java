package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eckart.io.Npy;
import dev.eckart.io.Png;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DiffusionSampleCommandTest {
    @TempDir
    Path dir;

    /** 40 pictures of 3×4, of two kinds: dark with a light row, light with a dark one; labels a and b. */
    private Path pictures() throws IOException {
        Path file = dir.resolve("pictures.npy");
        String[] labels = new String[40];
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.uniform(DType.F64, 3, 40, 3, 4).multiply(.4);
            for (int i = 0; i < 40; i++) {
                Tensor picture = x.select(0, i);
                if (i % 2 == 1) {
                    picture.assign(picture.negate().add(1));
                }
                picture.slice(0, 1, 2).fill(i % 2 == 0 ? 1 : 0);
                labels[i] = i % 2 == 0 ? "a" : "b";
            }
            Npy.write(file, x);
        }
        Files.write(dir.resolve("labels.txt"), Arrays.asList(labels));
        return file;
    }

    private static Tensor samples(Path out) throws IOException {
        return Npy.read(out.resolve("samples.npy"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"ddpm", "ddim", "euler", "euler-a", "heun", "dpm-solver++", "dpm-solver++-sde", "unipc"})
    void the_empirical_denoiser_draws_its_pictures(String sampler) throws IOException {
        Path in = pictures();
        Path out = dir.resolve("out");
        Run.ok(
                "diffusion",
                "sample",
                in,
                "--exact",
                "empirical",
                "--count",
                7,
                "--sampler",
                sampler,
                "--steps",
                60,
                "--out",
                out);
        try (Scope scope = Scope.open()) {
            Tensor samples = samples(out);
            assertThat(samples.shape()).isEqualTo(Shape.of(7, 3, 4));
            assertThat(samples.dtype()).isEqualTo(DType.F32);
            Tensor known = Npy.read(in).to(DType.F32);
            for (int i = 0; i < 7; i++) {
                Tensor away = known.subtract(samples.select(0, i)).square().sum(1, 2);
                assertThat(away.min().get()).isLessThan(1e-3);
            }
        }
        assertThat(Run.names(out)).containsExactly("grid.png", "report.json", "samples.npy", "strips.png");
    }

    @Test
    void the_pca_denoiser_draws_from_the_normal_distribution() throws IOException {
        Path in = pictures();
        Path out = dir.resolve("out");
        Run.ok(
                "diffusion",
                "sample",
                in,
                "--exact",
                "pca",
                "--count",
                500,
                "--steps",
                40,
                "--schedule",
                "karras",
                "--batch",
                200,
                "--out",
                out,
                "--precision",
                "f64");
        try (Scope scope = Scope.open()) {
            Tensor mean =
                    samples(out).to(DType.F64).mean(0).subtract(Npy.read(in).mean(0));
            assertThat(mean.abs().max().get()).isLessThan(.1);
        }
    }

    @Test
    void a_label_draws_its_own() throws IOException {
        Path in = pictures();
        Path out = dir.resolve("out");
        for (String guidance : new String[] {"1", "2"}) {
            Run.ok(
                    "diffusion",
                    "sample",
                    in,
                    "--exact",
                    "pca",
                    "--count",
                    5,
                    "--label",
                    "b",
                    "--labels",
                    dir.resolve("labels.txt"),
                    "--guidance",
                    guidance,
                    "--out",
                    out);
            try (Scope scope = Scope.open()) {
                Tensor samples = samples(out);
                assertThat(samples.select(1, 1).max().get()).isLessThan(.1);
                assertThat(samples.select(1, 0).mean().get()).isGreaterThan(.7);
            }
        }
        assertThat(Run.report(out).get("label").asText()).isEqualTo("b");
    }

    @Test
    void the_batch_and_a_second_run_change_nothing() throws IOException {
        Path in = pictures();
        Path out = dir.resolve("out");
        Object[] command = {
            "diffusion",
            "sample",
            in,
            "--exact",
            "pca",
            "--count",
            9,
            "--sampler",
            "ddpm",
            "--seed",
            4,
            "--out",
            out,
            "--batch",
            9
        };
        Run.ok(command);
        float[] first = samples(out).toFloatArray();
        command[command.length - 1] = 2;
        Run.ok(command);
        float[] second = samples(out).toFloatArray();
        for (int i = 0; i < first.length; i++) {
            assertThat(second[i]).isCloseTo(first[i], within(1e-3f));
        }
        command[10] = 5;
        Run.ok(command);
        assertThat(samples(out).toFloatArray()).isNotEqualTo(second);
    }

    @Test
    void rows_become_squares_and_other_values_shades() throws IOException {
        Path in = dir.resolve("rows.csv");
        Files.writeString(in, "a,b,c,d\n-8,0,8,4\n-8,8,0,0\n0,0,8,8\n");
        Path out = dir.resolve("out");
        Run run = Run.ok("diffusion", "sample", in, "--exact", "empirical", "--count", 6, "--out", out, "--json");
        try (Scope scope = Scope.open()) {
            assertThat(samples(out).shape()).isEqualTo(Shape.of(6, 2, 2));
            for (double shade : samples(out).toArray()) {
                assertThat(Math.abs(shade * 4 - Math.rint(shade * 4))).isLessThan(1e-2);
            }
        }
        JsonNode report = Run.json(run.out());
        assertThat(report.get("shape").toString()).isEqualTo("[6,2,2]");
        assertThat(report.get("driver").asText()).isEqualTo("dpm-solver++");
        assertThat(report.get("steps").asInt()).isEqualTo(50);
        assertThat(report.get("seconds").get("compute").asDouble()).isPositive();
        assertThat(report.get("versions").has("eckart")).isTrue();
    }

    @Test
    void the_grid_tells_how_it_was_made() throws IOException {
        Path in = pictures();
        Path out = dir.resolve("out");
        Run.ok("diffusion", "sample", in, "--exact", "empirical", "--count", 5, "--seed", 77, "--out", out);
        byte[] png = Files.readAllBytes(out.resolve("grid.png"));
        assertThat(new String(png, StandardCharsets.UTF_8)).contains("iTXtparameters", "\"seed\" : 77", "empirical");
        try (Tensor grid = Png.read(out.resolve("grid.png"))) {
            assertThat(grid.shape()).isEqualTo(Shape.of(2 * 5 + 2, 3 * 6 + 2));
        }
    }

    @Test
    void explain_only_explains() throws IOException {
        Path in = pictures();
        assertThat(Run.ok("diffusion", "sample", in, "--exact", "pca", "--explain")
                        .out())
                .contains("50 steps of dpm-solver++ along the cosine schedule")
                .contains("(40,12)");
        assertThat(Run.names(dir)).containsExactly("labels.txt", "pictures.npy");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--count 3 | --exact is missing",
                "--exact network | --exact network is unknown",
                "--exact pca --steps 0 | --steps 0: is outside 1..1000",
                "--exact pca --steps 1001 | --steps 1001: is outside 1..1000",
                "--exact pca --sampler plms | sampler plms: is none of ddpm, ddim, euler",
                "--exact pca --count 0 | --count 0: is below 1",
                "--exact pca --batch 0 | --batch 0: is below 1",
                "--exact pca --schedule quadratic | is none of linear, scaled-linear",
                "--exact pca --guidance 3 | needs --label",
                "--exact pca --label a | whose? Give --labels FILE",
            })
    void bad_usage_is_one_line(String options, String expected) throws IOException {
        Path in = pictures();
        String[] words = ("diffusion sample " + in + " --out " + dir.resolve("out") + " " + options).split(" ");
        Run run = Run.of((Object[]) words);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(expected).hasLineCount(1);
        assertThat(dir.resolve("out")).doesNotExist();
    }

    @Test
    void an_unknown_label_lists_those_there_are() throws IOException {
        Path in = pictures();
        Run run = Run.of(
                "diffusion",
                "sample",
                in,
                "--exact",
                "pca",
                "--label",
                "c",
                "--labels",
                dir.resolve("labels.txt"),
                "--out",
                dir.resolve("out"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("--label c: is none of the labels a, b");
        assertThat(Run.of("diffusion").err()).contains("sample; see eckart diffusion --help");
        assertThat(Run.of("diffusion", "sample", in, "--exact", "pca").err()).contains("--out DIR is missing");
    }

    /** The weights that core's tests compare with PyTorch: pictures of 3×8×6, five labels. */
    private static final Path NETWORK = Path.of("../core/src/test/resources/dit/tanh.safetensors");

    private static final Path GRAY = NETWORK.resolveSibling("none.safetensors");

    @Test
    void a_network_draws_pictures_with_their_way_from_noise() throws IOException {
        Path out = dir.resolve("out");
        Object[] command = {
            "diffusion",
            "sample",
            NETWORK,
            "--count",
            9,
            "--steps",
            20,
            "--label",
            3,
            "--guidance",
            2,
            "--sampler",
            "ddim",
            "--out",
            out,
            "--deterministic",
            "--batch",
            9
        };
        Run.ok(command);
        float[] first;
        try (Scope scope = Scope.open()) {
            assertThat(samples(out).shape()).isEqualTo(Shape.of(9, 8, 6, 3));
            first = samples(out).toFloatArray();
            Tensor strips = Png.read(out.resolve("strips.png"));
            assertThat(strips.shape()).isEqualTo(Shape.of(8 * 10 + 2, 11 * 8 + 2, 3));
            // The last column is the first samples, as the grid has them.
            Tensor grid = Png.read(out.resolve("grid.png"));
            Tensor ends = strips.slice(0, 2, 10).slice(1, 82, 88);
            assertThat(ends.toArray())
                    .isEqualTo(grid.slice(0, 2, 10).slice(1, 2, 8).toArray());
        }
        assertThat(Run.report(out).get("schedule").asText()).isEqualTo("linear");
        assertThat(Run.report(out).get("dtype").asText()).isEqualTo("f32");
        command[command.length - 1] = 2;
        Run.ok(command);
        try (Scope scope = Scope.open()) {
            assertThat(samples(out).toFloatArray()).isEqualTo(first);
        }
    }

    @Test
    void a_gray_network_draws_gray_pictures() throws IOException {
        Path out = dir.resolve("out");
        Run.ok("diffusion", "sample", GRAY, "--count", 2, "--steps", 1, "--precision", "f64", "--out", out);
        try (Scope scope = Scope.open()) {
            assertThat(samples(out).shape()).isEqualTo(Shape.of(2, 6, 6));
        }
        assertThat(Run.report(out).get("dtype").asText()).isEqualTo("f64");
        assertThat(Run.ok("diffusion", "sample", GRAY, "--explain").out())
                .contains("patch 3, 16 features, 1 blocks, 2 heads");
    }

    @Test
    void the_precision_is_that_of_the_data() throws IOException {
        Path in = pictures();
        Path single = dir.resolve("single.npy");
        try (Scope scope = Scope.open()) {
            Npy.write(single, Npy.read(in).to(DType.F32));
        }
        for (Path file : new Path[] {in, single}) {
            Path out = dir.resolve("out");
            Run.ok("diffusion", "sample", file, "--exact", "pca", "--count", 2, "--steps", 3, "--out", out);
            assertThat(Run.report(out).get("dtype").asText()).isEqualTo(file.equals(in) ? "f64" : "f32");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--label 5 | --label 5: the network knows 0 to 4",
                "--label seven | --label seven: is no number; the network knows 0 to 4",
                "--exact pca | is a network, leave it out",
                "--schedule karras | is told the step of a schedule",
                "--labels x.txt | leave it out",
            })
    void bad_usage_of_a_network_is_one_line(String options, String expected) throws IOException {
        String[] words = ("diffusion sample " + NETWORK + " --out " + dir.resolve("out") + " " + options).split(" ");
        Run run = Run.of((Object[]) words);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(expected).hasLineCount(1);
        assertThat(dir.resolve("out")).doesNotExist();
    }

    @Test
    void a_bad_network_file_is_one_line() throws IOException {
        byte[] bytes = Files.readAllBytes(NETWORK);
        Path torn = dir.resolve("torn.safetensors");
        Files.write(torn, Arrays.copyOf(bytes, bytes.length - 100));
        Path other = NETWORK.resolveSibling("tanh-golden.safetensors");
        for (Path file : new Path[] {torn, other, dir.resolve("missing.safetensors")}) {
            Run run = Run.of("diffusion", "sample", file, "--out", dir.resolve("out"));
            assertThat(run.code()).isEqualTo(file.equals(other) ? 2 : run.code());
            assertThat(run.code()).isIn(1, 2);
            assertThat(run.err()).contains(file.toString()).hasLineCount(1);
        }
    }
}
