package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.backend.Matrices.Kind;
import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.memory.DType;
import dev.eckart.memory.Threads;
import dev.eckart.testkit.Tolerance;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cholesky, QR, and the symmetric eigenproblem, by their properties (STYLE: reconstruction, orthonormality, order, signs). */
interface FactorizationContract extends BackendFixture {
    /** Orders, from nothing to one that is cut among threads. */
    int[] ORDERS = {0, 1, 2, 5, 33, 160};

    /** Rows and columns: none, one, odd, wide, tall. */
    int[][] SIZES = {
        {0, 3},
        {3, 0},
        {0, 0},
        {1, 1},
        {1, 5},
        {5, 1},
        {2, 2},
        {7, 7},
        {7, 3},
        {3, 7},
        {65, 33},
        {33, 65},
        {501, 9},
        {9, 501},
        {150, 149}
    };

    @Test
    default void cholesky() {
        for (DType dtype : REAL) {
            for (int n : ORDERS) {
                for (int threads : new int[] {1, 2}) {
                    for (Form form : new Form[] {Form.CONTIGUOUS, Form.PADDED}) {
                        checkCholesky(dtype, n, threads, form);
                    }
                }
            }
        }
    }

    private void checkCholesky(DType dtype, int n, int threads, Form form) {
        String what = "cholesky " + dtype + " of order " + n + " " + form;
        double[] factor = Matrices.make(Kind.RANDOM, dtype, n, n).floats();
        double[] a = Matrices.multiply(n, n, n, factor, Reference.transpose(n, n, factor));
        for (int i = 0; i < n; i++) {
            a[i * n + i] += n;
        }
        Values input = Values.of(dtype, a);
        try (Operands operands = new Operands(backend());
                Threads setting = Threads.use(threads)) {
            Operand matrix = operands.of(input, form, n, n);
            assertThat(backend().cholesky(matrix.view())).as(what).isTrue();
            double[] l = matrix.read().floats();
            for (int i = 0; i < n; i++) {
                assertThat(l[i * n + i]).as("%s: diagonal", what).isPositive();
                for (int j = i + 1; j < n; j++) {
                    assertThat(l[i * n + j]).as("%s: above the diagonal", what).isZero();
                }
            }
            Matrices.assertReconstructs(what, dtype, n, n, input.floats(), l, null, Reference.transpose(n, n, l));
        }
    }

