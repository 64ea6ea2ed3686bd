package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.ScanOp;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Running totals, and the place of the largest, along rows and along columns. */
public class ScanBenchmark extends DeviceBenchmark {
    /** Rows x columns. */
    @Param({"4096x4096"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    /** Along each row, or along each column. */
    @Param({"true", "false"})
    public boolean alongRows;

    private Tensor a;
    private Tensor totals;
    private Tensor places;

    /** The backend works along the middle of three dimensions. */
    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        long[] slab = alongRows ? new long[] {dims[0], dims[1], 1} : new long[] {1, dims[0], dims[1]};
        a = normal(dtype, 1, slab);
        totals = empty(dtype, slab);
        places = empty(DType.I64, slab[0], 1, slab[2]);
    }

    /** The first row or column and the last. */
    @Override
    protected void check(String method) {
        for (int end = 0; end < 2; end++) {
            Tensor line = line(a, end);
            double[] x = line.toArray();
            if (method.equals("argMax")) {
                long found = line(places, end).toLongArray()[0];
                for (double v : x) {
                    if (v > x[(int) found]) {
                        throw new IllegalStateException("argReduce: " + found + " is not the place of the largest");
                    }
                }
            } else {
                for (int i = 1; i < x.length; i++) {
                    x[i] += x[i - 1];
                }
                Tensor expected =
                        hold(hold(hold(Tensor.of(x, x.length)).to(dtype)).to(a.device()));
                Inputs.requireEqual("scan", line(totals, end), expected, (long) Math.sqrt(x.length));
            }
        }
    }

    private Tensor line(Tensor of, int end) {
        Tensor plane = hold(of.select(0, end * (of.dim(0) - 1)));
        return hold(plane.select(1, end * (plane.dim(1) - 1)));
    }

    /** Running sums. */
    @Benchmark
    public void sum() {
        backend.scan(ScanOp.SUM, a.view(), totals.view());
        done();
    }

    /** The places of the largest. */
    @Benchmark
    public void argMax() {
        backend.argReduce(ReduceOp.MAX, a.view(), places.view());
        done();
    }
}
