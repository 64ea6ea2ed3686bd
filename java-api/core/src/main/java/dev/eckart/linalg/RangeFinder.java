package dev.eckart.linalg;

import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * As many triplets as a tolerance needs: an orthonormal Q grows by random blocks until ‖A − Q·QᵀA‖F² = ‖A‖F² − ‖QᵀA‖F² is within it
 * (Yu, Gu and Li 2018, algorithm randQB_EI with power iterations; Halko, Martinsson and Tropp 2011, §4.4). That difference says
 * something down to a tolerance of 10·√ε.
 */
final class RangeFinder {
    private static final long WIDTH = 32;
    /** Blocks become wider while they are few beside what there is. */
    private static final long WIDEST = 128;

    private static final int POWERS = 2;

    private RangeFinder() {}

    /**
     * The triplets within the tolerance, for an A that knows its norm.
     *
     * @param most columns of Q
     * @param fallbacks gets the reason when there is no result
     */
    static Optional<Triplets> of(LinearOperator a, Wanted wanted, long most, Sketching how, List<String> fallbacks) {
        double norm = a.frobeniusNorm().orElseThrow();
        if (wanted.among(new double[0], norm) == 0) {
            return Optional.of(Triplets.none(a));
        }
        long small = Math.min(a.rows(), a.columns());
        double allowed = wanted.tolerance() * wanted.tolerance();
        try (Scope scope = Scope.open();
                Columns q = new Columns(a.device(), a.dtype(), a.rows(), Math.min(small, 2 * WIDTH));
                Columns bt = new Columns(a.device(), a.dtype(), a.columns(), Math.min(small, 2 * WIDTH))) {
            double rest = 1;
            int passes = 0;
            for (int block = 0; rest > allowed && q.size() < small; block++) {
                if (q.size() >= most) {
                    fallbacks.add("randomized: the tolerance needs more than " + q.size() + " triplets");
                    return Optional.empty();
                }
                Interrupts.check("truncated svd");
                long width = Math.min(small - q.size(), Math.max(WIDTH, Math.min(WIDEST, q.size() / 2)));
                try (Scope step = Scope.open()) {
                    Tensor next =
                            direction(a, q, bt, how.normal(a.device(), a.dtype(), block, a.columns(), width), how);
                    Tensor rows = a.multiplyTransposed(next);
                    double part = rows.norm() / norm;
                    rest -= part * part;
                    q.append(next);
                    bt.append(rows);
                }
                passes += 2 + 2 * powers(how);
            }
            return Optional.of(triplets(q, bt, wanted, norm, passes).keepIn(scope));
        }
    }

    /** An orthonormal block of the range of A − Q·B beyond Q, with power iterations on that difference. */
    private static Tensor direction(LinearOperator a, Columns q, Columns bt, Tensor omega, Sketching how) {
        Tensor y = image(a, q, bt, omega);
        for (int i = 0; i < powers(how); i++) {
            Tensor left = Basis.any(y);
            Tensor right = a.multiplyTransposed(left);
            bt.subtract(q.coefficients(left), right);
            y = image(a, q, bt, Basis.any(right));
        }
        return q.orthonormal(y);
    }

    /** (A − Q·B)·X. */
    private static Tensor image(LinearOperator a, Columns q, Columns bt, Tensor x) {
        Tensor y = a.multiply(x);
        q.subtract(bt.coefficients(x), y);
        return y;
    }

    /** A ≈ Q·B and Bᵀ = U'·S·V'ᵀ give U = Q·V' and V = U', cut to what the tolerance needs. */
    private static Triplets triplets(Columns q, Columns bt, Wanted wanted, double norm, int passes) {
        Svd inner = Svd.options().certify(Certificate.Level.NONE).of(bt.all());
        long enough = wanted.among(inner.s().toArray(), norm);
        long k = enough < 0 ? q.size() : enough;
        Tensor u = q.all().matmul(inner.vt().slice(0, 0, k).transpose());
        Tensor vt = inner.u().slice(1, 0, k).transpose().contiguous();
        return new Triplets(u, inner.s().slice(0, 0, k).copy(), vt, passes).oriented();
    }

    private static int powers(Sketching how) {
        return how.powerIterations() >= 0 ? how.powerIterations() : POWERS;
    }

    /** What it takes to get to a Q of {@code columns}. */
    static Work work(LinearOperator a, double columns, Sketching how) {
        int passes = 2 + 2 * powers(how);
        double projections = passes * (double) (a.rows() + a.columns()) * columns * columns;
        double end = (8.0 * a.columns() + 2.0 * a.rows()) * columns * columns;
        return Matrices.products(a, passes * columns, passes * columns / WIDTH).plus(Work.products(projections + end));
    }
}
