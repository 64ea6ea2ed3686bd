package dev.eckart.backend;

import dev.eckart.memory.Device;

/**
 * The contract on the first GPU. Run by {@code CudaOnDoubleTest} over the double of
 * CUDA's libraries, and by {@code ci/gpu run} on a card; fails where there is no device.
 */
class CudaContract extends BackendContract {
    @Override
    public Backend backend() {
        return Backends.of(Device.cuda(0));
    }
}
