package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Locale;
import java.util.Optional;

/**
 * A = Q·R of a tall matrix, all of it products. A pass takes the Cholesky factor of the Gram matrix, QᵀQ = L·Lᵀ, and makes Q·L⁻ᵀ of Q. It
 * squares the condition κ of Q: what it leaves is orthonormal to ε·κ², so that a second pass finishes where κ is at most ε^-½/10
 * (CholeskyQR2; Yamamoto, Nakatsukasa, Yanagisawa and Fukaya 2015). Beyond that QᵀQ + s·I is factored, which always can be, and divides κ
 * by about ‖Q‖/√s (shifted CholeskyQR3; Fukaya, Kannan, Nakatsukasa, Yamamoto and Yanagisawa 2020). κ is estimated before each pass
 * from the factor, and the last pass is one whose Gram matrix is near I: nothing rests on an assumption about A.
 *
 * @param q (m, n) near orthonormal: Q = q·L⁻ᵀ, of which {@link #multiply} takes the second factor to the small side
 * @param last L of the last pass
 * @param r (n, n) upper triangular
 * @param shifted how many passes had a shift: 0 is CholeskyQR2
 * @param condition of A, estimated; infinite when A seems to be singular
 */
record CholeskyQr(Tensor q, Tensor last, Tensor r, int shifted, double condition) {
    private static final int MOST_SHIFTED = 3;
    /** ‖QᵀQ − I‖F from which one more pass is orthonormal to a few ε. */
    private static final double NEAR = 0.5;
    /** A Gram matrix's largest rounding error, over ε·√m times its norm: with room, as the sums' errors have random signs. */
    private static final double SHIFT = 4;

    private static final int PROBES = 4;
    private static final int POWERS = 3;

    /** The condition up to which CholeskyQR2 is taken. */
    static double limit(DType dtype) {
        return 0.1 / Math.sqrt(dtype.epsilon());
    }

    /**
     * Factors a matrix; empty where not even shifted passes find a near orthonormal Q, as of one that is rank deficient.
     *
     * @param a (m, n), m at least n at least 1; not changed
     */
    static Optional<CholeskyQr> of(Tensor a) {
        try (Scope scope = Scope.open()) {
            double unit = Math.scalb(1.0, -exponent(a));
            Tensor q = a.multiply(unit);
            Tensor r = Tensor.eye(a.dtype(), a.dim(1)).to(a.device());
            Tensor last = null;
            int shifted = 0;
            for (int pass = 0; last == null; pass++) {
                Interrupts.check("cholesky-qr");
                try (Scope step = Scope.open()) {
                    Tensor gram = gramOf(q);
                    boolean near = pass > 0 && distanceFromIdentity(gram) < NEAR;
                    Optional<Tensor> plain = factor(gram, 0).filter(f -> near || condition(f) <= limit(a.dtype()));
                    shifted += plain.isPresent() ? 0 : 1;
                    Optional<Tensor> factor = plain.or(() -> shiftedFactor(gram, a.dim(0)));
                    if (factor.isEmpty() || shifted > MOST_SHIFTED) {
                        return Optional.empty();
                    }
                    Tensor l = factor.get();
                    Tensor product = step.keep(l.transpose().matmul(r));
                    r.close();
                    r = product;
                    if (near) {
                        last = step.keep(l);
                    } else {
                        q.backend().triangularSolve(true, false, true, l.view(), q.view());
                    }
                }
            }
            double condition = condition(r.transpose().contiguous());
            Tensor scaled = r.multiply(1 / unit);
            return Optional.of(new CholeskyQr(scope.keep(q), scope.keep(last), scope.keep(scaled), shifted, condition));
        }
    }

    /** The name of what was done, and why. */
    String variant() {
        double limit = limit(q.dtype());
        return shifted == 0
                ? String.format(
                        Locale.ROOT, "CholeskyQR2, as the condition is about %.1e, up to %.1e", condition, limit)
                : String.format(
                        Locale.ROOT,
                        "shifted CholeskyQR3, as the condition is about %.1e, above %.1e",
                        condition,
                        limit);
    }

