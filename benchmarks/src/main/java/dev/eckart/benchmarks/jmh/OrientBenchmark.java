package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** The signs of singular vectors. */
public class OrientBenchmark extends DeviceBenchmark {
    /** Rows x columns of the matrix that was decomposed. */
    @Param({"20000x200"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor u;
    private Tensor vt;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        long k = Math.min(dims[0], dims[1]);
        u = hold(normal(dtype, 1, dims[0], k).copy());
        vt = hold(normal(dtype, 2, k, dims[1]).copy());
    }

    /** In each row the entry that decides is positive. */
    @Override
    protected void check(String method) {
        double near = 1 - Math.sqrt(dtype == DType.F32 ? Math.ulp(1f) : Math.ulp(1d));
        for (double[] row : vt.toMatrix()) {
            double largest = 0;
            for (double v : row) {
                largest = Math.max(largest, Math.abs(v));
            }
            for (double v : row) {
                if (Math.abs(v) >= near * largest) {
                    if (v < 0) {
                        throw new IllegalStateException("orientVectors: left " + v);
                    }
                    break;
                }
            }
        }
    }

    /** In place; the first call alone changes signs. */
    @Benchmark
    public void orient() {
        backend.orientVectors(u.view(), vt.view());
        done();
    }
}
