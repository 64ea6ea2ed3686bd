package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.memory.Layout;
import dev.eckart.memory.Shape;
import dev.eckart.memory.Threads;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Matrix products and triangular systems. */
interface ProductContract extends BackendFixture {
    /** m, n, k: ones, odd ones, empty ones, vectors, long and flat ones, and some that are cut among threads. */
    List<int[]> PRODUCTS = List.of(
            new int[] {1, 1, 1},
            new int[] {3, 5, 7},
            new int[] {2, 3, 0},
            new int[] {1, 3, 0},
            new int[] {3, 1, 0},
            new int[] {33, 601, 110},
            new int[] {0, 3, 2},
            new int[] {3, 0, 2},
            new int[] {1, 9, 4},
            new int[] {9, 1, 4},
            new int[] {1, 1, 50},
            new int[] {4, 6, 1},
            new int[] {33, 65, 17},
            new int[] {1, 1201, 901},
            new int[] {1201, 1, 901},
            new int[] {9, 7, 40_001},
            new int[] {301, 103, 290});

    /** How a factor stands in memory: as it is, or transposed; packed, as part of something larger, or as some columns of something wide. */
    enum Storage {
        ROWS,
        COLUMNS,
        PADDED_ROWS,
        PADDED_COLUMNS,
        FAR_ROWS,
        FAR_COLUMNS;

        /** Those that take little more memory than the factor. */
        static final List<Storage> NEAR = List.of(ROWS, COLUMNS, PADDED_ROWS, PADDED_COLUMNS);

        /** Whole pages of memory in every type: the rows fall into the same places of a cache. */
        private static final int PAGE = 1024;

        boolean columns() {
            return this == COLUMNS || this == PADDED_COLUMNS || this == FAR_COLUMNS;
        }

        /** A (batch, rows, columns) operand stored this way. */
        View place(Operands operands, Values values, int batch, int rows, int columns) {
            if (!columns()) {
                return placeRows(operands, values, batch, rows, columns);
            }
            double[] turned = new double[values.count()];
            for (int i = 0; i < batch; i++) {
                double[] item = Arrays.copyOfRange(values.floats(), i * rows * columns, (i + 1) * rows * columns);
                System.arraycopy(Reference.transpose(rows, columns, item), 0, turned, i * rows * columns, item.length);
            }
            View view = placeRows(operands, Values.of(values.dtype(), turned), batch, columns, rows);
            return view.with(view.layout().permute(0, 2, 1));
        }