    /** The same for a matrix of which {@link #of} finds no factors. */
    static String reflections(DType type) {
        return String.format(
                Locale.ROOT, "Householder reflections, as the condition is above 1/ε = %.1e", 1 / type.epsilon());
    }

    /** Q·x. */
    Tensor multiply(Tensor x) {
        try (Tensor inner = x.copy()) {
            x.backend().triangularSolve(false, false, true, last.view(), inner.view());
            return q.matmul(inner);
        }
    }

    /** Of the largest entry: squares of entries near 1 neither overflow nor vanish. */
    private static int exponent(Tensor a) {
        int most = a.dtype() == DType.F64 ? Double.MAX_EXPONENT - 1 : Float.MAX_EXPONENT - 1;
        double largest = Math.max(extreme(a, 1), extreme(a, -1));
        return largest == 0 ? 0 : Math.max(-most, Math.min(most, Math.getExponent(largest)));
    }

    private static double extreme(Tensor a, double sign) {
        try (Tensor most = sign > 0 ? a.max() : a.min()) {
            return sign * most.get();
        }
    }

    private static Tensor gramOf(Tensor q) {
        Tensor gram = Tensor.empty(q.device(), q.dtype(), q.dim(1), q.dim(1));
        q.backend().gram(1, q.view(), 0, gram.view());
        return gram;
    }

    private static double distanceFromIdentity(Tensor gram) {
        return gram.subtract(Tensor.eye(gram.dtype(), gram.dim(0)).to(gram.device()))
                .norm();
    }

    /** L of gram + shift·I; empty where that is not positive definite to working precision. */
    private static Optional<Tensor> factor(Tensor gram, double shift) {
        Tensor l = shift == 0
                ? gram.copy()
                : gram.add(
                        Tensor.eye(gram.dtype(), gram.dim(0)).to(gram.device()).multiply(shift));
        return l.backend().firstNonFinite(l.view()) < 0 && l.backend().cholesky(l.view())
                ? Optional.of(l)
                : Optional.empty();
    }

    /** With the smallest shift that will do, from the size of the Gram matrix's rounding errors on. */
    private static Optional<Tensor> shiftedFactor(Tensor gram, long rows) {
        double norm = gram.norm();
        double shift = SHIFT * gram.dtype().epsilon() * Math.sqrt(rows) * norm;
        for (; shift < norm; shift *= 10) {
            Optional<Tensor> l = factor(gram, shift);
            if (l.isPresent()) {
                return l;
            }
        }
        return Optional.empty();
    }

    /** κ₂ of a lower triangular L: powers of LLᵀ and of its inverse on some random vectors. From below, near enough. */
    static double condition(Tensor l) {
        try (Scope scope = Scope.open()) {
            double norm = 1;
            double inverse = 1;
            Tensor x = start(l);
            Tensor y = start(l);
            for (int i = 0; i < POWERS; i++) {
                x = l.matmul(l.transpose().matmul(x));
                norm = normalize(x);
                l.backend().triangularSolve(false, false, false, l.view(), y.view());
                l.backend().triangularSolve(false, false, true, l.view(), y.view());
                inverse = normalize(y);
            }
            double condition = Math.sqrt(norm) * Math.sqrt(inverse);
            return condition >= 1 ? condition : Double.isNaN(condition) ? Double.POSITIVE_INFINITY : 1;
        }
    }

    private static Tensor start(Tensor l) {
        Tensor x = Tensor.normal(l.dtype(), 1, l.dim(0), PROBES).to(l.device());
        normalize(x);
        return x;
    }

    /** Makes the columns unit vectors, and gives the length of the longest. */
    private static double normalize(Tensor x) {
        double[] lengths = Matrices.columnNorms(x);
        x.assign(x.divide(Tensor.of(lengths).to(x.dtype()).to(x.device())));
        return Matrices.largest(lengths);
    }
}
