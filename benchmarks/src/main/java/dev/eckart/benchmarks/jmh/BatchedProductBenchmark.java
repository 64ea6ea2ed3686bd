package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Products of batches of small matrices: through the facade, result allocated, and the backend's alone. */
public class BatchedProductBenchmark extends DeviceBenchmark {
    /** Batch x m x k x n, for (batch, m, k)·(batch, k, n). */
    @Param({"1024x64x64x64", "256x128x128x128", "4096x16x16x16", "64x256x64x256", "512x256x64x64"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor b;
    private Tensor c;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        a = normal(dtype, 1, dims[0], dims[1], dims[2]);
        b = normal(dtype, 2, dims[0], dims[2], dims[3]);
        c = empty(dtype, dims[0], dims[1], dims[3]);
    }

    @Override
    protected void check(String method) {
        Tensor made = method.equals("facade") ? hold(a.matmul(b)) : c;
        Tensor x = normal(dtype, 3, 1, b.dim(2), 1);
        Tensor expected = hold(a.matmul(hold(b.matmul(x))));
        Inputs.requireEqual(method, hold(made.matmul(x)), expected, b.dim(1));
    }

    /** {@link Tensor#matmul}. */
    @Benchmark
    public boolean facade() {
        try (Tensor product = a.matmul(b)) {
            done();
            return product.isClosed();
        }
    }

    /** Into memory that is there. */
    @Benchmark
    public void gemm() {
        backend.gemm(1, a.view(), b.view(), 0, c.view());
        done();
    }
}
