package dev.eckart.jni;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Namespace;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;

/**
 * The entry points of {@code eckart.h}, one for one; that header says what each does. Only Eckart's backends call them: nothing is
 * checked here, and a wrong address ends the process.
 */
@Properties(
        target = "dev.eckart.jni.Native",
        value = {
            @Platform(include = "eckart.h", library = "jnieckart", preloadresource = "/org/bytedeco/openblas/"),
            @Platform(
                    value = "linux",
                    preload = {"gcc_s@.1", "quadmath@.0", "gfortran@.5", "openblas@.0"}),
            @Platform(
                    value = "macosx",
                    preload = {"gcc_s@.1.1", "gcc_s@.1", "quadmath@.0", "gfortran@.5", "openblas@.0"})
        })
@Namespace("eckart")
public final class Native {
    static {
        Library.load();
    }

    private Native() {}

    public static native @Cast("int64_t") long allocate(@Cast("int64_t") long bytes);

    public static native @NoException void deallocate(@Cast("int64_t") long address, @Cast("int64_t") long bytes);

    public static native @Cast("int64_t") @NoException long trim();

    public static native @Cast("int64_t") @NoException long memoryStatistic(int which);

    public static native @Cast("int64_t") @NoException long availableMemory();

    public static native @NoException int hardwareThreads();

    public static native @NoException @Cast("const char*") String instructionSet();

    public static native @NoException @Cast("const char*") String openblasConfig();

    public static native @NoException @Cast("const char*") String openblasBuilt();

    public static native @NoException @Cast("const char*") String openblasPath();

    public static native void copy(int srcType, int dstType, @Cast("const int64_t*") long[] desc, int threads);

    public static native void fill(int type, @Cast("const int64_t*") long[] desc, double value, int threads);

    public static native void unary(int op, int type, @Cast("const int64_t*") long[] desc, int threads);

    public static native void binary(int op, int type, @Cast("const int64_t*") long[] desc, int threads);

    public static native void axpby(
            int type, double alpha, double beta, @Cast("const int64_t*") long[] desc, int threads);

    public static native void reduce(int op, int type, int outType, @Cast("const int64_t*") long[] desc, int threads);

    public static native @Cast("int64_t") long firstNonFinite(
            int type, @Cast("const int64_t*") long[] desc, int threads);

    public static native void softmax(
            @Cast("bool") boolean log, int type, @Cast("const int64_t*") long[] desc, int threads);

    public static native void normalize(
            int type, int axes, double epsilon, @Cast("const int64_t*") long[] desc, int threads);

    public static native void finish(
            int op,
            int type,
            @Cast("int64_t") long rows,
            @Cast("int64_t") long n,
            @Cast("int64_t") long y,
            @Cast("int64_t") long bias,
            int threads);

    public static native void addGated(
            int type,
            @Cast("int64_t") long samples,
            @Cast("int64_t") long tokens,
            @Cast("int64_t") long n,
            @Cast("int64_t") long x,
            @Cast("int64_t") long gate,
            @Cast("int64_t") long gateRow,
            @Cast("int64_t") long y,
            @Cast("int64_t") long bias,
            int threads);

    public static native void attention(int type, @Cast("const int64_t*") long[] desc, double scale, int threads);

    public static native void argReduce(int op, int type, @Cast("const int64_t*") long[] desc, int threads);

    public static native void scan(int op, int type, int outType, @Cast("const int64_t*") long[] desc, int threads);

    public static native @Cast("int64_t") long gather(
            int type,
            @Cast("const int64_t*") long[] desc,
            @Cast("int64_t") long rows,
            int indexType,
            @Cast("int64_t") long index,
            int threads);

    public static native @Cast("int64_t") long scatterAdd(
            int type,
            @Cast("const int64_t*") long[] desc,
            @Cast("int64_t") long rows,
            int indexType,
            @Cast("int64_t") long index,
            int threads);

    public static native void topK(
            @Cast("bool") boolean largest,
            int type,
            @Cast("int64_t") long rows,
            @Cast("int64_t") long n,
            @Cast("int64_t") long k,
            @Cast("int64_t") long a,
            @Cast("int64_t") long lda,
            @Cast("int64_t") long values,
            @Cast("int64_t") long indices,
            int threads);

    public static native @Cast("int64_t") @NoException long topKWorkspace(
            int type, @Cast("int64_t") long rows, @Cast("int64_t") long n, @Cast("int64_t") long k, int threads);

    public static native void random(
            int distribution,
            int type,
            @Cast("int64_t") long seed,
            @Cast("int64_t") long stream,
            @Cast("int64_t") long offset,
            double a,
            double b,
            @Cast("int64_t") long out,
            @Cast("int64_t") long count,
            int threads);

    public static native void gemm(
            int type,
            @Cast("int64_t") long batch,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            @Cast("int64_t") long k,
            double alpha,
            @Cast("int64_t") long a,
            @Cast("int64_t") long aRow,
            @Cast("int64_t") long aCol,
            @Cast("int64_t") long aBatch,
            @Cast("int64_t") long b,
            @Cast("int64_t") long bRow,
            @Cast("int64_t") long bCol,
            @Cast("int64_t") long bBatch,
            double beta,
            @Cast("int64_t") long c,
            @Cast("int64_t") long cRow,
            @Cast("int64_t") long cBatch,
            int threads);

    public static native @Cast("bool") boolean multipliesBf16();

