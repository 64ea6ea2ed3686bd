package dev.eckart.cuda;

import dev.eckart.backend.Backend.Vectors;
import dev.eckart.backend.SvdDriver;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;
import java.nio.IntBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * The thin SVD of many matrices in one call of cuSOLVER: gesvdjBatched, or gesvdaStridedBatched. Row-major A is column-major Aᵀ, which
 * gesvdj takes as it is; gesvda wants tall matrices and gets Aᵀ of a wide A, else A in column-major order. Both get a copy, each matrix
 * scaled by a power of two of its own: squares would overflow or vanish. What they say failed is decomposed alone.
 */
final class BatchSvd {
    private final Gpu gpu;
    private final Transfer transfer;
    private final Elementwise elementwise;
    private final Factorizations factorizations;
    private final SmallSvd small;
    private final BatchCalls calls;

    BatchSvd(Gpu gpu, Transfer transfer, Elementwise elementwise, Factorizations factorizations, SmallSvd small) {
        this.gpu = gpu;
        this.transfer = transfer;
        this.elementwise = elementwise;
        this.factorizations = factorizations;
        this.small = small;
        this.calls = factorizations.batchCalls();
    }

    /**
     * How a batch is handed over.
     *
     * @param turned gesvda of a tall A: column-major, else Aᵀ
     * @param rows of what the routine sees
     * @param left columns of its U; of V there are as many as columns
     */
    private record Form(boolean turned, long count, long rows, long columns, long left) {
        static Form of(SvdDriver driver, long count, long m, long n) {
            boolean gesvda = driver == SvdDriver.GESVDA;
            boolean turned = gesvda && m >= n;
            long rows = turned ? m : n;
            long columns = turned ? n : m;
            return new Form(turned, count, rows, columns, gesvda ? columns : rows);
        }

        long elements() {
            return count * (rows * columns + rows * left + columns * columns);
        }
    }

    /** As {@link dev.eckart.backend.Backend#svdBatch}. */
    long svd(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        if (s.shape().size() == 0) {
            return -1;
        }
        DType type = a.dtype();
        long count = a.shape().dim(0);
        long m = RowMajor.rows(a);
        long n = RowMajor.columns(a);
        long k = Math.min(m, n);
        boolean gesvda = driver == SvdDriver.GESVDA;
        Form form = Form.of(driver, count, m, n);
        try (Scratch copy = Scratch.matrix(gpu, "svd", type, count, m * n);
                Scratch left = Scratch.matrix(gpu, "svd", type, count, form.rows() * form.left());
                Scratch right = Scratch.matrix(gpu, "svd", type, count, form.columns() * form.columns());
                Scratch down = Scratch.matrix(gpu, "svd", type, 1, count);
                Scratch up = Scratch.matrix(gpu, "svd", type, 1, count);
                Scratch info = new Scratch(gpu, "svd", Integer.BYTES * count);
                Scratch failed = new Scratch(gpu, "svd", Integer.BYTES * count)) {
            scales(a, down.address(), up.address());
            View work = form.turned() ? turned(copy.view(type, count, n, m)) : copy.view(type, count, m, n);
            elementwise.multiply(a, each(down.view(type, count), a.shape()), work);
            BatchCalls.Batch call = new BatchCalls.Batch(
                    type,
                    vectors.isPresent(),
                    count,
                    form.rows(),
                    form.columns(),
                    copy.address(),
                    s.address(),
                    left.address(),
                    right.address(),
                    info.address());
            if (gesvda) {
                calls.gesvda(call);
            } else {
                calls.gesvdj(call);
            }
            outcome(type, count, k, info.address(), s.address(), gesvda, failed.address());
            elementwise.multiply(s, each(up.view(type, count), s.shape()), s);
            vectors.ifPresent(v -> {
                View u = first(left.view(type, count, form.left(), form.rows()), k);
                View w = first(right.view(type, count, form.columns(), form.columns()), k);
                elementwise.copy(turned(form.turned() ? u : w), v.u());
                elementwise.copy(form.turned() ? w : u, v.vt());
                factorizations.orient(Optional.of(v.u()), v.vt());
            });
            IntBuffer bad = IntBuffer.allocate(Math.toIntExact(count));
            transfer.download(failed.address(), bad);
            return repair(driver, bad, a, s, vectors);
        }
    }

    /** Decomposes those alone that the call did not, or not well enough; the first that nothing can, or -1. */
    private long repair(SvdDriver driver, IntBuffer bad, View a, View s, Optional<Vectors> vectors) {
        // Of a matrix whose largest entry is from 1 to 4.
        double most = accuracy(a.dtype()) * Math.sqrt(Math.max(RowMajor.rows(a), RowMajor.columns(a)));
        for (int i = 0; i < bad.capacity(); i++) {
            if (bad.get(i) < 0) {
                String call = driver == SvdDriver.GESVDA ? "gesvdaStridedBatched" : "gesvdjBatched";
                throw new CudaException("cusolverDn" + call, bad.get(i), "argument " + -bad.get(i) + " is wrong");
            }
            boolean far = driver == SvdDriver.GESVDA && vectors.isPresent() && !(calls.residual(i) <= most);
            if ((bad.get(i) != 0 || far) && !small.alone(a, i, s, vectors)) {
                return i;
            }
        }
        return -1;
    }

    /** What gesvda is asked for: √ε. Its U loses ε·κ² of orthogonality, so that is what κ may be. */
    private static double accuracy(DType type) {
        return Math.sqrt(type.epsilon());
    }

    private void scales(View a, long down, long up) {
        gpu.launchBlocks(
                Factorizations.module(a),
                "scales",
                a.shape().dim(0),
                128,
                new Arguments()
                        .add(a.address())
                        .add(a.shape().dim(0))
                        .add(RowMajor.rows(a))
                        .add(RowMajor.columns(a))
                        .add(a.layout().stride(0))
                        .add(a.layout().stride(1))
                        .add(a.layout().stride(2))
                        .add(down)
                        .add(up));
    }

    private void outcome(DType type, long count, long k, long info, long s, boolean gesvda, long failed) {
        gpu.launch(
                "matrix.cuh ECKART_MATRIX(" + Types.name(type) + ")",
                "outcome",
                count,
                new Arguments()
                        .add(count)
                        .add(k)
                        .add(info)
                        .add(s)
                        .add(gesvda ? Math.sqrt(accuracy(type)) : 0.0)
                        .add(failed));
    }

    /** One number for each item of a shape (count, …). */
    private static View each(View numbers, Shape shape) {
        long[] ones = new long[shape.rank()];
        Arrays.fill(ones, 1);
        ones[0] = shape.dim(0);
        return numbers.with(Layout.contiguous(Shape.of(ones))).broadcastTo(shape);
    }

    private static View turned(View batch) {
        return batch.with(batch.layout().permute(0, 2, 1));
    }

    private static View first(View batch, long k) {
        return batch.with(batch.layout().slice(1, 0, k));
    }

    /** Bytes taken beside the operands. */
    long workspace(SvdDriver driver, boolean vectors, DType dtype, long count, long m, long n) {
        if (count * m * n == 0) {
            return 0;
        }
        Form form = Form.of(driver, count, m, n);
        long any = gpu.result(); // addresses are not looked at
        BatchCalls.Batch call =
                new BatchCalls.Batch(dtype, vectors, count, form.rows(), form.columns(), any, any, any, any, any);
        long own = calls.workspace(driver == SvdDriver.GESVDA, call);
        return (form.elements() + 2 * count + own) * dtype.bytes() + 2 * Integer.BYTES * count;
    }
}
