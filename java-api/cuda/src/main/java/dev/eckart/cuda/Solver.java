package dev.eckart.cuda;

import dev.eckart.backend.SvdDriver;
import dev.eckart.memory.DType;
import java.nio.ByteBuffer;
import org.bytedeco.cuda.cusolver.cusolverDnContext;
import org.bytedeco.cuda.cusolver.cusolverDnParams;
import org.bytedeco.cuda.cusolver.gesvdjInfo;
import org.bytedeco.cuda.global.cusolver;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The calls of cuSOLVER that are used here, for both types, with workspace and status. Matrices are column-major; each call returns
 * LAPACK's info, for which it waits.
 */
final class Solver {
    private static final int VECTORS = 1;
    private static final int VALUES_ONLY = 0;
    private static final int LOWER = 0;
    private static final int UPPER = 1;
    private static final String[] STATUS = {
        "CUSOLVER_STATUS_SUCCESS",
        "CUSOLVER_STATUS_NOT_INITIALIZED",
        "CUSOLVER_STATUS_ALLOC_FAILED",
        "CUSOLVER_STATUS_INVALID_VALUE",
        "CUSOLVER_STATUS_ARCH_MISMATCH",
        "CUSOLVER_STATUS_MAPPING_ERROR",
        "CUSOLVER_STATUS_EXECUTION_FAILED",
        "CUSOLVER_STATUS_INTERNAL_ERROR",
        "CUSOLVER_STATUS_MATRIX_TYPE_NOT_SUPPORTED",
        "CUSOLVER_STATUS_NOT_SUPPORTED"
    };

    private final Gpu gpu;
    private cusolverDnContext handle;
    private gesvdjInfo jacobi;
    private cusolverDnParams parameters;

    /** For the calls that want workspace of the host as well. */
    private ByteBuffer hostWork = ByteBuffer.allocateDirect(8);

    Solver(Gpu gpu) {
        this.gpu = gpu;
    }

    private cusolverDnContext handle() {
        gpu.requireNoCapture();
        if (handle == null) {
            cusolverDnContext made = new cusolverDnContext();
            check("cusolverDnCreate", cusolver.cusolverDnCreate(made));
            check("cusolverDnSetStream", cusolver.cusolverDnSetStream(made, gpu.stream()));
            handle = made;
        }
        return handle;
    }

    /** Parameters of gesvdj as they are made: the machine's accuracy, at most 100 sweeps. */
    private gesvdjInfo jacobi() {
        if (jacobi == null) {
            gesvdjInfo made = new gesvdjInfo();
            check("cusolverDnCreateGesvdjInfo", cusolver.cusolverDnCreateGesvdjInfo(made));
            jacobi = made;
        }
        return jacobi;
    }

    /** Parameters of the generic calls as they are made. */
    private cusolverDnParams parameters() {
        if (parameters == null) {
            cusolverDnParams made = new cusolverDnParams();
            check("cusolverDnCreateParams", cusolver.cusolverDnCreateParams(made));
            parameters = made;
        }
        return parameters;
    }

    private static void check(String call, int code) {
        if (code != 0) {
            throw Faults.ofLibrary(call, code, code > 0 && code < STATUS.length ? STATUS[code] : "unknown");
        }
    }

