package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.Backend;
import dev.eckart.backend.SvdDriver;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.Warmup;

/** The SVD by each of the backend's drivers, with vectors and without, in place of a copy that is made outside the time. */
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@BenchmarkMode(Mode.SingleShotTime)
public class SvdDriverBenchmark extends DeviceBenchmark {
    /** The driver; a device that lacks it takes its own first one, so that there is a ratio. */
    @Param({"GESDD", "GESVD"})
    public SvdDriver driver;

    /** Rows x columns. */
    @Param({"1000x1000", "20000x200"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor work;
    private Tensor u;
    private Tensor s;
    private Tensor vt;

    @Override
    protected void prepare() {
        if (!backend.svdDrivers().contains(driver)) {
            System.out.println("svd: " + device + " has no " + driver + ", takes "
                    + backend.svdDrivers().get(0));
            driver = backend.svdDrivers().get(0);
        }
        long[] dims = dims(shape);
        long k = Math.min(dims[0], dims[1]);
        a = normal(dtype, 1, dims);
        work = empty(dtype, dims);
        u = empty(dtype, dims[0], k);
        s = empty(dtype, k);
        vt = empty(dtype, k, dims[1]);
    }

    /** A fresh copy of A. */
    @Setup(Level.Invocation)
    public void restore() {
        work.assign(a);
        done();
    }

    /** ‖A‖ = ‖s‖, and with vectors A = U·diag(s)·Vᵀ. */
    @Override
    protected void check(String method) {
        Inputs.requireSmall(method, Math.abs(s.norm() / a.norm() - 1), dtype, s.dim(0));
        if (method.equals("vectors")) {
            Tensor scaled = hold(u.multiply(hold(s.reshape(1, s.dim(0)))));
            Inputs.requireEqual(method, hold(scaled.matmul(vt)), a, s.dim(0));
        }
    }

    /** U, s, Vᵀ. */
    @Benchmark
    public boolean vectors() {
        boolean converged =
                backend.svd(driver, work.view(), s.view(), Optional.of(new Backend.Vectors(u.view(), vt.view())));
        done();
        return converged;
    }

    /** s alone. */
    @Benchmark
    public boolean values() {
        boolean converged = backend.svd(driver, work.view(), s.view(), Optional.empty());
        done();
        return converged;
    }
}
