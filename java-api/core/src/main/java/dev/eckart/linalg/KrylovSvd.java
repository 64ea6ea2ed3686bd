package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Leading triplets from the block Krylov space of AᵀA ({@link BlockKrylov}), on the short side of A, or of an A that is streamed as it
 * stands: each step is one {@code gram} of the operator, and Ritz residuals say when to stop. Far fewer products than subspace iteration
 * where singular values decay slowly (Musco and Musco 2015; Tropp and Webber 2023). As it squares, values below √ε·σ₁ are lost; that is
 * looked for.
 */
final class KrylovSvd {
    /** ‖A − A_k‖F beyond the optimum, relatively, at which it stops. */
    static final double EXCESS = 1e-5;

    /** Of the short side, from which a copy in F32 pays. */
    private static final long WORTH_SINGLE = 256;
    /** Of F32's ε, below which σ_k²/σ₁² needs products in F64. */
    private static final double SINGLE_FLOOR = 200;

    private static final String LOST = "singular values below √ε·σ₁ are lost";

    private KrylovSvd() {}

    /**
     * The wanted triplets.
     *
     * @param fallbacks gets the reason when there is no result
     */
    static Optional<Triplets> of(KnownNorm a, Wanted wanted, Sketching how, List<String> fallbacks) {
        LinearOperator side = side(a);
        if (Math.min(a.rows(), a.columns()) == 0 || wanted.rank() == 0) {
            return Optional.of(Triplets.none(a));
        }
        try (Scope scope = Scope.open()) {
            Optional<Space> first = inSinglePrecision(a, wanted, how);
            Space space = first.isPresent()
                    ? first.get()
                    : Space.of(side, a, wanted, how, a.dtype().epsilon());
            int passes = (a.isStreamed() ? 1 : 2) * space.leading.steps();
            String reason = space.problem(a.dtype());
            if (reason == null) {
                Triplets found = a.isStreamed()
                        ? Triplets.ofRightSpace(a, space.vectors, passes)
                        : Triplets.ofShortSide(a, space.vectors, passes);
                double[] s = found.s().toArray();
                if (!Wanted.lostInSquares(s, s.length, a.dtype())) {
                    return Optional.of(found.oriented().keepIn(scope));
                }
                reason = LOST;
            }
            fallbacks.add("krylov: " + reason);
            return Optional.empty();
        }
    }

    /** Aᵀ for a wide A in memory; of a streamed one only its own {@code gram} takes one pass. */
    private static LinearOperator side(LinearOperator a) {
        return a.isStreamed() ? a : TransposedOperator.tall(a);
    }

    /**
     * In F32, for a matrix of F64 in memory, its vectors made orthonormal in F64: their error, some ε of F32 by σ₁²/σ_k², costs the
     * square of it. None, where that may be more than the excess, or a tolerance below what F32 shows.
     */
    private static Optional<Space> inSinglePrecision(KnownNorm a, Wanted wanted, Sketching how) {
        if (!wanted.certifiable(DType.F32) || Math.min(a.rows(), a.columns()) < WORTH_SINGLE) {
            return Optional.empty();
        }
        return SinglePrecision.of(a.operator())
                .map(single -> Space.of(side(single), a, wanted, how, SINGLE_FLOOR * DType.F32.epsilon()))
                .filter(space -> space.problem(DType.F32) == null)
                .map(space -> space.in(DType.F64));
    }

    /** The leading right singular vectors, and what was left of the iteration. */
    private record Space(Tensor vectors, BlockKrylov.Leading leading) {
        /** From the products of {@code side}, which may be A in another type. */
        static Space of(LinearOperator side, LinearOperator a, Wanted wanted, Sketching how, double floor) {
            Tensor start = how.normal(side.device(), side.dtype(), 0, side.columns(), width(side, wanted.rank(), how));
            BlockKrylov.Goal goal = goal(side, a.frobeniusNorm(), wanted, how, floor, start.dim(1));
            BlockKrylov.Leading leading = BlockKrylov.find(side::gram, start, goal);
            return new Space(leading.vectors(), leading);
        }

