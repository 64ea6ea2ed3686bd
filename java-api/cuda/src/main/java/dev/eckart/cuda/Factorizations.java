package dev.eckart.cuda;

import dev.eckart.backend.Backend.Vectors;
import dev.eckart.backend.SvdDriver;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;
import java.util.Optional;

/**
 * Factorizations of row-major matrices by column-major routines. Row-major A (m, n) is column-major Aᵀ (n, m), and A = U·S·Vᵀ is
 * Aᵀ = V·S·Uᵀ: what a routine calls U is V, whose columns are the rows of Vᵀ as they stand in memory.
 */
final class Factorizations {
    private final Gpu gpu;
    private final Elementwise elementwise;
    private final Reductions reductions;
    private final Solver solver;
    private final SvdCalls svdCalls;
    private final BatchCalls batchCalls;
    private final LongSvd longSvd;

    Factorizations(Gpu gpu, Blas blas, Elementwise elementwise, Reductions reductions) {
        this.gpu = gpu;
        this.elementwise = elementwise;
        this.reductions = reductions;
        this.solver = new Solver(gpu);
        this.svdCalls = new SvdCalls(gpu, solver);
        this.batchCalls = new BatchCalls(gpu, solver, svdCalls);
        this.longSvd = new LongSvd(gpu, blas, elementwise, reductions, this);
    }

    BatchCalls batchCalls() {
        return batchCalls;
    }

    private static long rows(View matrix) {
        return RowMajor.rows(matrix);
    }

    private static long columns(View matrix) {
        return RowMajor.columns(matrix);
    }

    private static long leading(View matrix) {
        return RowMajor.leading(matrix);
    }

    static String module(View matrix) {
        return "matrix.cuh ECKART_MATRIX(" + Types.name(matrix.dtype()) + ")";
    }

    private static View transposed(View matrix) {
        return matrix.with(matrix.layout().permute(1, 0));
    }

    // ---- Cholesky, QR

    /** A = L·Lᵀ row-major is A = Uᵀ·U column-major, U in the same memory as L. */
    boolean cholesky(View a) {
        long n = rows(a);
        if (n == 0) {
            return true;
        }
        if (solver.potrf(a.dtype(), n, a.address(), leading(a)) != 0) {
            return false;
        }
        triangle(a, a, false);
        return true;
    }

    /** out = the upper or lower triangle of in, and zeros. */
    private void triangle(View in, View out, boolean upper) {
        gpu.launch(
                module(in),
                "triangle",
                out.shape().size(),
                new Arguments()
                        .add(rows(out))
                        .add(columns(out))
                        .add(in.address())
                        .add(rows(in) <= 1 ? 0 : in.layout().stride(0))
                        .add(columns(in) <= 1 ? 0 : in.layout().stride(1))
                        .add(out.address())
                        .add(leading(out))
                        .add(upper ? 1 : 0));
    }

    /** The lower triangle of a symmetric matrix becomes the mirror image of its upper one. */
    void mirror(View c) {
        gpu.launch(
                module(c),
                "mirror",
                c.shape().size(),
                new Arguments().add(rows(c)).add(c.address()).add(leading(c)));
    }

    void qr(View a, View r) {
        long m = rows(a);
        long n = columns(a);
        long k = Math.min(m, n);
        if (k == 0) {
            return;
        }
        double scale = scale(a);
        DType type = a.dtype();
        try (Scratch scratch = Scratch.matrix(gpu, "qr", type, n, m);
                Scratch tau = Scratch.matrix(gpu, "qr", type, 1, k);
                Scratch signs = Scratch.matrix(gpu, "qr", type, 1, k)) {
            View work = transposed(scratch.view(type, n, m)); // column-major A
            elementwise.copy(a, work);
            multiply(work, scale);
            solver.geqrf(type, m, n, scratch.address(), m, tau.address());
            View factor = work.with(work.layout().slice(0, 0, k));
            triangle(factor, r, true);
            solver.orgqr(type, m, k, scratch.address(), m, tau.address());
            gpu.launch(
                    module(r),
                    "signs",
                    k,
                    new Arguments().add(k).add(r.address()).add(leading(r) + 1).add(signs.address()));
            View q = a.with(a.layout().slice(1, 0, k));
            View bySign = signs.view(type, k);
            elementwise.multiply(work.with(work.layout().slice(1, 0, k)), bySign.broadcastTo(Shape.of(m, k)), q);
            elementwise.multiply(
                    r, bySign.with(Layout.contiguous(Shape.of(k, 1))).broadcastTo(Shape.of(k, n)), r);
            multiply(r, 1 / scale);
        }
    }

    // ---- eigenvalues

    boolean eigh(View a, View w, Optional<View> vt) {
        long n = rows(a);
        if (n == 0) {
            return true;
        }
        double scale = scale(a);
        multiply(a, scale);
        DType type = a.dtype();
        try (Scratch ascending = Scratch.matrix(gpu, "eigh", type, 1, n)) {
            if (solver.syevd(type, vt.isPresent(), n, a.address(), leading(a), ascending.address()) != 0) {
                return false;
            }
            View values = ascending.view(type, n);
            elementwise.copy(values.with(values.layout().flip(0)), w);
            multiply(w, 1 / scale);
        }
        // Column-major eigenvectors are rows here, in ascending order.
        vt.ifPresent(v -> {
            elementwise.copy(a.with(a.layout().flip(0)), v);
            orient(Optional.empty(), v);
        });
        return true;
    }

