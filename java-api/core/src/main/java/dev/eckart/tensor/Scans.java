package dev.eckart.tensor;

import dev.eckart.backend.ScanOp;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;

/**
 * Running totals along one axis: element i of the result is the total of elements 0 to i. The shape stays; a negative axis counts
 * from the end. The result does not depend on the number of threads. Thread-safe.
 */
public final class Scans {
    private Scans() {}

    /**
     * Running sums. Floating-point numbers are added in f64, and F64 with its rounding errors kept: each element is the sum of those
     * before it to a few units in the last place, however long the axis. Integers sum as I64.
     *
     * @throws IllegalArgumentException when {@code axis} does not exist
     */
    public static Tensor cumulativeSum(Tensor a, int axis) {
        return scan(ScanOp.SUM, "cumulativeSum", a, axis);
    }

    /**
     * Running products, from the first element on, in f64 for floating-point types. Integers multiply as I64.
     *
     * @throws IllegalArgumentException when {@code axis} does not exist
     */
    public static Tensor cumulativeProduct(Tensor a, int axis) {
        return scan(ScanOp.PRODUCT, "cumulativeProduct", a, axis);
    }

    /**
     * The smallest so far; NaN from the first NaN on.
     *
     * @throws IllegalArgumentException when {@code axis} does not exist
     */
    public static Tensor cumulativeMin(Tensor a, int axis) {
        return scan(ScanOp.MIN, "cumulativeMin", a, axis);
    }

    /**
     * The largest so far; NaN from the first NaN on.
     *
     * @throws IllegalArgumentException when {@code axis} does not exist
     */
    public static Tensor cumulativeMax(Tensor a, int axis) {
        return scan(ScanOp.MAX, "cumulativeMax", a, axis);
    }

    private static Tensor scan(ScanOp op, String name, Tensor a, int axis) {
        a.check(name);
        Shape slab = Shape.of(Slab.dims(a.shape(), axis));
        boolean total = op == ScanOp.SUM || op == ScanOp.PRODUCT;
        DType type = total && !a.dtype().isFloating() ? DType.I64 : a.dtype();
        return Tensor.empty(a.device(), type, a.shape()).filledBy(out -> {
            // In the order of the result: a transposed input is turned round at the rate of a copy first.
            try (Tensor source = a.contiguous()) {
                Layout layout = Layout.contiguous(slab);
                a.backend()
                        .scan(
                                op,
                                source.view()
                                        .with(source.view()
                                                .layout()
                                                .reshape(slab)
                                                .orElseThrow()),
                                out.view().with(layout));
            }
        });
    }
}
