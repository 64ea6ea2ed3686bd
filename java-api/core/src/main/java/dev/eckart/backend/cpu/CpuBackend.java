package dev.eckart.backend.cpu;

import dev.eckart.backend.Backend;
import dev.eckart.backend.BinaryOp;
import dev.eckart.backend.Distribution;
import dev.eckart.backend.Finish;
import dev.eckart.backend.Lease;
import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.ScanOp;
import dev.eckart.backend.SvdDriver;
import dev.eckart.backend.UnaryOp;
import dev.eckart.backend.View;
import dev.eckart.jni.Native;
import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Layout;
import dev.eckart.memory.MemoryBudget;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.memory.MemoryStatistics;
import dev.eckart.memory.Precision;
import dev.eckart.memory.Threads;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The host: OpenBLAS and Eckart's own kernels, through {@link Native}. */
public final class CpuBackend implements Backend {
    /** Requests from here on are held against the machine's free memory before they are made. */
    private static final long CHECKED_BYTES = 64L << 20;

    /** Bytes of the shortest row, and the most steps, that the kernels for small products take. */
    private static final long LEAST_ROW = 64;

    private static final long MOST_DEPTH = 256;

    private static final List<SvdDriver> BATCH_DRIVERS = List.of(SvdDriver.GESDD, SvdDriver.GESVD, SvdDriver.JACOBI);

    /** Loads the native library; throws a LinkageError when it can't, an IllegalStateException beside an old OpenBLAS. */
    public CpuBackend() {
        OpenBlasVersion.require(Native.openblasConfig(), Native.openblasBuilt(), Native.openblasPath());
    }

    @Override
    public Device device() {
        return Device.cpu();
    }

    @Override
    public String describe() {
        return Native.hardwareThreads() + " CPUs, kernels " + Native.instructionSet() + ", " + Native.openblasConfig();
    }

    @Override
    public long available() {
        return Math.min(MemoryBudget.available(), Native.availableMemory());
    }

    @Override
    public Buffer allocate(long bytes) {
        String operation = "tensor";
        if (bytes >= CHECKED_BYTES && bytes > Native.availableMemory()) {
            throw new MemoryLimitException(
                    operation, bytes, available(), "close tensors that are no longer used, or use a larger machine");
        }
        MemoryBudget.take(operation, bytes);
        try {
            long address = Native.allocate(bytes);
            return Buffer.owned(device(), address, bytes, () -> {
                Native.deallocate(address, bytes);
                MemoryBudget.give(bytes);
            });
        } catch (RuntimeException | Error e) {
            MemoryBudget.give(bytes);
            throw e;
        }
    }

    @Override
    public long trim() {
        return Native.trim();
    }

    @Override
    public MemoryStatistics memory() {
        return new MemoryStatistics(
                MemoryBudget.used(),
                MemoryBudget.peak(),
                Native.memoryStatistic(0),
                Native.memoryStatistic(1),
                Native.memoryStatistic(2));
    }

    @Override
    public void upload(java.nio.Buffer source, Buffer target, long offset) {
        try (Lease lease = Lease.of(target)) {
            HostCopy.upload(source, target.address() + offset);
        }
    }

    @Override
    public void download(Buffer source, long offset, java.nio.Buffer target) {
        try (Lease lease = Lease.of(source)) {
            HostCopy.download(source.address() + offset, target);
        }
    }

    @Override
    public ByteBuffer map(Buffer buffer, long offset, int bytes) {
        return Native.bytes(buffer.address() + offset, bytes);
    }

    @Override
    public long address(java.nio.Buffer direct) {
        return Native.address(direct);
    }

    @Override
    public void copy(View source, View target) {
        try (Lease lease = Lease.of(source, target)) {
            Native.copy(type(source), type(target), describe(target, source), Threads.current());
        }
    }

    @Override
    public void fill(View target, double value) {
        try (Lease lease = Lease.of(target)) {
            Native.fill(type(target), describe(target), value, Threads.current());
        }
    }

    @Override
    public void unary(UnaryOp op, View a, View out) {
        try (Lease lease = Lease.of(a, out)) {
            Native.unary(op.ordinal(), type(out), describe(out, a), Threads.current());
        }
    }

    @Override
    public void binary(BinaryOp op, View a, View b, View out) {
        try (Lease lease = Lease.of(a, b, out)) {
            Native.binary(op.ordinal(), type(out), describe(out, a, b), Threads.current());
        }
    }

    @Override
    public void axpby(double alpha, View x, double beta, View y) {
        try (Lease lease = Lease.of(x, y)) {
            Native.axpby(type(y), alpha, beta, describe(y, x), Threads.current());
        }
    }

