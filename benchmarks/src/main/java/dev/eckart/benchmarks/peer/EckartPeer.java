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
        Runnable close = () -> loaded.forEach(Tensor::close);
        return switch (operation) {
            case "matmul" -> Optional.of(new TensorTask(() -> loaded.get(0).matmul(loaded.get(1)), close));
            case "add" -> Optional.of(new TensorTask(() -> loaded.get(0).add(loaded.get(1)), close));
            case "svd" -> Optional.of(new SvdTask(() -> Svd.of(loaded.get(0)), close));
            case "spmm", "spmm-transposed", "truncated" -> Optional.of(sparse(operation, loaded, close));
            default -> Optional.empty();
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

    private static final class TensorTask implements Task {
        private final Supplier<Tensor> operation;
        private final Runnable closeInputs;
        private Tensor result;

        TensorTask(Supplier<Tensor> operation, Runnable closeInputs) {
            this.operation = operation;
            this.closeInputs = closeInputs;
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
            result.backend().synchronize();
        }

        @Override
        public void write(Path folder) throws IOException {
            Npy.write(folder.resolve("c.npy"), result);
        }

        @Override
        public void close() {
            prepare();
            closeInputs.run();
        }
    }

    private static final class SvdTask implements Task {
        private final Supplier<Svd> operation;
        private final Runnable closeInputs;
        private Svd result;

        SvdTask(Supplier<Svd> operation, Runnable closeInputs) {
            this.operation = operation;
            this.closeInputs = closeInputs;
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
            closeInputs.run();
        }
    }
}
