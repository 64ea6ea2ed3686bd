package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Right singular vectors as eigenvectors of AᵀA, for an A whose short side is up to a few thousand: one product over A, and one for
 * A·V. Rounding ε·σ₁² of AᵀA hides what is below √ε·σ₁; that is looked for afterwards, in the values and in ‖Av − σu‖.
 */
final class GramSvd {
    /** Vectors that see the residual. */
    private static final int PROBES = 8;
    /** Of what the check lets pass, the part that an iteration which ends early may use. */
    private static final double PART = 0.3;
    /** Of the order, the share of columns of a basis that take less time than all eigenvectors. */
    private static final long FEW = 2;
    /** The order below which nothing does. */
    private static final long SMALL = 1024;

    private GramSvd() {}

    /**
     * The wanted triplets.
     *
     * @param fallbacks gets the reason when there is no result
     */
    static Optional<Triplets> of(LinearOperator a, Wanted wanted, Sketching how, List<String> fallbacks) {
        LinearOperator tall = TransposedOperator.tall(a);
        if (tall.columns() == 0 || wanted.rank() == 0) {
            return Optional.of(Triplets.none(a));
        }
        Attempt attempt = new Attempt(a, tall, wanted, how);
        Optional<Triplets> found = attempt.in(a.dtype(), "gram: ", fallbacks);
        return found.isPresent() || !mayWiden(tall) ? found : attempt.in(DType.F64, "gram in f64: ", fallbacks);
    }

    /** Squares of F32 in F64 hide nothing that A's own rounding does not. */
    private static boolean mayWiden(LinearOperator tall) {
        return tall.dtype() == DType.F32 && GramMatrix.passes(tall) == 1;
    }

    /** One way through, with AᵀA in a type of its own. */
    private record Attempt(LinearOperator a, LinearOperator tall, Wanted wanted, Sketching how) {
        Optional<Triplets> in(DType type, String name, List<String> fallbacks) {
            try (Scope scope = Scope.open()) {
                Tensor square = GramMatrix.of(tall, type);
                if (square.backend().firstNonFinite(square.view()) >= 0) {
                    fallbacks.add(name + "AᵀA overflows");
                    return Optional.empty();
                }
                int passes = GramMatrix.passes(tall);
                Optional<Tensor> v = rightVectors(square, tall, wanted, how);
                Triplets found = v.map(some -> Triplets.ofShortSide(a, some.to(a.dtype()), passes))
                        .orElse(null);
                if (found == null || lost(found, square)) {
                    fallbacks.add(name + "singular values below √ε·σ₁ are lost");
                    return Optional.empty();
                }
                double residual = residual(a, found, how);
                double first = found.s().dim(0) == 0 ? 0 : found.s().get(0);
                if (!(residual <= Math.sqrt(a.dtype().epsilon()) * first)) {
                    fallbacks.add(
                            String.format(Locale.ROOT, "%s‖Av − σu‖ is %.1e·σ₁, above √ε·σ₁", name, residual / first));
                    return Optional.empty();
                }
                return Optional.of(found.oriented().keepIn(scope));
            }
        }
    }

    /** The wanted eigenvectors of AᵀA as columns; none, where the tolerance is below what it shows. */
    private static Optional<Tensor> rightVectors(Tensor square, LinearOperator tall, Wanted wanted, Sketching how) {
        long n = square.dim(0);
        if (fewPay(square.device(), n, wanted, square.dtype())) {
            long width = BlockKrylov.width(square.device(), n, wanted.rank());
            double residual = PART * Math.sqrt(square.dtype().epsilon());
            BlockKrylov.Goal goal = new BlockKrylov.Goal(
                    wanted,
                    OptionalDouble.empty(),
                    Math.min(residual, KrylovSvd.EXCESS),
                    square.dtype().epsilon(),
                    residual,
                    n / FEW,
                    n);
            BlockKrylov.Leading leading =
                    BlockKrylov.find(square::matmul, how.normal(square.device(), square.dtype(), 0, n, width), goal);
            if (leading.converged() || leading.lost()) {
                return leading.lost() ? Optional.empty() : Optional.of(leading.vectors());
            }
        }
        Eigh eigen = Eigh.of(square);
        double[] s = BlockKrylov.roots(eigen.w().toArray());
        long k = wanted.among(
                s, wanted.byRank() ? Double.NaN : tall.frobeniusNorm().orElseThrow());
        return k < 0 || Wanted.lostInSquares(s, k, square.dtype())
                ? Optional.empty()
                : Optional.of(eigen.vt().slice(0, 0, k).transpose().contiguous());
    }

    private static boolean fewPay(Device device, long n, Wanted wanted, DType type) {
        return wanted.byRank()
                && n >= SMALL
                && leadingColumns(n, wanted.rank(), BlockKrylov.width(device, n, wanted.rank()), type) <= n / FEW;
    }

    /** Values below √ε·σ₁; or squares that leave the range of the type, and with it the digits. */
    private static boolean lost(Triplets found, Tensor square) {
        double[] s = found.s().toArray();
        return Wanted.lostInSquares(s, s.length, square.dtype())
                || s.length > 0 && s[0] * s[0] < BlockKrylov.leastSquare(square.dtype());
    }

    /** The root of the mean of ‖Avᵢ − σᵢuᵢ‖², as sums with random weights show it. */
    private static double residual(LinearOperator a, Triplets found, Sketching how) {
        long k = found.s().dim(0);
        if (k == 0) {
            return 0;
        }
        Tensor weights = how.normal(a.device(), a.dtype(), 1, k, PROBES);
        Tensor expected = found.u().matmul(weights.multiply(found.s().reshape(-1, 1)));
        Tensor seen = a.multiply(found.vt().transpose().matmul(weights));
        return seen.subtract(expected).norm() / Math.sqrt((double) PROBES * k);
    }

    /** What it takes for a tall A (m, n): AᵀA, its eigenvectors, A·V and its decomposition. */
    static Work work(LinearOperator a, Wanted wanted) {
        LinearOperator tall = TransposedOperator.tall(a);
        double n = tall.columns();
        double k = wanted.byRank() ? wanted.rank() : n / 4;
        Work eigen = fewPay(tall.device(), (long) n, wanted, tall.dtype())
                ? leading(tall.device(), (long) n, (long) k, tall.dtype())
                : BlockKrylov.eigenvectors(n);
        return eigen.plus(GramMatrix.work(tall)).plus(KrylovSvd.end(tall, k));
    }

    private static Work leading(Device device, long n, long k, DType type) {
        long width = BlockKrylov.width(device, n, k);
        double columns = leadingColumns(n, k, width, type);
        return Work.products(2.0 * n * n * columns).plus(BlockKrylov.work(n, k, width, columns));
    }

    /** Bytes beside A and the result. */
    static long workspace(LinearOperator a, long k) {
        LinearOperator tall = TransposedOperator.tall(a);
        long n = tall.columns();
        int bytes = a.dtype().bytes();
        int squares = mayWiden(tall) ? DType.F64.bytes() : bytes;
        long rows = GramMatrix.workspace(tall) / bytes * (mayWiden(tall) ? squares + bytes : bytes);
        return rows + 6 * n * n * squares + k * (a.rows() + a.columns()) * bytes;
    }

    /** The basis grows with the digits that the check asks for: those of an excess are four. */
    private static double leadingColumns(long n, long k, long width, DType type) {
        double digits = -Math.log10(Math.sqrt(type.epsilon()));
        return Math.min(n, (3.0 * k + 2 * width) * digits / 4);
    }
}
