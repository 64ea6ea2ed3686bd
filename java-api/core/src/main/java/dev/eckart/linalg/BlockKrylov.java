package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Interrupts;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.UnaryOperator;

/**
 * The leading eigenpairs of S = AᵀA, known by its products: block Lanczos with full re-orthogonalization from a random block, with thick
 * restart (Wu and Simon 2000). Its basis V spans the block Krylov space of Musco and Musco 2015; T = VᵀSV, in F64, has the Ritz values.
 *
 * <p>S·V = V·T + W·Eᵀ, where W is what S makes of the last block outside of V. So an eigenpair (θ, y) of T leaves the residual
 * r = ‖W·y_last‖, and θ is below its eigenvalue by about r²/(θ − μ), with μ the largest eigenvalue that V knows nothing of.
 */
final class BlockKrylov implements AutoCloseable {
    private static final String NAME = "truncated svd";
    /** Where the leading values are next to nothing of A, an excess this much larger is still a small one. */
    private static final double FLAT = 30;
    /** Of the basis, its growth between two looks at its Ritz pairs. */
    private static final double LOOKS = 1.15;
    /** Kernels that a step calls. */
    private static final double STEP = 45;
    /** The largest ratio of one step's progress to that of the one before it that is believed. */
    private static final double SLOWEST = 0.9;

    /**
     * What is looked for.
     *
     * @param wanted which of the values √θ
     * @param norm ‖A‖F, where it is known; needed for a tolerance
     * @param excess by how much ‖A − A·V·Vᵀ‖F may be above that of the true leading vectors, relative to it; up to
     *     31 times as much where the leading values are little of A, by the share of the rest
     * @param floor of the last value beside the first, below which it is lost in rounding; the search for it would have no end
     * @param residual how large ‖Aᵀu − σv‖ may be beside σ₁
     * @param mostProducts with single vectors, after which what there is has to do
     * @param mostColumns of the basis
     */
    record Goal(
            Wanted wanted,
            OptionalDouble norm,
            double excess,
            double floor,
            double residual,
            long mostProducts,
            long mostColumns) {}

    /**
     * What was found.
     *
     * @param vectors (n, k), orthonormal
     * @param values the k eigenvalues θ, descending
     * @param steps products with a block
     * @param converged to the excess asked for, or as far as rounding lets
     * @param lost whether the last value is below the floor
     */
    record Leading(Tensor vectors, double[] values, int steps, boolean converged, boolean lost) {}

    private final UnaryOperator<Tensor> product;
    private final Goal goal;
    private final long order;
    private final DType type;
    private final Device device;
    private final Columns basis;
    private final long width;
    private final Progress progress = new Progress();
    private Tensor block;
    /** The rows of T, each at least up to its diagonal. */
    private List<double[]> t = new ArrayList<>();

    /** Of the basis, when its Ritz pairs are worth a look. */
    private long nextLook;

    private long products;
    private int steps;

    /** Of the sum of the leading Ritz values: the residuals of a flat spectrum are small long before it is found. */
    private static final class Progress {
        private int k = -1;
        private int at;
        private double last;
        private int steps;
        private double gain = Double.POSITIVE_INFINITY;

        /** What further steps will add when each adds as much less than the one before it as the last ones, seen at two looks, did. */
        double left(int count, int step, double sum) {
            boolean same = count == k;
            int stepsBefore = steps;
            double gainBefore = same ? gain : Double.POSITIVE_INFINITY;
            steps = step - at;
            gain = same ? Math.max(0, sum - last) : Double.POSITIVE_INFINITY;
            k = count;
            at = step;
            last = sum;
            if (gain == 0) {
                return 0;
            }
            if (gainBefore == Double.POSITIVE_INFINITY) {
                return Double.POSITIVE_INFINITY;
            }
            double all = Math.pow(ratio(gain / gainBefore, stepsBefore, steps), steps);
            return gain * all / (1 - all);
        }

        /** The q of a geometric series of which the second sum, of so many terms, is {@code gains} times the first, of those before. */
        private static double ratio(double gains, int first, int second) {
            double low = 0;
            double high = SLOWEST;
            for (int i = 0; i < 40; i++) {
                double q = (low + high) / 2;
                boolean above = Math.pow(q, first) * (1 - Math.pow(q, second)) > gains * (1 - Math.pow(q, first));
                low = above ? low : q;
                high = above ? q : high;
            }
            return high;
        }
    }

