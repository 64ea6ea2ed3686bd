package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eckart.io.Npy;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same counts as .bed, as .vcf and as .npy. */
class GenotypesTest {
    private static final int SAMPLES = 30;
    private static final int VARIANTS = 40;

    @TempDir
    Path dir;

    private final int[][] counts = new int[SAMPLES][VARIANTS]; // 3 where missing

    @BeforeEach
    void files() throws IOException {
        SplittableRandom random = new SplittableRandom(3);
        for (int v = 0; v < VARIANTS; v++) {
            for (int s = 0; s < SAMPLES; s++) {
                double p = s < SAMPLES / 2 ? 0.2 : 0.7;
                boolean lost = random.nextDouble() < 0.05;
                int count = (random.nextDouble() < p ? 1 : 0) + (random.nextDouble() < p ? 1 : 0);
                counts[s][v] = lost ? 3 : v == 7 ? 2 : count; // the eighth does not vary
            }
        }
        Files.write(dir.resolve("a.bed"), bed());
        Files.writeString(dir.resolve("a.bim"), "1 v 0 0 A C\n".repeat(VARIANTS));
        Files.writeString(
                dir.resolve("a.fam"),
                "North x 0 0 0 -9\n".repeat(SAMPLES / 2) + "South x 0 0 0 -9\n".repeat(SAMPLES / 2));
        Files.writeString(dir.resolve("a.vcf"), vcf());
        double[][] rows = new double[SAMPLES][VARIANTS];
        for (int s = 0; s < SAMPLES; s++) {
            for (int v = 0; v < VARIANTS; v++) {
                rows[s][v] = counts[s][v] == 3 ? Double.NaN : counts[s][v];
            }
        }
        try (Tensor all = Tensor.of(rows)) {
            Npy.write(dir.resolve("a.npy"), all);
        }
    }

    private byte[] bed() {
        int stride = (SAMPLES + 3) / 4;
        byte[] out = new byte[3 + stride * VARIANTS];
        out[0] = 0x6c;
        out[1] = 0x1b;
        out[2] = 1;
        int[] code = {3, 2, 0, 1};
        for (int v = 0; v < VARIANTS; v++) {
            for (int s = 0; s < SAMPLES; s++) {
                out[3 + v * stride + s / 4] |= (byte) (code[counts[s][v]] << 2 * (s % 4));
            }
        }
        return out;
    }

    private String vcf() {
        StringBuilder out = new StringBuilder("##fileformat=VCFv4.2\n")
                .append("##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n")
                .append("#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT");
        for (int s = 0; s < SAMPLES; s++) {
            out.append("\ts").append(s);
        }
        String[] calls = {"0/0", "0/1", "1/1", "./."};
        for (int v = 0; v < VARIANTS; v++) {
            out.append("\n1\t").append(v + 1).append("\t.\tA\tC\t.\t.\t.\tGT");
            for (int s = 0; s < SAMPLES; s++) {
                out.append('\t').append(calls[counts[s][v]]);
            }
        }
        return out.append('\n').toString();
    }

    private static double[][] npy(Path file) throws IOException {
        try (Tensor read = Npy.read(file)) {
            return read.toMatrix();
        }
    }

    @ParameterizedTest
    @CsvSource({"a.bed, f64", "a.vcf, f64", "a.bed, f32"})
    void should_take_genotypes_apart_whatever_holds_them(String name, String precision) throws IOException {
        Path out = dir.resolve("out");
        Path plain = dir.resolve("plain");
        Run run = Run.ok("pca", dir.resolve(name), "--components", 2, "--precision", precision, "--out", out);
        assertThat(run.out()).contains("1 variants do not vary", "values filled in by means");
        Run.ok("pca", dir.resolve("a.npy"), "--genotypes", "--components", 2, "--precision", precision, "--out", plain);
        assertThat(npy(out.resolve("scores.npy"))).isDeepEqualTo(npy(plain.resolve("scores.npy")));
        JsonNode report = Run.report(out);
        assertThat(report.get("genotypes").asBoolean()).isTrue();
        assertThat(report.get("constantColumns").asInt()).isEqualTo(1);
        assertThat(report.get("missing").get("values").asInt()).isBetween(20, 120);
        assertThat(report.get("dtype").asText()).isEqualTo(precision);
        Run.ok("pca", "transform", out, dir.resolve(name), "--out", dir.resolve("z.npy"));
        assertThat(npy(dir.resolve("z.npy"))).isDeepEqualTo(npy(out.resolve("scores.npy")));
        String page = Files.readString(out.resolve("index.html"));
        assertThat(page).contains("by allele frequency");
        if (name.equals("a.bed")) {
            assertThat(page).contains("North", "South");
        }
    }

