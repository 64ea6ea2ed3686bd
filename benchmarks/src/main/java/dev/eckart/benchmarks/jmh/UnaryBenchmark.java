package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.UnaryOp;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Every function of one argument, into memory that is there. */
public class UnaryBenchmark extends DeviceBenchmark {
    /** The function. */
    @Param
    public UnaryOp op;

    /** Number of elements. */
    @Param({"10000000"})
    public int elements;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor out;

    @Override
    protected void prepare() {
        a = normal(dtype, 1, elements);
        out = empty(dtype, elements);
    }

    @Override
    protected void check(String method) {
        double[] x = a.toArray();
        Inputs.requireElements(op.name(), out, i -> Reference.unary(op, x[i]));
    }

    /** out = op(a). */
    @Benchmark
    public void unary() {
        backend.unary(op, a.view(), out.view());
        done();
    }
}
