package dev.eckart.backend;

import dev.eckart.memory.Device;

/** The contract on the host. */
class CpuBackendTest extends BackendContract {
    @Override
    public Backend backend() {
        return Backends.of(Device.cpu());
    }
}
