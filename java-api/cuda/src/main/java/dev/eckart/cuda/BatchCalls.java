package dev.eckart.cuda;

import static dev.eckart.cuda.Solver.d;
import static dev.eckart.cuda.Solver.f;

import dev.eckart.memory.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.cuda.global.cusolver;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The calls of cuSOLVER for the singular value decompositions of many column-major matrices of one shape, for both types; as
 * {@link SvdCalls}. They wait for nothing: info has a word for each matrix, in memory of the device.
 */
final class BatchCalls {
    private final Gpu gpu;
    private final Solver solver;
    private final SvdCalls single;
    private ByteBuffer residuals = ByteBuffer.allocateDirect(8);

    BatchCalls(Gpu gpu, Solver solver, SvdCalls single) {
        this.gpu = gpu;
        this.solver = solver;
        this.single = single;
    }

    /**
     * Where the decompositions of matrices (m, n) go that stand one behind the other. U and V have to be there even when values alone
     * are asked for: PyTorch found that calls fail otherwise.
     *
     * @param a (count) times (m, n), destroyed
     * @param s (count, k), descending
     * @param u (count) times (m, m) for gesvdj, (m, n) for gesvda
     * @param v (count) times (n, n): V, not its transpose
     * @param info (count) words
     */
    record Batch(
            DType dtype,
            boolean vectors,
            long count,
            long rows,
            long columns,
            long a,
            long s,
            long u,
            long v,
            long info) {
        int mode() {
            return vectors ? Solver.VECTORS : Solver.VALUES_ONLY;
        }

        int m() {
            return Solver.extent("svd", rows);
        }

        int n() {
            return Solver.extent("svd", columns);
        }

        int matrices() {
            return Solver.extent("svd", count);
        }
    }

    private interface Call {
        int run(long workspace, int elements);
    }

    private void run(String name, Batch x, Solver.Sized sized, Call call) {
        int elements = solver.elements(name, sized);
        try (Scratch work =
                new Scratch(gpu, name, Math.max(1, (long) elements * x.dtype().bytes()))) {
            Solver.check(name, call.run(work.address(), elements));
        }
    }

    /** By Jacobi rotations, for sides up to 32; info > 0: not converged (cuSOLVER, cusolverDn&lt;t&gt;gesvdjBatched). */
    void gesvdj(Batch x) {
        String name = x.dtype() == DType.F32 ? "cusolverDnSgesvdjBatched" : "cusolverDnDgesvdjBatched";
        run(
                name,
                x,
                size -> gesvdjSize(x, size),
                (w, l) -> x.dtype() == DType.F32
                        ? cusolver.cusolverDnSgesvdjBatched(
                                solver.handle(),
                                x.mode(),
                                x.m(),
                                x.n(),
                                f(x.a()),
                                x.m(),
                                f(x.s()),
                                f(x.u()),
                                x.m(),
                                f(x.v()),
                                x.n(),
                                f(w),
                                l,
                                Address.i32(x.info()),
                                single.jacobi(),
                                x.matrices())
                        : cusolver.cusolverDnDgesvdjBatched(
                                solver.handle(),
                                x.mode(),
                                x.m(),
                                x.n(),
                                d(x.a()),
                                x.m(),
                                d(x.s()),
                                d(x.u()),
                                x.m(),
                                d(x.v()),
                                x.n(),
                                d(w),
                                l,
                                Address.i32(x.info()),
                                single.jacobi(),
                                x.matrices()));
    }

    private int gesvdjSize(Batch x, long size) {
        return x.dtype() == DType.F32
                ? cusolver.cusolverDnSgesvdjBatched_bufferSize(
                        solver.handle(),
                        x.mode(),
                        x.m(),
                        x.n(),
                        f(x.a()),
                        x.m(),
                        f(x.s()),
                        f(x.u()),
                        x.m(),
                        f(x.v()),
                        x.n(),
                        Address.i32(size),
                        single.jacobi(),
                        x.matrices())
                : cusolver.cusolverDnDgesvdjBatched_bufferSize(
                        solver.handle(),
                        x.mode(),
                        x.m(),
                        x.n(),
                        d(x.a()),
                        x.m(),
                        d(x.s()),
                        d(x.u()),
                        x.m(),
                        d(x.v()),
                        x.n(),
                        Address.i32(size),
                        single.jacobi(),
                        x.matrices());
    }

