package dev.eckart.benchmarks.peer;

import dev.eckart.backend.Backends;
import dev.eckart.diffusion.DiffusionTransformer;
import dev.eckart.diffusion.NoiseLevel;
import dev.eckart.io.Npy;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.Eigh;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Precision;
import dev.eckart.memory.Threads;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Activations;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scans;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Eckart through its public interface, certificates included. */
public final class EckartPeer implements Peer {
    private static final int LEADING = 20;
    private static final String TRUNCATED = "truncated-dense-";

    private final Device device;

    EckartPeer(Device device) {
        this.device = device;
    }

    /** Serves this peer; argument: a device, {@code cpu} when there is none. */
    public static void main(String[] args) throws Exception {
        Worker.serve(() -> new EckartPeer(Device.parse(args.length > 0 ? args[0] : "cpu")));
    }

    @Override
    public String describe() {
        return "Eckart, " + Threads.current() + " threads, "
                + Backends.of(device).describe() + ", JDK " + System.getProperty("java.vm.version");
    }

    @Override
    public Optional<Task> load(String operation, List<Path> inputs) throws IOException {
        List<Tensor> loaded = new ArrayList<>();
        for (Path input : inputs) {
            try (Tensor host = Npy.read(input)) {
                loaded.add(host.to(device));
            }
        }
        Runnable close = () -> loaded.forEach(Tensor::close);
        return switch (operation) {
            case "matmul" -> Optional.of(new TensorTask(() -> loaded.get(0).matmul(loaded.get(1)), close));
            case "matmul-bf16" ->
                Optional.of(new TensorTask(() -> loaded.get(0).matmul(loaded.get(1), Precision.BF16), close));
            case "add" -> Optional.of(new TensorTask(() -> loaded.get(0).add(loaded.get(1)), close));
            case "transpose" ->
                Optional.of(new TensorTask(() -> copy(loaded.get(0).transpose()), close));
            case "window" -> Optional.of(new TensorTask(() -> copy(loaded.get(0).slice(1, 1000, 5000)), close));
            case "reverse" ->
                Optional.of(new TensorTask(() -> copy(loaded.get(0).flip(1)), close));
            case "swap-last" ->
                Optional.of(new TensorTask(() -> copy(loaded.get(0).permute(0, 2, 1)), close));
            case "sum" -> Optional.of(new TensorTask(() -> loaded.get(0).sum(), close));
            case "sum-0" -> Optional.of(new TensorTask(() -> loaded.get(0).sum(0), close));
            case "sum-1" -> Optional.of(new TensorTask(() -> loaded.get(0).sum(1), close));
            case "exp", "silu", "gelu", "softmax", "layernorm" ->
                Optional.of(new TensorTask(() -> activation(operation, loaded), close));
            case "svd", "svd-batch" -> Optional.of(new SvdTask(() -> Svd.of(loaded.get(0)), close));
            case "eigh" -> Optional.of(new HeldTask<>(() -> Eigh.of(loaded.get(0)), EckartPeer::arrays, close));
            case "pca" -> Optional.of(new HeldTask<>(() -> Projected.of(loaded.get(0)), Projected::arrays, close));
            case "cumsum", "argmax-columns", "topk", "gather", "index-add" ->
                Optional.of(new TensorTask(indexed(operation, loaded), close));
            case "spmm", "spmm-transposed", "truncated" -> Optional.of(sparse(operation, loaded, close));
            default ->
                operation.startsWith("dit-")
                        ? Optional.of(transformer(operation, inputs.get(0), loaded.get(0), close))
                        : operation.startsWith(TRUNCATED)
                                ? Optional.of(new SvdTask(
                                        () -> TruncatedSvd.rank(leading(operation))
                                                .of(loaded.get(0)),
                                        close))
                                : Optional.empty();
        };
    }

    /** Whose weights benchmarks/peers/dit/dit.py made, beside the pictures. */
    private static Task transformer(String operation, Path pictures, Tensor x, Runnable closeLoaded)
            throws IOException {
        DiffusionTransformer model =
                DiffusionTransformer.read(pictures.resolveSibling(operation + ".safetensors"), x.dtype(), x.device());
        NoiseLevel level = NoiseLevel.ofAlphaBar(500, .5);
        Runnable close = () -> {
            model.close();
            closeLoaded.run();
        };
        return new TensorTask(() -> model.predict(x, level, 3), close);
    }

    private static long leading(String operation) {
        return Long.parseLong(operation.substring(TRUNCATED.length()));
    }

    private static Tensor copy(Tensor view) {
        try (view) {
            return view.copy();
        }
    }

