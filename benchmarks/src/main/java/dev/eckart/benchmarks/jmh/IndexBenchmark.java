package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Rows of a table by their numbers: read, added to; and the ten largest of each row. */
public class IndexBenchmark extends DeviceBenchmark {
    private static final int TOP = 10;

    /** Rows x columns of the table. */
    @Param({"100000x128"})
    public String shape;

    /** How many rows are read or added to, at random. */
    @Param({"50000"})
    public int entries;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor table;
    private Tensor index;
    private Tensor rows;
    private Tensor sums;
    private Tensor values;
    private Tensor places;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        table = normal(dtype, 1, 1, dims[0], dims[1]);
        index = hold(hold(Tensor.integers(DType.I64, 0, dims[0], 2, entries)).to(Device.parse(device)));
        rows = hold(normal(dtype, 3, 1, entries, dims[1]).copy());
        sums = empty(dtype, 1, dims[0], dims[1]);
        sums.fill(0);
        values = empty(dtype, dims[0], TOP);
        places = empty(DType.I64, dims[0], TOP);
    }

    @Override
    protected void check(String method) {
        int width = (int) table.dim(2);
        double[] whole = table.toArray();
        double[] from = index.toArray();
        switch (method) {
            case "gather" ->
                Inputs.requireElements(method, rows, i -> whole[(int) from[i / width] * width + i % width]);
            case "scatterAdd" -> {
                double[] expected = new double[whole.length];
                double[] added = rows.toArray();
                for (int i = 0; i < added.length; i++) {
                    expected[(int) from[i / width] * width + i % width] += added[i];
                }
                sums.fill(0);
                scatterAdd();
                Inputs.requireElements(method, sums, i -> expected[i]);
            }
            default -> {
                double[] sorted = Arrays.copyOf(whole, width);
                Arrays.sort(sorted);
                Tensor best = hold(values.select(0, 0));
                Inputs.requireElements(method, best, i -> sorted[width - 1 - i]);
                double[] at = hold(places.select(0, 0)).toArray();
                Inputs.requireElements(method, best, i -> whole[(int) at[i]]);
            }
        }
    }

    /** rows[i] = table[index[i]]. */
    @Benchmark
    public long gather() {
        long wrong = backend.gather(table.view(), index.view(), rows.view());
        done();
        return wrong;
    }

    /** sums[index[i]] += rows[i]. */
    @Benchmark
    public long scatterAdd() {
        long wrong = backend.scatterAdd(sums.view(), index.view(), rows.view());
        done();
        return wrong;
    }

    /** Of each row of the table, with their places. */
    @Benchmark
    public void topK() {
        try (Tensor matrix = table.select(0, 0)) {
            backend.topK(true, matrix.view(), Optional.of(values.view()), places.view());
            done();
        }
    }
}
