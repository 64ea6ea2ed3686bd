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
import org.netlib.lapack.Dgesvd;
import org.netlib.util.intW;

/** The singular value decomposition by both drivers: thin, full and values only. */
interface SvdContract extends BackendFixture {
    /** Which vectors are asked for. */
    enum Extent {
        THIN,
        FULL,
        VALUES
    }

    @ParameterizedTest
    @EnumSource
    default void svd(Kind kind) {
        for (SvdDriver driver : backend().svdDrivers()) {
            for (DType dtype : REAL) {
                for (int[] size : FactorizationContract.SIZES) {
                    for (Extent extent : Extent.values()) {
                        if (extent != Extent.FULL || Math.max(size[0], size[1]) < 100) {
                            checkSvd(driver, kind, dtype, extent, size[0], size[1], 1, Form.CONTIGUOUS);
                            checkSvd(driver, kind, dtype, extent, size[0], size[1], 2, Form.PADDED);
                        }
                    }
                }
            }
        }
    }

    @Test
    default void svdOfLargerMatrices() {
        for (SvdDriver driver : backend().svdDrivers()) {
            for (DType dtype : REAL) {
                svdOfLargerMatrices(driver, dtype);
            }
        }
    }

    private void svdOfLargerMatrices(SvdDriver driver, DType dtype) {
        for (Extent extent : Extent.values()) {
            checkSvd(driver, Kind.RANDOM, dtype, extent, 260, 255, 2, Form.CONTIGUOUS);
        }
        checkSvd(driver, Kind.RANDOM, dtype, Extent.THIN, 3001, 60, 2, Form.PADDED);
        checkSvd(driver, Kind.RANDOM, dtype, Extent.THIN, 60, 3001, 2, Form.CONTIGUOUS);
        checkSvd(driver, Kind.RANDOM, dtype, Extent.THIN, 300, 300, 3, Form.CONTIGUOUS);
    }

    /** Sizes at which several threads divide the work, and long shapes that are factored first. */
    @ParameterizedTest
    @EnumSource
    default void svdInParts(Kind kind) {
        for (DType dtype : REAL) {
            for (int[] size : new int[][] {{170, 170}, {150, 200}, {160, 140}, {900, 50}, {50, 900}}) {
                for (Extent extent : new Extent[] {Extent.THIN, Extent.VALUES}) {
                    checkSvd(backend().svdDrivers().get(0), kind, dtype, extent, size[0], size[1], 2, Form.CONTIGUOUS);
                }
            }
        }
    }

    private void checkSvd(
            SvdDriver driver, Kind kind, DType dtype, Extent extent, int m, int n, int threads, Form form) {
        String what = driver + " " + kind + " " + dtype + " " + extent + " " + m + "×" + n + " " + form;
        Values input = Matrices.make(kind, dtype, m, n);
        int k = Math.min(m, n);
        int left = extent == Extent.FULL ? m : k;
        int right = extent == Extent.FULL ? n : k;
        try (Operands operands = new Operands(backend());
                Threads setting = Threads.use(threads)) {
            Operand a = operands.of(input, form, m, n);
            Operand values = operands.empty(dtype, Form.CONTIGUOUS, k);
            if (extent == Extent.VALUES) {
                if (converges(driver, kind, a.view(), values.view(), Optional.empty(), what)) {
                    checkValues(what, input, m, n, values.read());
                }
                return;
            }
            Operand u = operands.empty(dtype, form, m, left);
            Operand vt = operands.empty(dtype, form, right, n);
            Backend.Vectors vectors = new Backend.Vectors(u.view(), vt.view());
            if (!converges(driver, kind, a.view(), values.view(), Optional.of(vectors), what)) {
                return;
            }
            a.read();
            checkValues(what, input, m, n, values.read());
            checkVectors(
                    what,
                    input,
                    m,
                    n,
                    u.read().floats(),
                    values.read().floats(),
                    vt.read().floats());
        }
    }

    /** A driver that is off where singular values are close to zero may say so, and is then not used. */
    private boolean converges(
            SvdDriver driver, Kind kind, View a, View s, Optional<Backend.Vectors> vectors, String what) {
        boolean mayRefuse =
                driver == SvdDriver.GESVDP && (kind == Kind.ZERO || kind == Kind.RANK_DEFICIENT || kind == Kind.GRADED);
        boolean converged = backend().svd(driver, a, s, vectors);
        assertThat(converged || mayRefuse).as(what).isTrue();
        return converged;
    }

