package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PcaCommandTest {
    @TempDir
    Path dir;

    private Path data(DType type, long n, long d) throws IOException {
        Path file = dir.resolve("x.npy");
        try (Scope scope = Scope.open()) {
            Tensor spread = Tensor.uniform(type, 3, d).multiply(3).add(0.1);
            Npy.write(file, Tensor.normal(type, 7, n, d).multiply(spread).add(5));
        }
        return file;
    }

    private static Tensor read(Path folder, String name) throws IOException {
        return Npy.read(folder.resolve(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "svd", "covariance", "randomized"})
    void scores_are_the_centred_data_on_orthonormal_components(String solver) throws IOException {
        Path in = data(DType.F64, 40, 6);
        Path out = dir.resolve("out");
        Run.ok("pca", in, "--components", 3, "--out", out, "--solver", solver);
        try (Scope scope = Scope.open()) {
            Tensor x = Npy.read(in);
            Tensor w = read(out, "components.npy");
            Tensor z = read(out, "scores.npy");
            Tensor mean = read(out, "mean.npy");
            assertThat(w.shape()).isEqualTo(Shape.of(3, 6));
            assertThat(z.shape()).isEqualTo(Shape.of(40, 3));
            assertThat(mean.subtract(x.mean(0)).norm()).isLessThan(1e-12);
            assertThat(w.matmul(w.transpose())
                            .subtract(Tensor.eye(DType.F64, 3))
                            .norm())
                    .isLessThan(1e-12);
            assertThat(x.subtract(mean).matmul(w.transpose()).subtract(z).norm())
                    .isLessThan(1e-11);
            Tensor variance = z.square().sum(0).multiply(1.0 / 39);
            assertThat(read(out, "explained_variance.npy").subtract(variance).norm())
                    .isLessThan(1e-9);
        }
    }

    @Test
    void the_model_transforms_other_observations() throws IOException {
        Path in = data(DType.F64, 40, 6);
        Path out = dir.resolve("out");
        Path file = dir.resolve("z.npy");
        Run.ok("pca", in, "--components", 2, "--scale", "--out", out);
        Run.ok("pca", "transform", out, in, "--out", file);
        try (Scope scope = Scope.open()) {
            assertThat(Npy.read(file).subtract(read(out, "scores.npy")).norm()).isZero();
            Path three = dir.resolve("three.npy");
            Npy.write(three, Npy.read(in).slice(0, 0, 3));
            Run.ok("pca", "transform", out, three, "--out", file, "--precision", "f32");
            Tensor few = Npy.read(file);
            assertThat(few.dtype()).isEqualTo(DType.F32);
            assertThat(few.to(DType.F64)
                            .subtract(read(out, "scores.npy").slice(0, 0, 3))
                            .norm())
                    .isLessThan(1e-4);
        }
        assertThat(Run.names(dir)).containsExactly("out", "three.npy", "x.npy", "z.npy");
    }

    @Test
    void transform_refuses_another_number_of_variables() throws IOException {
        Path out = dir.resolve("out");
        Run.ok("pca", data(DType.F64, 40, 6), "--components", 2, "--out", out);
        Run run = Run.of("pca", "transform", out, data(DType.F64, 40, 5), "--out", dir.resolve("z.npy"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("(40,5)").contains("(n,6)");
        assertThat(dir.resolve("z.npy")).doesNotExist();
    }

    @Test
    void variance_takes_the_fewest_components_that_explain_it() throws IOException {
        Path in = data(DType.F64, 40, 6);
        Path out = dir.resolve("out");
        Run.ok("pca", in, "--variance", 0.9, "--out", out);
        JsonNode ratio = Run.report(out).get("explainedVarianceRatio");
        double sum = 0;
        for (JsonNode r : ratio) {
            sum += r.asDouble();
        }
        assertThat(sum).isGreaterThanOrEqualTo(0.9);
        assertThat(sum - ratio.get(ratio.size() - 1).asDouble()).isLessThan(0.9);
    }

    @Test
    void constant_variables_stay_zero_under_scale_and_are_counted() throws IOException {
        Path in = dir.resolve("c.csv");
        Files.writeString(in, "a,b,c\n1,7,0.1\n2,7,0.1\n3,7,0.1\n5,7,0.1\n");
        Path out = dir.resolve("out");
        Run.ok("pca", in, "--components", 1, "--scale", "--out", out);
        JsonNode report = Run.report(out);
        assertThat(report.get("constantColumns").asLong()).isEqualTo(2);
        assertThat(report.get("totalVariance").asDouble()).isCloseTo(1, within(1e-12));
        try (Tensor w = read(out, "components.npy")) {
            assertThat(w.toArray()).containsExactly(new double[] {1, 0, 0}, within(1e-12));
        }
    }

    @Test
    void a_fit_without_scale_leaves_no_scale_of_an_older_one() throws IOException {
        Path in = data(DType.F32, 40, 6);
        Path out = dir.resolve("out");
        Run.ok("pca", in, "--components", 2, "--scale", "--out", out);
        assertThat(Run.names(out)).contains("scale.npy");
        Run.ok("pca", in, "--components", 2, "--out", out);
        assertThat(Run.names(out)).doesNotContain("scale.npy");
        for (String name : new String[] {"components.npy", "scores.npy", "mean.npy", "explained_variance.npy"}) {
            try (Tensor t = read(out, name)) {
                assertThat(t.dtype()).as(name).isEqualTo(DType.F32);
            }
        }
    }

    @Test
    void report_has_every_field_of_the_contract() throws IOException {
        Path out = dir.resolve("out");
        Run run = Run.ok("pca", data(DType.F64, 40, 6), "--components", 2, "--out", out, "--json", "--explain");
        assertThat(run.err()).isEmpty();
        JsonNode report = Run.report(out);
        assertThat(report.get("shape").toString()).isEqualTo("[40,6]");
        assertThat(report.get("rank").asLong()).isEqualTo(2);
        assertThat(report.get("device").asText()).isEqualTo("cpu");
        assertThat(report.get("driver").asText()).isNotEmpty();
        assertThat(report.get("seconds").get("compute").asDouble()).isPositive();
        assertThat(report.get("certificate").get("relativeResidual").asDouble()).isNotNegative();
        assertThat(report.get("versions").has("eckart")).isTrue();
    }

    @Test
    void explain_names_the_solver_and_why() throws IOException {
        Path in = data(DType.F64, 400, 6);
        assertThat(Run.ok("pca", in, "--components", 2, "--explain").out())
                .contains("covariance")
                .contains("observations far outnumber variables");
        assertThat(Run.names(dir)).containsExactly("x.npy");
    }
}
