package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
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

/** Matrix products (n, n)·(n, n): n = 64 shows the cost of a call, n = 2000 the rate. The result is allocated and freed inside. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@BenchmarkMode({Mode.Throughput, Mode.AverageTime})
public class ProductBenchmark {
    /** Where it runs. */
    @Param("cpu")
    public String device;

    /** Order of both factors. */
    @Param({"64", "2000"})
    public int n;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor b;

    /** Draws the factors and checks (A·B)·x against A·(B·x). */
    @Setup(Level.Trial)
    public void makeFactors() {
        a = Inputs.normal(device, dtype, 1, n, n);
        b = Inputs.normal(device, dtype, 2, n, n);
        try (Tensor x = Inputs.normal(device, dtype, 3, n, 1);
                Tensor bx = b.matmul(x);
                Tensor expected = a.matmul(bx);
                Tensor product = a.matmul(b);
                Tensor actual = product.matmul(x);
                Tensor difference = actual.subtract(expected)) {
            Inputs.requireSmall("matmul", difference.norm() / expected.norm(), dtype, n);
        }
    }

    /** Frees the factors. */
    @TearDown(Level.Trial)
    public void close() {
        a.close();
        b.close();
    }

    /** A·B. */
    @Benchmark
    public boolean matmul() {
        try (Tensor product = a.matmul(b)) {
            product.backend().synchronize();
            return product.isClosed();
        }
    }
}
