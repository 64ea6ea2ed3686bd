package dev.eckart.cuda;

import dev.eckart.backend.Backend;
import dev.eckart.backend.BinaryOp;
import dev.eckart.backend.Distribution;
import dev.eckart.backend.Finish;
import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.ScanOp;
import dev.eckart.backend.SvdDriver;
import dev.eckart.backend.UnaryOp;
import dev.eckart.backend.View;
import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Layout;
import dev.eckart.memory.MemoryStatistics;
import dev.eckart.memory.Precision;
import dev.eckart.memory.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** One NVIDIA GPU. Each thread's work goes to a stream of its own, and is waited for where a value is read. */
final class CudaBackend implements Backend {
    /** Requests from here on are held against the device's free memory before they are made. */
    private static final long CHECKED_BYTES = 64L << 20;

    static final List<SvdDriver> SVD_DRIVERS = List.of(SvdDriver.GESVDJ, SvdDriver.GESVD, SvdDriver.GESVDP);

    private final Card card;

    /** Touches the device only when it is used. */
    CudaBackend(int index) {
        card = new Card(index);
    }

    private Call writes(View out, View... read) {
        return Call.of(card, List.of(out), read);
    }

    private Call writes(List<View> out, View... read) {
        return Call.of(card, out, read);
    }

    private static List<View> with(Optional<Vectors> vectors, View... others) {
        return Stream.concat(Stream.of(others), vectors.stream().flatMap(v -> Stream.of(v.u(), v.vt())))
                .toList();
    }

    /** A call on nothing yet. */
    private Operations here() {
        Operations on = card.operations();
        on.gpu.begin();
        return on;
    }

    @Override
    public Device device() {
        return Device.cuda(card.index());
    }

    @Override
    public String describe() {
        return Cuda.deviceName(card.index()) + ", " + Cuda.attribute(Cuda.MULTIPROCESSORS, card.index())
                + " multiprocessors of compute capability " + Cuda.attribute(Cuda.COMPUTE_MAJOR, card.index()) + "."
                + Cuda.attribute(Cuda.COMPUTE_MINOR, card.index()) + ", driver for CUDA "
                + CudaStart.version(CudaStart.driverVersion()) + ", NVRTC "
                + Nvrtc.version();
    }

    @Override
    public long available() {
        return card.memory().available(Cuda.freeBytes(here().gpu.result()));
    }

    @Override
    public Buffer allocate(long bytes) {
        Operations on = here();
        long free = bytes < CHECKED_BYTES || on.gpu.captures() ? Long.MAX_VALUE : available();
        if (bytes > free) {
            throw card.memory().full("tensor", bytes, free);
        }
        return on.gpu.allocate("tensor", bytes);
    }

    @Override
    public Buffer allocatePinned(long bytes) {
        here().gpu.requireNoCapture();
        return Pinned.allocate(bytes);
    }

    @Override
    public long trim() {
        here().gpu.requireNoCapture();
        return card.memory().trim();
    }

    @Override
    public MemoryStatistics memory() {
        return card.memory().statistics();
    }

    @Override
    public void upload(java.nio.Buffer source, Buffer target, long offset) {
        try (Call call = writes(bytes(target))) {
            call.on().transfer.upload(source, target.address() + offset);
        }
    }

    @Override
    public void download(Buffer source, long offset, java.nio.Buffer target) {
        try (Call call = writes(List.of(), bytes(source))) {
            call.on().transfer.download(source.address() + offset, target);
        }
    }

    private static View bytes(Buffer buffer) {
        return new View(buffer, DType.U8, Layout.contiguous(Shape.of(buffer.bytes())));
    }

    @Override
    public ByteBuffer map(Buffer buffer, long offset, int bytes) {
        throw new UnsupportedOperationException(
                "withBuffers: the memory of " + device() + " has no address here; take .to(Device.cpu()) first");
    }

    @Override
    public void copy(View source, View target) {
        try (Call call = writes(target, source)) {
            call.on().elementwise.copy(source, target);
        }
    }

    @Override
    public void fill(View target, double value) {
        try (Call call = writes(target)) {
            call.on().elementwise.fill(target, value);
        }
    }

    @Override
    public void unary(UnaryOp op, View a, View out) {
        try (Call call = writes(out, a)) {
            call.on().elementwise.unary(op, a, out);
        }
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        try (Call call = writes(out, a, b)) {
            call.on().elementwise.binary(op, a, b, out);
        }
    }

    @Override
    public void axpby(double alpha, View x, double beta, View y) {
        try (Call call = writes(y, x)) {
            call.on().elementwise.axpby(alpha, x, beta, y);
        }
    }

