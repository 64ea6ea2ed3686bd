package dev.eckart.linalg;

import dev.eckart.backend.Backend;
import dev.eckart.backend.SvdDriver;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * Randomized subspace iteration: Halko, Martinsson and Tropp 2011, algorithm 4.4, with a well-conditioned basis at each half step and an
 * orthonormal one at the last; then algorithm 5.1. Small singular values are as accurate as large ones: nothing is squared.
 */
final class SubspaceIteration {
    private SubspaceIteration() {}

    /** The k leading triplets. */
    static Triplets of(LinearOperator a, long k, Sketching how) {
        long small = Math.min(a.rows(), a.columns());
        long block = how.block(small, k);
        int q = how.powers(small, k);
        if (block == 0) {
            return Triplets.none(a);
        }
        try (Scope scope = Scope.open()) {
            Tensor omega = how.normal(a.device(), a.dtype(), 0, a.columns(), block);
            Tensor basis = q == 0 ? Basis.orthonormal(a.multiply(omega)) : Basis.any(a.multiply(omega));
            omega.close();
            for (int i = 0; i < q; i++) {
                Interrupts.check("truncated svd");
                try (Scope step = Scope.open()) {
                    Tensor right = Basis.any(a.multiplyTransposed(basis));
                    Tensor image = a.multiply(right);
                    Tensor next = step.keep(i == q - 1 ? Basis.orthonormal(image) : Basis.any(image));
                    basis.close();
                    basis = next;
                }
            }
            Tensor bt = a.multiplyTransposed(basis);
            Svd inner = Svd.options().certify(Certificate.Level.NONE).of(bt.transpose());
            Tensor u = basis.matmul(inner.u());
            return new Triplets(u, inner.s(), inner.vt(), 2 * q + 2).first(k).keepIn(scope);
        }
    }

    /** The same of a dense matrix in one call of its device, which draws its own numbers; empty where that takes no block so large. */
    static Optional<Triplets> ofDevice(Tensor a, long k, Sketching how, List<String> fallbacks) {
        long small = Math.min(a.dim(0), a.dim(1));
        long block = how.block(small, k);
        int q = how.powers(small, k);
        if (block >= small) {
            fallbacks.add(Driver.GESVDR + ": a block of " + block + " columns is not below min(m,n) = " + small);
            return Optional.empty();
        }
        try (Scope scope = Scope.open()) {
            Tensor u = Tensor.empty(a.device(), a.dtype(), a.dim(0), k);
            Tensor s = Tensor.empty(a.device(), a.dtype(), k);
            Tensor vt = Tensor.empty(a.device(), a.dtype(), k, a.dim(1));
            Backend.Vectors vectors = new Backend.Vectors(u.view(), vt.view());
            a.backend().svdLeading(SvdDriver.GESVDR, a.copy().view(), block - k, q, s.view(), vectors);
            return Optional.of(new Triplets(u, s, vt, 2 * q + 2).keepIn(scope));
        }
    }

    /** What it takes: products, a triangle of YᵀY and a solve for each basis, the decomposition of B and U = Q·U'. */
    static Work work(LinearOperator a, long k, Sketching how) {
        long small = Math.min(a.rows(), a.columns());
        double block = how.block(small, k);
        int passes = 2 * how.powers(small, k) + 2;
        double bases = passes * (double) (a.rows() + a.columns()) * block * block;
        return Matrices.products(a, passes * block, passes)
                .plus(Work.products(bases + 2.0 * a.rows() * block * block))
                .plus(DenseWork.of(Driver.GESDD, a.dtype(), a.columns(), (long) block, true));
    }
}
