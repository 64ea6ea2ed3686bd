package dev.eckart.benchmarks.jmh;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** Thin SVD with vectors and the default certificate; a third number makes a batch. */
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@BenchmarkMode(Mode.SingleShotTime)
public class SvdBenchmark extends DeviceBenchmark {
    /** Rows x columns, or batch x rows x columns. */
    @Param({"500x500", "1000x1000", "2000x2000", "20000x200", "4096x32x32"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;

    @Override
    protected void prepare() {
        a = normal(dtype, 1, dims(shape));
    }

    /** A = U·diag(s)·Vᵀ. */
    @Override
    protected void check(String method) {
        Svd svd = hold(Svd.of(a));
        Inputs.requireEqual("svd", hold(svd.reconstruct()), a, a.dim(-1));
    }

    /** A = U·diag(s)·Vᵀ. */
    @Benchmark
    public double svd() {
        try (Svd svd = Svd.of(a)) {
            done();
            return svd.certificate().relativeResidual();
        }
    }
}
