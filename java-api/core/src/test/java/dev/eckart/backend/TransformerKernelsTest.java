package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The CPU's fused kernels against plain Java. */
class TransformerKernelsTest {
    private final Backend backend = Backends.of(Device.cpu());
    private Scope scope;

    @BeforeEach
    void open() {
        scope = Scope.open();
    }

    @AfterEach
    void close() {
        scope.close();
    }

    /** One row too few for a block, blocks and a rest, keys in two stretches, heads wider than a vector and not a multiple of one. */
    @ParameterizedTest
    @CsvSource({"2,3,16,16", "1,2,49,64", "3,1,129,40", "1,2,300,17", "2,1,196,256"})
    void attends(int batch, int heads, int n, int d) {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            // As a product with the weights leaves them: queries, keys and values side by side.
            Tensor qkv = Tensor.normal(type, 1, batch, n, 3, heads, d);
            qkv.select(2, 0).assign(qkv.select(2, 0).multiply(3));
            Tensor parts = qkv.permute(2, 0, 3, 1, 4);
            double[] expected = attention(parts.toArray(), batch * heads, n, d, .3);
            for (int threads : new int[] {1, 2}) {
                Tensor out = Tensor.full(type, Double.NaN, batch, n, heads, d).permute(0, 2, 1, 3);
                try (Threads use = Threads.use(threads)) {
                    assertThat(backend.attention(
                                    .3,
                                    parts.select(0, 0).view(),
                                    parts.select(0, 1).view(),
                                    parts.select(0, 2).view(),
                                    out.view()))
                            .isTrue();
                }
                double[] found = out.toArray();
                // Scores reach some tens, of which e^x keeps so many roundings.
                double tolerance = type.epsilon() * 200 * Math.sqrt(d);
                for (int i = 0; i < found.length; i++) {
                    assertThat(Math.abs(found[i] - expected[i])).isLessThan(tolerance);
                }
            }
        }
    }

    private static double[] attention(double[] parts, int items, int n, int d, double scale) {
        double[] out = new double[items * n * d];
        int size = items * n * d;
        for (int row = 0; row < items * n; row++) {
            int first = row / n * n;
            double[] scores = new double[n];
            double most = Double.NEGATIVE_INFINITY;
            for (int j = 0; j < n; j++) {
                for (int p = 0; p < d; p++) {
                    scores[j] += scale * parts[row * d + p] * parts[size + (first + j) * d + p];
                }
                most = Math.max(most, scores[j]);
            }
            double total = 0;
            for (int j = 0; j < n; j++) {
                scores[j] = StrictMath.exp(scores[j] - most);
                total += scores[j];
            }
            for (int j = 0; j < n; j++) {
                for (int p = 0; p < d; p++) {
                    out[row * d + p] += scores[j] / total * parts[2 * size + (first + j) * d + p];
                }
            }
        }
        return out;
    }

    @Test
    void leavesShortRowsToOthers() {
        Tensor a = Tensor.zeros(DType.F32, 1, 1, 15, 16);
        Tensor wide = Tensor.zeros(DType.F32, 1, 1, 16, 257);
        assertThat(backend.attention(1, a.view(), a.view(), a.view(), a.view())).isFalse();
        assertThat(backend.attention(1, wide.view(), wide.view(), wide.view(), wide.view()))
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void finishesRows(Finish f) {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            for (long[] dims : new long[][] {{0, 3}, {3, 0}, {1, 1}, {5, 67}, {300, 200}}) {
                Tensor y = Tensor.normal(type, 2, dims).multiply(4);
                Tensor bias = Tensor.normal(type, 3, dims[1]);
                double[] sums = y.to(DType.F64).add(bias.to(DType.F64)).toArray();
                backend.finish(f, y.view(), bias.view());
                double[] found = y.toArray();
                for (int i = 0; i < found.length; i++) {
                    double expected = PreciseFinish.of(f, sums[i]);
                    assertThat(Math.abs(found[i] - expected))
                            .isLessThan(1e-300 + 16 * type.epsilon() * Math.max(1e-3, Math.abs(sums[i])));
                }
            }
        }
    }

    @Test
    void gatesKeepTheirLimits() {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            Tensor y = Tensor.of(new double[] {-1e30, -40, -0., 0, 40, 1e15, Double.NaN}, 1, 7)
                    .to(type);
            backend.finish(Finish.GELU_TANH, y.view(), Tensor.zeros(type, 7).view());
            assertThat(y.slice(1, 0, 6).abs().toArray()).containsExactly(0, 0, 0, 0, 40, y.get(0, 5));
            assertThat(y.get(0, 5)).isEqualTo(type == DType.F64 ? 1e15 : (double) 1e15f);
            assertThat(y.get(0, 6)).isNaN();
        }
    }

    @Test
    void addsGatedRows() {
        for (DType type : new DType[] {DType.F64, DType.F32}) {
            for (long[] dims : new long[][] {{0, 2, 3}, {2, 0, 3}, {1, 7, 1}, {3, 5, 67}, {4, 100, 90}}) {
                Tensor x = Tensor.normal(type, 1, dims);
                Tensor y = Tensor.normal(type, 2, dims);
                Tensor bias = Tensor.normal(type, 3, dims[2]);
                // One of the parts of a wider modulation.
                Tensor gate = Tensor.normal(type, 4, dims[0], 3 * dims[2]).slice(1, dims[2], 2 * dims[2]);
                Tensor expected = x.to(DType.F64)
                        .add(y.to(DType.F64)
                                .add(bias.to(DType.F64))
                                .multiply(gate.to(DType.F64).reshape(dims[0], 1, dims[2])));
                backend.addGated(x.view(), gate.view(), y.view(), bias.view());
                Tensor away = x.to(DType.F64).subtract(expected).abs();
                assertThat(away.norm())
                        .isLessThan(1e-300
                                + 8 * type.epsilon() * Math.sqrt(1 + x.shape().size()) * 4);
            }
        }
    }

    /** In doubles, by the libraries of the platform. */
    private static final class PreciseFinish {
        static double of(Finish f, double x) {
            return switch (f) {
                case NONE -> x;
                case GELU -> x * (x < 0 ? .5 * erfc(-x / Math.sqrt(2)) : 1 - .5 * erfc(x / Math.sqrt(2)));
                case GELU_TANH -> x / 2 * (1 + StrictMath.tanh(Math.sqrt(2 / Math.PI) * (x + .044715 * x * x * x)));
                case SILU -> x / (1 + StrictMath.exp(-x));
            };
        }

        /** For x ≥ 0: e^−x² by a continued fraction from 2 on, by the series of erf below. */
        private static double erfc(double x) {
            if (x < 2) {
                double term = x;
                double sum = x;
                for (int k = 1; k < 80; k++) {
                    term *= -x * x / k;
                    sum += term / (2 * k + 1);
                }
                return 1 - 2 / Math.sqrt(Math.PI) * sum;
            }
            double fraction = 0;
            for (int k = 120; k > 0; k--) {
                fraction = k / 2. / (x + fraction);
            }
            return StrictMath.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
        }
    }
}
