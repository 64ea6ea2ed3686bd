package dev.eckart.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.eckart.diffusion.Denoiser;
import dev.eckart.diffusion.GaussianMixture;
import dev.eckart.diffusion.Heun;
import dev.eckart.diffusion.NoiseLevels;
import dev.eckart.diffusion.NoiseSchedule;
import dev.eckart.diffusion.Sampling;
import dev.eckart.diffusion.Spacing;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.RandomMatrices_DDRM;
import org.junit.jupiter.api.Test;

/** Runs every example's {@code main} and looks at what it prints. */
class ExamplesTest {
    private static final String DIGITS = "../cli/src/main/resources/dev/eckart/cli/digits.csv.gz";

    private interface Program {
        void main(String... args) throws Exception;
    }

    private static String output(Program program, String... args) throws Exception {
        PrintStream before = System.out;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        try {
            program.main(args);
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void quickstart_prints_the_values_and_the_nearest_matrix() throws Exception {
        // The exact values are 3√5 and √5.
        assertThat(output(Quickstart::main)).contains("[6.70820, 2.23607]", "[1.50000, 1.50000]", "[4.50000, 4.50000]");
    }

    @Test
    void from_double_array_returns_a_matrix_of_rank_one_near_the_input() throws Exception {
        double[][] near = FromDoubleArray.nearest(new double[][] {{1, 2}, {2, 4.001}}, 1);
        assertThat(near[0][0] * near[1][1]).isCloseTo(near[0][1] * near[1][0], within(1e-12));
        assertThat(near[1][1]).isCloseTo(4.001, within(1e-3));
        assertThat(output(FromDoubleArray::main))
                .startsWith("[[0.99")
                .contains("], [")
                .endsWith("]]\n");
    }

    @Test
    void from_ejml_round_trips_also_when_its_array_is_longer_than_the_matrix() {
        DMatrixRMaj matrix = RandomMatrices_DDRM.rectangle(7, 5, new java.util.Random(1));
        matrix.reshape(3, 4);
        try (Tensor tensor = FromEjml.toTensor(matrix)) {
            assertThat(tensor.get(2, 1)).isEqualTo(matrix.get(2, 1));
            assertThat(FromEjml.toEjml(tensor).data).containsExactly(java.util.Arrays.copyOf(matrix.data, 12));
        }
    }

    @Test
    void from_ejml_prints_an_orthogonal_matrix() throws Exception {
        String[] numbers = output(FromEjml::main)
                .lines()
                .skip(1)
                .reduce("", (a, b) -> a + " " + b)
                .trim()
                .split("\\s+");
        DMatrixRMaj q = new DMatrixRMaj(2, 2);
        for (int i = 0; i < 4; i++) {
            q.data[i] = Double.parseDouble(numbers[i]);
        }
        DMatrixRMaj product = new DMatrixRMaj(2, 2);
        CommonOps_DDRM.multTransA(q, q, product);
        assertThat(product.data).containsExactly(new double[] {1, 0, 0, 1}, within(1e-3));
    }

    @Test
    void least_squares_shares_the_slope_between_equal_columns() throws Exception {
        assertThat(output(LeastSquares::main).trim()).isEqualTo("1.000 1.000 1.000");
    }

    @Test
    void pca_of_the_digits_explains_their_variance() throws Exception {
        // The figure that other PCA programs give for these data.
        assertThat(output(PcaDigits::main, DIGITS))
                .startsWith("10 of 64 components explain 73.8 % of the variance of 1797 digits");
        assertThat(output(PcaDigits::main, DIGITS, "64"))
                .contains("explain 100.0 %")
                .contains("all but 0.0 %");
    }

    @Test
    void from_direct_buffer_reads_and_hands_out_memory_without_a_copy() throws Exception {
        assertThat(output(FromDirectBuffer::main).trim()).isEqualTo("6.70820 2.23607");
    }

    @Test
    void from_javacpp_shares_the_memory_of_pointers() throws Exception {
        assertThat(output(FromJavaCpp::main).trim()).isEqualTo("5.0 11.0 11.0 25.0");
        try (FloatPointer pointer = new FloatPointer(1, 2, 3, 4, 5, 6);
                Tensor tensor = FromJavaCpp.toTensor(pointer.position(2), 2, 2)) {
            tensor.fill(9);
            assertThat(pointer.position(0).get(1)).isEqualTo(2);
            assertThat(pointer.get(2)).isEqualTo(9);
            assertThat(pointer.get(5)).isEqualTo(9);
        }
        Tensor tensor = Tensor.of(new double[] {1, 2, 3});
        DoublePointer pointer = FromJavaCpp.toPointer(tensor);
        tensor.fill(4);
        tensor.close();
        System.gc();
        assertThat(pointer.get(2)).isEqualTo(4);
    }

    @Test
    void from_onnx_runtime_computes_from_tensor_to_tensor() throws Exception {
        assertThat(output(FromOnnxRuntime::main).trim()).isEqualTo("Tensor (2) f32 cpu [6.70820, 2.23607]");
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(MatMulModel.bytes());
                Tensor x = Tensor.normal(DType.F32, 1, 5, 7);
                Tensor w = Tensor.normal(DType.F32, 2, 7, 3);
                Tensor y = FromOnnxRuntime.multiply(session, environment, x, w);
                Tensor expected = x.matmul(w)) {
            assertThat(y.toArray()).containsExactly(expected.toArray(), within(1e-5));
        }
        try (Tensor x = Tensor.of(new float[] {1, 2, 3});
                OnnxTensor shared = FromOnnxRuntime.toOnnx(environment, x)) {
            x.fill(8);
            // What ONNX Runtime itself has at that place.
            assertThat(shared.getFloatBuffer().get(1)).isEqualTo(8);
        }
    }

    @Test
    void a_model_of_onnx_runtime_denoises_as_the_exact_one_does() throws Exception {
        assertThat(output(OnnxDenoiser::main).trim()).isEqualTo("as it should be");
        NoiseLevels levels = NoiseSchedule.linear(1000, 1e-4, .02).levels(Spacing.LEADING, 10);
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(MatMulModel.bytes());
                Scope scope = Scope.open()) {
            Denoiser model = new OnnxDenoiser(session, environment, Tensor.of(new float[] {.5f, .5f, .5f}, 3));
            GaussianMixture exact = GaussianMixture.of(new double[] {1}, new double[][] {{0, 0, 0}}, new double[] {.5});
            Tensor samples = Sampling.of(model, new Heun(), levels).batch(3).sample(7, 3);
            Tensor expected = Sampling.of(exact, new Heun(), levels).sample(7, 3);
            assertThat(samples.toArray()).containsExactly(expected.toArray(), within(1e-4));
        }
    }
}
