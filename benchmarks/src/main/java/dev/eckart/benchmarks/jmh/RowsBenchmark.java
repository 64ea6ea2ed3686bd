package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What reads each row of a matrix to its end before it writes: softmax, its logarithm, normalization. */
public class RowsBenchmark extends DeviceBenchmark {
    private static final double EPSILON = 1e-5;

    /** Rows x columns. */
    @Param({"4096x4096"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor out;
    private Tensor scale;
    private Tensor shift;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        a = normal(dtype, 1, dims);
        out = empty(dtype, dims);
        scale = hold(normal(dtype, 2, dims[1]).broadcastTo(dims));
        shift = hold(normal(dtype, 3, dims[1]).broadcastTo(dims));
    }

    /** The first and the last row. */
    @Override
    protected void check(String method) {
        for (long row : new long[] {0, a.dim(0) - 1}) {
            double[] x = hold(a.select(0, row)).toArray();
            double[] expected = switch (method) {
                case "normalize" -> normalized(x);
                case "softmax" -> softmax(x);
                default -> Arrays.stream(softmax(x)).map(Math::log).toArray();
            };
            Tensor wanted =
                    hold(hold(hold(Tensor.of(expected, x.length)).to(dtype)).to(a.device()));
            Inputs.requireEqual(method, hold(out.select(0, row)), wanted, 10);
        }
    }

    private static double[] softmax(double[] x) {
        double sum = Arrays.stream(x).map(Math::exp).sum();
        return Arrays.stream(x).map(v -> Math.exp(v) / sum).toArray();
    }

    private double[] normalized(double[] x) {
        double[] g = hold(scale.select(0, 0)).toArray();
        double[] h = hold(shift.select(0, 0)).toArray();
        double mean = Arrays.stream(x).average().orElseThrow();
        double variance =
                Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
        double[] result = new double[x.length];
        Arrays.setAll(result, i -> (x[i] - mean) / Math.sqrt(variance + EPSILON) * g[i] + h[i]);
        return result;
    }

    /** exp(a) over its sum. */
    @Benchmark
    public void softmax() {
        backend.softmax(false, a.view(), out.view());
        done();
    }

    /** The logarithm of that. */
    @Benchmark
    public void logSoftmax() {
        backend.softmax(true, a.view(), out.view());
        done();
    }

    /** Layer normalization with scale and shift. */
    @Benchmark
    public void normalize() {
        backend.normalize(1, EPSILON, a.view(), Optional.of(scale.view()), Optional.of(shift.view()), out.view());
        done();
    }
}