    @Override
    public void softmax(boolean log, View a, View out) {
        try (Call call = writes(out, a)) {
            call.on().rows.softmax(log, a, out);
        }
    }

    @Override
    public void normalize(int axes, double epsilon, View a, Optional<View> scale, Optional<View> shift, View out) {
        View[] read = Stream.of(Optional.of(a), scale, shift)
                .flatMap(Optional::stream)
                .toArray(View[]::new);
        try (Call call = writes(out, read)) {
            call.on().rows.normalize(axes, epsilon, a, scale, shift, out);
        }
    }

    @Override
    public void reduce(ReduceOp op, View a, View out) {
        try (Call call = writes(out, a)) {
            call.on().reductions.reduce(op, a, out);
        }
    }

    @Override
    public long firstNonFinite(View a) {
        try (Call call = writes(List.of(), a)) {
            return call.on().reductions.firstNonFinite(a);
        }
    }

    @Override
    public void firstNonFinite(View a, View place) {
        try (Call call = writes(place, a)) {
            call.on().reductions.firstNonFinite(a, place.address());
        }
    }

    @Override
    public void argReduce(ReduceOp op, View a, View out) {
        try (Call call = writes(out, a)) {
            call.on().lanes.argReduce(op, a, out);
        }
    }

    @Override
    public void scan(ScanOp op, View a, View out) {
        try (Call call = writes(out, a)) {
            call.on().lanes.scan(op, a, out);
        }
    }

    @Override
    public long gather(View a, View index, View out) {
        try (Call call = writes(out, a, index)) {
            return call.on().indices.gather(a, index, out);
        }
    }

    @Override
    public long scatterAdd(View target, View index, View source) {
        try (Call call = writes(target, index, source)) {
            return call.on().indices.scatterAdd(target, index, source);
        }
    }

    @Override
    public void topK(boolean largest, View a, Optional<View> values, View indices) {
        try (Call call = writes(values.isPresent() ? List.of(values.get(), indices) : List.of(indices), a)) {
            call.on().indices.topK(largest, a, values, indices);
        }
    }

    @Override
    public void random(Distribution distribution, double a, double b, long seed, long stream, long offset, View out) {
        try (Call call = writes(out)) {
            Arguments arguments = new Arguments()
                    .add(seed)
                    .add(stream)
                    .add(offset)
                    .add(1)
                    .add(out.shape().size())
                    .add(0);
            Draws.launch(call.on().gpu, distribution, a, b, arguments, out);
        }
    }

    @Override
    public void random(Distribution distribution, double a, double b, long seed, View streams, long stream, View out) {
        try (Call call = writes(out, streams)) {
            Arguments arguments = new Arguments()
                    .add(seed)
                    .add(stream)
                    .add(0)
                    .add(out.shape().dim(0))
                    .add(out.shape().dim(1))
                    .add(streams.address());
            Draws.launch(call.on().gpu, distribution, a, b, arguments, out);
        }
    }

    @Override
    public void gemm(double alpha, View a, View b, double beta, View c) {
        gemm(Precision.FULL, alpha, a, b, beta, c);
    }

    @Override
    public void gemm(Precision precision, double alpha, View a, View b, double beta, View c) {
        try (Call call = writes(c, a, b)) {
            if (a.shape().dim(2) == 0) {
                scale(call.on().elementwise, beta, c);
            } else if (c.shape().size() > 0) {
                call.on().blas.gemm(precision, alpha, a, b, beta, c);
            }
        }
    }

    @Override
    public void gemmAll(Precision precision, List<Product> products) {
        View[] read = products.stream().flatMap(p -> Stream.of(p.a(), p.b())).toArray(View[]::new);
        try (Call call = writes(products.stream().map(Product::c).toList(), read)) {
            List<Product> some = new ArrayList<>();
            for (Product p : products) {
                if (p.a().shape().dim(2) == 0) {
                    call.on().elementwise.fill(p.c(), 0);
                } else if (p.c().shape().size() > 0) {
                    some.add(p);
                }
            }
            call.on().groupedProduct.multiply(precision, some);
        }
    }

    @Override
    public boolean linear(Precision precision, Finish f, View x, View weight, View bias, View y) {
        try (Call call = writes(y, x, weight, bias)) {
            return call.on().fusedProduct.apply(precision, f, x, weight, bias, y);
        }
    }

    @Override
    public void gram(double alpha, View a, double beta, View c) {
        try (Call call = writes(c, a)) {
            if (RowMajor.rows(a) == 0) {
                scale(call.on().elementwise, beta, c);
            } else if (c.shape().size() > 0) {
                call.on().blas.gram(alpha, a, beta, c);
                call.on().factorizations.mirror(c);
            }
        }
    }

