package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.Distribution;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Random numbers of every distribution. */
public class RandomBenchmark extends DeviceBenchmark {
    /** Of the numbers. */
    @Param
    public Distribution distribution;

    /** Number of elements. */
    @Param({"10000000"})
    public int elements;

    /** Element type; the integers are as long. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor out;

    @Override
    protected void prepare() {
        DType integers = dtype == DType.F64 ? DType.I64 : DType.I32;
        out = empty(distribution == Distribution.INTEGERS ? integers : dtype, elements);
    }

    /** The mean within 6 standard errors. */
    @Override
    protected void check(String method) {
        double mean = Arrays.stream(out.toArray()).average().orElseThrow();
        double expected = distribution == Distribution.NORMAL ? 0 : distribution == Distribution.UNIFORM ? 0.5 : 499.5;
        double deviation = distribution == Distribution.INTEGERS ? 289 : 1;
        if (!(Math.abs(mean - expected) <= 6 * deviation / Math.sqrt(elements))) {
            throw new IllegalStateException(distribution + ": mean " + mean + " is not " + expected);
        }
    }

    /** UNIFORM on [0, 1), NORMAL with mean 0 and deviation 1, INTEGERS below 1000. */
    @Benchmark
    public void random() {
        backend.random(distribution, 0, distribution == Distribution.INTEGERS ? 1000 : 1, 1, 0, 0, out.view());
        done();
    }
}
