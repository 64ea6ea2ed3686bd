package dev.eckart.tensor;

import dev.eckart.backend.Backend;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Precision;
import dev.eckart.memory.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * Several products of matrices at once. Thread-safe.
 *
 * <p>Here operands are brought into the form that a backend takes: one batch dimension, one unit stride each; those of
 * {@link Tensor#matmul} as well.
 */
public final class Products {
    private static final Shape SINGLE = Shape.of(1);

    private Products() {}

    /**
     * Each Aᵢ·Bᵢ, (mᵢ, kᵢ)·(kᵢ, nᵢ) = (mᵢ, nᵢ), of whatever shapes. On a GPU it is one call where {@link Tensor#matmul} would be one for
     * each pair, which counts where they are small. For factors of one shape {@code matmul} of a batch is as fast.
     *
     * @param a matrices, F64 or F32, of one type and on one device
     * @param b as many, likewise
     * @return as many new tensors, in their order; none for none
     * @throws IllegalArgumentException for lists of different lengths, and for a pair that does not fit, by its place
     */
    public static List<Tensor> matmulAll(List<Tensor> a, List<Tensor> b) {
        return matmulAll(a, b, Precision.FULL);
    }

    /**
     * {@link #matmulAll(List, List)} of factors that may be rounded to {@code precision} first, where they are F32 and the device gains from
     * it. A GPU rounds to TF32 where BF16 would be allowed.
     */
    public static List<Tensor> matmulAll(List<Tensor> a, List<Tensor> b, Precision precision) {
        if (a.size() != b.size()) {
            throw new IllegalArgumentException("matmulAll: " + a.size() + " left and " + b.size()
                    + " right factors; there must be as many of each");
        }
        for (int i = 0; i < a.size(); i++) {
            checkPair(i, a, b);
        }
        List<Tensor> out = new ArrayList<>();
        List<Tensor> copies = new ArrayList<>();
        try {
            List<Backend.Product> products = new ArrayList<>();
            for (int i = 0; i < a.size(); i++) {
                Tensor c = Tensor.empty(
                        a.get(i).device(),
                        a.get(i).dtype(),
                        a.get(i).dim(0),
                        b.get(i).dim(1));
                out.add(c);
                products.add(new Backend.Product(
                        operand(a.get(i), copies),
                        operand(b.get(i), copies),
                        c.view().with(flatten(c.view().layout(), SINGLE))));
            }
            if (!out.isEmpty()) {
                out.get(0).backend().gemmAll(precision, products);
            }
            return List.copyOf(out);
        } catch (RuntimeException | Error e) {
            out.forEach(Tensor::close);
            throw e;
        } finally {
            copies.forEach(Tensor::close);
        }
    }

    private static void checkPair(int i, List<Tensor> as, List<Tensor> bs) {
        Tensor a = as.get(i);
        Tensor b = bs.get(i);
        a.check("matmulAll");
        b.check("matmulAll");
        String pair = "matmul " + i + ": " + a.shape() + "·" + b.shape() + ": ";
        if (a.shape().rank() != 2 || b.shape().rank() != 2) {
            throw new IllegalArgumentException(pair + "needs two matrices; use Tensor.matmul");
        }
        if (a.dtype() != DType.F64 && a.dtype() != DType.F32) {
            throw new IllegalArgumentException(pair + "needs f64 or f32, not " + a.dtype() + "; cast with to(dtype)");
        }
        Tensor first = as.get(0);
        if (a.dtype() != b.dtype() || a.dtype() != first.dtype()) {
            throw new IllegalArgumentException(pair + "types are " + a.dtype() + " and " + b.dtype()
                    + (a.dtype() == b.dtype() ? ", those of the first " + first.dtype() : "")
                    + "; cast with to(dtype)");
        }
        if (!a.device().equals(b.device()) || !a.device().equals(first.device())) {
            throw new IllegalArgumentException(pair + "factors lie on " + a.device() + " and " + b.device()
                    + (a.device().equals(b.device()) ? ", the first on " + first.device() : "")
                    + "; move them with to(device)");
        }
        if (a.dim(1) != b.dim(0)) {
            throw new IllegalArgumentException(pair + "inner dimensions " + a.dim(1) + " and " + b.dim(0) + " differ");
        }
    }

    /** A factor as the backend takes it; by way of a copy, which the caller closes, where its strides want one. */
    private static View operand(Tensor t, List<Tensor> copies) {
        Layout layout = batched(t.view().layout(), SINGLE);
        if (layout != null) {
            return t.view().with(layout);
        }
        Tensor copy = copied(t, SINGLE);
        copies.add(copy);
        return copy.view();
    }

    static Tensor matmul(Tensor a, Tensor b, Precision precision) {
        int rankA = a.shape().rank();
        int rankB = b.shape().rank();
        if (rankA == 0 || rankB == 0) {
            throw new IllegalArgumentException(what(a, b) + ": a scalar is no matrix; use multiply");
        }
        if (rankA == 1 || rankB == 1) {
            try (Tensor left = rankA == 1
                            ? a.reshape(1, a.dim(0))
                            : a.alias(a.view().layout());
                    Tensor right = rankB == 1
                            ? b.reshape(b.dim(0), 1)
                            : b.alias(b.view().layout());
                    Tensor product = matmul(left, right, precision)) {
                Shape shape = product.shape();
                shape = rankA == 1 ? shape.without(-2) : shape;
                shape = rankB == 1 ? shape.without(-1) : shape;
                return product.alias(Layout.contiguous(shape));
            }
        }
        a.requireSameType("matmul", b);
        if (a.dtype() != DType.F64 && a.dtype() != DType.F32) {
            throw new IllegalArgumentException(
                    what(a, b) + ": needs f64 or f32, not " + a.dtype() + "; cast with to(dtype)");
        }
        long m = a.dim(-2);
        long k = a.dim(-1);
        long n = b.dim(-1);
        if (k != b.dim(-2)) {
            throw new IllegalArgumentException(
                    what(a, b) + ": inner dimensions " + k + " and " + b.dim(-2) + " differ");
        }
        if (rankA == 2 && rankB == 2) {
            Layout target = Layout.contiguous(Shape.of(1, m, n));
            return Tensor.empty(a.device(), a.dtype(), Shape.of(m, n))
                    .filledBy(out -> multiply(a, b, out, target, SINGLE, precision));
        }
        Shape batch = Shape.broadcast(what(a, b), leading(a.shape()), leading(b.shape()));
        Layout target = Layout.contiguous(Shape.of(batch.size(), m, n));
        return Tensor.empty(a.device(), a.dtype(), append(batch, m, n))
                .filledBy(out -> multiply(a, b, out, target, batch, precision));
    }

    private static String what(Tensor a, Tensor b) {
        return "matmul: " + a.shape() + "·" + b.shape();
    }

    private static void multiply(Tensor a, Tensor b, Tensor out, Layout target, Shape batch, Precision precision) {
        Layout left = batched(a.view().layout(), batch);
        Layout right = batched(b.view().layout(), batch);
        try (Tensor copyOfA = left == null ? copied(a, batch) : null;
                Tensor copyOfB = right == null ? copied(b, batch) : null) {
            View x = left == null ? copyOfA.view() : a.view().with(left);
            View y = right == null ? copyOfB.view() : b.view().with(right);
            out.backend().gemm(precision, 1, x, y, 0, out.view().with(target));
        }
    }

    /** As (batch, rows, columns) with one unit stride among rows and columns; null when the strides do not allow it. */
    private static Layout batched(Layout layout, Shape batch) {
        boolean unit = layout.stride(-1) == 1
                || layout.stride(-2) == 1
                || layout.shape().dim(-1) <= 1 && layout.shape().dim(-2) <= 1;
        boolean forward = layout.stride(-1) >= 0 && layout.stride(-2) >= 0;
        return unit && forward && leadsRows(layout) ? flatten(layout, batch) : null;
    }

    /** A copy for which {@link #batched} has an answer, in that layout. */
    private static Tensor copied(Tensor t, Shape batch) {
        try (Tensor copy = t.copy()) {
            Layout flat = flatten(copy.view().layout(), batch);
            if (flat != null) {
                return copy.alias(flat);
            }
            try (Tensor stretched = copy.alias(copy.view().layout().broadcastTo(append(batch, t.dim(-2), t.dim(-1))));
                    Tensor full = stretched.copy()) {
                return full.alias(flatten(full.view().layout(), batch));
            }
        }
    }

    /** Whether the non-unit stride is at least as long as a row (BLAS refuses overlapping rows). */
    private static boolean leadsRows(Layout layout) {
        long rows = layout.shape().dim(-2);
        long columns = layout.shape().dim(-1);
        return layout.stride(-1) == 1
                ? rows <= 1 || layout.stride(-2) >= columns
                : columns <= 1 || layout.stride(-1) >= rows;
    }

    /** The leading dimensions, stretched to {@code batch}, as a single one; null when their strides do not allow it. */
    private static Layout flatten(Layout layout, Shape batch) {
        long rows = layout.shape().dim(-2);
        long columns = layout.shape().dim(-1);
        Layout stretched = layout.broadcastTo(append(batch, rows, columns));
        if (batch.rank() == 1) {
            return stretched;
        }
        return stretched.reshape(Shape.of(batch.size(), rows, columns)).orElse(null);
    }

    private static Shape leading(Shape shape) {
        return shape.without(-1).without(-1);
    }

    private static Shape append(Shape batch, long m, long n) {
        long[] dims = java.util.Arrays.copyOf(batch.dims(), batch.rank() + 2);
        dims[dims.length - 2] = m;
        dims[dims.length - 1] = n;
        return Shape.of(dims);
    }
}
