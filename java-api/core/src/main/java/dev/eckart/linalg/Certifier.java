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
import java.util.concurrent.ThreadLocalRandom;

/**
 * Computes a {@link Certificate}. One is made for each factorization, and sees A before and the result after.
 *
 * <p>The bounds hold for any A with the stated probability only if A does not depend on the probes. So each certifier draws a seed of
 * its own, unless it is given one, with which runs can be repeated: a seed fixed once for all would let some matrices escape always,
 * and an error in their direction be missed each time.
 */
final class Certifier {
    /** r of Halko, Martinsson and Tropp 2011 (4.3); the bound fails with probability 10⁻ʳ. */
    static final int PROBES = 10;

    static final double FACTOR = 10 * Math.sqrt(2 / Math.PI);
    /** Keeps a given seed apart from the streams that factorizations take from the same one. */
    private static final long SEED = 0x45636b6172744331L;
    /** ‖E‖F is at most this times the root mean square of ‖Eωᵢ‖, but for 10⁻¹⁰: P(χ²₁₀ < 10 / 14²) is 0.9·10⁻¹⁰. */
    private static final double SURE = 14;
    /** How far ‖A‖F² − Σσ² may be from the square of the residual, to stand for it. */
    private static final double CLOSE = 0.01;

    private static final long BLOCK_ELEMENTS = 1 << 22;

    private final Level level;
    private final int probes;
    private final long seed;
    private final long start = System.nanoTime();
    private Tensor image;

    /** Draws the probes anew. */
    Certifier(Level level) {
        this(level, PROBES, ThreadLocalRandom.current().nextLong());
    }

    /** Draws the probes by a seed. */
    Certifier(Level level, long seed) {
        this(level, PROBES, seed ^ SEED);
    }

    Certifier(Level level, int probes, long seed) {
        this.level = level;
        this.probes = probes;
        this.seed = seed;
    }