    @Override
    public void reduce(ReduceOp op, View a, View out) {
        try (Lease lease = Lease.of(a, out)) {
            Native.reduce(op.ordinal(), type(a), type(out), describe(out.broadcastTo(a.shape()), a), Threads.current());
        }
    }

    @Override
    public void softmax(boolean log, View a, View out) {
        try (Lease lease = Lease.of(a, out)) {
            Native.softmax(log, type(out), describe(out, a), Threads.current());
        }
    }

    @Override
    public void normalize(int axes, double epsilon, View a, Optional<View> scale, Optional<View> shift, View out) {
        View[] views = {out, a, scale.orElse(null), shift.orElse(null)};
        try (Lease lease =
                Lease.of(Arrays.stream(views).filter(Objects::nonNull).toArray(View[]::new))) {
            Native.normalize(type(out), axes, epsilon, describe(views), Threads.current());
        }
    }

    @Override
    public boolean finish(Finish f, View y, View bias) {
        try (Lease lease = Lease.of(y, bias)) {
            Native.finish(f.ordinal(), type(y), rows(y), columns(y), y.address(), bias.address(), Threads.current());
        }
        return true;
    }

    @Override
    public boolean addGated(View x, View gate, View y, View bias) {
        try (Lease lease = Lease.of(x, gate, y, bias)) {
            Native.addGated(
                    type(x),
                    x.shape().dim(0),
                    x.shape().dim(1),
                    x.shape().dim(2),
                    x.address(),
                    gate.address(),
                    gate.layout().stride(0),
                    y.address(),
                    bias.address(),
                    Threads.current());
        }
        return true;
    }

    @Override
    public boolean attention(double scale, View q, View k, View v, View out) {
        long bytes = q.dtype().bytes();
        long n = q.shape().dim(2);
        long d = q.shape().dim(3);
        if (n * bytes < LEAST_ROW || d * bytes < LEAST_ROW || d > MOST_DEPTH) {
            return false;
        }
        try (Lease lease = Lease.of(q, k, v, out)) {
            Native.attention(type(out), describe(out, q, k, v), scale, Threads.current());
        }
        return true;
    }

    @Override
    public long firstNonFinite(View a) {
        try (Lease lease = Lease.of(a)) {
            return Native.firstNonFinite(type(a), describe(a), Threads.current());
        }
    }

    @Override
    public void argReduce(ReduceOp op, View a, View out) {
        try (Lease lease = Lease.of(a, out)) {
            Native.argReduce(
                    op == ReduceOp.MAX ? 1 : 0, type(a), describe(out.broadcastTo(a.shape()), a), Threads.current());
        }
    }

    @Override
    public void scan(ScanOp op, View a, View out) {
        try (Lease lease = Lease.of(a, out)) {
            Native.scan(op.ordinal(), type(a), type(out), describe(out, a), Threads.current());
        }
    }

    @Override
    public long gather(View a, View index, View out) {
        try (Lease lease = Lease.of(a, index, out)) {
            return Native.gather(
                    type(a), describe(out, a), a.shape().dim(1), type(index), index.address(), Threads.current());
        }
    }

    @Override
    public long scatterAdd(View target, View index, View source) {
        try (Lease lease = Lease.of(target, index, source)) {
            long[] desc = describe(target, source);
            desc[2] = source.shape().dim(1);
            return Native.scatterAdd(
                    type(target), desc, target.shape().dim(1), type(index), index.address(), Threads.current());
        }
    }

    @Override
    public void topK(boolean largest, View a, Optional<View> values, View indices) {
        long workspace = Native.topKWorkspace(type(a), rows(a), columns(a), columns(indices), Threads.current());
        MemoryBudget.take("topK workspace", workspace);
        try (Lease lease = values.isPresent() ? Lease.of(a, values.get(), indices) : Lease.of(a, indices)) {
            Native.topK(
                    largest,
                    type(a),
                    rows(a),
                    columns(a),
                    columns(indices),
                    a.address(),
                    leading(a),
                    values.map(View::address).orElse(0L),
                    indices.address(),
                    Threads.current());
        } finally {
            MemoryBudget.give(workspace);
        }
    }

    @Override
    public void random(Distribution distribution, double a, double b, long seed, long stream, long offset, View out) {
        try (Lease lease = Lease.of(out)) {
            Native.random(
                    distribution.ordinal(),
                    type(out),
                    seed,
                    stream,
                    offset,
                    a,
                    b,
                    out.address(),
                    out.shape().size(),
                    Threads.current());
        }
    }