    private BlockKrylov(UnaryOperator<Tensor> product, Tensor start, Goal goal) {
        this.product = product;
        this.goal = goal;
        this.order = start.dim(0);
        this.width = start.dim(1);
        this.type = start.dtype();
        this.device = start.device();
        long capacity = goal.wanted.byRank() ? 3 * goal.wanted.rank() + 2 * width : 8 * width;
        this.basis = new Columns(device, type, order, Math.min(order, Math.min(capacity, goal.mostColumns)));
        this.block = start;
        this.nextLook = goal.wanted.byRank() ? goal.wanted.rank() + width : 0;
    }

    /**
     * Looks for them.
     *
     * @param product S·X for X (n, b) as a new tensor
     * @param start (n, b) normal random numbers, 1 ≤ b ≤ n
     * @return {@code values} of which the first may be 0 or infinite, where squares leave the range of the type
     */
    static Leading find(UnaryOperator<Tensor> product, Tensor start, Goal goal) {
        try (Scope scope = Scope.open();
                BlockKrylov krylov = new BlockKrylov(product, start, goal)) {
            krylov.block = krylov.basis.orthonormal(start.copy());
            krylov.basis.append(krylov.block);
            Leading found = krylov.step();
            while (found == null) {
                Interrupts.check(NAME);
                found = krylov.step();
            }
            scope.keep(found.vectors);
            return found;
        }
    }

    /** Multiplies the last block; extends the basis by another unless what is wanted has been found. */
    private Leading step() {
        try (Scope scope = Scope.open()) {
            Tensor w = product.apply(block);
            steps++;
            products += block.dim(1);
            if (w.backend().firstNonFinite(w.view()) >= 0) {
                return new Leading(
                        scope.keep(block.copy()), new double[] {Double.POSITIVE_INFINITY}, steps, false, false);
            }
            Tensor h = basis.coefficients(w);
            basis.subtract(h, w);
            t.addAll(Arrays.asList(h.transpose().toMatrix()));
            Leading found = mayBeEnough() ? examine(w) : null;
            if (found != null) {
                scope.keep(found.vectors);
                return found;
            }
            block.close();
            block = scope.keep(basis.orthonormal(columnsThatFit(w)));
            basis.append(block);
            return null;
        }
    }

    /** Eigenvectors of T cost: the basis grows by a part from one look to the next. */
    private boolean mayBeEnough() {
        boolean end = products >= goal.mostProducts || basis.size() + width > goal.mostColumns;
        return basis.size() >= Math.min(order, nextLook) || end && basis.size() >= goal.wanted.rank();
    }

    private Tensor columnsThatFit(Tensor w) {
        long room = order - basis.size();
        return w.dim(1) <= room ? w : w.slice(1, 0, room).copy();
    }

    /** The Ritz pairs, when they are what is wanted; else none, and where the basis is full it is cut to its best part. */
    private Leading examine(Tensor w) {
        Eigh ritz = Eigh.of(symmetric());
        double[] theta = ritz.w().toArray();
        boolean complete = basis.size() == order;
        int enough = (int) goal.wanted.among(roots(theta), goal.norm.orElse(Double.NaN));
        int k = enough < 0 && complete ? theta.length : enough;
        boolean converged = complete || k >= 0 && accurate(theta, residuals(ritz.vt(), w, k), k);
        boolean lost = goal.wanted.byRank() && k > 0 && theta[k - 1] <= goal.floor * theta[0];
        if (converged || lost || k >= 0 && products >= goal.mostProducts) {
            return new Leading(vectors(ritz, k), Arrays.copyOf(theta, k), steps, converged, lost);
        }
        if (k >= 0 && basis.size() + width > goal.mostColumns) {
            restart(ritz, theta, (int) Math.min(theta.length, Math.max(k + width, (k + basis.size()) / 2)));
        }
        nextLook = (long) (LOOKS * basis.size());
        return null;
    }

    /** V·yᵢ for the first k. */
    private Tensor vectors(Eigh ritz, long k) {
        Tensor y = ritz.vt().slice(0, 0, k).transpose().contiguous();
        return basis.all().matmul(y.to(type).to(device));
    }

    /** ‖W·y_last‖ of each of the first k pairs, as √(y_lastᵀ·(WᵀW)·y_last). */
    private double[] residuals(Tensor y, Tensor w, long k) {
        Tensor last = y.slice(0, 0, k).slice(1, basis.size() - w.dim(1), basis.size());
        Tensor gram = onHost(w.transpose().matmul(w));
        return roots(last.matmul(gram).multiply(last).sum(1).toArray());
    }

