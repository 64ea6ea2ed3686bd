package dev.eckart.cuda;

import dev.eckart.backend.Finish;
import dev.eckart.memory.DType;
import dev.eckart.memory.Precision;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * gelu(X·Wᵀ + b) for X (rows, in), W (out, in) and b (out), or a batch of X and W with one b. A batch of large ones is a call of the
 * fused product for each; small ones, for which the backend has no such call, are one product and what follows it.
 */
final class GpuLayers implements AutoCloseable {
    /** Inputs of a seed and a shape, on the device. */
    interface Source {
        Tensor normal(long seed, long... shape);
    }

    private final boolean each;
    private final Precision precision;
    private final Tensor x;
    private final Tensor weight;
    private final Tensor bias;

    /** Views of X and W, in turns. */
    private final List<Tensor> items = new ArrayList<>();

    private String driver = "composed";

    private GpuLayers(GpuCase what, Precision precision, Source source) {
        long[] n = what.sizes();
        long batch = n.length == 4 ? n[0] : 1;
        int i = n.length - 3;
        each = what.layerByLayer();
        this.precision = precision;
        x = source.normal(1, batch, n[i], n[i + 1]);
        weight = source.normal(2, batch, n[i + 2], n[i + 1]);
        bias = source.normal(3, n[i + 2]);
        for (long item = 0; each && item < batch; item++) {
            items.add(x.select(0, item));
            items.add(weight.select(0, item));
        }
    }

    static GpuLayers of(GpuCase what, Precision precision, Source source) {
        return new GpuLayers(what, precision, source);
    }

    void run() {
        try (Tensor y = each ? fused() : composed()) {
            y.view();
        }
    }

    private Tensor fused() {
        Tensor y = Tensor.empty(x.device(), x.dtype(), x.dim(0), x.dim(1), bias.dim(0));
        for (int i = 0; i < items.size(); i += 2) {
            Tensor a = items.get(i);
            Tensor w = items.get(i + 1);
            try (Tensor out = y.select(0, i / 2)) {
                boolean done =
                        y.backend().linear(precision, Finish.GELU_TANH, a.view(), w.view(), bias.view(), out.view());
                if (!done) {
                    plain(a, w, out);
                }
                driver = done ? "fused" : "composed";
            }
        }
        return y;
    }

    /** On a device that has no fused product, or not for these addresses. */
    private void plain(Tensor a, Tensor w, Tensor out) {
        try (Scope scope = Scope.open()) {
            out.assign(geluTanh(a.matmul(w.transpose(), precision).add(bias)));
        }
    }

    private Tensor composed() {
        try (Scope scope = Scope.open()) {
            return scope.keep(
                    Activations.gelu(x.matmul(weight.transpose(), precision).add(bias)));
        }
    }

    private static Tensor geluTanh(Tensor z) {
        Tensor inner = z.add(z.pow(3).multiply(.044715)).multiply(Math.sqrt(2 / Math.PI));
        return z.multiply(inner.tanh().add(1)).multiply(.5);
    }

    /** Whether the device took bias and GELU along, once it was run. */
    String driver() {
        return driver;
    }

    /** Of some rows of the first item, beside the same in F64. */
    Map<String, Double> accuracy() {
        try (Scope scope = Scope.open()) {
            long rows = Math.min(x.dim(1), 64);
            Tensor z = x.select(0, 0)
                    .slice(0, 0, rows)
                    .to(DType.F64)
                    .matmul(weight.select(0, 0).to(DType.F64).transpose())
                    .add(bias.to(DType.F64));
            Tensor exact = each ? geluTanh(z) : Activations.gelu(z);
            Tensor got =
                    (each ? fused() : composed()).select(0, 0).slice(0, 0, rows).to(DType.F64);
            return Map.of("error", got.subtract(exact).norm() / exact.norm());
        }
    }

    @Override
    public void close() {
        items.forEach(Tensor::close);
    }
}