    @Override
    public void gemm(double alpha, View a, View b, double beta, View c) {
        Layout la = a.layout();
        Layout lb = b.layout();
        Layout lc = c.layout();
        try (Lease lease = Lease.of(a, b, c)) {
            Native.gemm(
                    type(c),
                    lc.shape().dim(0),
                    lc.shape().dim(1),
                    lc.shape().dim(2),
                    la.shape().dim(2),
                    alpha,
                    a.address(),
                    la.stride(1),
                    la.stride(2),
                    la.stride(0),
                    b.address(),
                    lb.stride(1),
                    lb.stride(2),
                    lb.stride(0),
                    beta,
                    c.address(),
                    lc.stride(1),
                    lc.stride(0),
                    Threads.current());
        }
    }

    /** BF16 where the processor multiplies such pairs, but for products whose factors it would take longer to copy. */
    @Override
    public void gemm(Precision precision, double alpha, View a, View b, double beta, View c) {
        Layout la = a.layout();
        Layout lb = b.layout();
        Layout lc = c.layout();
        long least = Math.min(
                la.shape().dim(2), Math.min(lc.shape().dim(1), lc.shape().dim(2)));
        if (precision != Precision.BF16 || c.dtype() != DType.F32 || least < 8 || !Native.multipliesBf16()) {
            gemm(alpha, a, b, beta, c);
            return;
        }
        try (Lease lease = Lease.of(a, b, c)) {
            Native.gemmBf16(
                    lc.shape().dim(0),
                    lc.shape().dim(1),
                    lc.shape().dim(2),
                    la.shape().dim(2),
                    alpha,
                    a.address(),
                    la.stride(1),
                    la.stride(2),
                    la.stride(0),
                    b.address(),
                    lb.stride(1),
                    lb.stride(2),
                    lb.stride(0),
                    beta,
                    c.address(),
                    lc.stride(1),
                    lc.stride(0),
                    Threads.current());
        }
    }

    @Override
    public void gram(double alpha, View a, double beta, View c) {
        try (Lease lease = Lease.of(a, c)) {
            Native.gram(
                    type(a),
                    rows(a),
                    columns(a),
                    alpha,
                    a.address(),
                    leading(a),
                    beta,
                    c.address(),
                    leading(c),
                    Threads.current());
        }
    }

    @Override
    public void triangularSolve(boolean right, boolean upper, boolean transposed, View t, View b) {
        try (Lease lease = Lease.of(t, b)) {
            Native.triangularSolve(
                    type(b),
                    right,
                    upper,
                    transposed,
                    rows(b),
                    columns(b),
                    t.address(),
                    leading(t),
                    b.address(),
                    leading(b),
                    Threads.current());
        }
    }

    @Override
    public void spmm(Sparse a, View x, View c) {
        try (Lease lease = Lease.of(a.starts(), a.indices(), a.values(), x, c)) {
            Native.spmm(
                    type(c),
                    rows(c),
                    columns(c),
                    rows(a.starts()),
                    a.starts().address(),
                    a.indices().address(),
                    a.values().address(),
                    x.address(),
                    leading(x),
                    c.address(),
                    leading(c),
                    Threads.current());
        }
    }

    @Override
    public void sparseCompress(View row, View column, View values, Sparse out) {
        try (Lease lease = Lease.of(row, column, values, out.starts(), out.indices(), out.values())) {
            Native.sparseCompress(
                    type(values),
                    columns(out.starts()) - 1,
                    columns(values),
                    row.address(),
                    column.address(),
                    values.address(),
                    out.starts().address(),
                    out.indices().address(),
                    out.values().address());
        }
    }

    @Override
    public long sparseTranspose(Sparse a, long tileHeight, Sparse out) {
        try (Lease lease = Lease.of(a.starts(), a.indices(), a.values(), out.starts(), out.indices(), out.values())) {
            return Native.sparseTranspose(
                    type(a.values()),
                    columns(a.starts()) - 1,
                    columns(out.starts()) - 1,
                    a.starts().address(),
                    a.indices().address(),
                    a.values().address(),
                    tileHeight,
                    out.starts().address(),
                    out.indices().address(),
                    out.values().address());
        }
    }

    @Override
    public boolean cholesky(View a) {
        try (Lease lease = Lease.of(a)) {
            return Native.cholesky(type(a), rows(a), a.address(), leading(a), Threads.current()) == 0;
        }
    }

    @Override
    public void qr(View a, View r) {
        try (Lease lease = Lease.of(a, r)) {
            Native.qr(
                    type(a), rows(a), columns(a), a.address(), leading(a), r.address(), leading(r), Threads.current());
        }
    }

