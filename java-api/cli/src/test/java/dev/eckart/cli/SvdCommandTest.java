package dev.eckart.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.eckart.io.MatrixMarket;
import dev.eckart.io.Npy;
import dev.eckart.io.Npz;
import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SvdCommandTest {
    @TempDir
    Path dir;

    /** A file with an (m, n) normal matrix. */
    private Path matrix(DType type, long... shape) throws IOException {
        Path file = dir.resolve("a.npy");
        try (Tensor a = Tensor.normal(type, 7, shape)) {
            Npy.write(file, a);
        }
        return file;
    }

    /** ‖A − U·diag(s)·Vᵀ‖ / ‖A‖ from the files. */
    private static double residual(Path input, Path out) throws IOException {
        try (Scope scope = Scope.open()) {
            Tensor a = Npy.read(input).to(DType.F64);
            Tensor u = Npy.read(out.resolve("u.npy")).to(DType.F64);
            Tensor s = Npy.read(out.resolve("s.npy")).to(DType.F64);
            Tensor vt = Npy.read(out.resolve("vt.npy")).to(DType.F64);
            Tensor scaled = a.shape().rank() == 3 ? u.multiply(s.reshape(s.dim(0), 1, s.dim(1))) : u.multiply(s);
            return a.subtract(scaled.matmul(vt)).norm() / a.norm();
        }
    }

    /** What a run that fails says. */
    private static String refused(int code, Object... args) {
        Run run = Run.of(args);
        assertThat(run.code()).isEqualTo(code);
        return run.err();
    }

    private static Shape shape(Path file) throws IOException {
        try (Tensor t = Npy.read(file)) {
            return t.shape();
        }
    }

    @ParameterizedTest
    @CsvSource({"F64,30,20,1e-13", "F64,20,30,1e-13", "F32,30,20,1e-5", "F64,1,1,1e-13", "F64,5,1,1e-13"})
    void writes_factors_of_the_input_in_its_precision(DType type, long m, long n, double tolerance) throws IOException {
        Path in = matrix(type, m, n);
        Path out = dir.resolve("out");
        Run.ok("svd", in, "--out", out);
        long k = Math.min(m, n);
        assertThat(Run.names(out)).containsExactly("report.json", "s.npy", "u.npy", "vt.npy");
        assertThat(shape(out.resolve("u.npy"))).isEqualTo(Shape.of(m, k));
        assertThat(shape(out.resolve("s.npy"))).isEqualTo(Shape.of(k));
        assertThat(shape(out.resolve("vt.npy"))).isEqualTo(Shape.of(k, n));
        try (Tensor u = Npy.read(out.resolve("u.npy"))) {
            assertThat(u.dtype()).isEqualTo(type);
        }
        assertThat(residual(in, out)).isLessThan(tolerance);
    }

    @Test
    void report_has_every_field_of_the_contract() throws IOException {
        Path out = dir.resolve("out");
        Run run = Run.ok("svd", matrix(DType.F64, 30, 20), "--out", out, "--json", "--driver", "gesvd");
        JsonNode report = Run.report(out);
        assertThat(Run.json(run.out())).isEqualTo(report);
        assertThat(run.err()).isEmpty();
        assertThat(report.get("shape").toString()).isEqualTo("[30,20]");
        assertThat(report.get("rank").asLong()).isEqualTo(20);
        assertThat(report.get("device").asText()).isEqualTo("cpu");
        assertThat(report.get("driver").asText()).isEqualTo("gesvd");
        for (String part : new String[] {"load", "compute", "write"}) {
            assertThat(report.get("seconds").get(part).asDouble()).isPositive();
        }
        JsonNode certificate = report.get("certificate");
        assertThat(certificate.get("norm").asText()).isIn("spectral", "frobenius");
        assertThat(certificate.get("residual").asDouble()).isBetween(0.0, 1e-10);
        assertThat(certificate.get("relativeResidual").asDouble()).isBetween(0.0, 1e-11);
        assertThat(certificate.get("exact").isBoolean()).isTrue();
        assertThat(certificate.get("probability").asDouble()).isBetween(0.99, 1.0);
        assertThat(certificate.get("orthogonalityU").asDouble()).isBetween(0.0, 1e-11);
        assertThat(certificate.get("orthogonalityV").asDouble()).isBetween(0.0, 1e-11);
        assertThat(certificate.get("passes").asInt()).isPositive();
        assertThat(report.get("versions").get("eckart").asText()).matches("\\d+\\.\\d+.*");
        assertThat(report.get("versions").get("java").asText()).isEqualTo(System.getProperty("java.version"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"auto", "gesdd", "gesvd", "qr", "gram", "randomized", "krylov"})
    void every_driver_finds_the_leading_triplets(String driver) throws IOException {
        Path in = matrix(DType.F64, 60, 12);
        Path out = dir.resolve("out");
        Path all = dir.resolve("all");
        Run.ok("svd", in, "--out", all);
        Run.ok("svd", in, "--out", out, "--rank", 3, "--driver", driver);
        try (Tensor few = Npy.read(out.resolve("s.npy"));
                Tensor s = Npy.read(all.resolve("s.npy"))) {
            assertThat(few.shape()).isEqualTo(Shape.of(3));
            for (int i = 0; i < 3; i++) {
                assertThat(few.get(i)).isCloseTo(s.get(i), within(1e-6 * s.get(0)));
            }
        }
        assertThat(shape(out.resolve("u.npy"))).isEqualTo(Shape.of(60, 3));
        assertThat(shape(out.resolve("vt.npy"))).isEqualTo(Shape.of(3, 12));
    }

    @Test
    void tolerance_keeps_the_fewest_triplets_that_meet_it() throws IOException {
        Path in = matrix(DType.F64, 30, 20);
        Path out = dir.resolve("out");
        Run.ok("svd", in, "--out", out, "--tolerance", 0.5);
        assertThat(residual(in, out)).isLessThanOrEqualTo(0.5);
        long k = Run.report(out).get("rank").asLong();
        Run.ok("svd", in, "--out", out, "--rank", k - 1);
        assertThat(residual(in, out)).isGreaterThan(0.5);
    }

    @Test
    void three_dimensions_are_a_batch() throws IOException {
        Path in = matrix(DType.F64, 5, 7, 4);
        Path out = dir.resolve("out");
        Run.ok("svd", in, "--out", out);
        assertThat(shape(out.resolve("u.npy"))).isEqualTo(Shape.of(5, 7, 4));
        assertThat(shape(out.resolve("s.npy"))).isEqualTo(Shape.of(5, 4));
        assertThat(shape(out.resolve("vt.npy"))).isEqualTo(Shape.of(5, 4, 4));
        assertThat(residual(in, out)).isLessThan(1e-13);
        Run.ok("svd", in, "--out", out, "--rank", 2);
        assertThat(shape(out.resolve("u.npy"))).isEqualTo(Shape.of(5, 7, 2));
        assertThat(shape(out.resolve("vt.npy"))).isEqualTo(Shape.of(5, 2, 4));
        assertThat(Run.report(out).get("shape").toString()).isEqualTo("[5,7,4]");
    }

    @ParameterizedTest
    @CsvSource({"0,4", "4,0", "0,0"})
    void an_empty_matrix_has_no_triplets(long m, long n) throws IOException {
        Path out = dir.resolve("out");
        Run.ok("svd", matrix(DType.F64, m, n), "--out", out);
        assertThat(shape(out.resolve("u.npy"))).isEqualTo(Shape.of(m, 0));
        assertThat(shape(out.resolve("s.npy"))).isEqualTo(Shape.of(0));
        assertThat(shape(out.resolve("vt.npy"))).isEqualTo(Shape.of(0, n));
        assertThat(Run.report(out).get("rank").asLong()).isZero();
    }

    @Test
    void an_empty_batch_gives_empty_results() throws IOException {
        Path out = dir.resolve("out");
        Path in = matrix(DType.F64, 0, 4, 3);
        Run.ok("svd", in, "--out", out);
        assertThat(shape(out.resolve("u.npy"))).isEqualTo(Shape.of(0, 4, 3));
        Run.ok("svd", in, "--out", out, "--rank", 2);
        assertThat(shape(out.resolve("u.npy"))).isEqualTo(Shape.of(0, 4, 2));
    }

    @Test
    void integers_become_f64_unless_asked_otherwise() throws IOException {
        Path in = dir.resolve("i.npy");
        try (Tensor a = Tensor.of(new int[] {3, 0, 0, 4}, 2, 2)) {
            Npy.write(in, a);
        }
        Path out = dir.resolve("out");
        Run.ok("svd", in, "--out", out);
        try (Tensor s = Npy.read(out.resolve("s.npy"))) {
            assertThat(s.dtype()).isEqualTo(DType.F64);
            assertThat(s.toArray()).containsExactly(new double[] {4, 3}, within(1e-14));
        }
        Run.ok("svd", in, "--out", out, "--precision", "f32");
        for (String name : new String[] {"u.npy", "s.npy", "vt.npy"}) {
            try (Tensor t = Npy.read(out.resolve(name))) {
                assertThat(t.dtype()).isEqualTo(DType.F32);
            }
        }
    }

    @Test
    void csv_and_idx_are_read_by_name_and_by_content() throws IOException {
        Path csv = dir.resolve("x.csv");
        Files.writeString(csv, "a,b\n3,0\n0,4\n");
        Path out = dir.resolve("out");
        Run.ok("svd", csv, "--out", out);
        try (Tensor s = Npy.read(out.resolve("s.npy"))) {
            assertThat(s.toArray()).containsExactly(new double[] {4, 3}, within(1e-14));
        }
        // Two images of 1×2 pixels: the rows of a matrix, value/255.
        byte[] idx = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 51, 0, 0, (byte) 255};
        for (String name : new String[] {"x-ubyte", "no-extension"}) {
            Path file = Files.write(dir.resolve(name), idx);
            Run.ok("svd", file, "--out", out);
            assertThat(Run.report(out).get("shape").toString()).isEqualTo("[2,2]");
            try (Tensor s = Npy.read(out.resolve("s.npy"))) {
                assertThat(s.dtype()).isEqualTo(DType.F64);
                assertThat(s.toArray()).containsExactly(new double[] {1, 0.2}, within(1e-14));
            }
        }
    }

    @Test
    void sparse_matrices_stay_sparse_where_some_triplets_are_asked_for() throws IOException {
        Path mtx = Files.writeString(
                dir.resolve("a.mtx"),
                "%%MatrixMarket matrix coordinate integer general\n3 4 3\n1 2 3\n3 1 -4\n2 4 1\n");
        Path npz = dir.resolve("a.npz");
        try (Csr a = MatrixMarket.readSparse(mtx)) {
            Npz.writeSparse(npz, a);
        }
        Path unnamed = Files.copy(mtx, dir.resolve("matrix"));
        Path out = dir.resolve("out");
        for (Path in : new Path[] {mtx, npz, unnamed, Files.copy(npz, dir.resolve("archive"))}) {
            Run.ok("svd", in, "--out", out);
            assertThat(Run.report(out).get("driver").asText()).isEqualTo("gesdd");
            try (Tensor s = Npy.read(out.resolve("s.npy"))) {
                assertThat(s.toArray()).containsExactly(new double[] {4, 3, 1}, within(1e-14));
            }
            Run.ok("svd", in, "--out", out, "--rank", 2);
            assertThat(Run.report(out).get("driver").asText()).isIn("gram", "krylov", "randomized");
            assertThat(Run.report(out).get("shape").toString()).isEqualTo("[3,4]");
            try (Tensor s = Npy.read(out.resolve("s.npy"));
                    Tensor vt = Npy.read(out.resolve("vt.npy"))) {
                assertThat(s.dtype()).isEqualTo(DType.F64);
                assertThat(s.toArray()).containsExactly(new double[] {4, 3}, within(1e-14));
                assertThat(vt.shape()).isEqualTo(Shape.of(2, 4));
            }
            Run.ok("svd", in, "--out", out, "--tolerance", 0.5, "--precision", "f32");
            assertThat(Run.report(out).get("dtype").asText()).isEqualTo("f32");
            assertThat(Run.report(out).get("rank").asInt()).isEqualTo(2);
        }
        assertThat(Run.ok("svd", npz, "--rank", 2, "--explain").out())
                .contains("2 of 3 triplets, predicted to be the fastest of 3");
        assertThat(refused(2, "svd", npz, "--rank", 4, "--out", out)).contains("is above min(m,n) = 3");
        assertThat(refused(2, "svd", npz, "--rank", 2, "--driver", "qr", "--out", out))
                .contains("driver qr needs a dense matrix");
    }

    @Test
    void an_archive_of_one_array_is_that_array() throws IOException {
        Path npz = dir.resolve("a.npz");
        Path out = dir.resolve("out");
        try (Tensor a = Tensor.normal(DType.F64, 1, 4, 3)) {
            Npz.write(npz, Map.of("x", a));
            Run.ok("svd", npz, "--out", out);
            assertThat(Run.report(out).get("shape").toString()).isEqualTo("[4,3]");
            Npz.write(npz, Map.of("x", a, "y", a));
            assertThat(refused(2, "svd", npz, "--out", out)).contains("holds 2 arrays");
        }
    }

    @Test
    void explain_alone_writes_nothing_and_with_out_does_both() throws IOException {
        Path in = matrix(DType.F64, 30, 20);
        Run run = Run.ok("svd", in, "--explain");
        assertThat(run.out()).contains("gesdd").contains("(30,20)").contains("Gflop");
        assertThat(run.out()).containsPattern("compared +gesdd [0-9.e-]+ s, gesvd [0-9.e-]+ s");
        JsonNode candidates =
                Run.json(Run.ok("svd", in, "--explain", "--json").out()).get("candidates");
        assertThat(candidates.findValuesAsText("driver")).containsExactly("gesdd", "gesvd");
        assertThat(Run.names(dir)).containsExactly("a.npy");
        assertThat(Run.json(Run.ok("svd", in, "--explain", "--json", "--rank", 2)
                                .out())
                        .get("rank")
                        .asLong())
                .isEqualTo(2);
        assertThat(Run.ok("svd", in, "--explain", "--out", dir.resolve("out")).out())
                .contains("Gflop")
                .contains("written");
        assertThat(Run.names(dir)).containsExactly("a.npy", "out");
    }

    @Test
    void explain_and_report_name_the_variant_of_cholesky_qr() throws IOException {
        Path in = matrix(DType.F64, 30, 4);
        Path out = dir.resolve("out");
        String variant = "CholeskyQR2, as the condition is about [0-9.e+]+, up to 6.7e\\+06";
        assertThat(Run.ok("svd", in, "--driver", "cholesky-qr", "--explain").out())
                .containsPattern("driver +cholesky-qr: as asked; " + variant);
        assertThat(Run.ok("svd", in, "--driver", "cholesky-qr", "--out", out).out())
                .containsPattern("variant +" + variant);
        assertThat(Run.report(out).get("certificate").get("variant").asText()).matches(variant);
        Run.ok("svd", in, "--out", out);
        assertThat(Run.report(out).get("certificate").has("variant")).isFalse();
    }

    @Test
    void an_older_result_is_replaced_and_other_files_stay() throws IOException {
        Path out = dir.resolve("deep/er/out");
        Run.ok("svd", matrix(DType.F64, 30, 20), "--out", out);
        Files.writeString(out.resolve("notes.txt"), "mine");
        Run.ok("svd", matrix(DType.F64, 6, 5), "--out", out);
        assertThat(shape(out.resolve("u.npy"))).isEqualTo(Shape.of(6, 5));
        assertThat(Run.names(out)).containsExactly("notes.txt", "report.json", "s.npy", "u.npy", "vt.npy");
    }

    @Test
    void equal_seeds_give_equal_bytes() throws IOException {
        Path in = matrix(DType.F64, 80, 40);
        Path one = dir.resolve("one");
        Path two = dir.resolve("two");
        Path other = dir.resolve("other");
        Object[] how = {"--rank", 3, "--driver", "randomized", "--threads", 1};
        Run.ok("svd", in, "--out", one, how[0], how[1], how[2], how[3], how[4], how[5], "--seed", 5);
        Run.ok("svd", in, "--out", two, how[0], how[1], how[2], how[3], how[4], how[5], "--seed", 5);
        Run.ok("svd", in, "--out", other, how[0], how[1], how[2], how[3], how[4], how[5], "--seed", 6);
        assertThat(two.resolve("u.npy")).hasSameBinaryContentAs(one.resolve("u.npy"));
        assertThat(Files.mismatch(one.resolve("u.npy"), other.resolve("u.npy"))).isNotNegative();
    }
}
