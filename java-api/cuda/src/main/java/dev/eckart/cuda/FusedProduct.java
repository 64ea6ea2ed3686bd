package dev.eckart.cuda;

import dev.eckart.backend.Finish;
import dev.eckart.backend.UnaryOp;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import dev.eckart.memory.Precision;
import org.bytedeco.cuda.cublas.cublasLtContext;
import org.bytedeco.cuda.cublas.cublasLtMatmulAlgo_t;
import org.bytedeco.cuda.cublas.cublasLtMatmulDescOpaque_t;
import org.bytedeco.cuda.cublas.cublasLtMatrixLayoutOpaque_t;
import org.bytedeco.cuda.global.cublas;

/**
 * Y = f(X·Wᵀ + b) by cuBLASLt, which adds the bias, and takes GELU, as it writes the product. Row-major Y (rows, out) is column-major
 * Yᵀ (out, rows) = W'·X', where W (out, in) stands as its transpose; so a bias for each column of Y is one for each row, as cuBLASLt has it.
 */
final class FusedProduct {
    private static final int TRANSPOSE_A = 3;
    private static final int EPILOGUE = 7;
    private static final int BIAS_POINTER = 8;
    private static final int BIAS = 4;
    private static final int GELU_BIAS = 36;

    /** What cuBLASLt expects of matrices unless it is told less (CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES). */
    private static final long ALIGNMENT = 256;

    private final Gpu gpu;
    private final Elementwise elementwise;
    private cublasLtContext handle;
    private cublasLtMatmulDescOpaque_t product;
    private cublasLtMatrixLayoutOpaque_t weights;
    private cublasLtMatrixLayoutOpaque_t inputs;
    private cublasLtMatrixLayoutOpaque_t outputs;

    FusedProduct(Gpu gpu, Elementwise elementwise) {
        this.gpu = gpu;
        this.elementwise = elementwise;
    }

    private void start() {
        if (handle == null) {
            product = new cublasLtMatmulDescOpaque_t();
            weights = new cublasLtMatrixLayoutOpaque_t();
            inputs = new cublasLtMatrixLayoutOpaque_t();
            outputs = new cublasLtMatrixLayoutOpaque_t();
            cublasLtContext made = new cublasLtContext();
            Blas.check("cublasLtCreate", cublas.cublasLtCreate(made));
            handle = made;
        }
    }

    /** As {@link dev.eckart.backend.Backend#linear}. Its GELU is the one by tanh; what else follows is a pass of its own. */
    boolean apply(Precision precision, Finish f, View x, View weight, View bias, View y) {
        boolean suits =
                y.dtype() == DType.F32 && y.shape().size() > 0 && x.shape().size() > 0;
        for (View matrix : new View[] {x, weight, y}) {
            suits &= matrix.address() % ALIGNMENT == 0;
        }
        if (!suits) {
            return false;
        }
        start();
        long rows = RowMajor.rows(x);
        long in = RowMajor.columns(x);
        long out = RowMajor.columns(y);
        Blas.check(
                "cublasLtMatmulDescInit",
                cublas.cublasLtMatmulDescInit(product, Blas.compute(true, precision), Blas.REAL_32));
        set(TRANSPOSE_A, Blas.T, Integer.BYTES);
        set(EPILOGUE, f == Finish.GELU_TANH ? GELU_BIAS : BIAS, Integer.BYTES);
        set(BIAS_POINTER, bias.address(), Long.BYTES);
        layout(weights, in, out);
        layout(inputs, in, rows);
        layout(outputs, out, rows);
        gpu.putResult(0, 1, true);
        gpu.putResult(8, 0, true);
        Blas.check(
                "cublasLtMatmul",
                cublas.cublasLtMatmul(
                        handle,
                        product,
                        new Address(gpu.result()),
                        new Address(weight.address()),
                        weights,
                        new Address(x.address()),
                        inputs,
                        new Address(gpu.result() + 8),
                        new Address(y.address()),
                        outputs,
                        new Address(y.address()),
                        outputs,
                        (cublasLtMatmulAlgo_t) null, // what suits the layouts without workspace
                        new Address(0),
                        0,
                        gpu.stream()));
        if (f == Finish.GELU) {
            elementwise.unary(UnaryOp.GELU, y, y);
        } else if (f == Finish.SILU) {
            elementwise.unary(UnaryOp.SILU, y, y);
        }
        return true;
    }

    private void set(int attribute, long value, int bytes) {
        gpu.putResult(0, value);
        Blas.check(
                "cublasLtMatmulDescSetAttribute",
                cublas.cublasLtMatmulDescSetAttribute(product, attribute, new Address(gpu.result()), bytes));
    }

    private static void layout(cublasLtMatrixLayoutOpaque_t layout, long rows, long columns) {
        Blas.check(
                "cublasLtMatrixLayoutInit", cublas.cublasLtMatrixLayoutInit(layout, Blas.REAL_32, rows, columns, rows));
    }
}
