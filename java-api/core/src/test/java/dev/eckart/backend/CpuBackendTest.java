package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import org.junit.jupiter.api.Test;

/** The contract on the host. */
class CpuBackendTest extends BackendContract {
    @Override
    public Backend backend() {
        return Backends.of(Device.cpu());
    }

    @Test
    void svdWorkspaceGrowsWithTheMatrix() {
        for (DType dtype : REAL) {
            long bytes = dtype.bytes();
            long small = backend().svdWorkspace(SvdDriver.GESDD, true, dtype, 1000, 1000);
            long large = backend().svdWorkspace(SvdDriver.GESDD, true, dtype, 4000, 4000);
            assertThat(small).isBetween(2_000_000L * bytes, 3_500_000L * bytes);
            assertThat(large).isBetween(15 * small, 17 * small);
            long lean = backend().svdWorkspace(SvdDriver.GESVD, true, dtype, 4000, 4000);
            assertThat(lean).isBetween(4000 * bytes, 16_000_000L * bytes);
            long values = backend().svdWorkspace(SvdDriver.GESDD, false, dtype, 4000, 4000);
            assertThat(values).isBetween(4000 * bytes, large / 4);
            long tall = backend().svdWorkspace(SvdDriver.GESDD, true, dtype, 100_000, 100);
            assertThat(tall).isBetween(100 * 100 * bytes, 12_000_000L * bytes);
        }
    }
}
