package dev.eckart.cuda;

import dev.eckart.backend.Backend.Vectors;
import dev.eckart.backend.SvdDriver;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import java.nio.IntBuffer;
import java.util.Optional;

/**
 * The thin SVD of many matrices with a side of at most 64: {@code jacobi.cuh}. A matrix that is rank deficient to the last bit, or
 * does not converge, goes to cuSOLVER.
 */
final class SmallSvd {
    /** Threads of a block at most, as in {@code jacobi.cuh}. */
    private static final long THREADS = 256;

    private static final int ERRORS_THREADS = 128;

    /** Bytes of shared memory of two of the kernels, as there. */
    private static final long SMALL = 10240;

    private static final long MEDIUM = 36864;

    /** Blocks at once where each has its matrix in global memory. */
    private static final long BLOCKS = 1024;

    private final Gpu gpu;
    private final Transfer transfer;
    private final Elementwise elementwise;
    private final Factorizations factorizations;

    SmallSvd(Gpu gpu, Transfer transfer, Elementwise elementwise, Factorizations factorizations) {
        this.gpu = gpu;
        this.transfer = transfer;
        this.elementwise = elementwise;
        this.factorizations = factorizations;
    }

    /** As {@link dev.eckart.backend.Backend#svdBatch}. */
    long svd(View a, View s, Optional<Vectors> vectors) {
        long count = a.shape().dim(0);
        if (s.shape().size() == 0) {
            return -1;
        }
        try (Scratch failed = new Scratch(gpu, "svd", Integer.BYTES * count);
                Scratch first = new Scratch(gpu, "svd", Long.BYTES)) {
            Cuda.set(first.address(), 0xFF, Long.BYTES, gpu.stream());
            rotate(a, s, vectors, failed.address(), first.address());
            if (first.readLong() < 0) {
                return -1;
            }
            IntBuffer left = IntBuffer.allocate(Math.toIntExact(count));
            transfer.download(failed.address(), left);
            for (int i = 0; i < count; i++) {
                if (left.get(i) != 0 && !alone(a, i, s, vectors)) {
                    return i;
                }
            }
            return -1;
        }
    }

    private void rotate(View a, View s, Optional<Vectors> vectors, long failed, long first) {
        DType type = a.dtype();
        long count = a.shape().dim(0);
        long m = RowMajor.rows(a);
        long n = RowMajor.columns(a);
        long k = Math.min(m, n);
        long length = Math.max(m, n);
        long ld = spread(length);
        long ldv = spread(k);
        long size = k * ld + (vectors.isPresent() ? k * ldv : 0);
        long bytes = size * type.bytes();
        String kernel = bytes <= SMALL ? "small" : bytes <= MEDIUM ? "medium" : "large";
        long blocks = kernel.equals("large") ? Math.min(count, BLOCKS) : count;
        long pairs = (k + 1) / 2;
        long group = 8;
        while (2 * group * pairs <= THREADS && group < 32 && 8 * group <= length) {
            group *= 2;
        }
        try (Scratch work = new Scratch(gpu, "svd", kernel.equals("large") ? blocks * bytes : 0)) {
            gpu.launchBlocks(
                    "jacobi.cuh ECKART_JACOBI(" + Types.name(type) + ")",
                    kernel,
                    blocks,
                    Math.toIntExact((pairs * group + 31) / 32 * 32),
                    new Arguments()
                            .add(a.address())
                            .add(count)
                            .add(m)
                            .add(n)
                            .add(a.layout().stride(0))
                            .add(a.layout().stride(1))
                            .add(a.layout().stride(2))
                            .add(vectors.map(v -> v.u().address()).orElse(0L))
                            .add(s.address())
                            .add(vectors.map(v -> v.vt().address()).orElse(0L))
                            .add(work.address())
                            .add(size)
                            .add(length)
                            .add(k)
                            .add(ld)
                            .add(ldv)
                            .add(group)
                            .add(Math.ceil(Math.sqrt(length)) * type.epsilon())
                            .add(type == DType.F64 ? 1e-140 : 1e-15)
                            .add(failed)
                            .add(first));
        }
    }

    /** Bytes taken beside the operands, where shared memory does not hold a matrix. */
    static long workspace(boolean vectors, DType dtype, long count, long m, long n) {
        long k = Math.min(m, n);
        long bytes = (k * spread(Math.max(m, n)) + (vectors ? k * spread(k) : 0)) * dtype.bytes();
        return bytes <= MEDIUM ? 0 : Math.min(count, BLOCKS) * bytes;
    }

    /** As {@link dev.eckart.backend.Backend#svdBatchErrors}. */
    void errors(View a, View s, Vectors vectors, View errors) {
        long count = a.shape().dim(0);
        if (s.shape().size() == 0) {
            Cuda.set(errors.address(), 0, 3 * Double.BYTES * count, gpu.stream());
            return;
        }
        gpu.launchBlocks(
                "jacobi.cuh ECKART_JACOBI(" + Types.name(a.dtype()) + ")",
                "errors",
                Math.min(count, BLOCKS),
                ERRORS_THREADS,
                new Arguments()
                        .add(a.address())
                        .add(count)
                        .add(RowMajor.rows(a))
                        .add(RowMajor.columns(a))
                        .add(a.layout().stride(0))
                        .add(a.layout().stride(1))
                        .add(a.layout().stride(2))
                        .add(vectors.u().address())
                        .add(s.address())
                        .add(vectors.vt().address())
                        .add(errors.address()));
    }

    /** Elements from column to column: at least {@code length}, and 8 banks on from where the last began. */
    private static long spread(long length) {
        return (length + 23) / 32 * 32 + 8;
    }

    /** One matrix by the drivers for one, in turn; false: by none. */
    boolean alone(View a, long i, View s, Optional<Vectors> vectors) {
        long m = RowMajor.rows(a);
        long n = RowMajor.columns(a);
        try (Scratch scratch = Scratch.matrix(gpu, "svd", a.dtype(), m, n)) {
            View copy = scratch.view(a.dtype(), m, n);
            for (SvdDriver driver : CudaBackend.SVD_DRIVERS) {
                elementwise.copy(a.with(a.layout().select(0, i)), copy);
                if (factorizations.svd(
                        driver,
                        copy,
                        select(s, i),
                        vectors.map(v -> new Vectors(select(v.u(), i), select(v.vt(), i))))) {
                    return true;
                }
            }
            return false;
        }
    }

    private static View select(View batch, long i) {
        return batch.with(batch.layout().select(0, i));
    }
}
