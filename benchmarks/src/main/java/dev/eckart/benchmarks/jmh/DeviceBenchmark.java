package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.Backend;
import dev.eckart.backend.Backends;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
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
import org.openjdk.jmh.infra.BenchmarkParams;

/**
 * What all benchmarks share: the device, tensors that live for a trial, and a check when it ends: a benchmark of wrong results is
 * worth nothing. Operations are followed by {@link #done}, so that a device which works on its own is waited for.
 */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@BenchmarkMode(Mode.AverageTime)
public abstract class DeviceBenchmark {
    /** Where it runs; the same numbers of several devices give their ratio. */
    @Param("cpu")
    public String device;

    /** That of {@link #device}. */
    protected Backend backend;

    private final List<AutoCloseable> held = new ArrayList<>();

    /** Makes the inputs. */
    @Setup(Level.Trial)
    public void begin() {
        backend = Backends.of(Device.parse(device));
        prepare();
    }

    /** Checks, then frees everything. */
    @TearDown(Level.Trial)
    public void end(BenchmarkParams params) throws Exception {
        String name = params.getBenchmark();
        try {
            check(name.substring(name.lastIndexOf('.') + 1));
        } finally {
            for (AutoCloseable each : held) {
                each.close();
            }
            held.clear();
        }
    }

    /** Makes what the benchmark works on, by {@link #hold}. */
    protected abstract void prepare();

    /** Judges what the operation of that name gives; throws when it is wrong. */
    protected abstract void check(String method);

    /** Waits for the device. */
    protected final void done() {
        backend.synchronize();
    }

    /** Keeps it until the trial ends. */
    protected final <T extends AutoCloseable> T hold(T resource) {
        held.add(resource);
        return resource;
    }

    /** Standard normal, the same numbers on each device. */
    protected final Tensor normal(DType dtype, long seed, long... shape) {
        return hold(Inputs.normal(device, dtype, seed, shape));
    }

    /** Room for results. */
    protected final Tensor empty(DType dtype, long... shape) {
        return hold(Tensor.empty(Device.parse(device), dtype, shape));
    }

    /** A shape as parameters give it: {@code 20000x200}. */
    protected static long[] dims(String shape) {
        return Arrays.stream(shape.split("x")).mapToLong(Long::parseLong).toArray();
    }
}