    @Test
    default void choleskyTellsAMatrixThatIsNotPositiveDefinite() {
        for (DType dtype : REAL) {
            for (int n : new int[] {1, 2, 40, 301}) {
                double[] a = new double[n * n];
                for (int i = 0; i < n; i++) {
                    a[i * n + i] = i == n - 1 ? -1 : 1;
                }
                try (Operands operands = new Operands(backend())) {
                    assertThat(backend()
                                    .cholesky(operands.of(Values.of(dtype, a), Form.CONTIGUOUS, n, n)
                                            .view()))
                            .isFalse();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    default void qr(Kind kind) {
        for (DType dtype : REAL) {
            for (int[] size : SIZES) {
                checkQr(kind, dtype, size[0], size[1], 1, Form.CONTIGUOUS);
                checkQr(kind, dtype, size[0], size[1], 2, Form.PADDED);
            }
            if (kind == Kind.RANDOM) {
                checkQr(kind, dtype, 4001, 40, 2, Form.CONTIGUOUS);
                checkQr(kind, dtype, 300, 400, 2, Form.PADDED);
            }
        }
    }

    private void checkQr(Kind kind, DType dtype, int m, int n, int threads, Form form) {
        int k = Math.min(m, n);
        String what = "qr " + kind + " " + dtype + " " + m + "×" + n + " " + form;
        Values input = Matrices.make(kind, dtype, m, n);
        try (Operands operands = new Operands(backend());
                Threads setting = Threads.use(threads)) {
            Operand a = operands.of(input, form, m, n);
            Operand upper = operands.empty(dtype, form, k, n);
            backend().qr(a.view(), upper.view());
            double[] q = Matrices.corner(a.read().floats(), n, m, k);
            double[] r = upper.read().floats();
            for (int i = 0; i < k; i++) {
                assertThat(r[i * n + i]).as("%s: diagonal of R", what).isNotNegative();
                for (int j = 0; j < i; j++) {
                    assertThat(r[i * n + j])
                            .as("%s: below the diagonal of R", what)
                            .isZero();
                }
            }
            Matrices.assertReconstructs(what, dtype, m, n, input.floats(), q, null, r);
            Matrices.assertOrthonormalRows(what, dtype, k, m, Reference.transpose(m, k, q));
        }
    }

    @ParameterizedTest
    @EnumSource
    default void eigh(Kind kind) {
        for (DType dtype : REAL) {
            for (int n : ORDERS) {
                checkEigh(kind, dtype, n, 1, Form.PADDED);
                checkEigh(kind, dtype, n, 2, Form.CONTIGUOUS);
            }
            if (kind == Kind.RANDOM) {
                checkEigh(kind, dtype, 301, 2, Form.CONTIGUOUS);
            }
        }
    }

    private void checkEigh(Kind kind, DType dtype, int n, int threads, Form form) {
        String what = "eigh " + kind + " " + dtype + " of order " + n + " " + form;
        Values input = Matrices.symmetric(kind, dtype, n);
        double norm = Reference.norm(input.floats());
        Values upper = withoutLower(dtype, n, input.floats());
        try (Operands operands = new Operands(backend());
                Threads setting = Threads.use(threads)) {
            Operand values = operands.empty(dtype, Form.CONTIGUOUS, n);
            Operand vectors = operands.empty(dtype, form, n, n);
            assertThat(backend()
                            .eigh(operands.of(upper, form, n, n).view(), values.view(), Optional.of(vectors.view())))
                    .as(what)
                    .isTrue();
            double[] w = values.read().floats();
            double[] vt = vectors.read().floats();
            Matrices.assertDescending(what, true, w);
            Matrices.assertOrthonormalRows(what, dtype, n, n, vt);
            Matrices.assertReconstructs(what, dtype, n, n, input.floats(), Reference.transpose(n, n, vt), w, vt);
            Matrices.assertOriented(what, dtype, n, n, vt);
            Operand alone = operands.empty(dtype, Form.CONTIGUOUS, n);
            assertThat(backend().eigh(operands.of(upper, form, n, n).view(), alone.view(), Optional.empty()))
                    .as(what)
                    .isTrue();
            double[] limits = new double[n];
            Arrays.fill(limits, Tolerance.factorization(dtype, n, n, norm));
            alone.read().assertWithin(w, limits, () -> what + ": values only");
        }
    }

    /** What stands below the diagonal is not read. */
    private static Values withoutLower(DType dtype, int n, double[] symmetric) {
        double[] upper = symmetric.clone();
        for (int i = 0; i < n; i++) {
            Arrays.fill(upper, i * n, i * n + i, 77);
        }
        return Values.of(dtype, upper);
    }

    @Test
    default void orientVectorsTurnsRowsAndTheirColumnsTogether() {
        for (DType dtype : REAL) {
            for (int[] size :
                    new int[][] {{0, 3, 2}, {1, 1, 1}, {3, 5, 4}, {4, 2, 0}, {200, 301, 303}, {3, 40_000, 3}}) {
                int k = size[0];
                int n = size[1];
                int m = size[2];
                Values rows = Values.random(dtype, (long) k * n, 3);
                Values columns = Values.random(dtype, (long) m * k, 4);
                double[] turnedRows = rows.floats().clone();
                double[] turnedColumns = columns.floats().clone();
                for (int i = 0; i < k; i++) {
                    if (Matrices.leader(dtype, Arrays.copyOfRange(turnedRows, i * n, (i + 1) * n)) < 0) {
                        for (int j = 0; j < n; j++) {
                            turnedRows[i * n + j] *= -1;
                        }
                        for (int j = 0; j < m; j++) {
                            turnedColumns[j * k + i] *= -1;
                        }
                    }
                }
                for (Form form : new Form[] {Form.CONTIGUOUS, Form.PADDED}) {
                    for (int threads : THREADS) {
                        try (Operands operands = new Operands(backend());
                                Threads setting = Threads.use(threads)) {
                            Operand u = operands.of(columns, form, m, k);
                            Operand vt = operands.of(rows, form, k, n);
                            backend().orientVectors(u.view(), vt.view());
                            vt.read().assertEquals(Values.of(dtype, turnedRows), () -> "rows " + Arrays.toString(size));
                            u.read()
                                    .assertEquals(
                                            Values.of(dtype, turnedColumns), () -> "columns " + Arrays.toString(size));
                        }
                    }
                }
            }
        }
    }

    /** Entries that rounding could exchange as the largest: the first of them decides. */
    @Test
    default void orientVectorsLooksAtTheFirstOfNearlyEqualEntries() {
        for (DType dtype : REAL) {
            double close = 1 - Math.sqrt(dtype.epsilon()) / 4;
            double apart = 1 - Math.sqrt(dtype.epsilon()) * 4;
            double[] rows = {0.1, -close, 1, 0.2, -apart, 1, -1, 1, 1, 1, -1, -1};
            try (Operands operands = new Operands(backend())) {
                Operand vt = operands.of(Values.of(dtype, rows), Form.CONTIGUOUS, 4, 3);
                Operand u = operands.of(Values.of(dtype, 1, 2, 3, 4), Form.CONTIGUOUS, 1, 4);
                backend().orientVectors(u.view(), vt.view());
                double[] turned = {-0.1, close, -1, 0.2, -apart, 1, 1, -1, -1, 1, -1, -1};
                vt.read().assertEquals(Values.of(dtype, turned), () -> "rows");
                u.read().assertEquals(Values.of(dtype, -1, 2, -3, 4), () -> "columns");
            }
        }
    }
}
