package dev.eckart.benchmarks.jmh;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** A sparse matrix: A·X, Aᵀ·Y, from coordinates, transposed. */
public class SparseBenchmark extends DeviceBenchmark {
    /** Rows x columns of A. */
    @Param({"100000x20000"})
    public String shape;

    /** Number of entries, at places drawn at random. */
    @Param({"4000000"})
    public int entries;

    /** Columns of X and Y. */
    @Param({"112"})
    public int columns;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor row;
    private Tensor column;
    private Tensor values;
    private Csr a;
    private Tensor x;
    private Tensor y;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        row = integers(dims[0], 1);
        column = integers(dims[1], 2);
        values = normal(dtype, 3, entries);
        a = hold(Csr.ofCoordinates(dims[0], dims[1], row, column, values));
        x = normal(dtype, 4, dims[1], columns);
        y = normal(dtype, 5, dims[0], columns);
    }

    private Tensor integers(long below, long seed) {
        return hold(hold(Tensor.integers(DType.I32, 0, below, seed, entries)).to(Device.parse(device)));
    }

    /** Σ (A·X)∘Y and Σ X∘(Aᵀ·Y) against the sum over the entries; a transpose by its own transpose's product. */
    @Override
    protected void check(String method) {
        long[] dims = dims(shape);
        Tensor forward = hold(a.multiply(x));
        Tensor judged = switch (method) {
            case "transposed" -> hold(a.multiplyTransposed(y));
            case "transpose" -> hold(hold(a.transpose()).multiply(y));
            case "compress" ->
                hold(hold(Csr.ofCoordinates(dims[0], dims[1], row, column, values))
                        .multiply(x));
            default -> forward;
        };
        Tensor other = judged.dim(0) == x.dim(0) && judged != forward && !method.equals("compress") ? x : y;
        double inner = sumOfProducts(judged, other);
        double scale = judged.norm() * other.norm();
        Inputs.requireSmall(method, Math.abs(inner - overEntries()) / scale, dtype, (long) Math.sqrt(entries));
    }

    private static double sumOfProducts(Tensor a, Tensor b) {
        double[] p = a.toArray();
        double[] q = b.toArray();
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            sum += p[i] * q[i];
        }
        return sum;
    }

    private double overEntries() {
        double[] i = row.toArray();
        double[] j = column.toArray();
        double[] v = values.toArray();
        double[] p = x.toArray();
        double[] q = y.toArray();
        double sum = 0;
        for (int e = 0; e < entries; e++) {
            for (int c = 0; c < columns; c++) {
                sum += v[e] * q[(int) i[e] * columns + c] * p[(int) j[e] * columns + c];
            }
        }
        return sum;
    }

    /** A·X. */
    @Benchmark
    public boolean product() {
        try (Tensor result = a.multiply(x)) {
            done();
            return result.isClosed();
        }
    }

    /** Aᵀ·Y. */
    @Benchmark
    public boolean transposed() {
        try (Tensor result = a.multiplyTransposed(y)) {
            done();
            return result.isClosed();
        }
    }

    /** Coordinates to compressed rows. */
    @Benchmark
    public long compress() {
        long[] dims = dims(shape);
        try (Csr made = Csr.ofCoordinates(dims[0], dims[1], row, column, values)) {
            done();
            return made.entries();
        }
    }

    /** Aᵀ in compressed rows. */
    @Benchmark
    public long transpose() {
        try (Csr made = a.transpose()) {
            done();
            return made.entries();
        }
    }
}
