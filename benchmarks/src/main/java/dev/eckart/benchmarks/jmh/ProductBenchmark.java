package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.Param;

/**
 * Matrix products (n, n)·(n, n) through the facade: n = 64 shows the cost of a call, n = 2000 the rate. The result is allocated and
 * freed inside.
 */
@BenchmarkMode({Mode.Throughput, Mode.AverageTime})
public class ProductBenchmark extends DeviceBenchmark {
    /** Order of both factors. */
    @Param({"64", "2000"})
    public int n;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor b;

    @Override
    protected void prepare() {
        a = normal(dtype, 1, n, n);
        b = normal(dtype, 2, n, n);
    }

    /** (A·B)·x against A·(B·x). */
    @Override
    protected void check(String method) {
        Tensor x = normal(dtype, 3, n, 1);
        Tensor expected = hold(a.matmul(hold(b.matmul(x))));
        Inputs.requireEqual("matmul", hold(hold(a.matmul(b)).matmul(x)), expected, n);
    }

    /** A·B. */
    @Benchmark
    public boolean matmul() {
        try (Tensor product = a.matmul(b)) {
            done();
            return product.isClosed();
        }
    }
}
