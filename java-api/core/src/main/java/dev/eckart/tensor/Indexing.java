package dev.eckart.tensor;

import dev.eckart.backend.Distribution;
import dev.eckart.backend.ReduceOp;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;
import java.util.Optional;

/** Elements by their place: rows gathered and added up, places of extrema, order, permutations. Results are the same for any number of threads. Thread-safe. */
public final class Indexing {
    /** Most elements of a row that is put in order: places take 32 bits there. */
    private static final long LONGEST = (1L << 32) - 1;

    /** Of the random integers that {@link #permutation} sorts, so that they are none that {@link Tensor#integers} draws from the same seed. */
    private static final long PERMUTATION_STREAM = 1;

    private Indexing() {}

    /**
     * Elements and where they stood.
     *
     * @param values in their order, of the type of the input
     * @param indices their places along the last dimension, I64
     */
    public record Ranked(Tensor values, Tensor indices) implements AutoCloseable {
        @Override
        public void close() {
            values.close();
            indices.close();
        }
    }

    /**
     * Rows of {@code a} along {@code axis}, by number: the result has the dimensions of {@code index} in the place of that axis. For
     * axis 0, out[i, …] = a[index[i], …].
     *
     * @param a (…, n, …), any type
     * @param index of any shape, I64 or I32, each in 0..n−1; repetitions are allowed
     * @throws IllegalArgumentException when an index is out of range: its value, its place (row-major), and n
     */
    public static Tensor gather(Tensor a, int axis, Tensor index) {
        a.check("gather");
        requireIndex("gather", index, a);
        int at = a.shape().axis(axis);
        Shape shape = a.shape().without(at);
        for (int i = 0; i < index.shape().rank(); i++) {
            shape = inserted(shape, at + i, index.dim(i));
        }
        long[] dims = Slab.dims(a.shape(), at);
        Layout target = Layout.contiguous(Shape.of(dims[0], index.shape().size(), dims[2]));
        return Tensor.empty(a.device(), a.dtype(), shape).filledBy(out -> {
            try (Tensor slab = Slab.of(a, at);
                    Tensor numbers = index.contiguous()) {
                long bad = a.backend()
                        .gather(slab.view(), numbers.view(), out.view().with(target));
                requireInside("gather", bad, numbers, a.shape(), axis);
            }
        });
    }

    /**
     * Adds the rows of {@code source} to those of {@code target} that {@code index} names, in place: for axis 0,
     * target[index[i], …] += source[i, …] for one i after the other, so that the result is the same bits for any number of threads.
     * An index may occur many times. BF16 is rounded after each addition.
     *
     * @param target (…, n, …), any type but U8
     * @param index (m), I64 or I32, each in 0..n−1
     * @param source (…, m, …), of the type of target
     * @throws IllegalArgumentException when shapes or types do not match, or an index is out of range (target is then untouched)
     */
    public static void scatterAdd(Tensor target, int axis, Tensor index, Tensor source) {
        target.check("scatterAdd");
        source.check("scatterAdd");
        target.requireSameType("scatterAdd", source);
        requireIndex("scatterAdd", index, target);
        index.requireRank("scatterAdd: index", 1);
        if (target.dtype() == DType.U8) {
            throw new IllegalArgumentException("scatterAdd: not for u8; cast with to(DType.I32) or to(DType.F32)");
        }
        int at = target.shape().axis(axis);
        if (!source.shape().equals(target.shape().with(at, index.dim(0)))) {
            throw new IllegalArgumentException("scatterAdd: source " + source.shape() + " does not fit target "
                    + target.shape() + " with " + index.dim(0) + " indices along axis " + axis + "; it needs "
                    + target.shape().with(at, index.dim(0)));
        }
        boolean shared = source.view().buffer() == target.view().buffer();
        try (Tensor apart = shared ? source.copy() : source.contiguous();
                Tensor rows = Slab.of(apart, at);
                Tensor numbers = index.contiguous();
                Tensor slab = Slab.of(target, at)) {
            long bad = target.backend().scatterAdd(slab.view(), numbers.view(), rows.view());
            requireInside("scatterAdd", bad, numbers, target.shape(), axis);
            if (slab.view().buffer() != target.view().buffer()) {
                try (Tensor result = slab.reshape(target.shape().dims())) {
                    target.assign(result);
                }
            }
        }
    }

    /** The places of the smallest elements along {@code axis}, which goes, as I64; as {@link #argMax}. */
    public static Tensor argMin(Tensor a, int axis) {
        return argReduce(ReduceOp.MIN, "argMin", a, axis);
    }

    /**
     * The places of the largest elements along {@code axis}, which goes, as I64. The first of equals; where there is a NaN, the first
     * NaN, as in NumPy and PyTorch.
     *
     * @throws IllegalArgumentException when the axis is empty or does not exist
     */
    public static Tensor argMax(Tensor a, int axis) {
        return argReduce(ReduceOp.MAX, "argMax", a, axis);
    }

    private static Tensor argReduce(ReduceOp op, String name, Tensor a, int axis) {
        a.check(name);
        int at = a.shape().axis(axis);
        if (a.dim(at) == 0) {
            throw new IllegalArgumentException(name + ": axis " + axis + " of shape " + a.shape() + " is empty");
        }
        long[] dims = Slab.dims(a.shape(), at);
        Layout target = Layout.contiguous(Shape.of(dims[0], 1, dims[2]));
        return Tensor.empty(a.device(), DType.I64, a.shape().without(at)).filledBy(out -> {
            try (Tensor slab = Slab.of(a, at)) {
                a.backend().argReduce(op, slab.view(), out.view().with(target));
            }
        });
    }