        Space in(DType type) {
            return new Space(Basis.orthonormal(vectors.to(type)), leading);
        }

        /** Why the vectors are not to be taken; null for none. */
        String problem(DType type) {
            double[] values = leading.values();
            if (values.length == 0) {
                return null;
            }
            if (values[0] == Double.POSITIVE_INFINITY) {
                return "AᵀA overflows";
            }
            return values[0] < BlockKrylov.leastSquare(type) ? "AᵀA underflows" : leading.lost() ? LOST : null;
        }
    }

    /** No more products than subspace iteration would take: with as many, no other vectors of the same space are better. */
    private static BlockKrylov.Goal goal(
            LinearOperator side, OptionalDouble norm, Wanted wanted, Sketching how, double floor, long width) {
        long n = side.columns();
        long small = Math.min(side.rows(), n);
        long k = wanted.rank();
        boolean byRank = wanted.byRank();
        long most = byRank ? (how.powers(small, k) + 1) * how.block(small, k) : Long.MAX_VALUE;
        long columns = byRank ? mostColumns(n, k, width) : n;
        return new BlockKrylov.Goal(wanted, norm, EXCESS, floor, Double.POSITIVE_INFINITY, most, columns);
    }

    /** Of the basis, at which it is cut to its best part. */
    private static long mostColumns(long n, long k, long width) {
        return Math.min(n, 4 * k + 8 * width);
    }

    /** Columns of a block: as wide as a sketch where it is passes that cost. */
    private static long width(LinearOperator side, long k, Sketching how) {
        long small = Math.min(side.rows(), side.columns());
        return side.isStreamed() && k >= 0 ? how.block(small, k) : BlockKrylov.width(side.device(), small, k);
    }

    /** A·V, its basis Q, and QᵀA, for k vectors. */
    static Work end(LinearOperator a, double k) {
        double m = a.rows();
        double decomposition = 6 * m * k * k + 20 * k * k * k + 8 * a.columns() * k * k;
        return Matrices.products(a, 2 * k, 2)
                .plus(new Work(decomposition, 0, 4 * m * k * a.dtype().bytes()));
    }

    /** What it takes, when it converges as it mostly does; products in F32 count as half of those in F64. */
    static Work work(LinearOperator a, long k, Sketching how) {
        LinearOperator side = side(a);
        long n = side.columns();
        long small = Math.min(n, side.rows());
        long width = BlockKrylov.width(side.device(), small, k);
        double columns = BlockKrylov.columns(small, k, width);
        double calls = (side.isStreamed() ? 1 : 2) * columns / width(side, k, how);
        return Matrices.products(side, 2 * columns, calls)
                .times(single(a) > 0 ? 0.5 : 1)
                .plus(BlockKrylov.work(n, k, width, columns))
                .plus(end(side, k));
    }

    /** Bytes beside A and the result. */
    static long workspace(LinearOperator a, long k, Sketching how) {
        LinearOperator side = side(a);
        long n = side.columns();
        long m = side.rows();
        long width = width(side, k, how);
        long columns = mostColumns(n, k, width);
        long t = 4 * columns * columns * Double.BYTES;
        return t
                + (n * (columns + k + 4 * width) + m * (width + 2 * k))
                        * a.dtype().bytes()
                + single(a);
    }

    /** Bytes of a copy in F32. */
    private static long single(LinearOperator a) {
        boolean copied = a.dtype() == DType.F64 && Math.min(a.rows(), a.columns()) >= WORTH_SINGLE;
        long entries = a instanceof Csr sparse
                ? 2 * sparse.entries()
                : a instanceof DenseOperator ? a.rows() * a.columns() : 0;
        return copied ? entries * DType.F32.bytes() : 0;
    }
}