    @Test
    void should_fill_in_what_is_missing_as_asked() throws IOException {
        Path a = dir.resolve("a.npy");
        Run refused = Run.of("pca", a, "--components", 1, "--out", dir.resolve("x"));
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("NaN");
        Run.ok("pca", a, "--components", 1, "--missing", "mean", "--out", dir.resolve("mean"));
        Run run = Run.ok("pca", a, "--components", 1, "--missing", "iterative", "--out", dir.resolve("it"));
        assertThat(run.out()).contains("values filled in by", "iterations");
        assertThat(Run.report(dir.resolve("it")).get("missing").get("converged").asBoolean())
                .isTrue();
        Path z = dir.resolve("z.npy");
        for (String model : new String[] {"mean", "it"}) {
            Run.ok("pca", "transform", dir.resolve(model), a, "--out", z);
            assertThat(npy(z)).isDeepEqualTo(npy(dir.resolve(model + "/scores.npy")));
        }
        Run.ok("pca", "transform", dir.resolve("it"), a, "--missing", "mean", "--out", z);
        assertThat(npy(z)).isNotEqualTo(npy(dir.resolve("it/scores.npy")));
    }

    @Test
    void should_read_a_model_that_does_not_say_what_stands_for_what_is_missing() throws IOException {
        Path a = dir.resolve("a.npy");
        Path model = dir.resolve("mean");
        Run.ok("pca", a, "--components", 1, "--missing", "mean", "--out", model);
        Files.writeString(model.resolve("missing.txt"), "zero");
        Run refused = Run.of("pca", "transform", model, a, "--out", dir.resolve("z.npy"));
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains("missing.txt zero: is none of refuse, mean, iterative");
        Files.delete(model.resolve("missing.txt"));
        Run.ok("pca", "transform", model, a, "--missing", "mean", "--out", dir.resolve("z.npy"));
        assertThat(npy(dir.resolve("z.npy"))).isDeepEqualTo(npy(model.resolve("scores.npy")));
        // As before: NaN that nothing stands for makes scores NaN.
        Run.ok("pca", "transform", model, a, "--out", dir.resolve("z.npy"));
        assertThat(npy(dir.resolve("z.npy"))).isNotEqualTo(npy(model.resolve("scores.npy")));
    }

    @ParameterizedTest
    @CsvSource({
        "pca /a.bed --components 1 --scale --out /x, --scale: genotypes are scaled",
        "pca /a.bed --components 1 --missing iterative --out /x, --missing iterative: genotypes are scaled",
        "pca /a.npy --variance 0.5 --missing iterative --out /x, needs --components K",
        "pca /a.npy --components 1 --missing zero --out /x, --missing zero: is none of refuse; mean; iterative",
        "pca /none.bed --components 1 --out /x, no such file",
        "pca /torn.bed --components 1 --out /x, do not belong together",
        "pca /none.vcf --components 1 --out /x, no such file",
        "svd /a.bed --out /x, NaN",
        "pca /words.vcf --components 1 --out /x, is not as VCF has it"
    })
    void should_refuse_in_one_line(String line, String expected) throws IOException {
        Files.writeString(dir.resolve("words.vcf"), "some words\n");
        byte[] torn = bed();
        Files.write(dir.resolve("torn.bed"), java.util.Arrays.copyOf(torn, torn.length - 1));
        Files.copy(dir.resolve("a.bim"), dir.resolve("torn.bim"));
        Files.copy(dir.resolve("a.fam"), dir.resolve("torn.fam"));
        Run run = Run.of((Object[]) line.replace(" /", " " + dir + "/").split(" "));
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err().strip().lines()).hasSize(1);
        assertThat(run.err().replace(", ", "; ")).startsWith("eckart: ").contains(expected);
        assertThat(dir.resolve("x")).doesNotExist();
    }
}