    /**
     * By eigenvectors of AᵀA, for m ≥ n; info > 0: not converged (cuSOLVER, cusolverDn&lt;t&gt;gesvdaStridedBatched). What it tells of
     * each ‖A − U·S·Vᵀ‖F is read by {@link #residual} once the stream was waited for; nothing where values alone are asked for.
     */
    void gesvda(Batch x) {
        String name = x.dtype() == DType.F32 ? "cusolverDnSgesvdaStridedBatched" : "cusolverDnDgesvdaStridedBatched";
        long bytes = Double.BYTES * x.count();
        if (residuals.capacity() < bytes) {
            residuals = ByteBuffer.allocateDirect(Math.toIntExact(bytes)).order(ByteOrder.nativeOrder());
        }
        residuals.order(ByteOrder.nativeOrder());
        for (int i = 0; i < x.count(); i++) {
            residuals.putDouble(Double.BYTES * i, Double.NaN);
        }
        // Without vectors there is nothing of which to take them.
        DoublePointer norms = x.vectors() ? new DoublePointer(new BytePointer(residuals)) : Address.f64(0);
        run(
                name,
                x,
                size -> gesvdaSize(x, size),
                (w, l) -> x.dtype() == DType.F32
                        ? cusolver.cusolverDnSgesvdaStridedBatched(
                                solver.handle(),
                                x.mode(),
                                x.n(),
                                x.m(),
                                x.n(),
                                f(x.a()),
                                x.m(),
                                x.rows() * x.columns(),
                                f(x.s()),
                                x.columns(),
                                f(x.u()),
                                x.m(),
                                x.rows() * x.columns(),
                                f(x.v()),
                                x.n(),
                                x.columns() * x.columns(),
                                f(w),
                                l,
                                Address.i32(x.info()),
                                norms,
                                x.matrices())
                        : cusolver.cusolverDnDgesvdaStridedBatched(
                                solver.handle(),
                                x.mode(),
                                x.n(),
                                x.m(),
                                x.n(),
                                d(x.a()),
                                x.m(),
                                x.rows() * x.columns(),
                                d(x.s()),
                                x.columns(),
                                d(x.u()),
                                x.m(),
                                x.rows() * x.columns(),
                                d(x.v()),
                                x.n(),
                                x.columns() * x.columns(),
                                d(w),
                                l,
                                Address.i32(x.info()),
                                norms,
                                x.matrices()));
    }

    private int gesvdaSize(Batch x, long size) {
        return x.dtype() == DType.F32
                ? cusolver.cusolverDnSgesvdaStridedBatched_bufferSize(
                        solver.handle(),
                        x.mode(),
                        x.n(),
                        x.m(),
                        x.n(),
                        f(x.a()),
                        x.m(),
                        x.rows() * x.columns(),
                        f(x.s()),
                        x.columns(),
                        f(x.u()),
                        x.m(),
                        x.rows() * x.columns(),
                        f(x.v()),
                        x.n(),
                        x.columns() * x.columns(),
                        Address.i32(size),
                        x.matrices())
                : cusolver.cusolverDnDgesvdaStridedBatched_bufferSize(
                        solver.handle(),
                        x.mode(),
                        x.n(),
                        x.m(),
                        x.n(),
                        d(x.a()),
                        x.m(),
                        x.rows() * x.columns(),
                        d(x.s()),
                        x.columns(),
                        d(x.u()),
                        x.m(),
                        x.rows() * x.columns(),
                        d(x.v()),
                        x.n(),
                        x.columns() * x.columns(),
                        Address.i32(size),
                        x.matrices());
    }

    /** ‖A − U·S·Vᵀ‖F of a matrix of the last gesvda; NaN where it told nothing. */
    double residual(int matrix) {
        return residuals.getDouble(Double.BYTES * matrix);
    }

    /** Elements of workspace. */
    long workspace(boolean gesvda, Batch x) {
        String type = x.dtype() == DType.F32 ? "S" : "D";
        return gesvda
                ? solver.elements("cusolverDn" + type + "gesvdaStridedBatched", size -> gesvdaSize(x, size))
                : solver.elements("cusolverDn" + type + "gesvdjBatched", size -> gesvdjSize(x, size));
    }
}
