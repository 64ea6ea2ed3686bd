package dev.eckart.benchmarks.peer;

import dev.eckart.backend.Backends;
import dev.eckart.io.Npy;
import dev.eckart.linalg.Svd;
import dev.eckart.memory.Device;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

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
            case "svd" -> Optional.of(new SvdTask(loaded.get(0)));
            default -> Optional.empty();
        };
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
        private final Tensor a;
        private Svd result;

        SvdTask(Tensor a) {
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
            result = Svd.of(a);
            a.backend().synchronize();
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
            a.close();
        }
    }
}
