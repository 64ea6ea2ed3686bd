package dev.eckart.cuda;

import dev.eckart.backend.Backend.Vectors;
import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import java.util.Optional;

/**
 * The thin SVD of a matrix with a long and a short side by CholeskyQR2 (Yamamoto et al. 2015), all of it products: A = Q·R with
 * R'R = A'A, and again for what the first Q lacks in orthogonality; then the SVD of the small R. Gram matrices are summed in F64
 * whatever the type of A, so that F32 goes up to a condition of some 10⁶. How far the first Q is from orthogonal is measured; where
 * it is too far, or a Gram matrix is not positive definite, A is put back and the caller decomposes it otherwise. A wide A is the
 * tall Aᵀ seen the other way round: A = L·Q.
 */
final class LongSvd {
    /** The long side is at least so many times the short one. */
    private static final long RATIO = 4;

    /** ‖Q'Q − I‖F of the first Q at most: the second is then orthogonal to rounding. */
    private static final double FAR = 0.5;

    /** Elements that are turned into F64 at once. */
    private static final long AT_ONCE = 1 << 23;

    /** Decomposes the small factor, which it destroys; false: not converged. */
    interface Small {
        boolean svd(View a, View s, Optional<Vectors> vectors);
    }

    private final Gpu gpu;
    private final Blas blas;
    private final Elementwise elementwise;
    private final Reductions reductions;
    private final Factorizations factorizations;

    LongSvd(Gpu gpu, Blas blas, Elementwise elementwise, Reductions reductions, Factorizations factorizations) {
        this.gpu = gpu;
        this.blas = blas;
        this.elementwise = elementwise;
        this.reductions = reductions;
        this.factorizations = factorizations;
    }

    /** Whether a shape is for this class. */
    static boolean suits(long m, long n) {
        long k = Math.min(m, n);
        return k > 1 && Math.max(m, n) >= RATIO * k;
    }

    /** Elements of workspace beside the small factor's. */
    static long workspace(boolean vectors, DType dtype, long m, long n) {
        long k = Math.min(m, n);
        long doubles = 3 * k * k + (dtype == DType.F64 ? 0 : Math.min(AT_ONCE, m * n));
        return doubles * 8 / dtype.bytes() + 4 * k * k + (vectors ? 0 : m * n);
    }

    /** False: nothing was done, and A is as it was. */
    boolean svd(View a, View s, Optional<Vectors> vectors, Small small) {
        boolean wide = RowMajor.rows(a) < RowMajor.columns(a);
        long k = s.shape().dim(0);
        DType type = a.dtype();
        try (Scratch kept = new Scratch(
                        gpu, "svd", vectors.isPresent() ? 0 : a.shape().size() * type.bytes());
                Scratch scratch1 = Scratch.matrix(gpu, "svd", DType.F64, k, k);
                Scratch scratch2 = Scratch.matrix(gpu, "svd", DType.F64, k, k)) {
            View spare = vectors.isEmpty()
                    ? kept.view(type, a.shape().dims())
                    : wide ? vectors.get().vt() : vectors.get().u();
            View l1 = scratch1.view(DType.F64, k, k);
            View l2 = scratch2.view(DType.F64, k, k);
            gram(wide, a, l1);
            if (!factorizations.cholesky(l1)) {
                return false;
            }
            elementwise.copy(a, spare);
            solve(!wide, !wide, l1, a);
            gram(wide, a, l2);
            if (!(distance(l2) <= FAR) || !factorizations.cholesky(l2)) {
                elementwise.copy(spare, a);
                return false;
            }
            if (!throughSmall(wide, a, l1, l2, s, vectors, small)) {
                elementwise.copy(spare, a);
                return false;
            }
            return true;
        }
    }

