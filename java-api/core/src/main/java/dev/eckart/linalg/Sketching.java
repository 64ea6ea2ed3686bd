package dev.eckart.linalg;

import dev.eckart.backend.Distribution;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;

/**
 * What the randomized algorithms share.
 *
 * @param oversampling extra columns p of the random block
 * @param powerIterations q, or negative for a number that suits
 * @param seed of the random blocks, which depend on it alone
 */
record Sketching(int oversampling, int powerIterations, long seed) {
    /** Columns of a block for k triplets of a matrix whose short side is {@code small}. */
    long block(long small, long k) {
        return Math.min(small, k + oversampling);
    }

    /** As many as scikit-learn takes: 7 for a rank below a tenth of the short side, else 4. */
    int powers(long small, long k) {
        return powerIterations >= 0 ? powerIterations : k * 10 < small ? 7 : 4;
    }

    /** Standard normal numbers (rows, columns); each stream has its own. */
    Tensor normal(Device device, DType type, long stream, long rows, long columns) {
        Tensor host = Tensor.empty(Device.cpu(), type, rows, columns);
        host.backend().random(Distribution.NORMAL, 0, 1, seed, stream, 0, host.view());
        return device.equals(Device.cpu()) ? host : moved(host, device);
    }

    private static Tensor moved(Tensor host, Device device) {
        try (host) {
            return host.to(device);
        }
    }
}
