package dev.eckart.benchmarks.peer;

import dev.eckart.backend.Backends;
import dev.eckart.io.Npy;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.Device;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/** Eckart through its public interface, certificates included. */
final class EckartPeer implements Peer {
    private final Device device;

    EckartPeer(Device device) {
        this.device = device;
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
        return switch (operation) {
            case "matmul" -> Optional.of(new TensorTask(loaded, in -> in.get(0).matmul(in.get(1))));
            case "add" -> Optional.of(new TensorTask(loaded, in -> in.get(0).add(in.get(1))));
            case "spmm" -> Optional.of(sparse(loaded, Csr::multiply));
            case "spmm-transposed" -> Optional.of(sparse(loaded, Csr::multiplyTransposed));
            case "truncated" -> {
                Csr a = matrix(loaded);
                yield Optional.of(new SvdTask(
                        () -> TruncatedSvd.rank(100).powerIterations(5).of(a), a));
            }
            case "svd" -> Optional.of(new SvdTask(() -> Svd.of(loaded.get(0)), loaded.get(0)));
            default -> Optional.empty();
        };
    }

    /** Starts, columns and entries of a sparse matrix, and the dense factor. */
    private static Task sparse(List<Tensor> loaded, BiFunction<Csr, Tensor, Tensor> product) {
        Csr a = matrix(loaded);
        return new TensorTask(loaded, in -> product.apply(a, in.get(3)));
    }

    private static Csr matrix(List<Tensor> loaded) {
        long columns = (long) loaded.get(1).max().get() + 1;
        long factorRows = loaded.get(3).dim(0);
        long width = factorRows == loaded.get(0).dim(0) - 1 ? columns : factorRows;
        return Csr.ofCompressed(width, loaded.get(0), loaded.get(1), loaded.get(2));
    }

    private static final class TensorTask implements Task {
        private final List<Tensor> inputs;
        private final Function<List<Tensor>, Tensor> operation;
        private Tensor result;

        TensorTask(List<Tensor> inputs, Function<List<Tensor>, Tensor> operation) {
            this.inputs = inputs;
            this.operation = operation;
        }

        @Override
        public void prepare() {
            if (result != null) {
                result.close();
            }
        }

        @Override
        public void run() {
            result = operation.apply(inputs);
            result.backend().synchronize();
        }

        @Override
        public void write(Path folder) throws IOException {
            Npy.write(folder.resolve("c.npy"), result);
        }

        @Override
        public void close() {
            prepare();
            inputs.forEach(Tensor::close);
        }
    }

    private static final class SvdTask implements Task {
        private final Supplier<Svd> operation;
        private final AutoCloseable a;
        private Svd result;

        SvdTask(Supplier<Svd> operation, AutoCloseable a) {
            this.operation = operation;
            this.a = a;
        }

        @Override
        public void prepare() {
            if (result != null) {
                result.close();
            }
        }

        @Override
        public void run() {
            result = operation.get();
            result.u().backend().synchronize();
        }

        @Override
        public void write(Path folder) throws IOException {
            Npy.write(folder.resolve("u.npy"), result.u());
            Npy.write(folder.resolve("s.npy"), result.s());
            Npy.write(folder.resolve("vt.npy"), result.vt());
        }

        @Override
        public void close() {
            prepare();
            try {
                a.close();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
