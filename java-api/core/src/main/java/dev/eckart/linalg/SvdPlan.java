package dev.eckart.linalg;

import dev.eckart.memory.Bytes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a decomposition would do, decided before it starts.
 *
 * @param shape of A
 * @param rank how many singular triplets
 * @param driver the choice
 * @param reason why
 * @param flops floating-point operations
 * @param bytes memory for copy, results and workspace, A itself not counted
 * @param workspace the part of {@code bytes} that is freed before the result is returned
 * @param seconds predicted from the flops, the share of the driver's work that runs at the rate of a matrix product, and that rate as
 *     measured once on A's device
 */
public record SvdPlan(
        Shape shape,
        long rank,
        Driver driver,
        String reason,
        double flops,
        long bytes,
        long workspace,
        double seconds) {
    /** Share of the product rate that each driver reaches, from `ci/bench` on shapes of 500 to 4000. */
    private static double efficiency(Driver driver) {
        return switch (driver) {
            case GESVD -> 0.12;
            case GESVDJ -> 0.02; // not measured yet: Jacobi sweeps are far from the rate of a product
            case QR -> 0.45;
            case GRAM -> 0.6;
            case RANDOMIZED -> 0.5;
            default -> 0.4;
        };
    }

    static SvdPlan of(
            Device device,
            Shape shape,
            long rank,
            Driver driver,
            String reason,
            double flops,
            long bytes,
            long workspace) {
        double seconds = flops / (efficiency(driver) * Rate.flops(device));
        return new SvdPlan(shape, rank, driver, reason, flops, bytes, workspace, seconds);
    }

    /** Flops of a thin decomposition of the short side n and the long side m (Golub and Van Loan 4th ed., §8.6.3; gesdd's own count). */
    static double denseFlops(Driver driver, long rows, long columns, boolean vectors) {
        double m = Math.max(rows, columns);
        double n = Math.min(rows, columns);
        if (driver == Driver.JACOBI) {
            int sweeps = 7; // of n(n - 1)/2 pairs, each with a dot product and a rotation in A and one in V; as seen on
            // random matrices
            return sweeps * n * (n - 1) / 2 * (8 * m + (vectors ? 6 * n : 0));
        }
        if (!vectors) {
            return m > 1.8 * n ? 2 * m * n * n + 2 * n * n * n : 4 * n * n * (m - n / 3);
        }
        double square = driver == Driver.GESVD ? 17 * n * n * n : 10.5 * n * n * n;
        return m > 1.8 * n ? 6 * m * n * n + square : square + 4 * n * n * (m - n) * 2;
    }

    /** Several lines for a person. */
    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "svd of %s, %d singular triplets%n  driver     %s: %s%n  work       %.3g Gflop, predicted %.3g s%n"
                        + "  memory     %s beside A, %s of it workspace",
                shape,
                rank,
                driver,
                reason,
                flops / 1e9,
                seconds,
                Bytes.text(bytes),
                Bytes.text(workspace));
    }

    /** The rate of an f64 matrix product, measured once. */
    private static final class Rate {
        private static final int ORDER = 512;
        /** Of a slow core; where there is no room to measure. */
        private static final double NOMINAL = 1e10;

        private static final Map<Device, Double> MEASURED = new ConcurrentHashMap<>();

        static double flops(Device device) {
            try {
                return MEASURED.computeIfAbsent(device, Rate::measure);
            } catch (MemoryLimitException e) {
                return NOMINAL;
            }
        }

        private static double measure(Device device) {
            double best = Double.POSITIVE_INFINITY;
            try (Tensor host = Tensor.uniform(DType.F64, 1, ORDER, ORDER);
                    Tensor a = host.to(device)) {
                for (int i = 0; i < 3; i++) {
                    long start = System.nanoTime();
                    a.matmul(a).close();
                    a.backend().synchronize();
                    best = Math.min(best, (System.nanoTime() - start) / 1e9);
                }
            }
            return 2.0 * ORDER * ORDER * ORDER / best;
        }
    }
}