    public static native void gemmBf16(
            @Cast("int64_t") long batch,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            @Cast("int64_t") long k,
            double alpha,
            @Cast("int64_t") long a,
            @Cast("int64_t") long aRow,
            @Cast("int64_t") long aCol,
            @Cast("int64_t") long aBatch,
            @Cast("int64_t") long b,
            @Cast("int64_t") long bRow,
            @Cast("int64_t") long bCol,
            @Cast("int64_t") long bBatch,
            double beta,
            @Cast("int64_t") long c,
            @Cast("int64_t") long cRow,
            @Cast("int64_t") long cBatch,
            int threads);

    public static native void gram(
            int type,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            double alpha,
            @Cast("int64_t") long a,
            @Cast("int64_t") long lda,
            double beta,
            @Cast("int64_t") long c,
            @Cast("int64_t") long ldc,
            int threads);

    public static native void triangularSolve(
            int type,
            @Cast("bool") boolean rightSide,
            @Cast("bool") boolean upper,
            @Cast("bool") boolean transposed,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            @Cast("int64_t") long t,
            @Cast("int64_t") long ldt,
            @Cast("int64_t") long b,
            @Cast("int64_t") long ldb,
            int threads);

    public static native void spmm(
            int type,
            @Cast("int64_t") long m,
            @Cast("int64_t") long p,
            @Cast("int64_t") long tiles,
            @Cast("int64_t") long starts,
            @Cast("int64_t") long indices,
            @Cast("int64_t") long values,
            @Cast("int64_t") long x,
            @Cast("int64_t") long ldx,
            @Cast("int64_t") long c,
            @Cast("int64_t") long ldc,
            int threads);

    public static native void sparseCompress(
            int type,
            @Cast("int64_t") long m,
            @Cast("int64_t") long count,
            @Cast("int64_t") long row,
            @Cast("int64_t") long column,
            @Cast("int64_t") long values,
            @Cast("int64_t") long starts,
            @Cast("int64_t") long indices,
            @Cast("int64_t") long sorted);

    public static native @Cast("int64_t") long sparseTranspose(
            int type,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            @Cast("int64_t") long starts,
            @Cast("int64_t") long indices,
            @Cast("int64_t") long values,
            @Cast("int64_t") long tileHeight,
            @Cast("int64_t") long toStarts,
            @Cast("int64_t") long toIndices,
            @Cast("int64_t") long toValues);

    public static native @Cast("int64_t") long cholesky(
            int type, @Cast("int64_t") long n, @Cast("int64_t") long a, @Cast("int64_t") long lda, int threads);

    public static native void qr(
            int type,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            @Cast("int64_t") long a,
            @Cast("int64_t") long lda,
            @Cast("int64_t") long r,
            @Cast("int64_t") long ldr,
            int threads);

    public static native @Cast("int64_t") long eigh(
            int type,
            @Cast("int64_t") long n,
            @Cast("int64_t") long a,
            @Cast("int64_t") long lda,
            @Cast("int64_t") long w,
            @Cast("int64_t") long vt,
            @Cast("int64_t") long ldvt,
            int threads);

    public static native @Cast("int64_t") long svd(
            int driver,
            int type,
            @Cast("bool") boolean full,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            @Cast("int64_t") long a,
            @Cast("int64_t") long lda,
            @Cast("int64_t") long u,
            @Cast("int64_t") long ldu,
            @Cast("int64_t") long s,
            @Cast("int64_t") long vt,
            @Cast("int64_t") long ldvt,
            int threads);

    public static native @Cast("int64_t") long svdWorkspace(
            int driver, int type, @Cast("bool") boolean vectors, @Cast("int64_t") long m, @Cast("int64_t") long n);

    public static native @Cast("int64_t") long svdBatch(
            int driver,
            int type,
            @Cast("int64_t") long count,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            @Cast("int64_t") long a,
            @Cast("int64_t") long row,
            @Cast("int64_t") long column,
            @Cast("int64_t") long item,
            @Cast("int64_t") long u,
            @Cast("int64_t") long s,
            @Cast("int64_t") long vt,
            int threads);

    public static native void svdBatchErrors(
            int type,
            @Cast("int64_t") long count,
            @Cast("int64_t") long m,
            @Cast("int64_t") long n,
            @Cast("int64_t") long a,
            @Cast("int64_t") long row,
            @Cast("int64_t") long column,
            @Cast("int64_t") long item,
            @Cast("int64_t") long u,
            @Cast("int64_t") long s,
            @Cast("int64_t") long vt,
            @Cast("int64_t") long errors,
            int threads);

    public static native void orientVectors(
            int type,
            @Cast("int64_t") long k,
            @Cast("int64_t") long n,
            @Cast("int64_t") long vt,
            @Cast("int64_t") long ldvt,
            @Cast("int64_t") long m,
            @Cast("int64_t") long u,
            @Cast("int64_t") long ldu,
            int threads);

    /**
     * The {@code bytes} (at most 2^31 - 1) from {@code address} on, as a direct buffer in native order. The buffer does not keep the
     * memory alive; no owning JavaCPP pointer is made.
     */
    public static ByteBuffer bytes(long address, int bytes) {
        return bytes == 0
                ? ByteBuffer.allocateDirect(0).order(ByteOrder.nativeOrder())
                : new Bytes(address, bytes).asByteBuffer().order(ByteOrder.nativeOrder());
    }

    /** The address of the first remaining element of a direct buffer. */
    public static long address(Buffer direct) {
        // A slice begins at its first element: a position would be counted in elements of Pointer, whatever those of
        // the buffer.
        return new Pointer(direct.slice()).address();
    }

    private static final class Bytes extends BytePointer {
        Bytes(long address, long bytes) {
            super((Pointer) null);
            this.address = address;
            this.limit = bytes;
            this.capacity = bytes;
        }
    }
}
