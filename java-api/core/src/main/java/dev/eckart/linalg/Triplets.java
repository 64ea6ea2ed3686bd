package dev.eckart.linalg;

import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * Singular triplets while they are being computed.
 *
 * @param u (m, k)
 * @param s (k), descending
 * @param vt (k, n)
 * @param passes how many times A was read for them
 */
record Triplets(Tensor u, Tensor s, Tensor vt, int passes) {
    /** None at all. */
    static Triplets none(LinearOperator a) {
        return new Triplets(
                Tensor.empty(a.device(), a.dtype(), a.rows(), 0),
                Tensor.empty(a.device(), a.dtype(), 0),
                Tensor.empty(a.device(), a.dtype(), 0, a.columns()),
                0);
    }

    /** {@link #ofRightSpace} from the leading singular vectors of A's short side: right ones, or left ones of a wide A. */
    static Triplets ofShortSide(LinearOperator a, Tensor vectors, int passes) {
        if (a.rows() >= a.columns()) {
            return ofRightSpace(a, vectors, passes);
        }
        try (Scope scope = Scope.open()) {
            Tensor right = Basis.orthonormal(a.multiplyTransposed(vectors));
            return ofRightSpace(a, right, passes + 1).keepIn(scope);
        }
    }

    /**
     * The triplets of Q·QᵀA, where Q is a basis of A·V: one more half step of subspace iteration, whose rounding is not squared. So
     * Σσ² = ‖QᵀA‖² to the last digits, and what is left out is ‖A‖² − Σσ².
     *
     * @param v (n, k), orthonormal columns, k up to min(m, n)
     * @param passes over A that found V
     */
    static Triplets ofRightSpace(LinearOperator a, Tensor v, int passes) {
        try (Scope scope = Scope.open()) {
            Tensor q = Basis.orthonormal(a.multiply(v));
            Svd inner = Svd.options().certify(Certificate.Level.NONE).of(a.multiplyTransposed(q));
            Tensor u = q.matmul(inner.vt().transpose());
            Tensor vt = inner.u().transpose().contiguous();
            return new Triplets(u, inner.s(), vt, passes + 2).keepIn(scope);
        }
    }

    /** With the signs that {@link Svd} promises. */
    Triplets oriented() {
        if (s.dim(0) > 0) {
            u.backend().orientVectors(u.view(), vt.view());
        }
        return this;
    }

    /** The first k, in memory of their own. */
    Triplets first(long k) {
        return k == s.dim(0)
                ? this
                : new Triplets(
                        u.slice(1, 0, k).copy(),
                        s.slice(0, 0, k).copy(),
                        vt.slice(0, 0, k).copy(),
                        passes);
    }

    Triplets keepIn(Scope scope) {
        scope.keep(u);
        scope.keep(s);
        scope.keep(vt);
        return this;
    }
}
