package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Tensor;

/**
 * A basis of the columns of a tall matrix Y, written over it. By Cholesky QR: YᵀY = L·Lᵀ, Q = Y·L⁻ᵀ, all of it products. That
 * squares the condition κ of Y: ‖QᵀQ − I‖ is about ε·κ², and the second of two passes sees a Q of condition 1 (CholeskyQR2;
 * Fukaya, Nakatsukasa, Yanagisawa and Yamamoto 2014). Where Cholesky fails, or that Q is not near orthonormal, Householder
 * reflections take over.
 */
final class Basis {
    /** ‖Q₁ᵀQ₁ − I‖ from which a second pass is orthonormal to a few ε: κ(Q₁)² is below (1 + 0.1) / (1 − 0.1). */
    private static final double NEAR = 0.1;

    private Basis() {}

    /** A well-conditioned basis, which the next step of an iteration multiplies by; takes Y, gives its place or another's. */
    static Tensor any(Tensor y) {
        return tall(y) && pass(y) ? y : householder(y);
    }

    /** An orthonormal basis; takes Y, gives its place or another's. */
    static Tensor orthonormal(Tensor y) {
        return tall(y) && pass(y) && near(y) && pass(y) ? y : householder(y);
    }

    private static boolean tall(Tensor y) {
        return y.dim(0) >= y.dim(1) && y.dim(1) > 0;
    }

    /** Y becomes Y·L⁻ᵀ; false, and Y as it was, when YᵀY is not finite or not positive definite to working precision. */
    private static boolean pass(Tensor y) {
        Interrupts.check("basis");
        try (Tensor gram = gram(y)) {
            boolean definite = gram.backend().firstNonFinite(gram.view()) < 0
                    && gram.backend().cholesky(gram.view());
            if (definite) {
                y.backend().triangularSolve(true, false, true, gram.view(), y.view());
            }
            return definite;
        }
    }

    private static boolean near(Tensor q) {
        try (Tensor gram = gram(q);
                Tensor eye = Tensor.eye(DType.F64, q.dim(1));
                Tensor wide = gram.to(DType.F64);
                Tensor host = wide.to(eye.device());
                Tensor error = host.subtract(eye)) {
            return error.norm() < NEAR;
        }
    }

    private static Tensor gram(Tensor y) {
        Tensor gram = Tensor.empty(y.device(), y.dtype(), y.dim(1), y.dim(1));
        try {
            y.backend().gram(1, y.view(), 0, gram.view());
            return gram;
        } catch (RuntimeException | Error e) {
            gram.close();
            throw e;
        }
    }

    private static Tensor householder(Tensor y) {
        try (y) {
            Qr qr = Qr.of(y);
            qr.r().close();
            return qr.q();
        }
    }
}
