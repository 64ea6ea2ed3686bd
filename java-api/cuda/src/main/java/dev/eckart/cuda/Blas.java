package dev.eckart.cuda;

import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import dev.eckart.memory.Precision;
import org.bytedeco.cuda.cublas.cublasContext;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.javacpp.BytePointer;

/** The calls of cuBLAS that are used here, with their status checked. Full precision: TF32 or BF16 where they are asked for alone. */
final class Blas {
    static final int N = 0;
    static final int T = 1;
    static final int LOWER = 0;
    static final int UPPER = 1;
    static final int LEFT = 0;
    static final int RIGHT = 1;
    private static final int NON_UNIT = 0;
    static final int REAL_32 = 0;
    private static final int REAL_64 = 1;
    private static final int COMPUTE_32 = 68;
    private static final int COMPUTE_32_BF16 = 75;
    private static final int COMPUTE_32_TF32 = 77;
    private static final int COMPUTE_64 = 70;
    private static final int DEFAULT_ALGORITHM = -1;
    private static final int DEFAULT_MATH = 0;

    private final Gpu gpu;
    private cublasContext handle;

    Blas(Gpu gpu) {
        this.gpu = gpu;
    }

    cublasContext handle() {
        if (handle == null) {
            cublasContext made = new cublasContext();
            check("cublasCreate", cublas.cublasCreate_v2(made));
            check("cublasSetStream", cublas.cublasSetStream_v2(made, gpu.stream()));
            check("cublasSetMathMode", cublas.cublasSetMathMode(made, DEFAULT_MATH));
            handle = made;
        }
        return handle;
    }

    /** Bytes of workspace that the library likes best on a device of this generation (cublasSetWorkspace). */
    static long workspace(int major) {
        return major >= 9 ? 32L << 20 : 4L << 20;
    }

    /** Products take this workspace in place of the library's own, which a graph would allocate at each launch; 0: its own again. */
    void useWorkspace(long address, long bytes) {
        check("cublasSetStream", cublas.cublasSetStream_v2(handle(), gpu.stream())); // takes the last one away
        if (address != 0) {
            check("cublasSetWorkspace", cublas.cublasSetWorkspace_v2(handle(), new Address(address), bytes));
        }
    }

    int version() {
        int[] version = {0};
        check("cublasGetVersion", cublas.cublasGetVersion_v2(handle(), version));
        return version[0];
    }

    static void check(String call, int code) {
        if (code != 0) {
            BytePointer name = cublas.cublasGetStatusName(code);
            throw Faults.ofLibrary(call, code, name == null ? "unknown" : name.getString());
        }
    }

    /** The two scalars of a call, in the type of its elements. */
    private long scalars(boolean single, double alpha, double beta) {
        gpu.putResult(0, alpha, single);
        gpu.putResult(8, beta, single);
        return gpu.result();
    }

    /** CUDA's number of a type (library_types.h), F32 or F64. */
    static int real(DType type) {
        return type == DType.F32 ? REAL_32 : REAL_64;
    }

    static int compute(boolean single, Precision precision) {
        if (!single) {
            return COMPUTE_64;
        }
        return switch (precision) {
            case FULL -> COMPUTE_32;
            case TF32 -> COMPUTE_32_TF32;
            case BF16 -> COMPUTE_32_BF16;
        };
    }

    void gemm(double alpha, View a, View b, double beta, View c) {
        gemm(Precision.FULL, alpha, a, b, beta, c);
    }

    void gemm(Precision precision, double alpha, View a, View b, double beta, View c) {
        Gemm g = Gemm.of(a.layout(), b.layout(), c.layout());
        boolean single = c.dtype() == DType.F32;
        int type = real(c.dtype());
        long scalars = scalars(single, alpha, beta);
        check(
                "cublasGemmStridedBatchedEx",
                cublas.cublasGemmStridedBatchedEx_64(
                        handle(),
                        g.transposeB() ? T : N,
                        g.transposeA() ? T : N,
                        g.rows(),
                        g.columns(),
                        g.inner(),
                        new Address(scalars),
                        new Address(b.address()),
                        type,
                        g.ldb(),
                        g.strideB(),
                        new Address(a.address()),
                        type,
                        g.lda(),
                        g.strideA(),
                        new Address(scalars + 8),
                        new Address(c.address()),
                        type,
                        g.ldc(),
                        g.strideC(),
                        g.batch(),
                        compute(single, precision),
                        DEFAULT_ALGORITHM));
    }

    /** C = alpha·AᵀA + beta·C: row-major A (m, n) is column-major X = Aᵀ (n, m), and X·Xᵀ is asked for; fills C's upper triangle. */
    void gram(double alpha, View a, double beta, View c) {
        long n = RowMajor.columns(a);
        long m = RowMajor.rows(a);
        if (c.dtype() == DType.F32) {
            long scalars = scalars(true, alpha, beta);
            check(
                    "cublasSsyrk",
                    cublas.cublasSsyrk_v2_64(
                            handle(),
                            LOWER,
                            N,
                            n,
                            m,
                            Address.f32(scalars),
                            Address.f32(a.address()),
                            RowMajor.leading(a),
                            Address.f32(scalars + 8),
                            Address.f32(c.address()),
                            RowMajor.leading(c)));
        } else {
            long scalars = scalars(false, alpha, beta);
            check(
                    "cublasDsyrk",
                    cublas.cublasDsyrk_v2_64(
                            handle(),
                            LOWER,
                            N,
                            n,
                            m,
                            Address.f64(scalars),
                            Address.f64(a.address()),
                            RowMajor.leading(a),
                            Address.f64(scalars + 8),
                            Address.f64(c.address()),
                            RowMajor.leading(c)));
        }
    }

    void triangularSolve(RowMajor.Solve how, View t, View b) {
        if (b.dtype() == DType.F32) {
            long scalars = scalars(true, 1, 0);
            check(
                    "cublasStrsm",
                    cublas.cublasStrsm_v2_64(
                            handle(),
                            how.side(),
                            how.triangle(),
                            how.operation(),
                            NON_UNIT,
                            RowMajor.columns(b),
                            RowMajor.rows(b),
                            Address.f32(scalars),
                            Address.f32(t.address()),
                            RowMajor.leading(t),
                            Address.f32(b.address()),
                            RowMajor.leading(b)));
        } else {
            long scalars = scalars(false, 1, 0);
            check(
                    "cublasDtrsm",
                    cublas.cublasDtrsm_v2_64(
                            handle(),
                            how.side(),
                            how.triangle(),
                            how.operation(),
                            NON_UNIT,
                            RowMajor.columns(b),
                            RowMajor.rows(b),
                            Address.f64(scalars),
                            Address.f64(t.address()),
                            RowMajor.leading(t),
                            Address.f64(b.address()),
                            RowMajor.leading(b)));
        }
    }
}
