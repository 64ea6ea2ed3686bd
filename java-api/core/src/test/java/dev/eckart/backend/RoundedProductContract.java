package dev.eckart.backend;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.jni.Native;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Precision;
import dev.eckart.memory.Shape;
import dev.eckart.memory.Threads;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * The host's products of F32 factors rounded to bfloat16, against rounding first and summing in F64. By the instruction where this
 * processor has it, else by what imitates that in the same loops.
 */
interface RoundedProductContract extends ProductContract {
    private static void gemmBf16(double alpha, View a, View b, double beta, View c) {
        Layout la = a.layout();
        Layout lb = b.layout();
        Layout lc = c.layout();
        long[] m = lc.shape().dims();
        Native.gemmBf16(
                m[0],
                m[1],
                m[2],
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

    /** Odd k, tiles and stripes that stick out, several blocks of rows, stretches of k and of columns. */
    @Test
    default void gemmOfRoundedFactors() {
        int[][] sizes = {
            {1, 1, 1}, {14, 32, 2}, {7, 33, 19}, {6, 8, 8}, {85, 16, 40}, {13, 17, 513}, {90, 40, 1031}, {9, 300, 64}
        };
        Storage[] storages = Storage.values();
        for (int[] size : sizes) {
            for (Storage left : storages) {
                Storage right = storages[(left.ordinal() + size[0]) % storages.length];
                checkRounded(size, 1, 1, 0, left, right);
                checkRounded(size, 3, -1.5, .5, right, left);
            }
        }
        checkRounded(new int[] {3, 4, 0}, 2, 1, 2, Storage.ROWS, Storage.ROWS);
        checkRounded(new int[] {3, 4, 5}, 2, 0, 2, Storage.ROWS, Storage.ROWS);
    }

    private void checkRounded(int[] size, int batch, double alpha, double beta, Storage left, Storage right) {
        int m = size[0];
        int n = size[1];
        int k = size[2];
        Values a = Values.random(DType.F32, (long) batch * m * k, 1);
        Values b = Values.random(DType.F32, (long) batch * k * n, 2);
        Values c = Values.random(DType.F32, (long) batch * m * n, 3);
        if (beta == 0) {
            Arrays.fill(c.floats(), Double.NaN);
        }
        try (Operands operands = new Operands(backend())) {
            View x = left.place(operands, a, batch, m, k);
            View y = right.place(operands, b, batch, k, n);
            Values alone = null;
            for (int threads : new int[] {1, 2}) {
                Operand target = operands.of(c, Form.PADDED, batch, m, n);
                try (Threads setting = Threads.use(threads)) {
                    gemmBf16(alpha, x, y, beta, target.view());
                }
                Values got = target.read();
                String what = "rounded, " + batch + "×" + Arrays.toString(size) + " " + left + "·" + right;
                Values roundedA = Values.of(DType.BF16, a.floats());
                Values roundedB = Values.of(DType.BF16, b.floats());
                for (int i = 0; i < batch; i++) {
                    ProductContract.checkProduct(got, i, i, i, size, alpha, roundedA, roundedB, beta, c, what);
                }
                if (alone != null) {
                    got.assertEquals(alone, () -> "2 threads, " + what);
                }
                alone = got;
            }
        }
    }

    /** One A for several B, whose products lie side by side: rows of A that are copied once. */
    @Test
    default void gemmOfRoundedFactorsThatAreShared() {
        int m = 97;
        int n = 16;
        int k = 700;
        int items = 5;
        Values a = Values.random(DType.F32, (long) m * k, 1);
        Values b = Values.random(DType.F32, (long) items * k * n, 2);
        try (Operands operands = new Operands(backend())) {
            View left = Storage.ROWS.place(operands, a, 1, m, k);
            View right = Storage.ROWS.place(operands, b, items, k, n);
            Operand c = operands.empty(DType.F32, Form.CONTIGUOUS, m, items, n);
            View sideBySide = c.view().with(c.view().layout().permute(1, 0, 2));
            gemmBf16(1, left.with(left.layout().broadcastTo(Shape.of(items, m, k))), right, 0, sideBySide);
            double[] stored = c.read().floats();
            double[] found = new double[items * m * n];
            for (int i = 0; i < found.length; i++) {
                found[i] = stored[i / n % m * items * n + i / n / m * n + i % n];
            }
            Values got = Values.of(DType.F32, found);
            for (int i = 0; i < items; i++) {
                ProductContract.checkProduct(
                        got,
                        i,
                        0,
                        i,
                        new int[] {m, n, k},
                        1,
                        Values.of(DType.BF16, a.floats()),
                        Values.of(DType.BF16, b.floats()),
                        0,
                        Values.zeros(DType.F32, found.length),
                        "with a shared A");
            }
        }
    }

    /** Ties go to even; subnormal numbers are zero, of both signs, in factors and in sums; infinity and NaN pass. */
    @Test
    default void gemmOfSpecialRoundedFactors() {
        double tie = 1 + 0x1p-8;
        double upper = 1 + 3 * 0x1p-8;
        double tiny = 0x1p-130;
        double[] a = {tie, upper, tiny, -tiny, 0x1p-70, Double.POSITIVE_INFINITY, Double.NaN, 3.3e38};
        double[] b = {1, 1, 0x1p100, 0x1p100, 0x1p-60, 2, 0, 1};
        double[] expected = {1, 1 + 0x1p-6, 0, 0, 0, Double.POSITIVE_INFINITY, Double.NaN, 0};
        expected[7] = Reference.round(DType.BF16, 3.3e38);
        try (Operands operands = new Operands(backend())) {
            View left = operands.of(Values.of(DType.F32, a), Form.CONTIGUOUS, 8, 1, 1)
                    .view();
            View right = operands.of(Values.of(DType.F32, b), Form.CONTIGUOUS, 8, 1, 1)
                    .view();
            Operand c = operands.empty(DType.F32, Form.CONTIGUOUS, 8, 1, 1);
            gemmBf16(1, left, right, 0, c.view());
            c.read().assertEquals(Values.of(DType.F32, expected), () -> "special numbers");
        }
    }

    /** Rounded where the processor gains from it, else not at all; factors of F64 never. */
    @Test
    default void gemmRoundsWhereTheProcessorGains() {
        int m = 20;
        for (DType dtype : REAL) {
            Values a = Values.random(dtype, (long) m * m, 1);
            try (Operands operands = new Operands(backend())) {
                View x = operands.of(a, Form.CONTIGUOUS, 1, m, m).view();
                Operand expected = operands.empty(dtype, Form.CONTIGUOUS, 1, m, m);
                Operand got = operands.empty(dtype, Form.CONTIGUOUS, 1, m, m);
                backend().gemm(Precision.BF16, 1, x, x, 0, got.view());
                if (dtype == DType.F32 && Native.multipliesBf16()) {
                    gemmBf16(1, x, x, 0, expected.view());
                } else {
                    backend().gemm(1, x, x, 0, expected.view());
                }
                got.read().assertEquals(expected.read(), () -> "BF16 of " + dtype);
            }
        }
    }
}