    Level level() {
        return level;
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
            Figures figures = full ? exact(a, u, s, vt) : estimate(a, u, s, vt);
            Residual residual = figures.residual;
            return new Certificate(
                    residual.norm,
                    residual.value,
                    residual.value == 0 ? 0 : residual.value / residual.scale,
                    residual.norm == Norm.FROBENIUS,
                    full ? 1 : 1 - Math.pow(10, -probes),
                    figures.lossU,
                    figures.lossV,
                    driver,
                    "",
                    List.copyOf(fallbacks),
                    passes,
                    seconds());
        }
    }

    /**
     * ‖A − USVᵀ‖ in a norm.
     *
     * @param scale ‖A‖ in that norm
     */
    private record Residual(Norm norm, double value, double scale) {}

    /** What a certificate says of a factorization; the losses are bounds. */
    private record Figures(Residual residual, double lossU, double lossV) {}

    private Figures exact(LinearOperator a, Tensor u, Tensor s, Tensor vt) {
        double norm = a.frobeniusNorm().orElseGet(s::norm);
        Residual residual = new Residual(Norm.FROBENIUS, frobeniusResidual(a, u, s, vt), norm);
        return new Figures(residual, gramLoss(u), gramLoss(vt.transpose()));
    }

    /** The residual is the remainder ‖A‖² − Σσ² where R·Ω of R = A − USVᵀ bears it out, else the bound of the spectral norm. */
    private Figures estimate(LinearOperator a, Tensor u, Tensor s, Tensor vt) {
        Tensor omega = probes(a.device(), a.dtype(), a.columns());
        Tensor right = vt.matmul(omega);
        // Of a square V, I − V·Vᵀ has the same norm as I − VᵀV.
        boolean square = vt.dim(0) == vt.dim(1);
        double lossV = square ? distance(omega, vt.transpose().matmul(right)) : loss(vt.transpose());
        Tensor exact = image != null ? image : a.multiply(omega);
        // U is read once for the residual and its own loss.
        Tensor units = square ? omega : probes(u.device(), u.dtype(), u.dim(1));
        Tensor factors = Tensor.empty(u.device(), u.dtype(), u.dim(1), 2L * probes);
        factors.slice(1, 0, probes).assign(right.multiply(s.reshape(-1, 1)));
        factors.slice(1, probes, 2L * probes).assign(units);
        Tensor images = u.matmul(factors);
        Tensor rest = exact.subtract(images.slice(1, 0, probes));
        double lossU = distance(
                units, u.transpose().matmul(images.slice(1, probes, 2L * probes).copy()));
        return new Figures(residual(a, u, s, rest), FACTOR * lossU, FACTOR * lossV);
    }

    /** max ‖(I − QᵀQ)ωᵢ‖. */
    double loss(Tensor q) {
        Tensor omega = probes(q.device(), q.dtype(), q.dim(1));
        return distance(omega, q.transpose().matmul(q.matmul(omega)));
    }

    private static double distance(Tensor a, Tensor b) {
        return Matrices.largest(Matrices.columnNorms(a.subtract(b)));
    }

    private Residual residual(LinearOperator a, Tensor u, Tensor s, Tensor rest) {
        OptionalDouble norm = image != null || s.dim(0) == Math.min(a.rows(), a.columns())
                ? OptionalDouble.empty()
                : a.frobeniusNorm();
        if (norm.isPresent()) {
            double remainder = remainder(norm.getAsDouble(), s.norm());
            boolean visible = remainder > 10 * Math.sqrt(a.dtype().epsilon()) * norm.getAsDouble();
            if (visible && doubt(s, u.transpose().matmul(rest), remainder) <= CLOSE) {
                return new Residual(Norm.FROBENIUS, remainder, norm.getAsDouble());
            }
        }
        double largest = s.shape().size() == 0 ? 0 : s.get(0);
        return new Residual(Norm.SPECTRAL, FACTOR * Matrices.largest(Matrices.columnNorms(rest)), largest);
    }

    /** √(‖A‖F² − Σσ²), which is ‖A − USVᵀ‖F when UᵀA = SVᵀ. Its square loses what is below ε·‖A‖F². */
    private static double remainder(double all, double part) {
        return Math.sqrt(Math.max(0, all - part)) * Math.sqrt(all + part);
    }

    /**
     * How far the square of the remainder may be from ‖R‖F², relative to it: ‖A‖² = Σσ² + ‖R‖² + 2·tr(V·S·UᵀR), and the trace is at
     * most √k·‖S·UᵀR‖F, which is estimated from S·Uᵀ·(R·Ω).
     */
    private double doubt(Tensor s, Tensor part, double remainder) {
        Tensor relative = s.divide(Tensor.full(s.dtype(), remainder).to(s.device()));
        double mean = part.multiply(relative.reshape(-1, 1)).norm() / Math.sqrt(probes) / remainder;
        return 2 * Math.sqrt(s.dim(0)) * SURE * mean;
    }

    private double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }

    Tensor probes(Device device, DType dtype, long rows) {
        return Tensor.normal(dtype, seed, rows, probes).to(device);
    }

    /** ‖A − U·S·Vᵀ‖F: by blocks of rows where a pass over A costs, else by blocks of columns. */
    private static double frobeniusResidual(LinearOperator a, Tensor u, Tensor s, Tensor vt) {
        Tensor us = u.multiply(s);
        double[] sum = {0};
        if (a.isStreamed()) {
            a.forEachRows((from, rows) -> {
                Tensor left = us.slice(0, from, from + rows.dim(0));
                sum[0] = Math.hypot(sum[0], rows.subtract(left.matmul(vt)).norm());
            });
            return sum[0];
        }
        long width = Math.max(1, BLOCK_ELEMENTS / Math.max(1, a.rows()));
        for (long from = 0; from < a.columns(); from += width) {
            Interrupts.check("certificate");
            long to = Math.min(a.columns(), from + width);
            try (Scope scope = Scope.open()) {
                double norm = a.columns(from, to)
                        .subtract(us.matmul(vt.slice(1, from, to)))
                        .norm();
                sum[0] = Math.hypot(sum[0], norm);
            }
        }
        return sum[0];
    }

    /** ‖I − QᵀQ‖F. */
    private static double gramLoss(Tensor q) {
        Tensor identity = Tensor.eye(q.dtype(), q.dim(1)).to(q.device());
        return q.transpose().matmul(q).subtract(identity).norm();
    }
}
