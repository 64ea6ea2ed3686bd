package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
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
        return tall(y) && pass(y, false) ? y : householder(y);
    }

    /** An orthonormal basis; takes Y, gives its place or another's. */
    static Tensor orthonormal(Tensor y) {
        return tall(y) && pass(y, false) && pass(y, true) ? y : householder(y);
    }

    private static boolean tall(Tensor y) {
        return y.dim(0) >= y.dim(1) && y.dim(1) > 0;
    }

    /**
     * Y becomes Y·L⁻ᵀ; false, and Y as it was, when YᵀY is not finite, not positive definite to working precision, or not near I where
     * that is asked for.
     */
    private static boolean pass(Tensor y, boolean second) {
        Interrupts.check("basis");
        try (Scope scope = Scope.open()) {
            Tensor gram = Tensor.empty(y.device(), y.dtype(), y.dim(1), y.dim(1));
            y.backend().gram(1, y.view(), 0, gram.view());
            boolean works = gram.backend().firstNonFinite(gram.view()) < 0
                    && (!second || distanceFromIdentity(gram) < NEAR)
                    && gram.backend().cholesky(gram.view());
            if (works) {
                y.backend().triangularSolve(true, false, true, gram.view(), y.view());
            }
            return works;
        }
    }

    private static double distanceFromIdentity(Tensor gram) {
        Tensor host = gram.to(Device.cpu()).to(DType.F64);
        return host.subtract(Tensor.eye(DType.F64, gram.dim(0))).norm();
    }

    private static Tensor householder(Tensor y) {
        try (y) {
            Qr qr = Qr.of(y);
            qr.r().close();
            return qr.q();
        }
    }
}
