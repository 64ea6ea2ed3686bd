package dev.eckart.diffusion;

import dev.eckart.memory.Shape;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/**
 * A network that is asked again and again about inputs of the same shapes, as by a sampler: from the second time on it is a
 * {@link Recording}, on inputs and an output of its own of the first's type, for the shapes of the last time. Thread-safe.
 */
final class Repeated implements AutoCloseable {
    private final Function<List<Tensor>, Tensor> network;
    private List<Shape> shapes = List.of();
    private Shape result;
    private List<Tensor> inputs = List.of();
    private Tensor output;
    private Recording recording;

    /** @param network works on one device, reads no values, and leaves tensors that it makes to the scope that is open */
    Repeated(Function<List<Tensor>, Tensor> network) {
        this.network = network;
    }

    synchronized Tensor apply(List<Tensor> given) {
        List<Shape> now = given.stream().map(Tensor::shape).toList();
        if (!now.equals(shapes)) {
            close();
            Tensor first = network.apply(given);
            shapes = now;
            result = first.shape();
            return first;
        }
        if (recording == null) {
            record(given);
        } else {
            for (int i = 0; i < inputs.size(); i++) {
                inputs.get(i).assign(given.get(i));
            }
            recording.replay();
        }
        return output.copy();
    }

    private void record(List<Tensor> given) {
        try {
            inputs = given.stream().map(t -> Scope.outside(t::copy)).toList();
            Tensor like = inputs.get(0);
            output = Scope.outside(() -> Tensor.empty(like.device(), like.dtype(), result.dims()));
            recording = Recording.of(like.device(), () -> output.assign(network.apply(inputs)));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** Forgets the recording; what is asked next is recorded again. */
    @Override
    public synchronized void close() {
        shapes = List.of();
        if (recording != null) {
            recording.close();
            recording = null;
        }
        inputs.forEach(Tensor::close);
        inputs = List.of();
        if (output != null) {
            output.close();
            output = null;
        }
    }
}
