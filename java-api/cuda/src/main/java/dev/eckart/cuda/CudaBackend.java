package dev.eckart.cuda;

import dev.eckart.backend.Backend;
import dev.eckart.backend.BinaryOp;
import dev.eckart.backend.Distribution;
import dev.eckart.backend.Lease;
import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.ScanOp;
import dev.eckart.backend.SvdDriver;
import dev.eckart.backend.UnaryOp;
import dev.eckart.backend.View;
import dev.eckart.memory.Buffer;
import dev.eckart.memory.Bytes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One NVIDIA GPU. Work is put into one stream and waited for where a value is read. */
final class CudaBackend implements Backend {
    /** Requests from here on are held against the device's free memory before they are made. */
    private static final long CHECKED_BYTES = 64L << 20;

    static final List<SvdDriver> SVD_DRIVERS = List.of(SvdDriver.GESVDJ, SvdDriver.GESVD);

    private final Gpu gpu;
    private final Elementwise elementwise;
    private final Reductions reductions;
    private final Rows rows;
    private final Lanes lanes;
    private final Indices indexing;
    private final SparseMatrices sparse;
    private final Factorizations factorizations;
    private final SmallSvd smallSvd;
    private final Blas blas;
    private final Transfer transfer;

    /** Touches the device only when it is used. */
    CudaBackend(int index) {
        gpu = new Gpu(index);
        elementwise = new Elementwise(gpu);
        reductions = new Reductions(gpu);
        rows = new Rows(gpu);
        lanes = new Lanes(gpu);
        indexing = new Indices(gpu);
        sparse = new SparseMatrices(gpu);
        blas = new Blas(gpu);
        factorizations = new Factorizations(gpu, blas, elementwise, reductions);
        transfer = new Transfer(gpu);
        smallSvd = new SmallSvd(gpu, transfer, elementwise, factorizations);
    }

    @Override
    public Device device() {
        return gpu.device();
    }

    @Override
    public String describe() {
        return Cuda.deviceName(gpu.index()) + ", " + Cuda.attribute(Cuda.MULTIPROCESSORS, gpu.index())
                + " multiprocessors of compute capability " + Cuda.attribute(Cuda.COMPUTE_MAJOR, gpu.index()) + "."
                + Cuda.attribute(Cuda.COMPUTE_MINOR, gpu.index()) + ", " + Bytes.text(available())
                + " free, driver for CUDA " + CudaStart.version(CudaStart.driverVersion()) + ", NVRTC "
                + Nvrtc.version();
    }

    @Override
    public long available() {
        return gpu.available();
    }

    @Override
    public Buffer allocate(long bytes) {
        if (bytes >= CHECKED_BYTES && bytes > available()) {
            throw gpu.full("tensor", bytes);
        }
        return gpu.allocate("tensor", bytes);
    }

    @Override
    public void upload(java.nio.Buffer source, Buffer target, long offset) {
        try (Lease lease = Lease.of(target);
                Gpu.Turn turn = gpu.enter()) {
            transfer.upload(source, target.address() + offset);
        }
    }

    @Override
    public void download(Buffer source, long offset, java.nio.Buffer target) {
        try (Lease lease = Lease.of(source);
                Gpu.Turn turn = gpu.enter()) {
            transfer.download(source.address() + offset, target);
        }
    }

    @Override
    public ByteBuffer map(Buffer buffer, long offset, int bytes) {
        throw new UnsupportedOperationException(
                "withBuffers: the memory of " + device() + " has no address here; take .to(Device.cpu()) first");
    }

    @Override
    public void copy(View source, View target) {
        try (Lease lease = Lease.of(source, target);
                Gpu.Turn turn = gpu.enter()) {
            elementwise.copy(source, target);
        }
    }

    @Override
    public void fill(View target, double value) {
        try (Lease lease = Lease.of(target);
                Gpu.Turn turn = gpu.enter()) {
            elementwise.fill(target, value);
        }
    }

