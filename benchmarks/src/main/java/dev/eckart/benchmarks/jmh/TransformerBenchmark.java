package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.Finish;
import dev.eckart.memory.DType;
import dev.eckart.memory.Precision;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** What stands between the products of a transformer, each fused. A device that has not one of them does nothing, and fails the check. */
public class TransformerBenchmark extends DeviceBenchmark {
    private static final long HEADS = 6;
    private static final long SAMPLES = 16;

    /** Tokens x features of a head. */
    @Param({"196x64", "49x64"})
    public String shape;

    /** Element type. */
    @Param({"F64", "F32"})
    public DType dtype;

    private Tensor q;
    private Tensor k;
    private Tensor v;
    private Tensor out;
    private Tensor rows;
    private Tensor sum;
    private Tensor gate;
    private Tensor bias;
    private Tensor before;
    private Tensor weight;
    private Tensor product;

    @Override
    protected void prepare() {
        long n = dims(shape)[0];
        long d = dims(shape)[1];
        Tensor qkv = normal(dtype, 1, SAMPLES, n, 3, HEADS, d);
        q = head(qkv, 0);
        k = head(qkv, 1);
        v = head(qkv, 2);
        out = hold(empty(dtype, SAMPLES, n, HEADS, d).permute(0, 2, 1, 3));
        rows = empty(dtype, SAMPLES, n, HEADS * d);
        before = normal(dtype, 2, SAMPLES, n, HEADS * d);
        sum = hold(before.copy());
        gate = normal(dtype, 3, SAMPLES, HEADS * d);
        bias = normal(dtype, 4, HEADS * d);
        weight = normal(dtype, 5, HEADS * d, HEADS * d);
        product = empty(dtype, SAMPLES * n, HEADS * d);
    }

    private Tensor head(Tensor qkv, long part) {
        return hold(hold(qkv.select(2, part)).permute(0, 2, 1, 3));
    }

    /** Composed of other operations; the last call alone where results add up. */
    @Override
    protected void check(String method) {
        switch (method) {
            case "attention" -> {
                Tensor scores = hold(hold(q.matmul(hold(k.transpose()))).multiply(.125));
                Inputs.requireEqual(
                        method, out, hold(hold(Activations.softmax(scores, -1)).matmul(v)), 200);
            }
            case "biasAndGelu" -> {
                rows.assign(before);
                biasAndGelu();
                Inputs.requireEqual(method, rows, hold(Activations.gelu(hold(before.add(bias)))), 20);
            }
            case "linear" -> {
                Tensor flat = hold(before.reshape(product.shape().dims()));
                Tensor exact = hold(hold(flat.matmul(hold(weight.transpose()))).add(bias));
                Inputs.requireEqual(method, product, hold(Activations.gelu(exact)), 1000);
            }
            default -> {
                sum.assign(before);
                addGated();
                Tensor each = hold(gate.reshape(SAMPLES, 1, gate.dim(1)));
                Inputs.requireEqual(
                        method,
                        sum,
                        hold(hold(hold(before.add(bias)).multiply(each)).add(before)),
                        20);
            }
        }
    }

    /** softmax(q·kᵀ/8)·v. */
    @Benchmark
    public void attention() {
        backend.attention(.125, q.view(), k.view(), v.view(), out.view());
        done();
    }

    /** gelu(rows + bias), in place, of rows that are copied first. */
    @Benchmark
    public void biasAndGelu() {
        rows.assign(before);
        try (Tensor flat = rows.reshape(SAMPLES * rows.dim(1), rows.dim(2))) {
            backend.finish(Finish.GELU, flat.view(), bias.view());
        }
        done();
    }

    /** gelu(before·Wᵀ + bias): in one call where the device has it, else by a product and what finishes it. */
    @Benchmark
    public void linear() {
        try (Tensor flat = before.reshape(product.shape().dims());
                Tensor x = flat.reshape(1, flat.dim(0), flat.dim(1));
                Tensor w = weight.reshape(1, weight.dim(0), weight.dim(1));
                Tensor turned = w.transpose();
                Tensor y = product.reshape(1, product.dim(0), product.dim(1))) {
            if (!backend.linear(Precision.FULL, Finish.GELU, flat.view(), weight.view(), bias.view(), product.view())) {
                backend.gemm(1, x.view(), turned.view(), 0, y.view());
                backend.finish(Finish.GELU, product.view(), bias.view());
            }
        }
        done();
    }

    /** sum += gate·(before + bias). */
    @Benchmark
    public void addGated() {
        backend.addGated(sum.view(), gate.view(), before.view(), bias.view());
        done();
    }
}
