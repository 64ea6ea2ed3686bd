package dev.eckart.linalg;

import dev.eckart.linalg.Certificate.Level;
import dev.eckart.linalg.Certificate.Norm;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.OptionalDouble;

/** Computes a {@link Certificate}. One is made for each factorization, and sees A before and the result after. */
final class Certifier {
    /** r of Halko, Martinsson and Tropp 2011 (4.3); the bound fails with probability 10⁻ʳ. */
    static final int PROBES = 10;

    static final double FACTOR = 10 * Math.sqrt(2 / Math.PI);
    /** Seeds of the probes: unlike any seed that a factorization uses (those are streams of the user's seed). */
    private static final long SEED = 0x45636b6172744331L;

    private static final long BLOCK_ELEMENTS = 1 << 22;

    private final Level level;
    private final long start = System.nanoTime();
    private Tensor image;

    Certifier(Level level) {
        this.level = level;
    }

    /** For a factorization that destroys A: takes A·Ω beforehand. Ω depends on nothing that the factorization uses. */
    void observe(LinearOperator a) {
        if (level != Level.NONE) {
            image = a.multiply(probes(a.device(), a.dtype(), a.columns()));
        }
    }

    Certificate certify(
            LinearOperator a, Tensor u, Tensor s, Tensor vt, Driver driver, List<String> fallbacks, int passes) {
        if (level == Level.NONE) {
            return Certificate.none(driver, List.copyOf(fallbacks), passes, seconds());
        }
        Interrupts.check("certificate");
        try (Scope scope = Scope.open()) {
            boolean full = level == Level.EXACT && image == null;
            OptionalDouble remainder = full || image != null ? OptionalDouble.empty() : remainder(a, s);
            boolean exact = full || remainder.isPresent();
            double residual = full
                    ? frobeniusResidual(a, u, s, vt)
                    : remainder.orElseGet(() -> FACTOR * sketchedResidual(a, u, s, vt));
            double scale =
                    exact ? a.frobeniusNorm().orElseGet(s::norm) : s.shape().size() == 0 ? 0 : s.get(0);
            return new Certificate(
                    exact ? Norm.FROBENIUS : Norm.SPECTRAL,
                    residual,
                    residual == 0 ? 0 : residual / scale,
                    exact,
                    full ? 1 : 1 - Math.pow(10, -PROBES),
                    full ? gramLoss(u) : FACTOR * sketchedLoss(u),
                    full ? gramLoss(vt.transpose()) : FACTOR * sketchedLoss(vt.transpose()),
                    driver,
                    List.copyOf(fallbacks),
                    passes,
                    seconds());
        }
    }

    /**
     * ‖A − U·S·Vᵀ‖F = √(‖A‖F² − Σσ²) for U·S·Vᵀ = U·Uᵀ·A cut to its leading triplets; empty where ‖A‖F is unknown, or where the
     * difference is below 10·√ε·‖A‖F and says nothing.
     */
    private static OptionalDouble remainder(LinearOperator a, Tensor s) {
        OptionalDouble norm = a.frobeniusNorm();
        if (norm.isEmpty() || s.dim(0) == Math.min(a.rows(), a.columns())) {
            return OptionalDouble.empty();
        }
        double all = norm.getAsDouble();
        double part = s.norm();
        double rest = Math.sqrt(Math.max(0, all - part)) * Math.sqrt(all + part);
        return rest > 10 * Math.sqrt(a.dtype().epsilon()) * all ? OptionalDouble.of(rest) : OptionalDouble.empty();
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    static Tensor probes(Device device, DType dtype, long rows) {
        return Tensor.normal(dtype, SEED, rows, PROBES).to(device);
    }

    /** max ‖(A − U·S·Vᵀ)ωᵢ‖. */
    private double sketchedResidual(LinearOperator a, Tensor u, Tensor s, Tensor vt) {
        Tensor omega = probes(a.device(), a.dtype(), a.columns());
        Tensor exact = image != null ? image : a.multiply(omega);
        Tensor product = u.matmul(vt.matmul(omega).multiply(s.reshape(-1, 1)));
        return Matrices.largest(Matrices.columnNorms(exact.subtract(product)));
    }

    /** max ‖(I − QᵀQ)ωᵢ‖. */
    private static double sketchedLoss(Tensor q) {
        Tensor omega = probes(q.device(), q.dtype(), q.dim(1));
        Tensor product = q.transpose().matmul(q.matmul(omega));
        return Matrices.largest(Matrices.columnNorms(omega.subtract(product)));
    }

    /** ‖A − U·S·Vᵀ‖F, by blocks of rows where A can give them, else by blocks of columns A·eⱼ. */
    private static double frobeniusResidual(LinearOperator a, Tensor u, Tensor s, Tensor vt) {
        Tensor us = u.multiply(s);
        long width = Math.max(1, BLOCK_ELEMENTS / Math.max(1, a.rows()));
        double sum = 0;
        for (long from = 0; from < a.columns(); from += width) {
            Interrupts.check("certificate");
            long to = Math.min(a.columns(), from + width);
            try (Scope scope = Scope.open()) {
                double norm = a.columns(from, to)
                        .subtract(us.matmul(vt.slice(1, from, to)))
                        .norm();
                sum = Math.hypot(sum, norm);
            }
        }
        return sum;
    }

    /** ‖I − QᵀQ‖F. */
    private static double gramLoss(Tensor q) {
        Tensor identity = Tensor.eye(q.dtype(), q.dim(1)).to(q.device());
        return q.transpose().matmul(q).subtract(identity).norm();
    }
}