    @Override
    public void unary(UnaryOp op, View a, View out) {
        try (Lease lease = Lease.of(a, out);
                Gpu.Turn turn = gpu.enter()) {
            elementwise.unary(op, a, out);
        }
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        try (Lease lease = Lease.of(a, b, out);
                Gpu.Turn turn = gpu.enter()) {
            elementwise.binary(op, a, b, out);
        }
    }

    @Override
    public void axpby(double alpha, View x, double beta, View y) {
        try (Lease lease = Lease.of(x, y);
                Gpu.Turn turn = gpu.enter()) {
            elementwise.axpby(alpha, x, beta, y);
        }
    }

    @Override
    public void softmax(boolean log, View a, View out) {
        try (Lease lease = Lease.of(a, out);
                Gpu.Turn turn = gpu.enter()) {
            rows.softmax(log, a, out);
        }
    }

    @Override
    public void normalize(int axes, double epsilon, View a, Optional<View> scale, Optional<View> shift, View out) {
        View[] used = Stream.of(Optional.of(out), Optional.of(a), scale, shift)
                .flatMap(Optional::stream)
                .toArray(View[]::new);
        try (Lease lease = Lease.of(used);
                Gpu.Turn turn = gpu.enter()) {
            rows.normalize(axes, epsilon, a, scale, shift, out);
        }
    }

    @Override
    public void reduce(ReduceOp op, View a, View out) {
        try (Lease lease = Lease.of(a, out);
                Gpu.Turn turn = gpu.enter()) {
            reductions.reduce(op, a, out);
        }
    }

    @Override
    public long firstNonFinite(View a) {
        try (Lease lease = Lease.of(a);
                Gpu.Turn turn = gpu.enter()) {
            return reductions.firstNonFinite(a);
        }
    }

    @Override
    public void argReduce(ReduceOp op, View a, View out) {
        try (Lease lease = Lease.of(a, out);
                Gpu.Turn turn = gpu.enter()) {
            lanes.argReduce(op, a, out);
        }
    }

    @Override
    public void scan(ScanOp op, View a, View out) {
        try (Lease lease = Lease.of(a, out);
                Gpu.Turn turn = gpu.enter()) {
            lanes.scan(op, a, out);
        }
    }

    @Override
    public long gather(View a, View index, View out) {
        try (Lease lease = Lease.of(a, index, out);
                Gpu.Turn turn = gpu.enter()) {
            return indexing.gather(a, index, out);
        }
    }

    @Override
    public long scatterAdd(View target, View index, View source) {
        try (Lease lease = Lease.of(target, index, source);
                Gpu.Turn turn = gpu.enter()) {
            return indexing.scatterAdd(target, index, source);
        }
    }

    @Override
    public void topK(boolean largest, View a, Optional<View> values, View indices) {
        try (Lease lease = values.isPresent() ? Lease.of(a, values.get(), indices) : Lease.of(a, indices);
                Gpu.Turn turn = gpu.enter()) {
            indexing.topK(largest, a, values, indices);
        }
    }

    @Override
    public void random(Distribution distribution, double a, double b, long seed, long stream, long offset, View out) {
        try (Lease lease = Lease.of(out);
                Gpu.Turn turn = gpu.enter()) {
            long count = out.shape().size();
            Arguments arguments =
                    new Arguments().add(seed).add(stream).add(offset).add(count).add(out.address());
            gpu.launch(
                    "random.cuh ECKART_RANDOM()",
                    Draws.kernel(distribution, out.dtype()),
                    count,
                    Draws.addTo(arguments, out.dtype(), a, b));
        }
    }

    @Override
    public void gemm(double alpha, View a, View b, double beta, View c) {
        try (Lease lease = Lease.of(a, b, c);
                Gpu.Turn turn = gpu.enter()) {
            if (a.shape().dim(2) == 0) {
                scale(beta, c);
            } else if (c.shape().size() > 0) {
                blas.gemm(alpha, a, b, beta, c);
            }
        }
    }

