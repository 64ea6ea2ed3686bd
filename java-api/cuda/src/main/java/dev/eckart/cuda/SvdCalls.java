package dev.eckart.cuda;

import static dev.eckart.cuda.Solver.d;
import static dev.eckart.cuda.Solver.f;

import dev.eckart.backend.SvdDriver;
import dev.eckart.memory.DType;
import java.nio.ByteBuffer;
import org.bytedeco.cuda.cusolver.cusolverDnParams;
import org.bytedeco.cuda.cusolver.gesvdjInfo;
import org.bytedeco.cuda.global.cusolver;
import org.bytedeco.javacpp.BytePointer;

/** The calls of cuSOLVER for the singular value decomposition of a column-major matrix, for both types; as {@link Solver}. */
final class SvdCalls {
    private final Gpu gpu;
    private final Solver solver;
    private gesvdjInfo jacobi;
    private cusolverDnParams parameters;

    /** For the calls that want workspace of the host as well. */
    private ByteBuffer hostWork = ByteBuffer.allocateDirect(8);

    SvdCalls(Gpu gpu, Solver solver) {
        this.gpu = gpu;
        this.solver = solver;
    }

    /** Parameters of gesvdj, and of its form for batches, as they are made: the machine's accuracy, at most 100 sweeps. */
    gesvdjInfo jacobi() {
        if (jacobi == null) {
            gesvdjInfo made = new gesvdjInfo();
            Solver.check("cusolverDnCreateGesvdjInfo", cusolver.cusolverDnCreateGesvdjInfo(made));
            jacobi = made;
        }
        return jacobi;
    }

    /** Parameters of the generic calls as they are made. */
    private cusolverDnParams parameters() {
        if (parameters == null) {
            cusolverDnParams made = new cusolverDnParams();
            Solver.check("cusolverDnCreateParams", cusolver.cusolverDnCreateParams(made));
            parameters = made;
        }
        return parameters;
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
            return vectors() ? Solver.VECTORS : Solver.VALUES_ONLY;
        }