    @Override
    public boolean eigh(View a, View w, Optional<View> vt) {
        try (Lease lease = vt.isPresent() ? Lease.of(a, w, vt.get()) : Lease.of(a, w)) {
            return Native.eigh(
                            type(a),
                            rows(a),
                            a.address(),
                            leading(a),
                            w.address(),
                            vt.map(View::address).orElse(0L),
                            vt.map(CpuBackend::leading).orElse(0L),
                            Threads.current())
                    == 0;
        }
    }

    @Override
    public List<SvdDriver> svdDrivers() {
        return List.of(SvdDriver.GESDD, SvdDriver.GESVD, SvdDriver.GEJSV);
    }

    @Override
    public boolean svd(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        View u = vectors.map(Vectors::u).orElse(null);
        View vt = vectors.map(Vectors::vt).orElse(null);
        boolean full = vectors.isPresent() && (columns(u) > columns(s) || rows(vt) > columns(s));
        long workspace = svdWorkspace(driver, u != null, a.dtype(), rows(a), columns(a));
        MemoryBudget.take("svd workspace", workspace);
        try (Lease lease = u == null ? Lease.of(a, s) : Lease.of(a, s, u, vt)) {
            return Native.svd(
                            driver.ordinal(),
                            type(a),
                            full,
                            rows(a),
                            columns(a),
                            a.address(),
                            leading(a),
                            u == null ? 0 : u.address(),
                            u == null ? 0 : leading(u),
                            s.address(),
                            vt == null ? 0 : vt.address(),
                            vt == null ? 0 : leading(vt),
                            Threads.current())
                    == 0;
        } finally {
            MemoryBudget.give(workspace);
        }
    }

    @Override
    public List<SvdDriver> svdBatchDrivers() {
        return BATCH_DRIVERS;
    }

    @Override
    public long svdBatch(SvdDriver driver, View a, View s, Optional<Vectors> vectors) {
        View u = vectors.map(Vectors::u).orElse(null);
        View vt = vectors.map(Vectors::vt).orElse(null);
        Layout layout = a.layout();
        try (Lease lease = u == null ? Lease.of(a, s) : Lease.of(a, s, u, vt)) {
            return Native.svdBatch(
                            driver.ordinal(),
                            type(a),
                            layout.shape().dim(0),
                            rows(a),
                            columns(a),
                            a.address(),
                            layout.stride(1),
                            layout.stride(2),
                            layout.stride(0),
                            u == null ? 0 : u.address(),
                            s.address(),
                            vt == null ? 0 : vt.address(),
                            Threads.current())
                    - 1;
        }
    }

    @Override
    public void svdBatchErrors(View a, View s, Vectors vectors, View errors) {
        Layout layout = a.layout();
        try (Lease lease = Lease.of(a, s, vectors.u(), vectors.vt(), errors)) {
            Native.svdBatchErrors(
                    type(a),
                    layout.shape().dim(0),
                    rows(a),
                    columns(a),
                    a.address(),
                    layout.stride(1),
                    layout.stride(2),
                    layout.stride(0),
                    vectors.u().address(),
                    s.address(),
                    vectors.vt().address(),
                    errors.address(),
                    Threads.current());
        }
    }

    @Override
    public long svdWorkspace(SvdDriver driver, boolean vectors, DType dtype, long m, long n) {
        return Native.svdWorkspace(driver.ordinal(), dtype.ordinal(), vectors, m, n);
    }

    @Override
    public void orientVectors(View u, View vt) {
        try (Lease lease = Lease.of(u, vt)) {
            Native.orientVectors(
                    type(vt),
                    rows(vt),
                    columns(vt),
                    vt.address(),
                    leading(vt),
                    rows(u),
                    u.address(),
                    leading(u),
                    Threads.current());
        }
    }

    @Override
    public void synchronize() {}

    private static int type(View view) {
        return view.dtype().ordinal();
    }

    private static long rows(View matrix) {
        return matrix.shape().dim(-2);
    }

    private static long columns(View matrix) {
        return matrix.shape().dim(-1);
    }

    /** The distance between rows; a matrix of at most one row may have any. */
    private static long leading(View matrix) {
        return rows(matrix) <= 1
                ? Math.max(1, columns(matrix))
                : matrix.layout().stride(-2);
    }

    /** The packed operands of eckart.h; all views have the shape of the first. One that is null gets address and strides 0. */
    private static long[] describe(View... views) {
        int rank = views[0].shape().rank();
        long[] desc = new long[1 + rank + views.length * (1 + rank)];
        int at = 0;
        desc[at++] = rank;
        for (int i = 0; i < rank; i++) {
            desc[at++] = views[0].shape().dim(i);
        }
        for (View view : views) {
            desc[at++] = view == null ? 0 : view.address();
            for (int i = 0; i < rank; i++) {
                desc[at++] = view == null ? 0 : view.layout().stride(i);
            }
        }
        return desc;
    }
}
