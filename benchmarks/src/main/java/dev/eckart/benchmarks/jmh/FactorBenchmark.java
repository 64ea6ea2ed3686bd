package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.infra.BenchmarkParams;

/** Cholesky, QR and the symmetric eigen-decomposition, in place of a copy that is made outside the time. */
public class FactorBenchmark extends DeviceBenchmark {
    /** Order of the matrix. */
    @Param({"500", "2000"})
    public int n;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor general;
    private Tensor definite;
    private Tensor work;
    private Tensor r;
    private Tensor w;
    private Tensor vt;

    /** G, and GᵀG/n + I. */
    @Override
    protected void prepare() {
        general = normal(dtype, 1, n, n);
        Tensor gram = hold(hold(general.transpose()).matmul(general));
        Tensor identity = hold(hold(Tensor.eye(dtype, n)).to(general.device()));
        definite = hold(hold(gram.multiply(1.0 / n)).add(identity));
        work = empty(dtype, n, n);
        r = empty(dtype, n, n);
        w = empty(dtype, n);
        vt = empty(dtype, n, n);
    }

    /** A fresh copy: of G for QR, else of the definite matrix. */
    @Setup(Level.Invocation)
    public void restore(BenchmarkParams params) {
        work.assign(params.getBenchmark().endsWith("qr") ? general : definite);
        done();
    }

    @Override
    protected void check(String method) {
        Tensor product = switch (method) {
            case "cholesky" -> {
                Tensor l = lower(work);
                yield hold(l.matmul(hold(l.transpose())));
            }
            case "qr" -> hold(work.matmul(r));
            default -> {
                Tensor scaled = hold(vt.multiply(hold(w.reshape(n, 1))));
                yield hold(hold(vt.transpose()).matmul(scaled));
            }
        };
        Inputs.requireEqual(method, product, method.equals("qr") ? general : definite, n);
    }

    private Tensor lower(Tensor a) {
        double[] entries = a.toArray();
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                entries[i * n + j] = 0;
            }
        }
        return hold(hold(hold(Tensor.of(entries, n, n)).to(dtype)).to(a.device()));
    }

    /** A = L·Lᵀ. */
    @Benchmark
    public boolean cholesky() {
        boolean definiteIndeed = backend.cholesky(work.view());
        done();
        return definiteIndeed;
    }

    /** A = Q·R. */
    @Benchmark
    public void qr() {
        backend.qr(work.view(), r.view());
        done();
    }

    /** A = V·diag(w)·Vᵀ. */
    @Benchmark
    public boolean eigh() {
        boolean converged = backend.eigh(work.view(), w.view(), Optional.of(vt.view()));
        done();
        return converged;
    }
}