        /** As econ of gesvdj and gesvdp. */
        int thin() {
            return full ? 0 : 1;
        }
    }

    /** By Jacobi rotations, of any shape. > 0: not converged. */
    int gesvdj(Svd x) {
        return x.dtype() == DType.F32
                ? solver.run("cusolverDnSgesvdj", x.dtype(), s -> gesvdjSize(x, s), (w, l, i) -> {
                    int m = Solver.extent("svd", x.rows());
                    int n = Solver.extent("svd", x.columns());
                    return cusolver.cusolverDnSgesvdj(
                            solver.handle(),
                            x.mode(),
                            x.thin(),
                            m,
                            n,
                            f(x.a()),
                            Solver.extent("svd", x.lda()),
                            f(x.s()),
                            f(x.u()),
                            Solver.extent("svd", x.ldu()),
                            f(x.v()),
                            Solver.extent("svd", x.ldv()),
                            f(w),
                            l,
                            Address.i32(i),
                            jacobi());
                })
                : solver.run("cusolverDnDgesvdj", x.dtype(), s -> gesvdjSize(x, s), (w, l, i) -> {
                    int m = Solver.extent("svd", x.rows());
                    int n = Solver.extent("svd", x.columns());
                    return cusolver.cusolverDnDgesvdj(
                            solver.handle(),
                            x.mode(),
                            x.thin(),
                            m,
                            n,
                            d(x.a()),
                            Solver.extent("svd", x.lda()),
                            d(x.s()),
                            d(x.u()),
                            Solver.extent("svd", x.ldu()),
                            d(x.v()),
                            Solver.extent("svd", x.ldv()),
                            d(w),
                            l,
                            Address.i32(i),
                            jacobi());
                });
    }

    private int gesvdjSize(Svd x, long size) {
        int m = Solver.extent("svd", x.rows());
        int n = Solver.extent("svd", x.columns());
        int lda = Solver.extent("svd", x.lda());
        int ldu = Solver.extent("svd", x.ldu());
        int ldv = Solver.extent("svd", x.ldv());
        return x.dtype() == DType.F32
                ? cusolver.cusolverDnSgesvdj_bufferSize(
                        solver.handle(),
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
                        solver.handle(),
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
        int type = Blas.real(x.dtype());
        long error = gpu.result() + 16;
        int info = generic(
                "cusolverDnXgesvdp",
                polarSizes(x),
                (work, device, onHost, host, i) -> cusolver.cusolverDnXgesvdp(
                        solver.handle(),
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
                        new Address(work),
                        device,
                        onHost,
                        host,
                        Address.i32(i),
                        Address.f64(error)));
        return info == 0 ? gpu.resultDouble(16) : Double.NaN;
    }

    /** Bytes of workspace of gesvdp on the device; those on the host stand behind the result. */
    private long polarSizes(Svd x) {
        int type = Blas.real(x.dtype());
        Solver.check(
                "cusolverDnXgesvdp_bufferSize",
                cusolver.cusolverDnXgesvdp_bufferSize(
                        solver.handle(),
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

    /** k leading triplets by randomized subspace iteration; V as gesvdj (cuSOLVER 2.4.5.3, cusolverDnXgesvdr, remark 2). */
    void gesvdr(Svd x, long k, long oversampling, long iterations) {
        String name = "cusolverDnXgesvdr";
        int type = Blas.real(x.dtype());
        byte job = 'S';
        Solver.check(
                name + "_bufferSize",
                cusolver.cusolverDnXgesvdr_bufferSize(
                        solver.handle(),
                        parameters(),
                        job,
                        job,
                        x.rows(),
                        x.columns(),
                        k,
                        oversampling,
                        iterations,
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
        generic(
                name,
                gpu.resultLong(0),
                (work, device, onHost, host, i) -> cusolver.cusolverDnXgesvdr(
                        solver.handle(),
                        parameters(),
                        job,
                        job,
                        x.rows(),
                        x.columns(),
                        k,
                        oversampling,
                        iterations,
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
                        new Address(work),
                        device,
                        onHost,
                        host,
                        Address.i32(i)));
    }

    /** A generic call, given workspace of the device and of the host, each with its bytes, and the address of info. */
    private interface Generic {
        int run(long work, long device, BytePointer onHost, long host, long info);
    }

    /** Runs one of which the bytes of workspace were asked: those on the host stand behind the result. Gives info; waits for it. */
    private int generic(String name, long device, Generic call) {
        long host = gpu.resultLong(8);
        // The info word stands behind the workspace.
        long bytes = (device + 15) / 16 * 16;
        try (Scratch work = new Scratch(gpu, name, bytes + 16)) {
            long info = work.address() + bytes;
            Solver.check(name, call.run(work.address(), device, hostWork(host), host, info));
            return solver.info(name, info);
        }
    }

    /** Workspace of the host, kept for the next call: there is one call at a time, and each is waited for. */
    private BytePointer hostWork(long bytes) {
        if (hostWork.capacity() < bytes) {
            hostWork = ByteBuffer.allocateDirect(Math.toIntExact(bytes));
        }
        return new BytePointer(hostWork);
    }

    /** By QR iteration; m ≥ n alone. > 0: not converged. */
    int gesvd(Svd x) {
        byte job = (byte) (!x.vectors() ? 'N' : x.full() ? 'A' : 'S');
        int m = Solver.extent("svd", x.rows());
        int n = Solver.extent("svd", x.columns());
        int lda = Solver.extent("svd", x.lda());
        int ldu = Solver.extent("svd", x.ldu());
        int ldv = Solver.extent("svd", x.ldv());
        return x.dtype() == DType.F32
                ? solver.run(
                        "cusolverDnSgesvd",
                        x.dtype(),
                        s -> cusolver.cusolverDnSgesvd_bufferSize(solver.handle(), m, n, Address.i32(s)),
                        (w, l, i) -> cusolver.cusolverDnSgesvd(
                                solver.handle(),
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
                : solver.run(
                        "cusolverDnDgesvd",
                        x.dtype(),
                        s -> cusolver.cusolverDnDgesvd_bufferSize(solver.handle(), m, n, Address.i32(s)),
                        (w, l, i) -> cusolver.cusolverDnDgesvd(
                                solver.handle(),
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
            return solver.elements(
                    "cusolverDn" + (x.dtype() == DType.F32 ? "S" : "D") + "gesvdj", s -> gesvdjSize(x, s));
        }
        int m = Solver.extent("svd", x.rows());
        int n = Solver.extent("svd", x.columns());
        return x.dtype() == DType.F32
                ? solver.elements(
                        "cusolverDnSgesvd",
                        s -> cusolver.cusolverDnSgesvd_bufferSize(solver.handle(), m, n, Address.i32(s)))
                : solver.elements(
                        "cusolverDnDgesvd",
                        s -> cusolver.cusolverDnDgesvd_bufferSize(solver.handle(), m, n, Address.i32(s)));
    }
}
