package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A·B, Aᵀ·B, A·Bᵀ and AᵀA of square matrices, into memory that is there. */
public class GemmBenchmark extends DeviceBenchmark {
    /** Order of the matrices. */
    @Param({"256", "2000"})
    public int n;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor b;
    private Tensor c;
    private View plainA;
    private View plainB;
    private View transposedA;
    private View transposedB;

    @Override
    protected void prepare() {
        a = normal(dtype, 1, 1, n, n);
        b = normal(dtype, 2, 1, n, n);
        c = empty(dtype, 1, n, n);
        plainA = a.view();
        plainB = b.view();
        transposedA = hold(a.permute(0, 2, 1)).view();
        transposedB = hold(b.permute(0, 2, 1)).view();
    }

    /** (A·B)·x against A·(B·x). */
    @Override
    protected void check(String method) {
        Tensor left = method.equals("product") || method.equals("rightTransposed") ? a : hold(a.permute(0, 2, 1));
        Tensor right = method.equals("gram") ? a : method.equals("rightTransposed") ? hold(b.permute(0, 2, 1)) : b;
        Tensor x = normal(dtype, 3, 1, n, 1);
        Tensor expected = hold(left.matmul(hold(right.matmul(x))));
        Inputs.requireEqual(method, hold(c.matmul(x)), expected, n);
    }

    /** A·B. */
    @Benchmark
    public void product() {
        backend.gemm(1, plainA, plainB, 0, c.view());
        done();
    }

    /** Aᵀ·B. */
    @Benchmark
    public void leftTransposed() {
        backend.gemm(1, transposedA, plainB, 0, c.view());
        done();
    }

    /** A·Bᵀ. */
    @Benchmark
    public void rightTransposed() {
        backend.gemm(1, plainA, transposedB, 0, c.view());
        done();
    }

    /** AᵀA, one triangle computed. */
    @Benchmark
    public void gram() {
        try (Tensor matrix = a.select(0, 0);
                Tensor result = c.select(0, 0)) {
            backend.gram(1, matrix.view(), 0, result.view());
            done();
        }
    }
}
