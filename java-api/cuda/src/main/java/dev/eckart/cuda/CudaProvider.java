package dev.eckart.cuda;

import dev.eckart.backend.Backend;
import dev.eckart.backend.Backends;
import dev.eckart.memory.Device;
import java.util.List;

/**
 * Finds the GPUs. The driver and CUDA's libraries are looked for as files first, so that a machine without them pays a few
 * milliseconds and reads the whole reason; CUDA's classes are touched after that.
 */
public final class CudaProvider implements Backends.Provider {
    @Override
    public Device.Kind kind() {
        return Device.Kind.CUDA;
    }

    @Override
    public List<Backend> open() throws Backends.UnavailableException {
        CudaLibraries libraries = CudaLibraries.find(Places.ofThisMachine());
        try {
            return CudaStart.open(libraries);
        } catch (LinkageError e) {
            throw new Backends.UnavailableException(CudaStart.explain(e), e);
        }
    }
}
