package dev.eckart.testkit;

import dev.eckart.memory.DType;

/**
 * How far a computed number may be from the true one: c·ε·√size·scale, everywhere. The square root is what rounding errors of
 * random signs add up to (Higham and Mary 2019, A New Approach to Probabilistic Rounding Error Analysis); c covers the constants.
 */
public final class Tolerance {
    /** Of backward errors of factorizations, in units of the matrix's norm. */
    private static final double FACTORIZATION = 10;

    /** Of sums and inner products, in units of the sum of magnitudes. */
    private static final double SUM = 4;

    private Tolerance() {}

    /** For ‖A − U·S·Vᵀ‖, ‖s − s′‖ and the like of an m × n matrix whose norm is {@code scale}. */
    public static double factorization(DType dtype, long m, long n, double scale) {
        return FACTORIZATION * dtype.epsilon() * Math.sqrt(Math.max(1, Math.max(m, n))) * scale;
    }

    /** For ‖QᵀQ − I‖ in the Frobenius norm, of k columns of length m. */
    public static double orthogonality(DType dtype, long m, long k) {
        return factorization(dtype, m, k, Math.sqrt(Math.max(1, k)));
    }

    /** For a sum of {@code count} terms whose magnitudes sum to {@code scale}. */
    public static double sum(DType dtype, long count, double scale) {
        return SUM * dtype.epsilon() * Math.sqrt(Math.max(1, count)) * scale;
    }

    /** {@code count} units in the last place of {@code value}. */
    public static double ulps(DType dtype, double count, double value) {
        double unit = switch (dtype) {
            case F64 -> Math.ulp(value);
            case F32 -> Math.ulp((float) value);
            case BF16 -> Math.max(0x1p-133, Math.ulp((float) value) * 0x1p16);
            default -> throw new IllegalArgumentException("ulps: " + dtype + " is not a floating-point type");
        };
        return count * unit;
    }
}
