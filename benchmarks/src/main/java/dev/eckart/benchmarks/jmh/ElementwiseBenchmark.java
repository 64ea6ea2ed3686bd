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

/** Element by element: limited by memory, so fresh pages for the result count. */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@BenchmarkMode(Mode.AverageTime)
public class ElementwiseBenchmark {
    /** Where it runs. */
    @Param("cpu")
    public String device;

    /** Number of elements. */
    @Param({"1000", "10000000"})
    public int elements;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor b;

    /** Draws the operands and checks (a + b) − b against a. */
    @Setup(Level.Trial)
    public void makeOperands() {
        a = Inputs.normal(device, dtype, 1, elements);
        b = Inputs.normal(device, dtype, 2, elements);
        try (Tensor sum = a.add(b);
                Tensor back = sum.subtract(b);
                Tensor difference = back.subtract(a)) {
            Inputs.requireSmall("add", difference.norm() / a.norm(), dtype, 1);
        }
    }

    /** Frees the operands. */
    @TearDown(Level.Trial)
    public void close() {
        a.close();
        b.close();
    }

    /** a + b. */
    @Benchmark
    public boolean add() {
        try (Tensor sum = a.add(b)) {
            sum.backend().synchronize();
            return sum.isClosed();
        }
    }
}