    /**
     * The {@code k} largest elements of the last dimension, descending, and their places; as {@link #topK(Tensor, long, boolean)}.
     */
    public static Ranked topK(Tensor a, long k) {
        return topK(a, k, true);
    }

    /**
     * The {@code k} largest elements of the last dimension descending, or the {@code k} smallest ascending. NaN counts as larger than
     * every number, zeros of both signs are equal, and equals come in the order of their places.
     *
     * @param a (…, n), any type
     * @param k 1..n
     * @return values and indices (…, k)
     * @throws IllegalArgumentException when k is not in 1..n
     */
    public static Ranked topK(Tensor a, long k, boolean largest) {
        requireRow("topK", a);
        if (k < 1 || k > a.dim(-1)) {
            throw new IllegalArgumentException(
                    "topK: k = " + k + " is outside 1.." + a.dim(-1) + ", the last dimension of shape " + a.shape());
        }
        return ranked(a, k, largest);
    }

    /**
     * The last dimension in ascending or descending order, and the place that each element had. Stable; NaN counts as larger than
     * every number.
     *
     * @param a (…, n), any type
     * @return values and indices of the same shape
     */
    public static Ranked sort(Tensor a, boolean descending) {
        requireRow("sort", a);
        return ranked(a, a.dim(-1), descending);
    }

    private static Ranked ranked(Tensor a, long k, boolean largest) {
        Tensor values = Tensor.empty(a.device(), a.dtype(), a.shape().with(-1, k));
        try {
            return new Ranked(values, indices(a, k, largest, Optional.of(values)));
        } catch (RuntimeException | Error e) {
            values.close();
            throw e;
        }
    }

    private static Tensor indices(Tensor a, long k, boolean largest, Optional<Tensor> values) {
        long rows = a.shape().without(-1).size();
        Layout matrix = Layout.contiguous(Shape.of(rows, k));
        return Tensor.empty(a.device(), DType.I64, a.shape().with(-1, k)).filledBy(out -> {
            if (out.shape().size() == 0) {
                return;
            }
            try (Tensor source = a.contiguous();
                    Tensor slab = source.reshape(rows, a.dim(-1))) {
                a.backend()
                        .topK(
                                largest,
                                slab.view(),
                                values.map(v -> v.view().with(matrix)),
                                out.view().with(matrix));
            }
        });
    }

    /**
     * A random permutation of 0..n−1 on the host, as I64, every one equally likely but for the finiteness of the seed: as
     * {@link #permutation(Device, long, long)}.
     */
    public static Tensor permutation(long n, long seed) {
        return permutation(Device.cpu(), n, seed);
    }

    /**
     * A random permutation of 0..n−1 as I64, the same on every device. Number i is at the place that its key has among all keys in
     * ascending order, equal keys by number. Key i is the random integer i on [−2^62, 2^62) of Philox4x32-10 with this seed in
     * stream 1: the upper 63 bits of words (0, 1) or (2, 3) of block i / 2. Among 10^8 keys two are equal once in 1800 seeds.
     *
     * @param n up to 2^32 − 1; takes 32 bytes per element, of which 24 are given back
     * @throws IllegalArgumentException when n is negative or larger
     */
    public static Tensor permutation(Device device, long n, long seed) {
        if (n < 0 || n > LONGEST) {
            throw new IllegalArgumentException("permutation: n = " + n + " is outside 0.." + LONGEST);
        }
        try (Tensor keys = Tensor.empty(device, DType.I64, n)) {
            keys.backend().random(Distribution.INTEGERS, -0x1p62, 0x1p62, seed, PERMUTATION_STREAM, 0, keys.view());
            return indices(keys, n, false, Optional.empty());
        }
    }

    private static void requireRow(String operation, Tensor a) {
        a.check(operation);
        if (a.shape().rank() == 0 || a.dim(-1) > LONGEST) {
            throw new IllegalArgumentException(
                    operation + ": needs a last dimension of at most " + LONGEST + " elements, shape is " + a.shape());
        }
    }

    private static void requireIndex(String operation, Tensor index, Tensor indexed) {
        index.check(operation);
        if (index.dtype() != DType.I64 && index.dtype() != DType.I32) {
            throw new IllegalArgumentException(
                    operation + ": the index is i64 or i32, not " + index.dtype() + "; cast with to(DType.I64)");
        }
        indexed.requireSameDevice(operation, index);
    }

    private static void requireInside(String operation, long bad, Tensor numbers, Shape shape, int axis) {
        if (bad < 0) {
            return;
        }
        try (Tensor flat = numbers.reshape(-1);
                Tensor one = flat.slice(0, bad, bad + 1)) {
            long size = shape.dim(axis);
            throw new IllegalArgumentException(operation + ": index " + one.toLongArray()[0] + " at position " + bad
                    + " is outside 0.." + (size - 1) + ", axis " + axis + " of shape " + shape);
        }
    }

    private static Shape inserted(Shape shape, int axis, long size) {
        long[] from = shape.dims();
        long[] to = new long[from.length + 1];
        System.arraycopy(from, 0, to, 0, axis);
        to[axis] = size;
        System.arraycopy(from, axis, to, axis + 1, from.length - axis);
        return Shape.of(to);
    }
}
