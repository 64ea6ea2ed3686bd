package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.BinaryOp;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Every function of two arguments: of two matrices, of a matrix and a row, of a matrix and a column. */
public class BinaryBenchmark extends DeviceBenchmark {
    /** The function. */
    @Param
    public BinaryOp op;

    /** Rows x columns. */
    @Param({"3000x3000"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor b;
    private Tensor out;
    private View row;
    private View column;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        a = hold(normal(dtype, 1, dims).abs());
        b = normal(dtype, 2, dims);
        out = empty(dtype, dims);
        row = hold(b.slice(0, 0, 1)).view().broadcastTo(out.shape());
        column = hold(b.slice(1, 0, 1)).view().broadcastTo(out.shape());
    }

    @Override
    protected void check(String method) {
        double[] x = a.toArray();
        double[] y = b.toArray();
        int n = (int) b.dim(1);
        Inputs.requireElements(op + " " + method, out, i -> {
            int other = method.equals("row") ? i % n : method.equals("column") ? i / n * n : i;
            return Reference.binary(op, x[i], y[other]);
        });
    }

    /** op(a, b). */
    @Benchmark
    public void full() {
        backend.binary(op, a.view(), b.view(), out.view());
        done();
    }

    /** op(a, first row of b). */
    @Benchmark
    public void row() {
        backend.binary(op, a.view(), row, out.view());
        done();
    }

    /** op(a, first column of b). */
    @Benchmark
    public void column() {
        backend.binary(op, a.view(), column, out.view());
        done();
    }
}
