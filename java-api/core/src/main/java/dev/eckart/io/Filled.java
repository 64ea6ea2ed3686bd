package dev.eckart.io;

import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.ByteOrder;

/** Tensors filled from a file. */
final class Filled {
    private Filled() {}

    /** A row-major tensor of {@code dims} whose elements come from {@code source}; closed again when that fails. */
    static Tensor tensor(ElementType type, ByteOrder order, ElementType.Source source, long... dims)
            throws IOException {
        Tensor tensor = Tensor.empty(Device.cpu(), type.dtype(), dims);
        try {
            tensor.<IOException>withBuffers(part -> type.read(source, order, part));
            return tensor;
        } catch (IOException | RuntimeException | Error e) {
            tensor.close();
            throw e;
        }
    }
}
