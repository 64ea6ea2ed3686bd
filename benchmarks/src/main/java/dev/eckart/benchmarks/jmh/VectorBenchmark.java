package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What reads or writes vectors once: fill, axpby, the search for NaN and infinity. */
public class VectorBenchmark extends DeviceBenchmark {
    /** Number of elements. */
    @Param({"10000000"})
    public int elements;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor x;
    private Tensor y;

    @Override
    protected void prepare() {
        x = normal(dtype, 1, elements);
        y = hold(normal(dtype, 2, elements).copy());
    }

    @Override
    protected void check(String method) {
        if (method.equals("fill")) {
            Inputs.requireElements("fill", y, i -> 0.5);
        } else if (method.equals("axpby")) {
            double[] before = y.toArray();
            double[] added = x.toArray();
            axpby();
            Inputs.requireElements("axpby", y, i -> 0.75 * added[i] + 0.25 * before[i]);
        } else if (firstNonFinite() != -1) {
            throw new IllegalStateException("firstNonFinite: found what is not there");
        }
    }

    /** y = 1/2. */
    @Benchmark
    public void fill() {
        backend.fill(y.view(), 0.5);
        done();
    }

    /** y = ¾·x + ¼·y. */
    @Benchmark
    public void axpby() {
        backend.axpby(0.75, x.view(), 0.25, y.view());
        done();
    }

    /** Reads everything, as all numbers are finite. */
    @Benchmark
    public long firstNonFinite() {
        return backend.firstNonFinite(x.view());
    }
}
