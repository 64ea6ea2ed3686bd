package dev.eckart.cuda;

import dev.eckart.memory.DType;
import org.bytedeco.cuda.cusolver.cusolverDnContext;
import org.bytedeco.cuda.global.cusolver;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * The calls of cuSOLVER that are used here but for the SVD ({@link SvdCalls}), for both types, with workspace and status. Matrices are
 * column-major; each call returns LAPACK's info, for which it waits.
 */
final class Solver {
    static final int VECTORS = 1;
    static final int VALUES_ONLY = 0;
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

    Solver(Gpu gpu) {
        this.gpu = gpu;
    }

    cusolverDnContext handle() {
        gpu.requireNoCapture();
        if (handle == null) {
            cusolverDnContext made = new cusolverDnContext();
            check("cusolverDnCreate", cusolver.cusolverDnCreate(made));
            check("cusolverDnSetStream", cusolver.cusolverDnSetStream(made, gpu.stream()));
            handle = made;
        }
        return handle;
    }

    static void check(String call, int code) {
        if (code != 0) {
            throw Faults.ofLibrary(call, code, code > 0 && code < STATUS.length ? STATUS[code] : "unknown");
        }
    }

    static int extent(String operation, long size) {
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(operation + ": a dimension of " + size
                    + " is beyond cuSOLVER's 2^31 - 1; compute on the host: .to(Device.cpu())");
        }
        return (int) size;
    }

    /** A call with its workspace: how many elements it asks for, and the call given workspace and the address of info. */
    interface Sized {
        int query(long size);
    }

    interface Call {
        int run(long workspace, int elements, long info);
    }

    int elements(String call, Sized sized) {
        check(call + "_bufferSize", sized.query(gpu.result()));
        return gpu.resultInt();
    }

    int run(String name, DType dtype, Sized sized, Call call) {
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
    int info(String name, long address) {
        gpu.read(address, 4);
        int value = gpu.resultInt();
        if (value < 0) {
            throw new CudaException(name, value, "argument " + -value + " is wrong");
        }
        return value;
    }

    static FloatPointer f(long address) {
        return Address.f32(address);
    }

    static DoublePointer d(long address) {
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
}