        private View placeRows(Operands operands, Values values, int batch, int rows, int columns) {
            if (this != FAR_ROWS && this != FAR_COLUMNS) {
                Form form = this == PADDED_ROWS || this == PADDED_COLUMNS ? Form.PADDED : Form.CONTIGUOUS;
                return operands.of(values, form, batch, rows, columns).view();
            }
            int width = (columns / PAGE + 1) * PAGE;
            double[] wide = new double[batch * rows * width];
            Arrays.fill(wide, Double.NaN);
            for (int i = 0; i < batch * rows; i++) {
                System.arraycopy(values.floats(), i * columns, wide, i * width + 1, columns);
            }
            View view = operands.of(Values.of(values.dtype(), wide), Form.CONTIGUOUS, batch, rows, width)
                    .view();
            return view.with(view.layout().slice(2, 1, 1 + columns));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    default void gemmOfEveryStorage(int threads) {
        try (Threads setting = Threads.use(threads)) {
            for (DType dtype : REAL) {
                for (int[] size : PRODUCTS) {
                    boolean large = (long) size[0] * size[1] * size[2] > 100_000;
                    for (Storage left : Storage.NEAR) {
                        for (Storage right : Storage.NEAR) {
                            if (!large || right.ordinal() == (left.ordinal() + 1) % 4) {
                                checkGemm(dtype, size, 1, 1, 0, left, right);
                            }
                            if (!large) {
                                checkGemm(dtype, size, 3, -1.5, 0.5, left, right);
                            }
                        }
                    }
                    checkGemm(dtype, size, 1, 0, 2, Storage.ROWS, Storage.ROWS);
                    checkGemm(dtype, size, 1, 2, 1, Storage.PADDED_ROWS, Storage.COLUMNS);
                    checkGemm(dtype, size, 1, 0, 0, Storage.ROWS, Storage.ROWS);
                }
                checkGemm(dtype, new int[] {31, 17, 23}, 70, 1, 1, Storage.ROWS, Storage.PADDED_COLUMNS);
                checkGemm(dtype, new int[] {131, 117, 123}, 3, 1, 0, Storage.COLUMNS, Storage.ROWS);
                checkGemm(dtype, new int[] {1, 90, 80}, 70, 1, 1, Storage.PADDED_ROWS, Storage.ROWS);
            }
        }
    }

    default void checkGemm(DType dtype, int[] size, int batch, double alpha, double beta, Storage left, Storage right) {
        int m = size[0];
        int n = size[1];
        int k = size[2];
        Values a = Values.random(dtype, (long) batch * m * k, 1);
        Values b = Values.random(dtype, (long) batch * k * n, 2);
        Values c = Values.random(dtype, (long) batch * m * n, 3);
        if (beta == 0) {
            Arrays.fill(c.floats(), Double.NaN);
        }
        try (Operands operands = new Operands(backend())) {
            Operand target = operands.of(c, Form.PADDED, batch, m, n);
            backend()
                    .gemm(
                            alpha,
                            left.place(operands, a, batch, m, k),
                            right.place(operands, b, batch, k, n),
                            beta,
                            target.view());
            Values got = target.read();
            for (int i = 0; i < batch; i++) {
                checkProduct(
                        got,
                        i,
                        i,
                        i,
                        size,
                        alpha,
                        a,
                        b,
                        beta,
                        c,
                        batch + "×" + Arrays.toString(size) + " " + left + "·" + right);
            }
        }
    }

    static void checkProduct(
            Values got,
            int item,
            int itemA,
            int itemB,
            int[] size,
            double alpha,
            Values a,
            Values b,
            double beta,
            Values c,
            String what) {
        int m = size[0];
        int n = size[1];
        int k = size[2];
        Reference.Product expected = Reference.gemm(
                m,
                n,
                k,
                alpha,
                Arrays.copyOfRange(a.floats(), itemA * m * k, (itemA + 1) * m * k),
                Arrays.copyOfRange(b.floats(), itemB * k * n, (itemB + 1) * k * n),
                beta,
                Arrays.copyOfRange(c.floats(), item * m * n, (item + 1) * m * n));
        double[] limits = Arrays.stream(expected.magnitude())
                .map(scale -> Tolerance.sum(got.dtype(), k + 1, scale))
                .toArray();
        Values part = Values.of(got.dtype(), Arrays.copyOfRange(got.floats(), item * m * n, (item + 1) * m * n));
        part.assertWithin(
                expected.value(),
                limits,
                () -> "gemm " + got.dtype() + " " + what + ", item " + item + ", " + alpha + ", " + beta);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    default void gemmSharesAFactorAmongABatch(int threads) {
        try (Threads setting = Threads.use(threads)) {
            for (DType dtype : REAL) {
                for (int[] size : new int[][] {{3, 5, 7}, {1, 4, 3}, {5, 1, 3}, {60, 50, 40}, {70, 33, 17}}) {
                    for (boolean leftShared : new boolean[] {true, false}) {
                        checkShared(dtype, size, 5, leftShared);
                    }
                }
            }
        }
    }

    private void checkShared(DType dtype, int[] size, int batch, boolean leftShared) {
        int m = size[0];
        int n = size[1];
        int k = size[2];
        Values a = Values.random(dtype, (long) (leftShared ? 1 : batch) * m * k, 1);
        Values b = Values.random(dtype, (long) (leftShared ? batch : 1) * k * n, 2);
        Values c = Values.random(dtype, (long) batch * m * n, 3);
        Form[][] forms = {{Form.CONTIGUOUS, Form.CONTIGUOUS}, {Form.PADDED, Form.PADDED}, {Form.PADDED, Form.CONTIGUOUS}
        };
        for (Form[] form : forms) {
            try (Operands operands = new Operands(backend())) {
                View left =
                        operands.of(a, form[0], leftShared ? 1 : batch, m, k).view();
                View right =
                        operands.of(b, form[0], leftShared ? batch : 1, k, n).view();
                Operand target = operands.of(c, form[1], batch, m, n);
                View stretchedLeft = left.broadcastTo(Shape.of(batch, m, k));
                View stretchedRight = right.broadcastTo(Shape.of(batch, k, n));
                backend().gemm(2, stretchedLeft, stretchedRight, -1, target.view());
                Values got = target.read();
                for (int i = 0; i < batch; i++) {
                    int itemA = leftShared ? 0 : i;
                    int itemB = leftShared ? i : 0;
                    checkProduct(
                            got,
                            i,
                            itemA,
                            itemB,
                            size,
                            2,
                            a,
                            b,
                            -1,
                            c,
                            "with a shared factor, " + Arrays.toString(form));
                }
            }
        }
    }

    @Test
    default void gemmIsTheSameAtEveryCall() {
        for (DType dtype : REAL) {
            try (Operands operands = new Operands(backend());
                    Threads two = Threads.use(2)) {
                View a = operands.of(Values.random(dtype, 9 * 40_001, 1), Form.CONTIGUOUS, 1, 9, 40_001)
                        .view();
                View b = operands.of(Values.random(dtype, 7 * 40_001, 2), Form.CONTIGUOUS, 1, 40_001, 7)
                        .view();
                Operand first = operands.empty(dtype, Form.CONTIGUOUS, 1, 9, 7);
                backend().gemm(1, a, b, 0, first.view());
                for (int i = 0; i < 20; i++) {
                    Operand again = operands.empty(dtype, Form.CONTIGUOUS, 1, 9, 7);
                    backend().gemm(1, a, b, 0, again.view());
                    again.read().assertEquals(first.read(), () -> "the same product again");
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    default void gram(int threads) {
        int[][] sizes = {
            {1, 1}, {0, 3}, {3, 0}, {5, 1}, {1, 5}, {7, 3}, {3, 7}, {65, 33}, {20_001, 11}, {150, 300}, {2_000, 70}
        };
        try (Threads setting = Threads.use(threads)) {
            for (DType dtype : REAL) {
                for (int[] size : sizes) {
                    for (double[] c : new double[][] {{1, 0}, {-0.5, 2}}) {
                        for (Form form : new Form[] {Form.CONTIGUOUS, Form.PADDED}) {
                            checkGram(dtype, size[0], size[1], c[0], c[1], form);
                        }
                    }
                }
            }
        }
    }

    private void checkGram(DType dtype, int m, int n, double alpha, double beta, Form form) {
        Values a = Values.random(dtype, (long) m * n, 1);
        // Symmetric, as C is by contract.
        double[] old = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                old[i * n + j] = beta == 0 ? Double.NaN : Reference.round(dtype, 1.0 / (1 + i + j));
            }
        }
        try (Operands operands = new Operands(backend())) {
            Operand target = operands.of(Values.of(dtype, old), form, n, n);
            backend().gram(alpha, operands.of(a, form, m, n).view(), beta, target.view());
            checkProduct(
                    target.read(),
                    0,
                    0,
                    0,
                    new int[] {n, n, m},
                    alpha,
                    Values.of(dtype, Reference.transpose(m, n, a.floats())),
                    a,
                    beta,
                    Values.of(dtype, old),
                    "gram " + m + "×" + n);
            Values got = target.read();
            assertThat(Reference.transpose(n, n, got.floats()))
                    .as("gram is symmetric")
                    .isEqualTo(got.floats());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    default void triangularSolve(int threads) {
        int[][] sizes = {{1, 1}, {0, 2}, {2, 0}, {5, 1}, {1, 5}, {7, 3}, {33, 20}, {150, 301}, {301, 150}};
        try (Threads setting = Threads.use(threads)) {
            for (DType dtype : REAL) {
                for (int[] size : sizes) {
                    for (int flags = 0; flags < 8; flags++) {
                        boolean right = (flags & 1) != 0;
                        checkSolve(dtype, right, (flags & 2) != 0, (flags & 4) != 0, size[0], size[1], Form.CONTIGUOUS);
                        checkSolve(dtype, right, (flags & 2) != 0, (flags & 4) != 0, size[0], size[1], Form.PADDED);
                    }
                }
            }
        }
    }

    private void checkSolve(DType dtype, boolean right, boolean upper, boolean transposed, int m, int n, Form form) {
        int order = right ? n : m;
        // Well conditioned; what is not of the triangle must not be read.
        double[] t = Values.random(dtype, (long) order * order, 1).floats();
        for (int i = 0; i < order; i++) {
            for (int j = 0; j < order; j++) {
                boolean inside = upper ? j >= i : j <= i;
                t[i * order + j] =
                        !inside ? Double.NaN : i == j ? 3 + t[i * order + j] / 4 : t[i * order + j] / (4 * order);
            }
        }
        Values triangle = Values.of(dtype, t);
        Values b = Values.random(dtype, (long) m * n, 2);
        // X·T = B is Tᵀ·Xᵀ = Bᵀ.
        boolean turned = transposed != right;
        double[] system = turned ? Reference.transpose(order, order, triangle.floats()) : triangle.floats();
        double[] expected = right
                ? Reference.transpose(
                        n, m, Reference.solve(upper != turned, n, m, system, Reference.transpose(m, n, b.floats())))
                : Reference.solve(upper != turned, m, n, system, b.floats());
        try (Operands operands = new Operands(backend())) {
            Operand target = operands.of(b, form, m, n);
            backend()
                    .triangularSolve(
                            right,
                            upper,
                            transposed,
                            operands.of(triangle, form, order, order).view(),
                            target.view());
            double[] limits = new double[m * n];
            Arrays.fill(limits, Tolerance.sum(dtype, order, 4));
            target.read()
                    .assertWithin(
                            expected,
                            limits,
                            () -> "triangularSolve " + dtype + " right " + right + " upper " + upper + " transposed "
                                    + transposed + " " + m + "×" + n + " " + form);
        }
    }

    /** A matrix of one row or column may have any stride along it. */
    @Test
    default void stridesOfDimensionsOfOneSayNothing() {
        for (DType dtype : REAL) {
            try (Operands operands = new Operands(backend())) {
                View wide = operands.of(Values.of(dtype, 1, 2, 3, 4, 5, 6), Form.CONTIGUOUS, 2, 3)
                        .view();
                View column = wide.with(
                        wide.layout().select(1, 1).reshape(Shape.of(1, 2, 1)).orElseThrow());
                View one = operands.of(Values.of(dtype, 10.0), Form.CONTIGUOUS, 1, 1, 1)
                        .view();
                Operand product = operands.empty(dtype, Form.CONTIGUOUS, 1, 2, 1);
                backend().gemm(1, column, one, 0, product.view());
                product.read().assertEquals(Values.of(dtype, 20, 50), () -> "a strided column times 10");
                Layout row = column.layout().permute(0, 2, 1);
                Operand inner = operands.empty(dtype, Form.CONTIGUOUS, 1, 1, 1);
                backend().gemm(1, column.with(row), column, 0, inner.view());
                inner.read().assertEquals(Values.of(dtype, 29.0), () -> "a strided row times itself");
            }
        }
    }
}