    private static Tensor activation(String operation, List<Tensor> loaded) {
        Tensor a = loaded.get(0);
        return switch (operation) {
            case "exp" -> a.exp();
            case "silu" -> Activations.silu(a);
            case "gelu" -> Activations.gelu(a);
            case "softmax" -> Activations.softmax(a, -1);
            default -> Activations.layerNorm(a, loaded.get(1), loaded.get(2), 1e-5);
        };
    }

    /** On a tensor, or on the numbers of rows and the rows; in {@code loaded} is what the caller closes. */
    private static Supplier<Tensor> indexed(String operation, List<Tensor> loaded) {
        Tensor a = loaded.get(loaded.size() - 1);
        Tensor index = loaded.get(0).to(loaded.size() == 2 ? DType.I64 : a.dtype());
        loaded.add(index);
        return switch (operation) {
            case "cumsum" -> () -> Scans.cumulativeSum(a, 0);
            case "argmax-columns" -> () -> Indexing.argMax(a, 0);
            case "topk" ->
                () -> {
                    Indexing.Ranked top = Indexing.topK(a, 10);
                    top.indices().close();
                    return top.values();
                };
            case "gather" -> () -> Indexing.gather(a, 0, index);
            default ->
                () -> {
                    Tensor total = Tensor.zeros(a.dtype(), a.shape().dims());
                    Indexing.scatterAdd(total, 0, index, a);
                    return total;
                };
        };
    }

    /** On a sparse matrix, given by its starts, columns and entries, and a dense factor. */
    private static Task sparse(String operation, List<Tensor> loaded, Runnable closeLoaded) {
        Csr a = matrix(loaded);
        Tensor x = loaded.get(3);
        Runnable close = () -> {
            a.close();
            closeLoaded.run();
        };
        return switch (operation) {
            case "spmm" -> new TensorTask(() -> a.multiply(x), close);
            case "spmm-transposed" -> new TensorTask(() -> a.multiplyTransposed(x), close);
            default ->
                new SvdTask(() -> TruncatedSvd.rank(100).powerIterations(5).of(a), close);
        };
    }

    private static Csr matrix(List<Tensor> loaded) {
        long columns = (long) loaded.get(1).max().get() + 1;
        long factorRows = loaded.get(3).dim(0);
        long width = factorRows == loaded.get(0).dim(0) - 1 ? columns : factorRows;
        return Csr.ofCompressed(width, loaded.get(0), loaded.get(1), loaded.get(2));
    }

    private static Map<String, Tensor> arrays(Eigh eigh) {
        return Map.of("w", eigh.w(), "vt", eigh.vt());
    }

    private record Projected(Pca pca, Tensor scores) implements AutoCloseable {
        static Projected of(Tensor a) {
            Pca pca = Pca.components(LEADING).fit(a);
            return new Projected(pca, pca.transform(a));
        }

        Map<String, Tensor> arrays() {
            return Map.of("components", pca.components(), "mean", pca.mean(), "scores", scores);
        }

        @Override
        public void close() {
            scores.close();
            pca.close();
        }
    }

    private static final class TensorTask extends HeldTask<Tensor> {
        TensorTask(Supplier<Tensor> operation, Runnable closeInputs) {
            super(operation, c -> Map.of("c", c), closeInputs);
        }
    }

    private static final class SvdTask extends HeldTask<Svd> {
        SvdTask(Supplier<Svd> operation, Runnable closeInputs) {
            super(operation, svd -> Map.of("u", svd.u(), "s", svd.s(), "vt", svd.vt()), closeInputs);
        }
    }

    /** Holds the last result until the next run. */
    private static class HeldTask<R extends AutoCloseable> implements Task {
        private final Supplier<R> operation;
        private final Function<R, Map<String, Tensor>> export;
        private final Runnable closeInputs;
        private R result;

        HeldTask(Supplier<R> operation, Function<R, Map<String, Tensor>> export, Runnable closeInputs) {
            this.operation = operation;
            this.export = export;
            this.closeInputs = closeInputs;
        }

        @Override
        public void prepare() {
            try {
                if (result != null) {
                    result.close();
                }
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void run() {
            result = operation.get();
            export.apply(result).values().iterator().next().backend().synchronize();
        }

        @Override
        public void write(Path folder) throws IOException {
            for (Map.Entry<String, Tensor> array : export.apply(result).entrySet()) {
                Npy.write(folder.resolve(array.getKey() + ".npy"), array.getValue());
            }
        }

        @Override
        public void close() {
            prepare();
            closeInputs.run();
        }
    }
}
