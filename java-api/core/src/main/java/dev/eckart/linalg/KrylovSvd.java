package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Leading triplets from the block Krylov space of AᵀA ({@link BlockKrylov}), on the short side of A: each step is one {@code gram} of
 * the operator, and Ritz residuals say when to stop. Far fewer products than subspace iteration where singular values decay slowly
 * (Musco and Musco 2015; Tropp and Webber 2023). As it squares, values below √ε·σ₁ are lost; that is looked for.
 */
final class KrylovSvd {
    /** ‖A − A_k‖F beyond the optimum, relatively, at which it stops. */
    static final double EXCESS = 1e-5;

    /** Of the short side, from which a copy in F32 pays. */
    private static final long WORTH_SINGLE = 256;
    /** Of F32's ε, below which σ_k²/σ₁² needs products in F64. */
    private static final double SINGLE_FLOOR = 2000;

    private static final String LOST = "singular values below √ε·σ₁ are lost";

    private KrylovSvd() {}

    /**
     * The wanted triplets.
     *
     * @param fallbacks gets the reason when there is no result
     */
    static Optional<Triplets> of(KnownNorm a, Wanted wanted, Sketching how, List<String> fallbacks) {
        LinearOperator tall = TransposedOperator.tall(a);
        long n = tall.columns();
        if (n == 0 || wanted.rank() == 0) {
            return Optional.of(Triplets.none(a));
        }
        try (Scope scope = Scope.open()) {
            Optional<Space> first = inSinglePrecision(a, wanted, how);
            Space space = first.isPresent()
                    ? first.get()
                    : Space.of(tall, a, wanted, how, a.dtype().epsilon());
            int passes = (tall.isStreamed() ? 1 : 2) * space.leading.steps();
            String reason = space.problem(a.dtype());
            if (reason == null) {
                Triplets found = Triplets.ofShortSide(a, space.vectors, passes);
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

    /**
     * In F32, for a matrix of F64 in memory, its vectors made orthonormal in F64: their error, some ε of F32 by σ₁²/σ_k², costs the
     * square of it. None, where that may be more than the excess, or a tolerance below what F32 shows.
     */
    private static Optional<Space> inSinglePrecision(KnownNorm a, Wanted wanted, Sketching how) {
        if (!wanted.certifiable(DType.F32) || Math.min(a.rows(), a.columns()) < WORTH_SINGLE) {
            return Optional.empty();
        }
        return SinglePrecision.of(a.operator())
                .map(single ->
                        Space.of(TransposedOperator.tall(single), a, wanted, how, SINGLE_FLOOR * DType.F32.epsilon()))
                .filter(space -> space.problem(DType.F32) == null)
                .map(space -> space.in(DType.F64));
    }

    /** The leading right singular vectors, and what was left of the iteration. */
    private record Space(Tensor vectors, BlockKrylov.Leading leading) {
        /** From the products of {@code tall}, which may be A in another type. */
        static Space of(LinearOperator tall, LinearOperator a, Wanted wanted, Sketching how, double floor) {
            long n = tall.columns();
            Tensor start = how.normal(tall.device(), tall.dtype(), 0, n, width(tall, wanted.rank(), how));
            BlockKrylov.Goal goal = goal(n, a.frobeniusNorm(), wanted, how, floor, start.dim(1));
            BlockKrylov.Leading leading = BlockKrylov.find(tall::gram, start, goal);
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
            long n, OptionalDouble norm, Wanted wanted, Sketching how, double floor, long width) {
        boolean byRank = wanted.byRank();
        long most = byRank ? (how.powers(n, wanted.rank()) + 1) * how.block(n, wanted.rank()) : Long.MAX_VALUE;
        long columns = byRank ? mostColumns(n, wanted.rank(), width) : n;
        return new BlockKrylov.Goal(wanted, norm, EXCESS, floor, Double.POSITIVE_INFINITY, most, columns);
    }

    /** Of the basis, at which it is cut to its best part. */
    private static long mostColumns(long n, long k, long width) {
        return Math.min(n, 4 * k + 8 * width);
    }

    /** Columns of a block: as wide as a sketch where it is passes that cost. */
    private static long width(LinearOperator tall, long k, Sketching how) {
        long n = tall.columns();
        return tall.isStreamed() && k >= 0 ? how.block(n, k) : BlockKrylov.width(n, k);
    }

    /** A·V, its basis Q, and QᵀA, for k vectors of a tall A. */
    static Work end(LinearOperator tall, double k) {
        double m = tall.rows();
        double decomposition = 6 * m * k * k + 20 * k * k * k + 8 * tall.columns() * k * k;
        return Matrices.products(tall, 2 * k, 2)
                .plus(new Work(decomposition, 0, 4 * m * k * tall.dtype().bytes()));
    }

    /** What it takes, when it converges as it mostly does. */
    static Work work(LinearOperator a, long k, Sketching how) {
        LinearOperator tall = TransposedOperator.tall(a);
        long n = tall.columns();
        double columns = BlockKrylov.columns(n, k);
        double calls = (tall.isStreamed() ? 1 : 2) * columns / width(tall, k, how);
        return Matrices.products(tall, 2 * columns, calls)
                .plus(BlockKrylov.work(n, k, columns))
                .plus(end(tall, k));
    }

    /** Bytes beside A and the result. */
    static long workspace(LinearOperator a, long k, Sketching how) {
        long n = Math.min(a.rows(), a.columns());
        long m = Math.max(a.rows(), a.columns());
        long width = width(TransposedOperator.tall(a), k, how);
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
