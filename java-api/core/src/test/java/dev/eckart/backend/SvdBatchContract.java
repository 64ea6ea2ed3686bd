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

/** The singular value decomposition of many matrices at once: each as {@link SvdContract} asks it of one. */
interface SvdBatchContract extends BackendFixture {
    int[][] BATCH_SIZES = {
        {1, 1}, {1, 6}, {6, 1}, {2, 2}, {7, 3}, {3, 7}, {8, 8}, {32, 19}, {33, 17}, {20, 64}, {64, 64}, {130, 5}
    };

    /** Matrices of every kind side by side: a lane that is done, or left to another driver, must not disturb its neighbours. */
    @Test
    default void svdOfBatches() {
        backend().svdBatchDrivers().forEach(this::svdOfBatches);
    }

    private void svdOfBatches(SvdDriver driver) {
        for (DType dtype : REAL) {
            for (int[] size : BATCH_SIZES) {
                if (driver == SvdDriver.GESVDJ && Math.max(size[0], size[1]) > 32) {
                    continue; // for sides up to 32
                }
                for (int count : new int[] {0, 1, 5, 37}) {
                    for (Form form : count == 5 ? Form.values() : new Form[] {Form.CONTIGUOUS}) {
                        checkBatch(driver, dtype, count, size[0], size[1], form, true);
                    }
                    checkBatch(driver, dtype, count, size[0], size[1], Form.CONTIGUOUS, false);
                }
            }
            checkBatch(driver, dtype, 3, 0, 4, Form.CONTIGUOUS, true);
        }
    }

    private void checkBatch(SvdDriver driver, DType dtype, int count, int m, int n, Form form, boolean withVectors) {
        int k = Math.min(m, n);
        Values[] inputs = new Values[count];
        double[] all = new double[count * m * n];
        for (int i = 0; i < count; i++) {
            Kind kind = Kind.values()[i % Kind.values().length];
            inputs[i] = Matrices.make(kind, dtype, m, n);
            System.arraycopy(inputs[i].floats(), 0, all, i * m * n, m * n);
        }
        try (Operands operands = new Operands(backend());
                Threads setting = Threads.use(2)) {
            Operand a = operands.of(Values.of(dtype, all), form, count, m, n);
            Operand s = operands.empty(dtype, Form.CONTIGUOUS, count, k);
            Operand u = operands.empty(dtype, Form.CONTIGUOUS, count, m, k);
            Operand vt = operands.empty(dtype, Form.CONTIGUOUS, count, k, n);
            Optional<Backend.Vectors> vectors =
                    withVectors ? Optional.of(new Backend.Vectors(u.view(), vt.view())) : Optional.empty();
            String what = driver + " " + dtype + " " + count + " of " + m + "×" + n + " " + form;
            assertThat(backend().svdBatch(driver, a.view(), s.view(), vectors))
                    .as(what)
                    .isEqualTo(-1);
            assertThat(a.read().floats()).as("%s: the input", what).isEqualTo(all);
            for (int i = 0; i < count; i++) {
                String which = what + ", matrix " + i;
                double[] values = part(s.read().floats(), i, k);
                double[] left = withVectors ? part(u.read().floats(), i, m * k) : new double[0];
                double[] right = withVectors ? part(vt.read().floats(), i, k * n) : new double[0];
                if (driver == SvdDriver.GESVDA) {
                    checkApproximation(which, inputs[i], m, n, left, values, right);
                    continue;
                }
                SvdContract.checkValues(which, inputs[i], m, n, Values.of(dtype, values));
                if (withVectors) {
                    SvdContract.checkVectors(which, inputs[i], m, n, left, values, right);
                }
            }
        }
    }

    /** To some √ε; no vectors: values alone. */
    private static void checkApproximation(
            String what, Values input, int m, int n, double[] u, double[] s, double[] vt) {
        double limit = 10 * Math.sqrt(input.dtype().epsilon());
        int k = s.length;
        double norm = Reference.norm(input.floats());
        Matrices.assertDescending(what, false, s);
        assertThat(Math.abs(Reference.norm(s) - norm))
                .as("%s: ‖s‖ − ‖A‖F", what)
                .isLessThanOrEqualTo(limit * norm);
        if (u.length == 0) {
            return;
        }
        double[] scaled = u.clone();
        Arrays.setAll(scaled, i -> norm == 0 ? 0 : scaled[i] * (s[i % k] / norm));
        double[] rest = input.floats().clone();
        Arrays.setAll(rest, i -> norm == 0 ? 0 : rest[i] / norm);
        assertThat(distance(rest, product(m, n, k, scaled, vt)))
                .as("%s: reconstruction", what)
                .isLessThanOrEqualTo(limit);
        assertThat(distance(identity(k), product(k, k, m, Reference.transpose(m, k, u), u)))
                .as("%s: U", what)
                .isLessThanOrEqualTo(limit);
        assertThat(distance(identity(k), product(k, k, n, vt, Reference.transpose(k, n, vt))))
                .as("%s: V", what)
                .isLessThanOrEqualTo(limit);
        Matrices.assertOriented(what, input.dtype(), k, n, vt);
    }

    private static double[] part(double[] all, int index, int length) {
        return Arrays.copyOfRange(all, index * length, (index + 1) * length);
    }