    /** G = A'A, or A·A' of a wide one, in F64; the whole of it. */
    private void gram(boolean wide, View a, View g) {
        long length = a.shape().dim(wide ? 1 : 0);
        long k = a.shape().dim(wide ? 0 : 1);
        if (a.dtype() == DType.F64) {
            addGram(wide, a, 0, g);
        } else {
            long some = Math.max(1, Math.min(length, AT_ONCE / k));
            try (Scratch block = Scratch.matrix(gpu, "svd", DType.F64, some, k)) {
                for (long from = 0; from < length; from += some) {
                    long to = Math.min(length, from + some);
                    View part = wide ? block.view(DType.F64, k, to - from) : block.view(DType.F64, to - from, k);
                    elementwise.copy(a.with(a.layout().slice(wide ? 1 : 0, from, to)), part);
                    addGram(wide, part, from == 0 ? 0 : 1, g);
                }
            }
        }
        if (!wide) {
            factorizations.mirror(g);
        }
    }

    private void addGram(boolean wide, View a, double beta, View g) {
        if (wide) {
            blas.gemm(1, batch(a), batch(a.with(a.layout().permute(1, 0))), beta, batch(g));
        } else {
            blas.gram(1, a, beta, g);
        }
    }

    private static View batch(View matrix) {
        Shape shape = Shape.of(1, RowMajor.rows(matrix), RowMajor.columns(matrix));
        return matrix.with(matrix.layout().reshape(shape).orElseThrow());
    }

    /** ‖G − I‖F; waits for it. */
    private double distance(View g) {
        long k = RowMajor.rows(g);
        View diagonal = g.with(g.layout().diagonal());
        try (Scratch one = new Scratch(gpu, "svd", Double.BYTES)) {
            View number = one.view(DType.F64);
            elementwise.fill(number, 1);
            View ones = number.broadcastTo(Shape.of(k));
            elementwise.axpby(-1, ones, 1, diagonal);
            try (Scratch sum = new Scratch(gpu, "svd", Double.BYTES)) {
                reductions.reduce(ReduceOp.SUM_OF_SQUARES, g, sum.view(DType.F64, 1, 1));
                elementwise.axpby(1, ones, 1, diagonal);
                return Math.sqrt(sum.readDouble());
            }
        }
    }

    /** B = L⁻¹·B, or B·L⁻¹, or with L transposed; L is F64, B of any type. */
    private void solve(boolean right, boolean transposed, View l, View b) {
        RowMajor.Solve how = RowMajor.Solve.of(right, false, transposed);
        if (b.dtype() == DType.F64) {
            blas.triangularSolve(how, l, b);
            return;
        }
        try (Scratch cast = Scratch.matrix(gpu, "svd", b.dtype(), RowMajor.rows(l), RowMajor.rows(l))) {
            View same = cast.view(b.dtype(), l.shape().dims());
            elementwise.copy(l, same);
            blas.triangularSolve(how, same, b);
        }
    }

    /** With the first Q in {@code a}: L1·L2, which is L or R', is decomposed, and its vectors become those of A. */
    private boolean throughSmall(
            boolean wide, View a, View l1, View l2, View s, Optional<Vectors> vectors, Small small) {
        long k = RowMajor.rows(l1);
        DType type = a.dtype();
        try (Scratch both = Scratch.matrix(gpu, "svd", DType.F64, k, k);
                Scratch factor = Scratch.matrix(gpu, "svd", type, k, k);
                Scratch turned = Scratch.matrix(gpu, "svd", type, k, k)) {
            View c = both.view(DType.F64, k, k);
            blas.gemm(1, batch(l1), batch(l2), 0, batch(c));
            View r = factor.view(type, k, k);
            elementwise.copy(wide ? c : c.with(c.layout().permute(1, 0)), r);
            if (vectors.isEmpty()) {
                return small.svd(r, s, vectors);
            }
            View u = vectors.get().u();
            View vt = vectors.get().vt();
            View inner = turned.view(type, k, k);
            if (!small.svd(r, s, Optional.of(wide ? new Vectors(u, inner) : new Vectors(inner, vt)))) {
                return false;
            }
            solve(wide, !wide, l2, inner);
            if (wide) {
                blas.gemm(1, batch(inner), batch(a), 0, batch(vt));
            } else {
                blas.gemm(1, batch(a), batch(inner), 0, batch(u));
            }
            return true;
        }
    }
}
