package dev.eckart.cuda;

import dev.eckart.backend.Distribution;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Precision;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** A {@link GpuCase} on a device, ready to be run; inputs are made on that device. */
final class GpuWork implements AutoCloseable {
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

    /** Does it so many times, waits for the device once; seconds of each. */
    double seconds(int times) {
        long start = System.nanoTime();
        for (int i = 0; i < times; i++) {
            body.run();
        }
        settle();
        return (System.nanoTime() - start) / 1e9 / times;
    }

    /** Of a run of its own: {@code error} relative, {@code orthogonality} ‖I − UᵀU‖F/√k. */
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
            case "linear" -> layers(n);
            case "steps" -> steps(n[0]);
            case "svd", "svd-condition", "truncated" -> decompose();
            case "upload" -> upload(n[0]);
            case "download" -> download(n[0]);
            case "copy", "exp", "sum" -> map(n[0]);
            default -> throw new IllegalArgumentException("no case " + what.op());
        }
    }

    private void decompose() {
        GpuDecomposition made = hold(GpuDecomposition.of(what, device));
        body = made::run;
        accuracy = () -> {
            Map<String, Double> figures = made.accuracy();
            driver = made.driver();
            return figures;
        };
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

    private Precision precision() {
        return what.how().isEmpty() ? Precision.FULL : Precision.valueOf(what.how());
    }

    private void product(long batch, long m, long k, long n) {
        Tensor a = batch == 1 ? normal(1, m, k) : normal(1, batch, m, k);
        Tensor b = batch == 1 ? normal(2, k, n) : normal(2, batch, k, n);
        Precision precision = precision();
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

    /** What a transformer has most of: a product, a bias and GELU; in one call where the device has one for it. */
    private void layers(long... n) {
        GpuLayers layers = hold(GpuLayers.of(what, precision(), this::normal));
        body = layers::run;
        accuracy = () -> {
            Map<String, Double> figures = layers.accuracy();
            driver = layers.driver();
            return figures;
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
