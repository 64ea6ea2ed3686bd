package dev.eckart.cuda;

import dev.eckart.backend.Distribution;
import dev.eckart.backend.ReduceOp;
import dev.eckart.linalg.Qr;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/** The SVD of a matrix, of a batch, or its leading triplets, of a matrix that is made on the device; certificates included. */
final class GpuDecomposition implements AutoCloseable {
    /** Singular values of the matrices whose leading triplets are asked for: 1/i, so many. */
    private static final long RANK = 1024;

    private final GpuCase what;
    private final Device device;
    private final Tensor a;
    private final Function<Tensor, Svd> svd;
    private double optimum;
    private String driver = "";

    private GpuDecomposition(GpuCase what, Device device) {
        this.what = what;
        this.device = device;
        long[] n = what.sizes();
        switch (what.op()) {
            case "svd" -> a = normal(1, n);
            case "svd-condition" -> a = conditioned(n[0], n[1], Math.pow(10, n[2]));
            default -> a = falling(n[0], n[1], n[2]);
        }
        svd = what.op().equals("truncated") ? TruncatedSvd.rank(n[2])::of : Svd::of;
    }

    static GpuDecomposition of(GpuCase what, Device device) {
        return new GpuDecomposition(what, device);
    }

    void run() {
        svd.apply(a).close();
    }

    /** What the plan took, once {@link #accuracy} was asked for. */
    String driver() {
        return driver;
    }

    /**
     * {@code error} ‖A − U·S·Vᵀ‖F over ‖A‖F, or that over the least possible, less 1, of leading triplets; {@code orthogonality}
     * ‖I − UᵀU‖F/√k; of a batch those of the worst matrix; {@code passes} over A of leading triplets. Sums in F64.
     */
    Map<String, Double> accuracy() {
        try (Svd found = svd.apply(a)) {
            driver = found.certificate().driver().toString();
            Map<String, Double> figures = new LinkedHashMap<>();
            if (a.shape().rank() == 3) {
                worst(found, figures);
            } else {
                single(found, figures);
            }
            if (what.op().equals("truncated")) {
                figures.put("passes", (double) found.certificate().passes());
            }
            return figures;
        }
    }

    private void single(Svd found, Map<String, Double> figures) {
        double error;
        try (Scope scope = Scope.open()) {
            Tensor rest = a.copy();
            Tensor left = found.u().multiply(found.s().reshape(1, -1));
            rest.backend()
                    .gemm(
                            -1,
                            batch(left).view(),
                            batch(found.vt()).view(),
                            1,
                            batch(rest).view());
            error = size(rest) / size(a);
        }
        try (Scope scope = Scope.open()) {
            Tensor wide = found.u().to(DType.F64);
            Tensor loss = wide.transpose().matmul(wide).subtract(eye(wide.dim(1)));
            figures.put("error", optimum == 0 ? error : error / optimum - 1);
            figures.put("orthogonality", loss.norm() / Math.sqrt(wide.dim(1)));
        }
    }

    private void worst(Svd found, Map<String, Double> figures) {
        try (Scope scope = Scope.open()) {
            Tensor wide = a.to(DType.F64);
            Tensor u = found.u().to(DType.F64);
            Tensor s = found.s().to(DType.F64).reshape(u.dim(0), 1, u.dim(2));
            Tensor rest = wide.subtract(u.multiply(s).matmul(found.vt().to(DType.F64)));
            Tensor error = rest.square().sum(1, 2).divide(wide.square().sum(1, 2));
            Tensor loss = u.transpose().matmul(u).subtract(eye(u.dim(2)));
            figures.put("error", Math.sqrt(error.max().get()));
            figures.put("orthogonality", Math.sqrt(loss.square().sum(1, 2).max().get() / u.dim(2)));
        }
    }

    private Tensor eye(long n) {
        return Tensor.eye(DType.F64, n).to(device);
    }

    private static Tensor batch(Tensor matrix) {
        return matrix.reshape(1, matrix.dim(0), matrix.dim(1));
    }

    /** ‖A‖F, of squares that are summed in F64. */
    private static double size(Tensor a) {
        try (Tensor sum = Tensor.empty(a.device(), DType.F64, 1, 1)) {
            a.backend().reduce(ReduceOp.SUM_OF_SQUARES, a.view(), sum.view());
            return Math.sqrt(sum.get(0, 0));
        }
    }

    // ---- matrices

    private Tensor normal(long seed, long... shape) {
        Tensor out = Tensor.empty(device, what.dtype(), shape);
        out.backend().random(Distribution.NORMAL, 0, 1, seed, 0, 0, out.view());
        return out;
    }

    private Tensor values(double[] values, long... shape) {
        return Tensor.of(values, shape).to(what.dtype()).to(device);
    }

    /** G·diag(σ)·W: G normal, W orthogonal, σ from 1 to 1/κ in equal steps of its logarithm. */
    private Tensor conditioned(long m, long n, double condition) {
        try (Scope scope = Scope.open()) {
            double[] values = new double[(int) n];
            for (int i = 0; i < n; i++) {
                values[i] = Math.pow(condition, -i / (n - 1.0));
            }
            return scope.keep(normal(1, m, n).matmul(orthogonal(2, n, n).multiply(values(values, n, 1))));
        }
    }

    /** Of orthonormal columns; m ≥ n. */
    private Tensor orthogonal(long seed, long m, long n) {
        return Qr.of(normal(seed, m, n)).q();
    }

    /** Q₁·diag(1/i)·Q₂ᵀ: what its leading triplets leave of it at least is known. */
    private Tensor falling(long m, long n, long rank) {
        long all = Math.min(RANK, Math.min(m, n));
        double tail = 0;
        double total = 0;
        double[] values = new double[(int) all];
        for (int i = 0; i < all; i++) {
            values[i] = 1.0 / (i + 1);
            total += values[i] * values[i];
            tail += i < rank ? 0 : values[i] * values[i];
        }
        optimum = Math.sqrt(tail / total);
        try (Scope scope = Scope.open()) {
            Tensor left = orthogonal(1, m, all).multiply(values(values, 1, all));
            return scope.keep(left.matmul(orthogonal(2, n, all).transpose()));
        }
    }

    @Override
    public void close() {
        a.close();
    }
}