    /** C = beta·C; not read when beta is 0. */
    private static void scale(Elementwise elementwise, double beta, View c) {
        if (beta == 0) {
            elementwise.fill(c, 0);
        } else {
            elementwise.axpby(beta, c, 0, c);
        }
    }

    @Override
    public void triangularSolve(boolean right, boolean upper, boolean transposed, View t, View b) {
        try (Call call = writes(b, t)) {
            if (b.shape().size() > 0) {
                call.on().blas.triangularSolve(RowMajor.Solve.of(right, upper, transposed), t, b);
            }
        }
    }

    @Override
    public void spmm(Sparse a, View x, View c) {
        try (Call call = writes(c, a.starts(), a.indices(), a.values(), x)) {
            call.on().sparse.multiply(a, x, c);
        }
    }

    @Override
    public void sparseCompress(View row, View column, View values, Sparse out) {
        try (Call call = writes(List.of(out.starts(), out.indices(), out.values()), row, column, values)) {
            call.on().sparse.compress(row, column, values, out);
        }
    }

    @Override
    public long sparseTranspose(Sparse a, long tileHeight, Sparse out) {
        try (Call call =
                writes(List.of(out.starts(), out.indices(), out.values()), a.starts(), a.indices(), a.values())) {
            return call.on().sparse.transpose(a, tileHeight, out);
        }
    }

    @Override
    public boolean cholesky(View a) {
        try (Call call = writes(a)) {
            return call.on().factorizations.cholesky(a);
        }
    }

    @Override
    public void qr(View a, View r) {
        try (Call call = writes(List.of(a, r))) {
            call.on().factorizations.qr(a, r);
        }
    }

    @Override
    public boolean eigh(View a, View w, Optional<View> vt) {
        try (Call call = writes(vt.isPresent() ? List.of(a, w, vt.get()) : List.of(a, w))) {
            return call.on().factorizations.eigh(a, w, vt);
        }
    }

    @Override
    public List<SvdDriver> svdDrivers() {
        return SVD_DRIVERS;
    }

    @Override
    public boolean svd(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        try (Call call = writes(with(vectors, a, s))) {
            return call.on().factorizations.svd(driver, a, s, vectors);
        }
    }

    @Override
    public List<SvdDriver> svdLeadingDrivers() {
        return List.of(SvdDriver.GESVDR);
    }

    @Override
    public void svdLeading(SvdDriver driver, View a, long oversampling, int iterations, View s, Vectors vectors) {
        try (Call call = writes(List.of(a, s, vectors.u(), vectors.vt()))) {
            call.on().factorizations.leading(a, oversampling, iterations, s, vectors);
        }
    }

    @Override
    public List<SvdDriver> svdBatchDrivers() {
        return List.of(SvdDriver.JACOBI, SvdDriver.GESVDJ, SvdDriver.GESVDA);
    }

    @Override
    public long svdBatch(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        try (Call call = writes(with(vectors, s), a)) {
            return driver == SvdDriver.JACOBI
                    ? call.on().smallSvd.svd(a, s, vectors)
                    : call.on().batchSvd.svd(driver, a, s, vectors);
        }
    }

    @Override
    public long svdBatchWorkspace(SvdDriver driver, boolean vectors, DType dtype, long count, long m, long n) {
        return driver == SvdDriver.JACOBI
                ? SmallSvd.workspace(vectors, dtype, count, m, n)
                : here().batchSvd.workspace(driver, vectors, dtype, count, m, n);
    }

    @Override
    public void svdBatchErrors(View a, View s, Vectors vectors, View errors) {
        try (Call call = writes(List.of(errors), a, s, vectors.u(), vectors.vt())) {
            call.on().smallSvd.errors(a, s, vectors, errors);
        }
    }

    @Override
    public long svdWorkspace(SvdDriver driver, boolean vectors, DType dtype, long m, long n) {
        return here().factorizations.svdWorkspace(driver, vectors, dtype, m, n);
    }

    @Override
    public void orientVectors(View u, View vt) {
        try (Call call = writes(List.of(u, vt))) {
            call.on().factorizations.orient(Optional.of(u), vt);
        }
    }

    @Override
    public boolean records() {
        return true;
    }

    @Override
    public Recorded record(Runnable work) {
        return Graph.of(card, here(), work);
    }

    @Override
    public <T> T unrecorded(Supplier<T> work) {
        Gpu gpu = here().gpu;
        gpu.requireNoCapture();
        Graph recorded = gpu.graph();
        gpu.record(null);
        try {
            return work.get();
        } finally {
            gpu.record(recorded);
        }
    }

    @Override
    public void synchronize() {
        here().gpu.requireNoCapture();
        synchronized (card.whole()) {
            Cuda.synchronizeDevice();
        }
    }
}