    /** Whether rounding is reached, or what Ritz residuals and the progress of the last steps leave to be found is little. */
    private boolean accurate(double[] theta, double[] residuals, int k) {
        double rounding = type.epsilon() * Math.sqrt(theta.length) * theta[0];
        double unknown = theta[Math.min(theta.length - 1, k + (int) width)];
        double missed = 0;
        boolean exact = true;
        for (int i = 0; i < k; i++) {
            double r = residuals[i];
            if (r > rounding && r > goal.residual * Math.sqrt(theta[0] * theta[i])) {
                return false;
            }
            exact &= r <= rounding;
            // below rounding too: in F32 its square is not little beside what small values leave out
            missed += Math.min(r, r * r / (theta[i] - unknown));
        }
        double rest = rest(theta, k);
        double found = sum(theta, k);
        double allowed = 2 * goal.excess * rest * (1 + FLAT * rest / (found + rest));
        return exact || Math.max(missed, progress.left(k, steps, found)) <= allowed;
    }

    private static double sum(double[] theta, int k) {
        double sum = 0;
        for (int i = 0; i < k; i++) {
            sum += theta[i];
        }
        return sum;
    }

    /** ‖A − A_k‖²; at least what the other Ritz values know of it. */
    private double rest(double[] theta, int k) {
        double known = 0;
        for (int i = k; i < theta.length; i++) {
            known += Math.max(0, theta[i]);
        }
        double norm = goal.norm.orElse(0);
        return Math.max(norm * norm - sum(theta, k), known);
    }

    /** The best {@code kept} Ritz vectors become the basis, T diagonal; the next block is orthogonal to them as well. */
    private void restart(Eigh ritz, double[] theta, int kept) {
        basis.replace(vectors(ritz, kept));
        t = new ArrayList<>();
        for (int i = 0; i < kept; i++) {
            double[] row = new double[i + 1];
            row[i] = theta[i];
            t.add(row);
        }
    }

    private Tensor symmetric() {
        int size = t.size();
        double[] all = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                all[i * size + j] = t.get(i)[j];
                all[j * size + i] = t.get(i)[j];
            }
        }
        return Tensor.of(all, size, size);
    }

    /** Columns of a block: narrow ones converge with fewer products, wide ones take fewer steps, each of which a GPU is waited for. */
    static long width(Device device, long order, long k) {
        long most = device.kind() == Device.Kind.CPU ? 32 : 64;
        return Math.max(1, Math.min(order, k < 0 ? 32 : Math.max(8, Math.min(most, (k / 2 + 15) / 16 * 16))));
    }

    /** The least θ₁ whose smaller companions, down to ε·θ₁, are no denormals. */
    static double leastSquare(DType type) {
        return (type == DType.F64 ? Double.MIN_NORMAL : Float.MIN_NORMAL) / (type.epsilon() * type.epsilon());
    }

    /** How many columns the basis mostly has when k are found. */
    static double columns(long n, long k, long width) {
        return Math.min(n, 3.0 * k + 2 * width);
    }

    /** What it takes beside the products, with a basis of so many columns: twice V·(VᵀW) for each block, T's eigenvectors at the later steps, and V·Y. */
    static Work work(long n, long k, long width, double columns) {
        double checks = Math.max(1, Math.min((columns - k) / width, Math.log(columns / (k + width)) / Math.log(LOOKS)));
        double orthogonal = 4 * n * columns * columns + 4.0 * n * columns * width + 2.0 * n * columns * k;
        return Work.products(orthogonal)
                .plus(Work.calls(STEP * columns / width))
                .plus(eigenvectors(columns).times(checks / 2));
    }

    /**
     * LAPACK's syevd: the reduction is half products, half matrix times vector, a triangle at half the rate of whole rows; then divide and
     * conquer, whose vectors are products, and as many operations on their way there; and the vectors.
     */
    static Work eigenvectors(double n) {
        return new Work((2.0 / 3 + 8.0 / 3 + 2) * n * n * n, 4.0 / 3 * n * n * n, 0);
    }

    static double[] roots(double[] squares) {
        double[] roots = new double[squares.length];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = Math.sqrt(Math.max(0, squares[i]));
        }
        return roots;
    }

    private static Tensor onHost(Tensor a) {
        return a.to(Device.cpu()).to(DType.F64);
    }

    @Override
    public void close() {
        basis.close();
    }
}
