package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;

/** T·X = B and X·T = B in place of B, with a triangular T of order n and as many columns. */
public class TriangularSolveBenchmark extends DeviceBenchmark {
    /** Order of T. */
    @Param({"1000"})
    public int n;

    /** From the right: X·T = B. */
    @Param({"false", "true"})
    public boolean right;

    /** Upper or lower triangle. */
    @Param({"false", "true"})
    public boolean upper;

    /** With Tᵀ instead. */
    @Param({"false", "true"})
    public boolean transposed;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor t;
    private Tensor b;
    private Tensor x;

    /** The triangle of a matrix with 2 on the diagonal and small entries beside it, zeros in the other one. */
    @Override
    protected void prepare() {
        double[] entries = normal(DType.F64, 1, n, n).toArray();
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                boolean within = upper ? j > i : j < i;
                entries[i * n + j] = i == j ? 2 : within ? entries[i * n + j] / n : 0;
            }
        }
        Tensor host = hold(Tensor.of(entries, n, n));
        t = hold(hold(host.to(dtype)).to(hold(empty(dtype, 1)).device()));
        b = normal(dtype, 2, n, n);
        x = empty(dtype, n, n);
    }

    /** A fresh B. */
    @Setup(Level.Invocation)
    public void restore() {
        x.assign(b);
        done();
    }

    @Override
    protected void check(String method) {
        Tensor factor = transposed ? hold(t.transpose()) : t;
        Inputs.requireEqual("triangularSolve", hold(right ? x.matmul(factor) : factor.matmul(x)), b, n);
    }

    /** X in place of B. */
    @Benchmark
    public void solve() {
        backend.triangularSolve(right, upper, transposed, t.view(), x.view());
        done();
    }
}
