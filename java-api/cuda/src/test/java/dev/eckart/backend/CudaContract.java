package dev.eckart.backend;

import dev.eckart.memory.Device;

/**
 * The contract on the first GPU, but for what is refused there (sparse matrices). Run by {@code CudaOnDoubleTest} over the double of
 * CUDA's libraries, and by {@code ci/gpu run} on a card; fails where there is no device.
 */
class CudaContract
        implements ElementwiseContract,
                ReduceContract,
                RandomContract,
                ProductContract,
                FactorizationContract,
                SvdContract {
    @Override
    public Backend backend() {
        return Backends.of(Device.cuda(0));
    }
}