    // ---- singular values

    boolean svd(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        long m = rows(a);
        long n = columns(a);
        if (Math.min(m, n) == 0) {
            vectors.ifPresent(v -> {
                identity(v.u());
                identity(v.vt());
            });
            return true;
        }
        double scale = scale(a);
        multiply(a, scale);
        boolean thin = vectors.isEmpty() || !full(a, vectors.get());
        LongSvd.Small direct = (b, values, v) -> direct(driver, b, values, v);
        boolean converged = driver != SvdDriver.GESVD
                ? thin && LongSvd.suits(m, n) && longSvd.svd(a, s, vectors, direct) || direct.svd(a, s, vectors)
                : m < n ? iteration(a, s, vectors) : iterationOfTall(a, s, vectors);
        if (converged) {
            multiply(s, 1 / scale);
            vectors.ifPresent(v -> orient(Optional.of(v.u()), v.vt()));
        }
        return converged;
    }

    private void identity(View a) {
        elementwise.fill(a, 0);
        if (a.shape().size() > 0) {
            elementwise.fill(a.with(a.layout().diagonal()), 1);
        }
    }

    private static boolean full(View a, Vectors v) {
        return columns(v.u()) > Math.min(rows(a), columns(a)) || rows(v.vt()) > Math.min(rows(a), columns(a));
    }

    /** gesvdj or gesvdp of Aᵀ (n, m): its U is V, in place of the rows of Vᵀ; its V is U, turned. */
    private boolean direct(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        long m = rows(a);
        long n = columns(a);
        DType type = a.dtype();
        if (vectors.isEmpty()) {
            return solve(
                    driver, new SvdCalls.Svd(type, false, n, m, a.address(), leading(a), s.address(), 0, n, 0, m), s);
        }
        View u = vectors.get().u();
        View vt = vectors.get().vt();
        try (Scratch left = Scratch.matrix(gpu, "svd", type, columns(u), m)) {
            SvdCalls.Svd call = new SvdCalls.Svd(
                    type,
                    full(a, vectors.get()),
                    n,
                    m,
                    a.address(),
                    leading(a),
                    s.address(),
                    vt.address(),
                    leading(vt),
                    left.address(),
                    m);
            if (!solve(driver, call, s)) {
                return false;
            }
            elementwise.copy(transposed(left.view(type, columns(u), m)), u);
            return true;
        }
    }

    /** Whether it converged: for gesvdp, with singular values that are off by no more than rounding. */
    private boolean solve(SvdDriver driver, SvdCalls.Svd call, View s) {
        if (driver == SvdDriver.GESVDJ) {
            return svdCalls.gesvdj(call) == 0;
        }
        double off = svdCalls.gesvdp(call);
        double rounding = Math.max(call.rows(), call.columns()) * s.dtype().epsilon();
        return off == 0 || off <= rounding * reductions.largest(s);
    }

    /** gesvd of Aᵀ (n, m), n > m: its U is V, its Vᵀ is Uᵀ, both in place; by way of scratch where Vᵀ goes over A. */
    private boolean iteration(View a, View s, Optional<Vectors> vectors) {
        long m = rows(a);
        long n = columns(a);
        DType type = a.dtype();
        if (vectors.isEmpty()) {
            return svdCalls.gesvd(new SvdCalls.Svd(type, false, n, m, a.address(), leading(a), s.address(), 0, n, 0, m))
                    == 0;
        }
        View u = vectors.get().u();
        View vt = vectors.get().vt();
        boolean over = vt.address() == a.address();
        try (Scratch apart = over ? Scratch.matrix(gpu, "svd", type, rows(vt), n) : new Scratch(gpu, "svd", 0)) {
            View right = over ? apart.view(type, rows(vt), n) : vt;
            SvdCalls.Svd call = new SvdCalls.Svd(
                    type,
                    full(a, vectors.get()),
                    n,
                    m,
                    a.address(),
                    leading(a),
                    s.address(),
                    right.address(),
                    leading(right),
                    u.address(),
                    leading(u));
            if (svdCalls.gesvd(call) != 0) {
                return false;
            }
            if (over) {
                elementwise.copy(right, vt);
            }
            return true;
        }
    }

