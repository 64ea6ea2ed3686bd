package dev.eckart.cli;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** The leading singular triplets of each matrix of a batch. */
final class Batches {
    private Batches() {}

    /**
     * @param a (b, m, n)
     * @return u (b, m, k), s (b, k), vt (b, k, n) and the worst certificate
     * @throws IllegalArgumentException naming the matrix that is refused
     */
    static Svd svd(Tensor a, long k, TruncatedSvd.Options options, Progress progress) {
        long b = a.dim(0);
        Tensor u = Tensor.empty(a.device(), a.dtype(), b, a.dim(1), k);
        Tensor s = Tensor.empty(a.device(), a.dtype(), b, k);
        Tensor vt = Tensor.empty(a.device(), a.dtype(), b, k, a.dim(2));
        Certificate worst = null;
        for (long i = 0; i < b; i++) {
            try (Scope scope = Scope.open()) {
                Svd one = options.of(a.select(0, i));
                u.select(0, i).assign(one.u());
                s.select(0, i).assign(one.s());
                vt.select(0, i).assign(one.vt());
                worst = worst == null ? one.certificate() : Certificates.worse(worst, one.certificate());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("matrix " + i + " of the batch: " + e.getMessage(), e);
            }
            progress.update("matrix " + (i + 1) + " of " + b, (i + 1.0) / b);
        }
        if (worst == null) {
            worst = Svd.options().of(a).certificate();
        }
        return new Svd(u, s, vt, worst);
    }
}
