package dev.eckart.linalg;

import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
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
            Qr qr = Qr.of(tall(a));
            small(qr.r(), qr.q()::matmul);
        }
        return Driver.QR;
    }

    /**
     * Q and R by Cholesky factors where A's condition lets them.
     *
     * @param variant gets which kind of them, and why
     */
    Driver cholesky(Consumer<String> variant) {
        try (Scope scope = Scope.open()) {
            Optional<CholeskyQr> found = CholeskyQr.of(tall(a));
            if (found.isPresent()) {
                CholeskyQr qr = found.get();
                if (qr.shifted() > 0) {
                    fallbacks.add(String.format(
                            Locale.ROOT,
                            "CholeskyQR2: the condition is about %.1e, above %.1e: shifted CholeskyQR3",
                            qr.condition(),
                            CholeskyQr.limit(a.dtype())));
                }
                variant.accept(qr.variant());
                small(qr.r(), qr::multiply);
                return Driver.CHOLESKY_QR;
            }
        }
        variant.accept(CholeskyQr.reflections(a.dtype()));
        fallbacks.add("cholesky-qr: the condition is above 1/ε: Householder reflections");
        return householder();
    }

    /** Which variant {@link #cholesky} takes, and why; found by factoring A. */
    static String variant(Tensor a) {
        try (Scope scope = Scope.open()) {
            return CholeskyQr.of(tall(a)).map(CholeskyQr::variant).orElseGet(() -> CholeskyQr.reflections(a.dtype()));
        }
    }

    private boolean wide() {
        return a.dim(0) < a.dim(1);
    }

    private static Tensor tall(Tensor a) {
        return a.dim(0) < a.dim(1) ? a.transpose() : a;
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
