package dev.eckart.linalg;

import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The SVD of a tall matrix by way of A = Q·R: R = U'·S·Vᵀ gives U = Q·U'. For a wide matrix the same of Aᵀ.
 *
 * @param a the matrix
 * @param u where its left vectors go
 * @param s its values
 * @param vt its right vectors
 * @param fallbacks to which is added what was given up
 */
record QrFirst(Tensor a, Tensor u, Tensor s, Tensor vt, List<String> fallbacks) {
    /** Q and R by reflections. */
    Driver householder() {
        try (Scope scope = Scope.open()) {
            Qr qr = Qr.of(tall());
            small(qr.r(), qr.q()::matmul);
        }
        return Driver.QR;
    }

    /** Q and R by Cholesky factors where A's condition lets them; the certificate will say which variant that took. */
    Driver cholesky() {
        try (Scope scope = Scope.open()) {
            Optional<CholeskyQr> found = CholeskyQr.of(tall());
            if (found.isPresent()) {
                CholeskyQr qr = found.get();
                if (qr.shifted() > 0) {
                    fallbacks.add(String.format(
                            Locale.ROOT,
                            "CholeskyQR2: the condition is about %.1e, above %.1e: shifted CholeskyQR3",
                            qr.condition(),
                            CholeskyQr.limit(a.dtype())));
                }
                small(qr.r(), qr::multiply);
                return Driver.CHOLESKY_QR;
            }
        }
        fallbacks.add("cholesky-qr: the condition is above 1/ε: Householder reflections");
        return householder();
    }

    private boolean wide() {
        return a.dim(0) < a.dim(1);
    }

    private Tensor tall() {
        return wide() ? a.transpose() : a;
    }

    private void small(Tensor r, UnaryOperator<Tensor> timesQ) {
        Svd inner = Svd.options().certify(Certificate.Level.NONE).of(r);
        s.assign(inner.s());
        if (wide()) {
            u.assign(inner.vt().transpose());
            vt.assign(timesQ.apply(inner.u()).transpose());
            a.backend().orientVectors(u.view(), vt.view());
        } else {
            vt.assign(inner.vt());
            u.assign(timesQ.apply(inner.u()));
        }
        fallbacks.addAll(inner.certificate().fallbacks());
    }
}
