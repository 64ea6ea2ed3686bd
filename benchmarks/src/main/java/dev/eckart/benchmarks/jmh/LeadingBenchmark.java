package dev.eckart.benchmarks.jmh;

import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Tensor;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Warmup;

/** Leading triplets and components of a matrix of low rank with noise, certificates included. */
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@BenchmarkMode(Mode.SingleShotTime)
public class LeadingBenchmark extends DeviceBenchmark {
    private static final double NOISE = 1e-3;

    /** Rows x columns. */
    @Param({"20000x500"})
    public String shape;

    /** Number of triplets, and rank of the matrix before the noise. */
    @Param({"20"})
    public int k;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor a;

    @Override
    protected void prepare() {
        long[] dims = dims(shape);
        Tensor signal = hold(normal(dtype, 1, dims[0], k).matmul(normal(dtype, 2, k, dims[1])));
        a = hold(signal.add(hold(normal(dtype, 3, dims).multiply(NOISE))));
    }

    /** What is left is no more than twice the noise. */
    @Override
    protected void check(String method) {
        Tensor approximation;
        if (method.equals("pca")) {
            Pca pca = hold(Pca.components(k).fit(a));
            approximation = hold(pca.inverse(hold(pca.transform(a))));
        } else {
            approximation = hold(hold(TruncatedSvd.rank(k).of(a)).reconstruct());
        }
        double error =
                hold(a.subtract(approximation)).norm() / Math.sqrt(a.shape().size());
        if (!(error <= 2 * NOISE)) {
            throw new IllegalStateException(method + ": error " + error + " is above twice the noise " + NOISE);
        }
    }

    /** {@link TruncatedSvd} of rank k. */
    @Benchmark
    public double truncatedSvd() {
        try (Svd svd = TruncatedSvd.rank(k).of(a)) {
            done();
            return svd.certificate().relativeResidual();
        }
    }

    /** {@link Pca} of k components, fitted. */
    @Benchmark
    public double pca() {
        try (Pca pca = Pca.components(k).fit(a)) {
            done();
            return pca.totalVariance();
        }
    }
}