    @Override
    public void gram(double alpha, View a, double beta, View c) {
        try (Lease lease = Lease.of(a, c);
                Gpu.Turn turn = gpu.enter()) {
            if (RowMajor.rows(a) == 0) {
                scale(beta, c);
            } else if (c.shape().size() > 0) {
                blas.gram(alpha, a, beta, c);
                factorizations.mirror(c);
            }
        }
    }

    /** C = beta·C; not read when beta is 0. */
    private void scale(double beta, View c) {
        if (beta == 0) {
            elementwise.fill(c, 0);
        } else {
            elementwise.axpby(beta, c, 0, c);
        }
    }

    @Override
    public void triangularSolve(boolean right, boolean upper, boolean transposed, View t, View b) {
        try (Lease lease = Lease.of(t, b);
                Gpu.Turn turn = gpu.enter()) {
            if (b.shape().size() > 0) {
                blas.triangularSolve(RowMajor.Solve.of(right, upper, transposed), t, b);
            }
        }
    }

    @Override
    public void spmm(Sparse a, View x, View c) {
        try (Lease lease = Lease.of(a.starts(), a.indices(), a.values(), x, c);
                Gpu.Turn turn = gpu.enter()) {
            sparse.multiply(a, x, c);
        }
    }

    @Override
    public void sparseCompress(View row, View column, View values, Sparse out) {
        try (Lease lease = Lease.of(row, column, values, out.starts(), out.indices(), out.values());
                Gpu.Turn turn = gpu.enter()) {
            sparse.compress(row, column, values, out);
        }
    }

    @Override
    public long sparseTranspose(Sparse a, long tileHeight, Sparse out) {
        try (Lease lease = Lease.of(a.starts(), a.indices(), a.values(), out.starts(), out.indices(), out.values());
                Gpu.Turn turn = gpu.enter()) {
            return sparse.transpose(a, tileHeight, out);
        }
    }

    @Override
    public boolean cholesky(View a) {
        try (Lease lease = Lease.of(a);
                Gpu.Turn turn = gpu.enter()) {
            return factorizations.cholesky(a);
        }
    }

    @Override
    public void qr(View a, View r) {
        try (Lease lease = Lease.of(a, r);
                Gpu.Turn turn = gpu.enter()) {
            factorizations.qr(a, r);
        }
    }

    @Override
    public boolean eigh(View a, View w, Optional<View> vt) {
        try (Lease lease = vt.isPresent() ? Lease.of(a, w, vt.get()) : Lease.of(a, w);
                Gpu.Turn turn = gpu.enter()) {
            return factorizations.eigh(a, w, vt);
        }
    }

    @Override
    public List<SvdDriver> svdDrivers() {
        return SVD_DRIVERS;
    }

    @Override
    public boolean svd(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        try (Lease lease = vectors.isEmpty()
                        ? Lease.of(a, s)
                        : Lease.of(a, s, vectors.get().u(), vectors.get().vt());
                Gpu.Turn turn = gpu.enter()) {
            return factorizations.svd(driver, a, s, vectors);
        }
    }

    @Override
    public List<SvdDriver> svdBatchDrivers() {
        return List.of(SvdDriver.JACOBI);
    }

    @Override
    public long svdBatch(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        try (Lease lease = vectors.isEmpty()
                        ? Lease.of(a, s)
                        : Lease.of(a, s, vectors.get().u(), vectors.get().vt());
                Gpu.Turn turn = gpu.enter()) {
            return smallSvd.svd(a, s, vectors);
        }
    }

    @Override
    public long svdWorkspace(SvdDriver driver, boolean vectors, DType dtype, long m, long n) {
        try (Gpu.Turn turn = gpu.enter()) {
            return factorizations.svdWorkspace(driver, vectors, dtype, m, n);
        }
    }

    @Override
    public void orientVectors(View u, View vt) {
        try (Lease lease = Lease.of(u, vt);
                Gpu.Turn turn = gpu.enter()) {
            factorizations.orient(Optional.of(u), vt);
        }
    }

    @Override
    public void synchronize() {
        gpu.synchronize();
    }
}