    private static int extent(String operation, long size) {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(operation + ": a dimension of " + size
                    + " is beyond cuSOLVER's 2^31 - 1; compute on the host: .to(Device.cpu())");
        }
        return (int) size;
    }

    /** A call with its workspace: how many elements it asks for, and the call given workspace and the address of info. */
    private interface Sized {
        int query(long size);
    }

    private interface Call {
        int run(long workspace, int elements, long info);
    }

    private int elements(String call, Sized sized) {
        check(call + "_bufferSize", sized.query(gpu.result()));
        return gpu.resultInt();
    }

    private int run(String name, DType dtype, Sized sized, Call call) {
        int elements = elements(name, sized);
        // The info word stands behind the workspace.
        long bytes = ((long) elements * dtype.bytes() + 15) / 16 * 16;
        try (Scratch work = new Scratch(gpu, name, bytes + 16)) {
            long info = work.address() + bytes;
            check(name, call.run(work.address(), elements, info));
            return info(name, info);
        }
    }

    /** What a call has put at an address of the device; waits for it. */
    private int info(String name, long address) {
        gpu.read(address, 4);
        int value = gpu.resultInt();
        if (value < 0) {
            throw new CudaException(name, value, "argument " + -value + " is wrong");
        }
        return value;
    }

    private static FloatPointer f(long address) {
        return Address.f32(address);
    }

    private static DoublePointer d(long address) {
        return Address.f64(address);
    }

    // ---- factorizations

    /** A = Uᵀ·U, U in the upper triangle; > 0: not positive definite. */
    int potrf(DType dtype, long order, long a, long lda) {
        int n = extent("cholesky", order);
        int ld = extent("cholesky", lda);
        return dtype == DType.F32
                ? run(
                        "cusolverDnSpotrf",
                        dtype,
                        s -> cusolver.cusolverDnSpotrf_bufferSize(handle(), UPPER, n, f(a), ld, Address.i32(s)),
                        (w, l, i) -> cusolver.cusolverDnSpotrf(handle(), UPPER, n, f(a), ld, f(w), l, Address.i32(i)))
                : run(
                        "cusolverDnDpotrf",
                        dtype,
                        s -> cusolver.cusolverDnDpotrf_bufferSize(handle(), UPPER, n, d(a), ld, Address.i32(s)),
                        (w, l, i) -> cusolver.cusolverDnDpotrf(handle(), UPPER, n, d(a), ld, d(w), l, Address.i32(i)));
    }

    /** A (m, n) = Q·R: R in the upper triangle, reflections below and in {@code tau}. */
    void geqrf(DType dtype, long rows, long columns, long a, long lda, long tau) {
        int m = extent("qr", rows);
        int n = extent("qr", columns);
        int ld = extent("qr", lda);
        if (dtype == DType.F32) {
            run(
                    "cusolverDnSgeqrf",
                    dtype,
                    s -> cusolver.cusolverDnSgeqrf_bufferSize(handle(), m, n, f(a), ld, Address.i32(s)),
                    (w, l, i) -> cusolver.cusolverDnSgeqrf(handle(), m, n, f(a), ld, f(tau), f(w), l, Address.i32(i)));
        } else {
            run(
                    "cusolverDnDgeqrf",
                    dtype,
                    s -> cusolver.cusolverDnDgeqrf_bufferSize(handle(), m, n, d(a), ld, Address.i32(s)),
                    (w, l, i) -> cusolver.cusolverDnDgeqrf(handle(), m, n, d(a), ld, d(tau), d(w), l, Address.i32(i)));
        }
    }

    /** The first k columns of Q (m, k), from the reflections of geqrf. */
    void orgqr(DType dtype, long rows, long columns, long a, long lda, long tau) {
        int m = extent("qr", rows);
        int k = extent("qr", columns);
        int ld = extent("qr", lda);
        if (dtype == DType.F32) {
            run(
                    "cusolverDnSorgqr",
                    dtype,
                    s -> cusolver.cusolverDnSorgqr_bufferSize(handle(), m, k, k, f(a), ld, f(tau), Address.i32(s)),
                    (w, l, i) ->
                            cusolver.cusolverDnSorgqr(handle(), m, k, k, f(a), ld, f(tau), f(w), l, Address.i32(i)));
        } else {
            run(
                    "cusolverDnDorgqr",
                    dtype,
                    s -> cusolver.cusolverDnDorgqr_bufferSize(handle(), m, k, k, d(a), ld, d(tau), Address.i32(s)),
                    (w, l, i) ->
                            cusolver.cusolverDnDorgqr(handle(), m, k, k, d(a), ld, d(tau), d(w), l, Address.i32(i)));
        }
    }

    /** Symmetric A, of which the lower triangle is read (the upper one of rows), becomes its eigenvectors; w ascends. > 0: not converged. */
    int syevd(DType dtype, boolean vectors, long order, long a, long lda, long w) {
        int mode = vectors ? VECTORS : VALUES_ONLY;
        int n = extent("eigh", order);
        int ld = extent("eigh", lda);
        return dtype == DType.F32
                ? run(
                        "cusolverDnSsyevd",
                        dtype,
                        s -> cusolver.cusolverDnSsyevd_bufferSize(
                                handle(), mode, LOWER, n, f(a), ld, f(w), Address.i32(s)),
                        (work, l, i) -> cusolver.cusolverDnSsyevd(
                                handle(), mode, LOWER, n, f(a), ld, f(w), f(work), l, Address.i32(i)))
                : run(
                        "cusolverDnDsyevd",
                        dtype,
                        s -> cusolver.cusolverDnDsyevd_bufferSize(
                                handle(), mode, LOWER, n, d(a), ld, d(w), Address.i32(s)),
                        (work, l, i) -> cusolver.cusolverDnDsyevd(
                                handle(), mode, LOWER, n, d(a), ld, d(w), d(work), l, Address.i32(i)));
    }

    /**
     * Where a column-major singular value decomposition A (m, n) = U·diag(s)·Vᵀ goes.
     *
     * @param rows m
     * @param columns n
     * @param a destroyed
     * @param s descending
     * @param u (m, k), or (m, m) when full; 0: values only
     * @param v for gesvdj and gesvdp V (n, k), for gesvd Vᵀ (k, n), k = n when full
     */
    record Svd(
            DType dtype,
            boolean full,
            long rows,
            long columns,
            long a,
            long lda,
            long s,
            long u,
            long ldu,
            long v,
            long ldv) {
        boolean vectors() {
            return u != 0;
        }

        int mode() {
            return vectors() ? VECTORS : VALUES_ONLY;
        }

        /** As econ of gesvdj and gesvdp. */
        int thin() {
            return full ? 0 : 1;
        }
    }

    /** By Jacobi rotations, of any shape. > 0: not converged. */
    int gesvdj(Svd x) {
        return x.dtype() == DType.F32
                ? run("cusolverDnSgesvdj", x.dtype(), s -> gesvdjSize(x, s), (w, l, i) -> {
                    int m = extent("svd", x.rows());
                    int n = extent("svd", x.columns());
                    return cusolver.cusolverDnSgesvdj(
                            handle(),
                            x.mode(),
                            x.thin(),
                            m,
                            n,
                            f(x.a()),
                            extent("svd", x.lda()),
                            f(x.s()),
                            f(x.u()),
                            extent("svd", x.ldu()),
                            f(x.v()),
                            extent("svd", x.ldv()),
                            f(w),
                            l,
                            Address.i32(i),
                            jacobi());
                })
                : run("cusolverDnDgesvdj", x.dtype(), s -> gesvdjSize(x, s), (w, l, i) -> {
                    int m = extent("svd", x.rows());
                    int n = extent("svd", x.columns());
                    return cusolver.cusolverDnDgesvdj(
                            handle(),
                            x.mode(),
                            x.thin(),
                            m,
                            n,
                            d(x.a()),
                            extent("svd", x.lda()),
                            d(x.s()),
                            d(x.u()),
                            extent("svd", x.ldu()),
                            d(x.v()),
                            extent("svd", x.ldv()),
                            d(w),
                            l,
                            Address.i32(i),
                            jacobi());
                });
    }

    private int gesvdjSize(Svd x, long size) {
        int m = extent("svd", x.rows());
        int n = extent("svd", x.columns());
        int lda = extent("svd", x.lda());
        int ldu = extent("svd", x.ldu());
        int ldv = extent("svd", x.ldv());
        return x.dtype() == DType.F32
                ? cusolver.cusolverDnSgesvdj_bufferSize(
                        handle(),
                        x.mode(),
                        x.thin(),
                        m,
                        n,
                        f(x.a()),
                        lda,
                        f(x.s()),
                        f(x.u()),
                        ldu,
                        f(x.v()),
                        ldv,
                        Address.i32(size),
                        jacobi())
                : cusolver.cusolverDnDgesvdj_bufferSize(
                        handle(),
                        x.mode(),
                        x.thin(),
                        m,
                        n,
                        d(x.a()),
                        lda,
                        d(x.s()),
                        d(x.u()),
                        ldu,
                        d(x.v()),
                        ldv,
                        Address.i32(size),
                        jacobi());
    }

    /**
     * By polar decomposition, of any shape; V as gesvdj. Where a singular value is close to zero, A is perturbed (cuSOLVER, cusolverDnXgesvdp,
     * h_err_sigma).
     *
     * @return by how much the singular values may be off for that; NaN: not converged
     */
    double gesvdp(Svd x) {
        String name = "cusolverDnXgesvdp";
        int type = Blas.real(x.dtype());
        long device = polarSizes(x);
        long host = gpu.resultLong(8);
        if (hostWork.capacity() < host) {
            hostWork = ByteBuffer.allocateDirect(Math.toIntExact(host));
        }
        long bytes = (device + 15) / 16 * 16;
        try (Scratch work = new Scratch(gpu, name, bytes + 16)) {
            long error = gpu.result() + 16;
            check(
                    name,
                    cusolver.cusolverDnXgesvdp(
                            handle(),
                            parameters(),
                            x.mode(),
                            x.thin(),
                            x.rows(),
                            x.columns(),
                            type,
                            new Address(x.a()),
                            x.lda(),
                            type,
                            new Address(x.s()),
                            type,
                            new Address(x.u()),
                            x.ldu(),
                            type,
                            new Address(x.v()),
                            x.ldv(),
                            type,
                            new Address(work.address()),
                            device,
                            new BytePointer(hostWork),
                            host,
                            Address.i32(work.address() + bytes),
                            Address.f64(error)));
            return info(name, work.address() + bytes) == 0 ? gpu.resultDouble(16) : Double.NaN;
        }
    }

    /** Bytes of workspace of gesvdp on the device; those on the host stand behind the result. */
    private long polarSizes(Svd x) {
        int type = Blas.real(x.dtype());
        check(
                "cusolverDnXgesvdp_bufferSize",
                cusolver.cusolverDnXgesvdp_bufferSize(
                        handle(),
                        parameters(),
                        x.mode(),
                        x.thin(),
                        x.rows(),
                        x.columns(),
                        type,
                        new Address(x.a()),
                        x.lda(),
                        type,
                        new Address(x.s()),
                        type,
                        new Address(x.u()),
                        x.ldu(),
                        type,
                        new Address(x.v()),
                        x.ldv(),
                        type,
                        Address.size(gpu.result()),
                        Address.size(gpu.result() + 8)));
        return gpu.resultLong(0);
    }

    /** By QR iteration; m ≥ n alone. > 0: not converged. */
    int gesvd(Svd x) {
        byte job = (byte) (!x.vectors() ? 'N' : x.full() ? 'A' : 'S');
        int m = extent("svd", x.rows());
        int n = extent("svd", x.columns());
        int lda = extent("svd", x.lda());
        int ldu = extent("svd", x.ldu());
        int ldv = extent("svd", x.ldv());
        return x.dtype() == DType.F32
                ? run(
                        "cusolverDnSgesvd",
                        x.dtype(),
                        s -> cusolver.cusolverDnSgesvd_bufferSize(handle(), m, n, Address.i32(s)),
                        (w, l, i) -> cusolver.cusolverDnSgesvd(
                                handle(),
                                job,
                                job,
                                m,
                                n,
                                f(x.a()),
                                lda,
                                f(x.s()),
                                f(x.u()),
                                ldu,
                                f(x.v()),
                                ldv,
                                f(w),
                                l,
                                f(0),
                                Address.i32(i)))
                : run(
                        "cusolverDnDgesvd",
                        x.dtype(),
                        s -> cusolver.cusolverDnDgesvd_bufferSize(handle(), m, n, Address.i32(s)),
                        (w, l, i) -> cusolver.cusolverDnDgesvd(
                                handle(),
                                job,
                                job,
                                m,
                                n,
                                d(x.a()),
                                lda,
                                d(x.s()),
                                d(x.u()),
                                ldu,
                                d(x.v()),
                                ldv,
                                d(w),
                                l,
                                d(0),
                                Address.i32(i)));
    }

    /** Elements of workspace of a driver. */
    long workspace(SvdDriver driver, Svd x) {
        if (driver == SvdDriver.GESVDP) {
            return (polarSizes(x) + x.dtype().bytes() - 1) / x.dtype().bytes();
        }
        if (driver == SvdDriver.GESVDJ) {
            return elements("cusolverDn" + (x.dtype() == DType.F32 ? "S" : "D") + "gesvdj", s -> gesvdjSize(x, s));
        }
        int m = extent("svd", x.rows());
        int n = extent("svd", x.columns());
        return x.dtype() == DType.F32
                ? elements(
                        "cusolverDnSgesvd", s -> cusolver.cusolverDnSgesvd_bufferSize(handle(), m, n, Address.i32(s)))
                : elements(
                        "cusolverDnDgesvd", s -> cusolver.cusolverDnDgesvd_bufferSize(handle(), m, n, Address.i32(s)));
    }
}
