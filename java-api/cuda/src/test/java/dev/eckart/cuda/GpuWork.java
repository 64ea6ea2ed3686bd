package dev.eckart.cuda;

import dev.eckart.backend.Distribution;
import dev.eckart.backend.Finish;
import dev.eckart.backend.ReduceOp;
import dev.eckart.linalg.Qr;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Precision;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A {@link GpuCase} on a device, ready to be run; inputs are made on that device. */
final class GpuWork implements AutoCloseable {
    /** Singular values of the matrices whose leading triplets are asked for: 1/i, so many. */
    private static final long RANK = 1024;

    private final Device device;
    private final GpuCase what;
    private final List<AutoCloseable> held = new ArrayList<>();
    private Runnable body = () -> {};
    private Supplier<Map<String, Double>> accuracy = Map::of;
    private String driver = "";

    private GpuWork(GpuCase what, Device device) {
        this.what = what;
        this.device = device;
    }

    static GpuWork of(GpuCase what, Device device) {
        GpuWork work = new GpuWork(what, device);
        try {
            work.prepare();
            return work;
        } catch (RuntimeException | Error e) {
            work.close();
            throw e;
        }
    }

    /** Does it, and waits for the device. */
    void run() {
        body.run();
        settle();
    }

    /** Does it so many times, and waits once; seconds until all were started, and until all were done. */
    double[] queue(int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            body.run();
        }
        double started = (System.nanoTime() - start) / 1e9;
        settle();
        return new double[] {started, (System.nanoTime() - start) / 1e9};
    }

    /** Of a run of its own: {@code error} relative, {@code orthogonality} ‖I − UᵀU‖F. */
    Map<String, Double> accuracy() {
        return accuracy.get();
    }

    /** What the plan took, once {@link #accuracy} was asked for; else empty. */
    String driver() {
        return driver;
    }

    private void settle() {
        try (Tensor t = Tensor.empty(device, DType.F64, 1)) {
            t.backend().synchronize();
        }
    }

    private void prepare() {
        long[] n = what.sizes();
        switch (what.op()) {
            case "matmul" -> product(1, n[0], n[1], n[2]);
            case "bmm" -> product(n[0], n[1], n[2], n[3]);
            case "linear" -> linear(n[0], n[1], n[2]);
            case "steps" -> steps(n[0]);
            case "svd" -> svd(normal(1, n));
            case "svd-condition" -> svd(conditioned(n[0], n[1], Math.pow(10, n[2])));
            case "truncated" -> truncated(n[0], n[1], n[2]);
            case "upload" -> upload(n[0]);
            case "download" -> download(n[0]);
            case "copy", "exp", "sum" -> map(n[0]);
            default -> throw new IllegalArgumentException("no case " + what.op());
        }
    }

    private <T extends AutoCloseable> T hold(T resource) {
        held.add(resource);
        return resource;
    }

    private Tensor normal(long seed, long... shape) {
        Tensor out = hold(Tensor.empty(device, what.dtype(), shape));
        out.backend().random(Distribution.NORMAL, 0, 1, seed, 0, 0, out.view());
        return out;
    }

    private void product(long batch, long m, long k, long n) {
        Tensor a = batch == 1 ? normal(1, m, k) : normal(1, batch, m, k);
        Tensor b = batch == 1 ? normal(2, k, n) : normal(2, batch, k, n);
        Precision precision = what.how().isEmpty() ? Precision.FULL : Precision.valueOf(what.how());
        body = () -> a.matmul(b, precision).close();
        accuracy = () -> {
            try (Scope scope = Scope.open()) {
                Tensor x = batch == 1 ? a.slice(0, 0, Math.min(m, 64)) : a.slice(0, 0, 1);
                Tensor y = batch == 1 ? b : b.slice(0, 0, 1);
                Tensor exact = x.to(DType.F64).matmul(y.to(DType.F64));
                Tensor got = x.matmul(y, precision).to(DType.F64);
                return Map.of("error", got.subtract(exact).norm() / exact.norm());
            }
        };
    }

    /** What a transformer has most of: a product, a bias and GELU by tanh, in one call. */
    private void linear(long rows, long in, long out) {
        Tensor x = normal(1, rows, in);
        Tensor weight = normal(2, out, in);
        Tensor bias = normal(3, out);
        Tensor y = hold(Tensor.empty(device, what.dtype(), rows, out));
        body = () -> {
            boolean done = y.backend()
                    .linear(Precision.FULL, Finish.GELU_TANH, x.view(), weight.view(), bias.view(), y.view());
            if (!done) {
                throw new IllegalStateException("linear: not in one call");
            }
        };
    }

    /** As a sampler's step: twelve batched products, each with three element-wise operations; one by one, or as a recording. */
    private void steps(long batch) {
        Tensor x = normal(1, batch, 128, 128);
        Tensor w = normal(2, batch, 128, 128);
        Tensor y = hold(Tensor.empty(device, what.dtype(), batch, 128, 128));
        Runnable step = () -> {
            try (Scope scope = Scope.open()) {
                Tensor now = x;
                for (int i = 0; i < 12; i++) {
                    now = now.matmul(w).multiply(.1).tanh().add(x);
                }
                y.assign(now);
            }
        };
        body = what.how().equals("recorded") ? hold(Recording.of(device, step))::replay : step;
    }

    // ---- decompositions

    private void svd(Tensor a) {
        body = () -> Svd.of(a).close();
        accuracy = () -> {
            try (Svd svd = Svd.of(a)) {
                driver = svd.certificate().driver().toString();
                if (a.shape().rank() == 3) {
                    return Map.of(
                            "error", svd.certificate().relativeResidual(),
                            "orthogonality", svd.certificate().orthogonalityU());
                }
                return judged(a, svd.u(), svd.s(), svd.vt(), 0);
            }
        };
    }

    /** ‖A − U·S·Vᵀ‖F over ‖A‖F, or that over {@code optimum} less 1 where there is one; and ‖I − UᵀU‖F; sums in F64. */
    private static Map<String, Double> judged(Tensor a, Tensor u, Tensor s, Tensor vt, double optimum) {
        try (Scope scope = Scope.open()) {
            Tensor rest = a.copy();
            rest.backend()
                    .gemm(
                            -1,
                            batch(u.multiply(s.reshape(1, -1))).view(),
                            batch(vt).view(),
                            1,
                            batch(rest).view());
            double error = size(rest) / size(a);
            Tensor wide = u.to(DType.F64);
            Tensor loss = wide.transpose()
                    .matmul(wide)
                    .subtract(Tensor.eye(DType.F64, u.dim(1)).to(a.device()));
            Map<String, Double> figures = new LinkedHashMap<>();
            figures.put("error", optimum == 0 ? error : error / optimum - 1);
            figures.put("orthogonality", loss.norm());
            return figures;
        }
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

    /** G·diag(σ)·W: G normal, W orthogonal, σ from 1 to 1/κ in equal steps of its logarithm. */
    private Tensor conditioned(long m, long n, double condition) {
        Tensor g = normal(1, m, n);
        try (Scope scope = Scope.open()) {
            double[] values = new double[(int) n];
            for (int i = 0; i < n; i++) {
                values[i] = Math.pow(condition, -i / (n - 1.0));
            }
            Tensor w = orthogonal(2, n, n);
            Tensor right = w.multiply(Tensor.of(values, n, 1).to(what.dtype()).to(device));
            g.assign(g.matmul(right));
        }
        return g;
    }

    /** Of orthonormal columns; m ≥ n. */
    private Tensor orthogonal(long seed, long m, long n) {
        Tensor g = Tensor.empty(device, what.dtype(), m, n);
        g.backend().random(Distribution.NORMAL, 0, 1, seed, 0, 0, g.view());
        return Qr.of(g).q();
    }

    /** Leading triplets of Q₁·diag(1/i)·Q₂ᵀ: what they leave of it at least is known. */
    private void truncated(long m, long n, long rank) {
        long all = Math.min(RANK, Math.min(m, n));
        double tail = 0;
        double total = 0;
        double[] values = new double[(int) all];
        for (int i = 0; i < all; i++) {
            values[i] = 1.0 / (i + 1);
            total += values[i] * values[i];
            tail += i < rank ? 0 : values[i] * values[i];
        }
        double optimum = Math.sqrt(tail / total);
        Tensor a = hold(Tensor.empty(device, what.dtype(), m, n));
        try (Scope scope = Scope.open()) {
            Tensor left = orthogonal(1, m, all)
                    .multiply(Tensor.of(values, 1, all).to(what.dtype()).to(device));
            Tensor right = orthogonal(2, n, all).transpose();
            a.backend().gemm(1, batch(left).view(), right.reshape(1, all, n).view(), 0, batch(a).view());
        }
        body = () -> TruncatedSvd.rank(rank).of(a).close();
        accuracy = () -> {
            try (Svd svd = TruncatedSvd.rank(rank).of(a)) {
                driver = svd.certificate().driver().toString();
                Map<String, Double> figures = new LinkedHashMap<>(judged(a, svd.u(), svd.s(), svd.vt(), optimum));
                figures.put("passes", (double) svd.certificate().passes());
                return figures;
            }
        };
    }

    // ---- copies

    private void upload(long count) {
        Tensor source = hold(Tensor.uniform(what.dtype(), 1, count));
        Tensor target = hold(Tensor.empty(device, what.dtype(), count));
        Tensor from = what.how().equals("pinned") ? hold(Memory.pinned(device, what.dtype(), count)) : source;
        from.assign(source);
        body = () -> Memory.copy(from, target);
    }

    private void download(long count) {
        Tensor source = normal(1, count);
        Tensor target = hold(
                what.how().equals("pinned")
                        ? Memory.pinned(device, what.dtype(), count)
                        : Tensor.empty(Device.cpu(), what.dtype(), count));
        body = () -> Memory.copy(source, target);
    }

    private void map(long count) {
        Tensor x = normal(1, count);
        body = switch (what.op()) {
            case "copy" -> () -> x.copy().close();
            case "exp" -> () -> x.exp().close();
            default -> () -> x.sum().close();
        };
    }

    @Override
    public void close() {
        for (int i = held.size() - 1; i >= 0; i--) {
            try {
                held.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
        held.clear();
    }
}
