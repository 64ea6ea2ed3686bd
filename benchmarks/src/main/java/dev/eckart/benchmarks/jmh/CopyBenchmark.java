package dev.eckart.benchmarks.jmh;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** Copies of a matrix as it lies, transposed, mirrored, of every second column; and with a cast to the other type. */
public class CopyBenchmark extends DeviceBenchmark {
    /** How the source lies. */
    public enum Order {
        /** As the target. */
        CONTIGUOUS,
        /** Column by column. */
        TRANSPOSED,
        /** Each row from its end. */
        MIRRORED,
        /** Columns from the first quarter to the third. */
        WINDOW
    }

    /** How the source lies. */
    @Param
    public Order order;

    /** Rows x columns of the source's memory. */
    @Param({"4096x4096"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor source;
    private Tensor target;
    private Tensor cast;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        Tensor whole = normal(dtype, 1, dims);
        source = hold(
                switch (order) {
                    case CONTIGUOUS -> whole.slice(0, 0, dims[0]);
                    case TRANSPOSED -> whole.transpose();
                    case MIRRORED -> whole.flip(1);
                    case WINDOW -> whole.slice(1, dims[1] / 4, 3 * dims[1] / 4);
                });
        target = empty(dtype, source.dim(0), source.dim(1));
        cast = empty(dtype == DType.F64 ? DType.F32 : DType.F64, source.dim(0), source.dim(1));
    }

    @Override
    protected void check(String method) {
        Tensor made = method.equals("cast") ? cast : target;
        Inputs.requireElements(method, made, i -> {
            double value = source.get(i / source.dim(1), i % source.dim(1));
            return made.dtype() == DType.F32 ? (float) value : value;
        });
    }

    /** Same type. */
    @Benchmark
    public void copy() {
        backend.copy(source.view(), target.view());
        done();
    }

    /** F64 to F32, F32 to F64. */
    @Benchmark
    public void cast() {
        backend.copy(source.view(), cast.view());
        done();
    }
}