    static void checkValues(String what, Values input, int m, int n, Values s) {
        Matrices.assertDescending(what, false, s.floats());
        double norm = Reference.norm(input.floats());
        assertThat(Math.abs(Reference.norm(s.floats()) - norm))
                .as("%s: ‖s‖ − ‖A‖F", what)
                .isLessThanOrEqualTo(Tolerance.factorization(input.dtype(), m, n, norm));
    }

    static void checkVectors(String what, Values input, int m, int n, double[] u, double[] s, double[] vt) {
        DType dtype = input.dtype();
        int k = s.length;
        int left = m == 0 ? 0 : u.length / m;
        int right = n == 0 ? 0 : vt.length / n;
        Matrices.assertOrthonormalRows(what + ": U", dtype, left, m, Reference.transpose(m, left, u));
        Matrices.assertOrthonormalRows(what + ": V", dtype, right, n, vt);
        Matrices.assertReconstructs(
                what, dtype, m, n, input.floats(), Matrices.corner(u, left, m, k), s, Matrices.corner(vt, n, k, n));
        Matrices.assertOriented(what, dtype, k, n, Matrices.corner(vt, n, k, n));
    }

    /** Where memory is short: U over a tall A, Vᵀ over a wide one. */
    @Test
    default void gesvdPutsVectorsOverItsInput() {
        for (DType dtype : REAL) {
            for (int[] size : new int[][] {{5, 5}, {65, 33}, {33, 65}, {501, 9}, {9, 501}}) {
                int m = size[0];
                int n = size[1];
                int k = Math.min(m, n);
                Values input = Matrices.make(Kind.RANDOM, dtype, m, n);
                for (Form form : new Form[] {Form.CONTIGUOUS, Form.PADDED}) {
                    try (Operands operands = new Operands(backend())) {
                        Operand a = operands.of(input, form, m, n);
                        Operand s = operands.empty(dtype, Form.CONTIGUOUS, k);
                        Operand other = operands.empty(dtype, form, k, k);
                        boolean tall = m >= n;
                        Backend.Vectors vectors = tall
                                ? new Backend.Vectors(a.view(), other.view())
                                : new Backend.Vectors(other.view(), a.view());
                        assertThat(backend().svd(SvdDriver.GESVD, a.view(), s.view(), Optional.of(vectors)))
                                .isTrue();
                        double[] over = a.read().floats();
                        double[] beside = other.read().floats();
                        checkVectors(
                                "in place " + m + "×" + n,
                                input,
                                m,
                                n,
                                tall ? over : beside,
                                s.read().floats(),
                                tall ? beside : over);
                    }
                }
            }
        }
    }

    @Test
    default void svdAgreesWithTheLapackOfFortran() {
        backend().svdDrivers().forEach(this::svdAgreesWithTheLapackOfFortran);
    }

    private void svdAgreesWithTheLapackOfFortran(SvdDriver driver) {
        for (Kind kind : new Kind[] {Kind.RANDOM, Kind.RANK_DEFICIENT, Kind.CLUSTERED, Kind.HUGE}) {
            for (int[] size : new int[][] {{1, 1}, {7, 3}, {3, 7}, {40, 40}, {65, 33}, {33, 65}, {140, 140}}) {
                int m = size[0];
                int n = size[1];
                Values input = Matrices.make(kind, DType.F64, m, n);
                double[] expected = lapack(input.floats(), m, n);
                double[] limits = new double[expected.length];
                Arrays.fill(limits, Tolerance.factorization(DType.F64, m, n, expected[0]));
                try (Operands operands = new Operands(backend())) {
                    Operand s = operands.empty(DType.F64, Form.CONTIGUOUS, expected.length);
                    View a = operands.of(input, Form.CONTIGUOUS, m, n).view();
                    assertThat(backend().svd(driver, a, s.view(), Optional.empty()))
                            .isTrue();
                    s.read().assertWithin(expected, limits, () -> driver + " " + kind + " " + m + "×" + n);
                }
            }
        }
    }

    /** Singular values by the Fortran sources of LAPACK, translated to Java; Aᵀ has the same, so the order needs no change. */
    private static double[] lapack(double[] a, int m, int n) {
        double[] s = new double[Math.min(m, n)];
        double[] work = new double[5 * (m + n) + 64];
        intW info = new intW(0);
        Dgesvd.dgesvd(
                "N",
                "N",
                n,
                m,
                a.clone(),
                0,
                n,
                s,
                0,
                new double[1],
                0,
                1,
                new double[1],
                0,
                1,
                work,
                0,
                work.length,
                info);
        assertThat(info.val).isZero();
        return s;
    }
}