    /**
     * What only Jacobi gives, and so shows that it, not another driver, did the work: small singular values to full relative accuracy.
     * Symmetric blocks of two with eigenvalues 3.25 and 0.75, each 2⁻¹⁶ of the one before.
     */
    @Test
    default void jacobiKeepsSmallSingularValues() {
        if (!backend().svdBatchDrivers().contains(SvdDriver.JACOBI)) {
            return; // a device of other drivers
        }
        int n = 6;
        int count = 19;
        double[] all = new double[count * n * n];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < n; j += 2) {
                int at = i * n * n + j * n + j;
                double scale = Math.scalb(1, -8 * j);
                double larger = (i + j / 2) % 2 == 0 ? 2.75 : 1.25;
                all[at] = larger * scale;
                all[at + 1] = scale;
                all[at + n] = scale;
                all[at + n + 1] = (4 - larger) * scale;
            }
        }
        try (Operands operands = new Operands(backend())) {
            Operand a = operands.of(Values.of(DType.F64, all), Form.CONTIGUOUS, count, n, n);
            Operand s = operands.empty(DType.F64, Form.CONTIGUOUS, count, n);
            assertThat(backend().svdBatch(SvdDriver.JACOBI, a.view(), s.view(), Optional.empty()))
                    .isEqualTo(-1);
            double[] values = s.read().floats();
            for (int i = 0; i < count * n; i++) {
                double exact = Math.scalb(i % 2 == 0 ? 3.25 : 0.75, -8 * (i % n / 2 * 2));
                assertThat(Math.abs(values[i] - exact))
                        .as("value %d of matrix %d", i % n, i / n)
                        .isLessThanOrEqualTo(Tolerance.ulps(DType.F64, 4, exact));
            }
        }
    }

    /** Of factors that are none: what is left of A and of I is large, and known. Matrices whose squares leave the type, too. */
    @Test
    default void errorsOfBatches() {
        if (backend().svdBatchDrivers().isEmpty()) {
            return; // a device that decomposes one by one
        }
        for (DType dtype : REAL) {
            for (int[] size : BATCH_SIZES) {
                int far = dtype == DType.F64 ? 900 : 100;
                for (Form form : Form.values()) {
                    checkErrors(dtype, size[0], size[1], form, 0);
                }
                checkErrors(dtype, size[0], size[1], Form.CONTIGUOUS, far);
                checkErrors(dtype, size[0], size[1], Form.CONTIGUOUS, -far);
            }
        }
    }

    private void checkErrors(DType dtype, int m, int n, Form form, int exponent) {
        int count = 19;
        int k = Math.min(m, n);
        double scale = Math.scalb(1.0, exponent);
        double[] a = Values.random(dtype, (long) count * m * n, 1).floats();
        double[] s = Values.random(dtype, (long) count * k, 2).floats();
        Arrays.setAll(a, i -> a[i] * scale);
        Arrays.setAll(s, i -> (i % k == 0 ? 3.5 : Math.abs(s[i])) * scale);
        double[] u = Values.random(dtype, (long) count * m * k, 3).floats();
        double[] vt = Values.random(dtype, (long) count * k * n, 4).floats();
        try (Operands operands = new Operands(backend())) {
            Operand errors = operands.empty(DType.F64, Form.CONTIGUOUS, count, 3);
            Backend.Vectors vectors = new Backend.Vectors(
                    operands.of(Values.of(dtype, u), Form.CONTIGUOUS, count, m, k)
                            .view(),
                    operands.of(Values.of(dtype, vt), Form.CONTIGUOUS, count, k, n)
                            .view());
            View input = operands.of(Values.of(dtype, a), form, count, m, n).view();
            View values =
                    operands.of(Values.of(dtype, s), Form.CONTIGUOUS, count, k).view();
            backend().svdBatchErrors(input, values, vectors, errors.view());
            double[] got = errors.read().floats();
            for (int i = 0; i < count; i++) {
                double[] left = part(u, i, m * k);
                double[] right = part(vt, i, k * n);
                double[] leftTurned = Reference.transpose(m, k, left);
                double[] rightTurned = Reference.transpose(k, n, right);
                double[] scaled = left.clone();
                double[] ofMatrix = part(a, i, m * n);
                for (int j = 0; j < scaled.length; j++) {
                    scaled[j] *= s[i * k + j % k] / scale;
                }
                for (int j = 0; j < ofMatrix.length; j++) {
                    ofMatrix[j] /= scale;
                }
                String what = dtype + " " + m + "×" + n + " " + form + " 2^" + exponent + ", matrix " + i;
                double[] expected = {
                    distance(ofMatrix, product(m, n, k, scaled, right)) / 3.5,
                    distance(identity(k), product(k, k, m, leftTurned, left)),
                    distance(identity(k), product(k, k, n, right, rightTurned))
                };
                for (int j = 0; j < 3; j++) {
                    assertThat(Math.abs(got[3 * i + j] - expected[j]))
                            .as(what + ", figure " + j)
                            .isLessThanOrEqualTo(Tolerance.sum(dtype, m + n, 2 * expected[j]));
                }
            }
        }
    }

    private static double[] product(int m, int n, int k, double[] a, double[] b) {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++) {
            for (int p = 0; p < k; p++) {
                for (int j = 0; j < n; j++) {
                    c[i * n + j] += a[i * k + p] * b[p * n + j];
                }
            }
        }
        return c;
    }

    private static double[] identity(int n) {
        double[] identity = new double[n * n];
        for (int i = 0; i < n; i++) {
            identity[i * n + i] = 1;
        }
        return identity;
    }

    private static double distance(double[] a, double[] b) {
        double squares = 0;
        for (int i = 0; i < a.length; i++) {
            squares += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(squares);
    }
}
