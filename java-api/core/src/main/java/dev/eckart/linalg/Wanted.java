package dev.eckart.linalg;

import dev.eckart.memory.DType;

/**
 * Which leading triplets are wanted: a number of them, or the fewest with ‖A − A_k‖F ≤ tolerance·‖A‖F.
 *
 * @param rank the number; negative where the tolerance decides
 * @param tolerance in [0, 1]; NaN where the rank decides
 */
record Wanted(long rank, double tolerance) {
    /** Above √ε by this factor squares of singular values still say something: what a difference of squares leaves is ε/100 of it. */
    static final double ABOVE = 10;

    static Wanted rank(long k) {
        return new Wanted(k, Double.NaN);
    }

    static Wanted tolerance(double error) {
        return new Wanted(-1, error);
    }

    boolean byRank() {
        return rank >= 0;
    }

    /** Whether ‖A‖² − Σσ², with its rounding, can show that the tolerance is met. */
    boolean certifiable(DType type) {
        return byRank() || tolerance >= ABOVE * Math.sqrt(type.epsilon());
    }

    /** How many of these leading values are enough, or -1 when all of them are not: ‖A − A_k‖² = ‖A‖² − Σσ². */
    long among(double[] s, double norm) {
        if (byRank()) {
            return s.length >= rank ? rank : -1;
        }
        double scale = norm == 0 ? 1 : norm;
        double rest = norm == 0 ? 0 : 1;
        for (int k = 0; k <= s.length; k++) {
            if (rest <= tolerance * tolerance) {
                return k;
            }
            if (k < s.length) {
                rest = Math.max(0, rest - (s[k] / scale) * (s[k] / scale));
            }
        }
        return -1;
    }

    /** How many are enough of all the values there are: summed from the smallest, so that nothing cancels. */
    long amongAll(double[] s) {
        if (byRank()) {
            return rank;
        }
        double total = 0;
        double largest = s.length == 0 || s[0] == 0 ? 1 : s[0];
        for (double value : s) {
            total = Math.hypot(total, value / largest);
        }
        int k = s.length;
        double rest = 0;
        while (k > 0 && Math.hypot(rest, s[k - 1] / largest) <= tolerance * total) {
            rest = Math.hypot(rest, s[--k] / largest);
        }
        return k;
    }

    /** Whether the last wanted value is too small beside the first to be found from AᵀA, whose rounding is ε·σ₁². */
    static boolean lostInSquares(double[] s, long k, DType type) {
        return k > 0 && !(s[(int) k - 1] > ABOVE * Math.sqrt(type.epsilon()) * s[0]);
    }
}