    /**
     * gesvd takes no wide matrix, which Aᵀ would be: A is turned to be column-major itself, and both results are turned back, U over
     * A where that is asked for.
     */
    private boolean iterationOfTall(View a, View s, Optional<Vectors> vectors) {
        long m = rows(a);
        long n = columns(a);
        DType type = a.dtype();
        long left = vectors.map(v -> columns(v.u())).orElse(0L);
        try (Scratch work = Scratch.matrix(gpu, "svd", type, n, m);
                Scratch ut = Scratch.matrix(gpu, "svd", type, left, m);
                Scratch v = Scratch.matrix(gpu, "svd", type, n, n)) {
            elementwise.copy(a, transposed(work.view(type, n, m)));
            SvdCalls.Svd call = new SvdCalls.Svd(
                    type,
                    vectors.isPresent() && full(a, vectors.get()),
                    m,
                    n,
                    work.address(),
                    m,
                    s.address(),
                    vectors.isPresent() ? ut.address() : 0,
                    m,
                    vectors.isPresent() ? v.address() : 0,
                    n);
            if (svdCalls.gesvd(call) != 0) {
                return false;
            }
            if (vectors.isPresent()) {
                elementwise.copy(
                        transposed(ut.view(type, left, m)), vectors.get().u());
                elementwise.copy(transposed(v.view(type, n, n)), vectors.get().vt());
            }
            return true;
        }
    }

    /** gesvdr of Aᵀ (n, m): its U is V, in place of the rows of Vᵀ; its V is U, turned. It has room for all singular values. */
    void leading(View a, long oversampling, int iterations, View s, Vectors vectors) {
        long m = rows(a);
        long n = columns(a);
        long k = s.shape().dim(0);
        DType type = a.dtype();
        if (k == 0) {
            return;
        }
        double scale = scale(a);
        multiply(a, scale);
        try (Scratch left = Scratch.matrix(gpu, "svd", type, k, m);
                Scratch all = Scratch.matrix(gpu, "svd", type, 1, Math.min(m, n))) {
            svdCalls.gesvdr(
                    new SvdCalls.Svd(
                            type,
                            false,
                            n,
                            m,
                            a.address(),
                            leading(a),
                            all.address(),
                            vectors.vt().address(),
                            n,
                            left.address(),
                            m),
                    k,
                    oversampling,
                    iterations);
            View values = all.view(type, Math.min(m, n));
            elementwise.copy(values.with(values.layout().slice(0, 0, k)), s);
            elementwise.copy(transposed(left.view(type, k, m)), vectors.u());
        }
        multiply(s, 1 / scale);
        orient(Optional.of(vectors.u()), vectors.vt());
    }

    long svdWorkspace(SvdDriver driver, boolean vectors, DType dtype, long m, long n) {
        long k = Math.min(m, n);
        if (k == 0) {
            return 0;
        }
        boolean direct = driver != SvdDriver.GESVD;
        boolean turned = direct || m < n;
        long any = vectors ? gpu.result() : 0; // only whether it is there counts
        SvdCalls.Svd call = turned
                ? new SvdCalls.Svd(dtype, false, n, m, gpu.result(), n, gpu.result(), any, n, any, m)
                : new SvdCalls.Svd(dtype, false, m, n, gpu.result(), m, gpu.result(), any, m, any, n);
        long scratch = direct ? (vectors ? m * k : 0) : m < n ? 0 : m * n + (vectors ? m * k + k * k : 0);
        long product = direct && LongSvd.suits(m, n) ? LongSvd.workspace(vectors, dtype, m, n) : 0;
        return (svdCalls.workspace(driver, call) + scratch + product) * dtype.bytes() + 16;
    }

    /** Signs by the rule of Backend.orientVectors, of one matrix or of a batch. */
    void orient(Optional<View> u, View vt) {
        long k = rows(vt);
        if (u.isPresent()) {
            k = Math.min(k, columns(u.get()));
        }
        if (k == 0 || columns(vt) == 0) {
            return;
        }
        boolean many = vt.shape().rank() == 3;
        long count = many ? vt.shape().dim(0) : 1;
        Arguments arguments = new Arguments()
                .add(k)
                .add(columns(vt))
                .add(vt.address())
                .add(leading(vt))
                .add(u.map(RowMajor::rows).orElse(0L))
                .add(u.map(View::address).orElse(0L))
                .add(u.map(RowMajor::leading).orElse(0L))
                .add(1 - Math.sqrt(vt.dtype().epsilon()))
                .add(count)
                .add(many ? vt.layout().stride(0) : 0)
                .add(many && u.isPresent() ? u.get().layout().stride(0) : 0);
        int threads = 32;
        while (threads < 256 && threads < columns(vt)) {
            threads *= 2;
        }
        gpu.launchBlocks(module(vt), "orient", count * k, threads, arguments);
    }

    /**
     * A power of two by which a matrix far from 1 is multiplied before it is factored, where cuSOLVER's squares would overflow or
     * vanish; else 1.
     */
    private double scale(View a) {
        double largest = reductions.largest(a);
        boolean wide = a.dtype() == DType.F64;
        double bound = wide ? 0x1p300 : 0x1p30;
        if (largest == 0 || !Double.isFinite(largest) || largest <= bound && largest >= 1 / bound) {
            return 1;
        }
        return Math.scalb(1.0, Math.min(wide ? 1022 : 126, -Math.getExponent(largest)));
    }

    private void multiply(View a, double factor) {
        if (factor != 1) {
            elementwise.axpby(factor, a, 0, a);
        }
    }
}
