package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.ReduceOp;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Every reduction of a matrix: over its columns, its rows, everything. */
public class ReduceBenchmark extends DeviceBenchmark {
    /** The reduction. */
    @Param
    public ReduceOp op;

    /** Rows x columns. */
    @Param({"4096x4096"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;
    private Tensor perColumn;
    private Tensor perRow;
    private Tensor single;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        a = hold(normal(dtype, 1, dims).abs());
        perColumn = empty(dtype, 1, dims[1]);
        perRow = empty(dtype, dims[0], 1);
        single = empty(dtype, 1, 1);
    }

    @Override
    protected void check(String method) {
        Tensor out = method.equals("overRows") ? perColumn : method.equals("overColumns") ? perRow : single;
        double[] x = a.toArray();
        double[] expected = new double[(int) out.shape().size()];
        Arrays.fill(expected, op == ReduceOp.MIN ? Double.POSITIVE_INFINITY : 0);
        int n = (int) a.dim(1);
        for (int i = 0; i < x.length; i++) {
            int to = out == perColumn ? i % n : out == perRow ? i / n : 0;
            expected[to] = Reference.combine(op, expected[to], x[i]);
        }
        double[] actual = out.toArray();
        for (int i = 0; i < actual.length; i++) {
            double error = Math.abs(actual[i] - expected[i]) / expected[i];
            Inputs.requireSmall(op + " " + method, error, dtype, (long) Math.sqrt(x.length));
        }
    }

    /** One number for each column. */
    @Benchmark
    public void overRows() {
        backend.reduce(op, a.view(), perColumn.view());
        done();
    }

    /** One number for each row. */
    @Benchmark
    public void overColumns() {
        backend.reduce(op, a.view(), perRow.view());
        done();
    }

    /** One number. */
    @Benchmark
    public void overAll() {
        backend.reduce(op, a.view(), single.view());
        done();
    }
}
