package dev.eckart.linalg;

import dev.eckart.tensor.Tensor;
import java.util.List;

/**
 * How good a factorization A ≈ U·diag(s)·Vᵀ is, computed afterwards from A and the result.
 *
 * <p>At level {@link Level#ESTIMATE} the residual is the spectral bound of Halko, Martinsson and Tropp 2011 §4.3: with r = 10 random
 * normal vectors ω that are independent of A and of the factorization, ‖A − USVᵀ‖₂ ≤ 10·√(2/π)·maxᵢ‖(A − USVᵀ)ωᵢ‖ with probability
 * 1 − 10⁻ʳ. They are drawn anew for each factorization, unless a seed was given. For leading triplets, where ‖A‖F is known, the
 * residual is the Frobenius norm √(‖A‖F² − Σσ²) instead, unless that is below 10·√ε·‖A‖F, or S·Uᵀ·(A − USVᵀ)·ω, which vanishes for
 * them, says that it may be off by more than 1 % of its square. Loss of orthogonality ‖I − UᵀU‖₂, ‖I − VᵀV‖₂ is bounded in the same
 * way as the spectral norm. At level {@link Level#EXACT} residual and losses are Frobenius norms, summed over blocks.
 *
 * @param norm which norm {@code residual} is
 * @param residual ‖A − USVᵀ‖, in the units of A; NaN at level NONE
 * @param relativeResidual the same over ‖A‖ in that norm; 0 for a zero matrix
 * @param exact whether {@code residual} was computed; else it is a bound that holds with {@code probability}
 * @param probability with which the bounds hold; 1 when there are none
 * @param orthogonalityU ‖I − UᵀU‖
 * @param orthogonalityV ‖I − VᵀV‖
 * @param driver which driver did the work
 * @param variant for driver cholesky-qr (or qr in its place) how Q was found and why, with the condition; else empty
 * @param fallbacks which drivers were tried before and why they were given up
 * @param passes how many times the factorization read A; the certificate reads it once more
 * @param seconds from the call to the result, the certificate included
 */
public record Certificate(
        Norm norm,
        double residual,
        double relativeResidual,
        boolean exact,
        double probability,
        double orthogonalityU,
        double orthogonalityV,
        Driver driver,
        String variant,
        List<String> fallbacks,
        int passes,
        double seconds) {
    /** How much is spent on the certificate. */
    public enum Level {
        /** Nothing. */
        NONE,
        /** A bound that holds with high probability; at most a few percent of the time. */
        ESTIMATE,
        /** The residual itself; costs a product of the size of A. */
        EXACT
    }

    /** Norms of a matrix. */
    public enum Norm {
        /** Root of the sum of squares. */
        FROBENIUS,
        /** Largest singular value. */
        SPECTRAL,
        /** None: no certificate was asked for. */
        NONE
    }

    /**
     * Certifies any A ≈ U·diag(s)·Vᵀ, wherever it comes from.
     *
     * @param a (m, n)
     * @param u (m, k)
     * @param s (k), descending
     * @param vt (k, n)
     */
    public static Certificate of(LinearOperator a, Tensor u, Tensor s, Tensor vt, Level level) {
        return new Certifier(level).certify(a, u, s, vt, Driver.AUTO, List.of(), 0);
    }

    /** As above, with the random vectors of a seed: for the same figures in each run. */
    public static Certificate of(LinearOperator a, Tensor u, Tensor s, Tensor vt, Level level, long seed) {
        return new Certifier(level, seed).certify(a, u, s, vt, Driver.AUTO, List.of(), 0);
    }

    /** This certificate, with who did the work. */
    public Certificate by(Driver worker, int passesOverA, double inSeconds) {
        return by(worker, variant, passesOverA, inSeconds);
    }

    /** This certificate, with the driver's variant. */
    Certificate by(String how) {
        return by(driver, how, passes, seconds);
    }

    private Certificate by(Driver worker, String how, int passesOverA, double inSeconds) {
        return new Certificate(
                norm,
                residual,
                relativeResidual,
                exact,
                probability,
                orthogonalityU,
                orthogonalityV,
                worker,
                how,
                fallbacks,
                passesOverA,
                inSeconds);
    }

    /** Of two members of a batch: the larger of each figure, the seconds together. */
    Certificate worse(Certificate o) {
        Certificate worst = o.relativeResidual > relativeResidual ? o : this;
        return new Certificate(
                norm,
                worst.residual,
                worst.relativeResidual,
                exact,
                probability,
                Math.max(orthogonalityU, o.orthogonalityU),
                Math.max(orthogonalityV, o.orthogonalityV),
                driver,
                worst.variant,
                fallbacks.isEmpty() ? o.fallbacks : fallbacks,
                Math.max(passes, o.passes),
                seconds + o.seconds);
    }

    static Certificate none(Driver driver, List<String> fallbacks, int passes, double seconds) {
        double nan = Double.NaN;
        return new Certificate(Norm.NONE, nan, nan, false, 0, nan, nan, driver, "", fallbacks, passes, seconds);
    }
}
