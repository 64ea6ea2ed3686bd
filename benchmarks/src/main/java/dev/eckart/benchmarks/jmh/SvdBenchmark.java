package dev.eckart.benchmarks.jmh;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Thin SVD with vectors and the default certificate. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@BenchmarkMode(Mode.SingleShotTime)
public class SvdBenchmark {
    /** Where it runs. */
    @Param("cpu")
    public String device;

    /** Rows x columns. */
    @Param({"500x500", "1000x1000", "2000x2000", "20000x200"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;

    /** Draws A, and checks one decomposition by its reconstruction. */
    @Setup(Level.Trial)
    public void makeInput() {
        long[] dims = Arrays.stream(shape.split("x")).mapToLong(Long::parseLong).toArray();
        a = Inputs.normal(device, dtype, 1, dims);
        try (Svd svd = Svd.of(a);
                Tensor product = svd.reconstruct();
                Tensor difference = product.subtract(a)) {
            Inputs.requireSmall("svd", difference.norm() / a.norm(), dtype, dims[1]);
        }
    }

    /** Frees A. */
    @TearDown(Level.Trial)
    public void close() {
        a.close();
    }

    /** A = U·diag(s)·Vᵀ. */
    @Benchmark
    public double svd() {
        try (Svd svd = Svd.of(a)) {
            a.backend().synchronize();
            return svd.certificate().relativeResidual();
        }
    }
}
