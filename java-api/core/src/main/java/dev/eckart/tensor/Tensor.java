package dev.eckart.tensor;

import dev.eckart.backend.Backend;
import dev.eckart.backend.Backends;
import dev.eckart.backend.BinaryOp;
import dev.eckart.backend.Distribution;
import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.UnaryOp;
import dev.eckart.backend.View;
import dev.eckart.memory.Buffer;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Precision;
import dev.eckart.memory.Shape;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * An n-dimensional array of one element type in native memory of one device: the facade of everything.
 *
 * <p>Row-major by default; {@link #transpose}, {@link #slice} and the like are views that share memory. Operations make new tensors,
 * check their arguments here once, and need operands of one dtype and one device; shapes broadcast as in NumPy (matched from the
 * last dimension, 1 stretches). Element counts are 64-bit.
 *
 * <p>A tensor belongs to the {@link Scope} open on the thread that makes it; outside any scope close it. After {@link #close} every
 * use throws {@code IllegalStateException}. Reading, and closing during a call, is safe from any thread; writing is the caller's to
 * order. Heap arrays are copied.
 */
public final class Tensor implements AutoCloseable {
    /** Sums of squares below may have lost some of them: 2^-1022 over the square of ε. */
    private static final double SAFE_SQUARES = 0x1p-918;

    private final View view;
    private final AtomicBoolean closed = new AtomicBoolean();
    /** Of memory allocated for this tensor; 0 for views and wrapped memory. */
    final long ownBytes;

    Scope scope;
    int indexInScope;

    private Tensor(View view) {
        this(view, 0);
    }

    private Tensor(View view, long ownBytes) {
        this.view = view;
        this.ownBytes = ownBytes;
        Scope.add(this);
    }

    // ---- making

    /** A tensor of unspecified content on {@code device}. */
    public static Tensor empty(Device device, DType dtype, long... shape) {
        return empty(device, dtype, Shape.of(shape));
    }

    static Tensor empty(Device device, DType dtype, Shape shape) {
        if (shape.size() > Long.MAX_VALUE / 16 / dtype.bytes()) {
            throw new IllegalArgumentException(
                    "tensor: " + shape + " " + dtype + " has more bytes than can be addressed");
        }
        Buffer buffer = Backends.of(device).allocate(shape.size() * dtype.bytes());
        return new Tensor(new View(buffer, dtype, Layout.contiguous(shape)), buffer.bytes());
    }

    /** A tensor of zeros on the host. */
    public static Tensor zeros(DType dtype, long... shape) {
        return full(dtype, 0, shape);
    }

    /** A tensor on the host whose elements all are {@code value}. */
    public static Tensor full(DType dtype, double value, long... shape) {
        Tensor t = empty(Device.cpu(), dtype, shape);
        t.fill(value);
        return t;
    }

    /** The identity matrix of order {@code n} on the host. */
    public static Tensor eye(DType dtype, long n) {
        Tensor t = zeros(dtype, n, n);
        try (Tensor diagonal = t.alias(t.view.layout().diagonal())) {
            diagonal.fill(1);
        }
        return t;
    }

    /**
     * An F64 matrix from its rows.
     *
     * @throws IllegalArgumentException when the rows differ in length
     */
    public static Tensor of(double[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        for (int i = 0; i < rows.length; i++) {
            if (rows[i].length != columns) {
                throw new IllegalArgumentException("tensor: row " + i + " has " + rows[i].length
                        + " entries, row 0 has " + columns + "; all rows need the same length");
            }
        }
        Tensor t = empty(Device.cpu(), DType.F64, rows.length, columns);
        for (int i = 0; i < rows.length; i++) {
            t.backend().upload(DoubleBuffer.wrap(rows[i]), t.view.buffer(), (long) i * columns * Double.BYTES);
        }
        return t;
    }

    /** An F64 tensor from its elements in row-major order; without a shape, a vector. */
    public static Tensor of(double[] elements, long... shape) {
        return of(DType.F64, DoubleBuffer.wrap(elements), shape);
    }

    /** An F32 tensor from its elements in row-major order; without a shape, a vector. */
    public static Tensor of(float[] elements, long... shape) {
        return of(DType.F32, FloatBuffer.wrap(elements), shape);
    }

    /** An I64 tensor from its elements in row-major order; without a shape, a vector. */
    public static Tensor of(long[] elements, long... shape) {
        return of(DType.I64, LongBuffer.wrap(elements), shape);
    }

    /** An I32 tensor from its elements in row-major order; without a shape, a vector. */
    public static Tensor of(int[] elements, long... shape) {
        return of(DType.I32, IntBuffer.wrap(elements), shape);
    }

    /** A U8 tensor from its elements (read as unsigned) in row-major order; without a shape, a vector. */
    public static Tensor of(byte[] elements, long... shape) {
        return of(DType.U8, ByteBuffer.wrap(elements), shape);
    }

    private static Tensor of(DType dtype, java.nio.Buffer elements, long... shape) {
        Shape s = shape.length == 0 ? Shape.of(elements.remaining()) : Shape.of(shape);
        if (s.size() != elements.remaining()) {
            throw new IllegalArgumentException(
                    "tensor: " + elements.remaining() + " elements given for shape " + s + ", which has " + s.size());
        }
        Tensor t = empty(Device.cpu(), dtype, s);
        t.backend().upload(elements, t.view.buffer(), 0);
        return t;
    }

    /** Uniform random numbers on [0, 1), by Philox4x32-10: element i depends on (seed, i) alone. F64, F32. */
    public static Tensor uniform(DType dtype, long seed, long... shape) {
        return random(Distribution.UNIFORM, dtype, 0, 1, seed, shape);
    }

    /** Standard normal random numbers, by Philox4x32-10 and Box–Muller: element i depends on (seed, i) alone. F64, F32. */
    public static Tensor normal(DType dtype, long seed, long... shape) {
        return random(Distribution.NORMAL, dtype, 0, 1, seed, shape);
    }

    /** Random integers, uniform on [from, to), by Philox4x32-10. I64, I32. */
    public static Tensor integers(DType dtype, long from, long to, long seed, long... shape) {
        if (from >= to || Math.abs(from) > 1L << 53 || Math.abs(to) > 1L << 53) {
            throw new IllegalArgumentException(
                    "integers: the range [" + from + ", " + to + ") is empty or beyond 2^53");
        }
        return random(Distribution.INTEGERS, dtype, from, to, seed, shape);
    }

    private static Tensor random(Distribution d, DType dtype, double a, double b, long seed, long... shape) {
        boolean integer = d == Distribution.INTEGERS;
        if (integer ? dtype != DType.I64 && dtype != DType.I32 : dtype != DType.F64 && dtype != DType.F32) {
            throw new IllegalArgumentException(
                    "random: " + (integer ? "integers are i64 or i32" : "numbers are f64 or f32") + ", not " + dtype
                            + "; cast with to(dtype)");
        }
        Tensor t = empty(Device.cpu(), dtype, shape);
        t.backend().random(d, a, b, seed, 0, 0, t.view);
        return t;
    }

    /**
     * A host tensor over memory that somebody else owns, without a copy: a direct buffer, a JavaCPP Pointer, an Arrow or ONNX
     * buffer. {@code owner} is held strongly as long as the tensor or a view of it is reachable; the memory must stay valid while
     * {@code owner} is reachable.
     *
     * @param address of element 0, aligned to the element size
     * @param bytes size of the memory
     * @throws IllegalArgumentException when the memory is smaller than the shape, or not aligned
     */
    public static Tensor wrap(long address, long bytes, Object owner, DType dtype, long... shape) {
        Shape s = Shape.of(shape);
        if (address == 0 || address % dtype.bytes() != 0) {
            throw new IllegalArgumentException("wrap: address 0x" + Long.toHexString(address)
                    + " is null or not aligned to " + dtype.bytes() + " bytes");
        }
        if (s.size() > bytes / dtype.bytes()) {
            throw new IllegalArgumentException(
                    "wrap: shape " + s + " " + dtype + " does not fit in the " + bytes + " bytes given");
        }
        Objects.requireNonNull(owner, "wrap: owner");
        return new Tensor(new View(Buffer.wrapped(Device.cpu(), address, bytes, owner), dtype, Layout.contiguous(s)));
    }

    /**
     * A host tensor over the remaining elements of a direct buffer in native byte order, without a copy: F64, F32, I64 or I32 as the
     * buffer is one of double, float, long or int, U8 over bytes. The buffer is held strongly, as in
     * {@link #wrap(long, long, Object, DType, long...)}. Not for a mapped file: one that shrinks ends the process.
     *
     * @param shape without one, a vector
     * @throws IllegalArgumentException when the buffer is not such a one, is read-only, or smaller than the shape
     */
    public static Tensor wrap(java.nio.Buffer direct, long... shape) {
        DType dtype = DirectBuffers.elementType("wrap", direct);
        long count = direct.remaining();
        return wrap(
                count == 0 ? dtype.bytes() : Backends.of(Device.cpu()).address(direct),
                count * dtype.bytes(),
                direct,
                dtype,
                shape.length == 0 ? new long[] {count} : shape);
    }

    // ---- looking

    /** The shape. */
    public Shape shape() {
        return view.shape();
    }

    /** The size of one dimension; negative counts from the end. */
    public long dim(int axis) {
        return view.shape().dim(axis);
    }

    /** The element type. */
    public DType dtype() {
        return view.dtype();
    }

    /** Where the memory lies. */
    public Device device() {
        return view.buffer().device();
    }

    /** One element, as a double; without indices, the only element. */
    public double get(long... index) {
        check("get");
        long[] at = index;
        if (index.length == 0 && view.shape().size() == 1) {
            at = new long[view.shape().rank()];
        }
        if (at.length != view.shape().rank()) {
            throw new IllegalArgumentException("get: " + index.length + " indices given for shape " + shape());
        }
        Layout layout = view.layout();
        for (long i : at) {
            layout = layout.select(0, i);
        }
        try (Tensor element = alias(layout);
                Tensor wide = element.to(DType.F64)) {
            return wide.toArray()[0];
        }
    }

    /**
     * A copy of the elements in row-major order, as doubles.
     *
     * @throws IllegalArgumentException beyond 2^31 - 1 elements
     */
    public double[] toArray() {
        double[] out = new double[arraySize("toArray")];
        download(DType.F64, DoubleBuffer.wrap(out));
        return out;
    }

    /** A copy of the elements in row-major order, as floats. */
    public float[] toFloatArray() {
        float[] out = new float[arraySize("toFloatArray")];
        download(DType.F32, FloatBuffer.wrap(out));
        return out;
    }

    /** A copy of the elements in row-major order, as longs (floating-point values are truncated). */
    public long[] toLongArray() {
        long[] out = new long[arraySize("toLongArray")];
        download(DType.I64, LongBuffer.wrap(out));
        return out;
    }

    /** A copy of a matrix, as its rows. */
    public double[][] toMatrix() {
        requireRank("toMatrix", 2);
        double[][] out = new double[Math.toIntExact(dim(0))][Math.toIntExact(dim(1))];
        try (Tensor source = to(DType.F64)) {
            for (int i = 0; i < out.length; i++) {
                source.backend()
                        .download(
                                source.view.buffer(), source.byteOffset() + i * dim(1) * 8, DoubleBuffer.wrap(out[i]));
            }
        }
        return out;
    }

    // ---- views, which share memory

    /** The same elements in row-major order under another shape; one dimension may be -1. A view where possible, else a copy. */
    public Tensor reshape(long... dims) {
        check("reshape");
        Shape target = Shapes.infer(shape(), dims);
        return view.layout().reshape(target).map(this::alias).orElseGet(() -> {
            try (Tensor copy = copy()) {
                return copy.alias(Layout.contiguous(target));
            }
        });
    }

    /** Dimension i of the result is dimension order[i] of this one. */
    public Tensor permute(int... order) {
        return alias(view.layout().permute(order));
    }

    /** The last two dimensions exchanged. */
    public Tensor transpose() {
        int rank = shape().rank();
        if (rank < 2) {
            throw new IllegalArgumentException("transpose: shape " + shape() + " has no two dimensions");
        }
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i < rank - 2 ? i : 2 * rank - 3 - i;
        }
        return permute(order);
    }

    /** Entries from (included) to (excluded) of one dimension. */
    public Tensor slice(int axis, long from, long to) {
        return alias(view.layout().slice(axis, from, to));
    }

    /** One entry of one dimension, which goes: {@code a.select(0, i)} is row i. */
    public Tensor select(int axis, long index) {
        return alias(view.layout().select(axis, index));
    }

    /** One dimension backwards. */
    public Tensor flip(int axis) {
        return alias(view.layout().flip(axis));
    }

    /** Stretched to {@code dims} by repetition, without a copy; not to be written to. */
    public Tensor broadcastTo(long... dims) {
        Shape target = Shape.of(dims);
        if (!Shape.broadcast("broadcastTo", shape(), target).equals(target)) {
            throw new IllegalArgumentException("broadcastTo: shape " + shape() + " does not stretch to " + target);
        }
        return alias(view.layout().broadcastTo(target));
    }

    // ---- copies

    /** A contiguous copy. */
    public Tensor copy() {
        return cast(dtype());
    }

    /** This tensor when it is contiguous (as a view), else a contiguous copy. */
    public Tensor contiguous() {
        check("contiguous");
        return view.layout().isContiguous() ? alias(view.layout()) : copy();
    }

    /** The elements in another type, as Java casts (to integers: towards zero, saturating, NaN to 0); a view when it is the same. */
    public Tensor to(DType dtype) {
        check("to");
        return dtype == dtype() ? contiguous() : cast(dtype);
    }

    private Tensor cast(DType dtype) {
        check("copy");
        return empty(device(), dtype, shape()).filledBy(out -> backend().copy(view, out.view));
    }

    /** The elements on another device; a view when it is the same. */
    public Tensor to(Device device) {
        check("to");
        if (device.equals(device())) {
            return alias(view.layout());
        }
        if (device.kind() != Device.Kind.CPU && device().kind() != Device.Kind.CPU) {
            try (Tensor host = to(Device.cpu())) {
                return host.to(device);
            }
        }
        return empty(device, dtype(), shape()).filledBy(this::copyTo);
    }

    /** Copies between the host and another device, to a contiguous tensor of this shape and type. */
    void copyTo(Tensor out) {
        boolean up = device().kind() == Device.Kind.CPU;
        try (Tensor source = contiguous();
                Tensor host = up ? source.alias(source.view.layout()) : out.alias(out.view.layout())) {
            long[] at = {0};
            host.withBuffers(part -> {
                int bytes = part.remaining();
                if (up) {
                    out.backend().upload(part, out.view.buffer(), out.byteOffset() + at[0]);
                } else {
                    source.backend().download(source.view.buffer(), source.byteOffset() + at[0], part);
                }
                at[0] += bytes;
            });
        }
    }

    /** Over a buffer with one share, which is the tensor's from here on. */
    static Tensor over(Buffer buffer, DType dtype, Shape shape) {
        return new Tensor(new View(buffer, dtype, Layout.contiguous(shape)), buffer.bytes());
    }

    /** Overwrites the elements with those of {@code source}, stretched to this shape and cast to this type. */
    public void assign(Tensor source) {
        check("assign");
        source.check("assign");
        requireSameDevice("assign", source);
        if (!Shape.broadcast("assign", source.shape(), shape()).equals(shape())) {
            throw new IllegalArgumentException("assign: shape " + source.shape() + " does not stretch to " + shape());
        }
        backend().copy(source.view.broadcastTo(shape()), view);
    }

    /** Sets every element. */
    public void fill(double value) {
        check("fill");
        backend().fill(view, value);
    }

    // ---- element by element

    /** this + other. */
    public Tensor add(Tensor other) {
        return binary(BinaryOp.ADD, "add", other);
    }

    /** this + value. */
    public Tensor add(double value) {
        return binary(BinaryOp.ADD, "add", value);
    }

    /** this − other. */
    public Tensor subtract(Tensor other) {
        return binary(BinaryOp.SUBTRACT, "subtract", other);
    }

    /** this · other, element by element. */
    public Tensor multiply(Tensor other) {
        return binary(BinaryOp.MULTIPLY, "multiply", other);
    }

    /** this · value. */
    public Tensor multiply(double value) {
        return binary(BinaryOp.MULTIPLY, "multiply", value);
    }

    /** this / other, element by element. */
    public Tensor divide(Tensor other) {
        return binary(BinaryOp.DIVIDE, "divide", other);
    }

    /** The smaller of two elements; NaN when either is. */
    public Tensor minimum(Tensor other) {
        return binary(BinaryOp.MIN, "minimum", other);
    }

    /** The larger of two elements; NaN when either is. */
    public Tensor maximum(Tensor other) {
        return binary(BinaryOp.MAX, "maximum", other);
    }

    /** this to the power {@code exponent}. */
    public Tensor pow(double exponent) {
        return binary(BinaryOp.POWER, "pow", exponent);
    }

    /** −this. */
    public Tensor negate() {
        return unary(UnaryOp.NEGATE, "negate");
    }

    /** |this|. */
    public Tensor abs() {
        return unary(UnaryOp.ABS, "abs");
    }

    /** this². */
    public Tensor square() {
        return unary(UnaryOp.SQUARE, "square");
    }

    /** Square root; NaN for negative numbers. */
    public Tensor sqrt() {
        return unary(UnaryOp.SQRT, "sqrt");
    }

    /** e to the power of this. */
    public Tensor exp() {
        return unary(UnaryOp.EXP, "exp");
    }

    /** Natural logarithm. */
    public Tensor log() {
        return unary(UnaryOp.LOG, "log");
    }

    /** Hyperbolic tangent. */
    public Tensor tanh() {
        return unary(UnaryOp.TANH, "tanh");
    }

    /** 1 / (1 + e^−this). */
    public Tensor sigmoid() {
        return unary(UnaryOp.SIGMOID, "sigmoid");
    }

    // ---- reductions

    /** Sum over {@code axes} (all when none is given), which go. Integers sum as I64. */
    public Tensor sum(int... axes) {
        return reduce(ReduceOp.SUM, "sum", axes);
    }

    /** Mean over {@code axes} (all when none is given), which go; floating-point types. NaN for no elements. */
    public Tensor mean(int... axes) {
        requireFloating("mean");
        // In F64: the sum may pass the range of the type, and the count its precision.
        try (Tensor sum = reduce(ReduceOp.SUM, "mean", DType.F64, axes)) {
            double count = (double) shape().size() / Math.max(1, sum.shape().size());
            try (Tensor mean = sum.binary(BinaryOp.DIVIDE, "mean", count)) {
                return mean.to(dtype());
            }
        }
    }

    /** Smallest element over {@code axes} (all when none is given), which go; NaN wins. */
    public Tensor min(int... axes) {
        return reduce(ReduceOp.MIN, "min", axes);
    }

    /** Largest element over {@code axes} (all when none is given), which go; NaN wins. */
    public Tensor max(int... axes) {
        return reduce(ReduceOp.MAX, "max", axes);
    }

    /** The Euclidean (Frobenius) norm of all elements, summed in f64. */
    public double norm() {
        requireFloating("norm");
        try (Tensor out = empty(device(), DType.F64)) {
            backend().reduce(ReduceOp.SUM_OF_SQUARES, view, out.view);
            double squares = out.get();
            return squares >= SAFE_SQUARES && squares < Double.POSITIVE_INFINITY ? Math.sqrt(squares) : scaledNorm();
        }
    }

    /** Where squares overflow or vanish. */
    private double scaledNorm() {
        if (shape().size() == 0) {
            return 0;
        }
        try (Tensor magnitude = abs();
                Tensor most = magnitude.max()) {
            double largest = most.get();
            if (largest == 0 || !Double.isFinite(largest)) {
                return largest;
            }
            try (Tensor scaled = magnitude.divide(most)) {
                return largest * scaled.norm();
            }
        }
    }

    // ---- products

    /**
     * Matrix product of the last two dimensions, (…, m, k)·(…, k, n) = (…, m, n); leading dimensions broadcast. A vector on the left
     * is a row, on the right a column, and that dimension goes from the result. F64, F32.
     */
    public Tensor matmul(Tensor other) {
        return matmul(other, Precision.FULL);
    }

    /** {@link #matmul(Tensor)} of factors that may be rounded to {@code precision} first, where they are F32 and the device gains from it. */
    public Tensor matmul(Tensor other, Precision precision) {
        check("matmul");
        other.check("matmul");
        return Products.matmul(this, other, precision);
    }

    // ---- lifetime

    /** Gives this tensor's share of its memory back. Again: nothing happens. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            Scope.remove(this);
            view.buffer().release();
        }
    }

    /** Whether {@link #close} was called. */
    public boolean isClosed() {
        return closed.get();
    }

    /** Shape, type, device and the corner values. */
    @Override
    public String toString() {
        return TensorText.of(this);
    }

    /** For Eckart's own packages: what a backend works on. */
    public View view() {
        check("view");
        return view;
    }

    /** For Eckart's own packages: the backend of this tensor's device. */
    public Backend backend() {
        return Backends.of(device());
    }

    /** What {@link #withBuffers} hands the memory to. */
    @FunctionalInterface
    public interface BufferAction<E extends Exception> {
        /** Reads or writes {@code part}, a direct buffer in native byte order, which must not be used afterwards. */
        void accept(ByteBuffer part) throws E;
    }

    /**
     * Hands the memory of a contiguous host tensor to {@code action}, without a copy, in consecutive parts of at most 1 GiB. The
     * memory stays valid until this returns, whoever closes the tensor meanwhile.
     */
    public <E extends Exception> void withBuffers(BufferAction<E> action) throws E {
        check("withBuffers");
        requireContiguous("withBuffers");
        if (!view.buffer().retain()) {
            throw closedError("withBuffers");
        }
        try {
            long bytes = view.shape().size() * dtype().bytes();
            for (long at = 0; at < bytes; at += 1 << 30) {
                int length = (int) Math.min(1 << 30, bytes - at);
                action.accept(backend().map(view.buffer(), byteOffset() + at, length));
            }
        } finally {
            view.buffer().release();
        }
    }

    /**
     * The memory of a contiguous host tensor as a direct buffer in native byte order, without a copy. The memory stays as long as the
     * buffer, or a slice or view of it such as {@code asFloatBuffer()}, is reachable, whoever closes the tensor; so it is the
     * collector that frees it. Inside one method {@link #withBuffers} does without.
     *
     * @throws IllegalArgumentException beyond 2^31 - 1 bytes, or when the tensor is not contiguous
     */
    public ByteBuffer asByteBuffer() {
        check("asByteBuffer");
        requireContiguous("asByteBuffer");
        long bytes = view.shape().size() * dtype().bytes();
        if (bytes > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("asByteBuffer: tensor " + shape() + " " + dtype()
                    + " has more bytes than a buffer can hold; take slices");
        }
        ByteBuffer memory = backend().map(view.buffer(), byteOffset(), (int) bytes);
        if (!view.buffer().retainFor(memory)) {
            throw closedError("asByteBuffer");
        }
        return memory;
    }

    // ---- inside the package

    Tensor alias(Layout layout) {
        if (closed.get() || !view.buffer().retain()) {
            throw closedError("view");
        }
        return new Tensor(view.with(layout));
    }

    /** This new tensor after {@code action} has filled it; closed when that fails, so that no memory waits for the collector. */
    Tensor filledBy(Consumer<Tensor> action) {
        try {
            action.accept(this);
            return this;
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private long byteOffset() {
        return view.layout().offset() * dtype().bytes();
    }

    void check(String operation) {
        if (closed.get()) {
            throw closedError(operation);
        }
    }

    private IllegalStateException closedError(String operation) {
        return new IllegalStateException(operation + ": tensor " + shape() + " " + dtype()
                + " was closed; close it later, or keep it with scope.keep");
    }

    void requireRank(String operation, int rank) {
        if (shape().rank() != rank) {
            throw new IllegalArgumentException(operation + ": needs rank " + rank + ", shape is " + shape());
        }
    }

    private void requireContiguous(String operation) {
        if (!view.layout().isContiguous()) {
            throw new IllegalArgumentException(
                    operation + ": tensor " + shape() + " is not contiguous; take contiguous() first");
        }
    }

    void requireFloating(String operation) {
        check(operation);
        if (!dtype().isFloating()) {
            throw new IllegalArgumentException(
                    operation + ": needs a floating-point type, not " + dtype() + "; cast with to(DType.F64)");
        }
    }

    void requireSameDevice(String operation, Tensor other) {
        if (!device().equals(other.device())) {
            throw new IllegalArgumentException(operation + ": operands lie on " + device() + " and " + other.device()
                    + "; move one with to(device)");
        }
    }

    void requireSameType(String operation, Tensor other) {
        if (dtype() != other.dtype()) {
            throw new IllegalArgumentException(
                    operation + ": operands are " + dtype() + " and " + other.dtype() + "; cast one with to(dtype)");
        }
        requireSameDevice(operation, other);
    }

    Tensor unary(UnaryOp op, String name) {
        if (!op.acceptsIntegers() || dtype() == DType.U8) {
            requireFloating(name);
        }
        check(name);
        return empty(device(), dtype(), shape()).filledBy(out -> backend().unary(op, view, out.view));
    }

    private Tensor binary(BinaryOp op, String name, Tensor other) {
        check(name);
        other.check(name);
        requireSameType(name, other);
        if (dtype() == DType.U8) {
            throw new IllegalArgumentException(name + ": not for u8; cast with to(DType.I32) or to(DType.F32)");
        }
        Shape target = Shape.broadcast(name, shape(), other.shape());
        return empty(device(), dtype(), target)
                .filledBy(out ->
                        backend().binary(op, view.broadcastTo(target), other.view.broadcastTo(target), out.view));
    }

    private Tensor binary(BinaryOp op, String name, double value) {
        requireFloating(name);
        try (Tensor scalar = empty(device(), dtype())) {
            scalar.fill(value);
            return binary(op, name, scalar);
        }
    }

    private Tensor reduce(ReduceOp op, String name, int... axes) {
        boolean same = dtype().isFloating() || op == ReduceOp.MIN || op == ReduceOp.MAX;
        return reduce(op, name, same ? dtype() : DType.I64, axes);
    }

    private Tensor reduce(ReduceOp op, String name, DType type, int... axes) {
        check(name);
        boolean[] reduced = Shapes.axes(name, shape(), axes);
        Shape kept = shape();
        Shape stretched = shape();
        for (int i = reduced.length - 1; i >= 0; i--) {
            if (reduced[i]) {
                if (shape().dim(i) == 0 && (op == ReduceOp.MIN || op == ReduceOp.MAX)) {
                    throw new IllegalArgumentException(name + ": axis " + i + " of shape " + shape() + " is empty");
                }
                kept = kept.without(i);
                stretched = stretched.with(i, 1);
            }
        }
        Layout target = Layout.contiguous(stretched);
        return empty(device(), type, kept).filledBy(out -> backend().reduce(op, view, out.view.with(target)));
    }

    private int arraySize(String operation) {
        check(operation);
        if (shape().size() > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    operation + ": shape " + shape() + " has more elements than a Java array can hold; take slices");
        }
        return (int) shape().size();
    }

    private void download(DType dtype, java.nio.Buffer target) {
        try (Tensor source = to(dtype)) {
            source.backend().download(source.view.buffer(), source.byteOffset(), target);
        }
    }
}
