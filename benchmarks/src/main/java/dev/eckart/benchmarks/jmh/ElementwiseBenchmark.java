package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Element by element through the facade: limited by memory, and the result is allocated and freed inside. */
public class ElementwiseBenchmark extends DeviceBenchmark {
    /** Number of elements. */
    @Param({"1000", "10000000"})
    public int elements;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor b;

    @Override
    protected void prepare() {
        a = normal(dtype, 1, elements);
        b = normal(dtype, 2, elements);
    }

    @Override
    protected void check(String method) {
        double[] x = a.toArray();
        double[] y = b.toArray();
        Inputs.requireElements("add", hold(a.add(b)), i -> x[i] + y[i]);
    }

    /** a + b. */
    @Benchmark
    public boolean add() {
        try (Tensor sum = a.add(b)) {
            done();
            return sum.isClosed();
        }
    }
}
