package dev.eckart.backend;

import dev.eckart.backend.Operands.Form;
import dev.eckart.backend.Operands.Operand;
import dev.eckart.backend.ProductContract.Storage;
import dev.eckart.memory.DType;
import dev.eckart.memory.Precision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several products of different shapes at once. */
interface GroupedProductContract extends BackendFixture {
    /** batch, m, n, k: some again, and again stored otherwise; ones, empty ones and batches. */
    int[][] GROUPED = {
        {1, 3, 5, 7},
        {1, 33, 65, 17},
        {1, 3, 5, 7},
        {1, 1, 1, 1},
        {1, 4, 3, 0},
        {1, 0, 3, 2},
        {1, 3, 0, 2},
        {4, 3, 5, 7},
        {1, 9, 1, 4},
        {1, 1, 9, 4},
        {3, 6, 2, 8},
        {1, 70, 60, 50},
        {1, 3, 5, 7}
    };

    @Test
    default void gemmOfSeveralShapes() {
        for (DType dtype : REAL) {
            for (int turn = 0; turn < Storage.NEAR.size(); turn++) {
                checkGrouped(dtype, Arrays.asList(GROUPED), turn, Precision.FULL);
            }
            checkGrouped(dtype, List.of(), 0, Precision.FULL);
            checkGrouped(dtype, List.<int[]>of(new int[] {1, 4, 3, 0}), 0, Precision.FULL);
        }
    }

    /** More of them than addresses go along with one launch. */
    @Test
    default void gemmOfManyShapes() {
        List<int[]> sizes = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            sizes.add(new int[] {1, 1 + i % 7, 1 + i % 5, 1 + i % 3});
        }
        checkGrouped(DType.F32, sizes, 1, Precision.FULL);
    }

    /** F64 is never rounded, and of F32 no more than was allowed, wherever its factors begin. */
    @Test
    default void gemmOfSeveralShapesMayRound() {
        for (Precision precision : Precision.values()) {
            checkGrouped(DType.F64, Arrays.asList(GROUPED), 0, precision);
            for (int turn = 0; turn < Storage.NEAR.size(); turn++) {
                checkGrouped(DType.F32, Arrays.asList(GROUPED), turn, precision);
            }
        }
    }

    private void checkGrouped(DType dtype, List<int[]> sizes, int turn, Precision precision) {
        try (Operands operands = new Operands(backend())) {
            List<Backend.Product> products = new ArrayList<>();
            List<Operand> targets = new ArrayList<>();
            List<Values[]> inputs = new ArrayList<>();
            int at = turn;
            for (int[] size : sizes) {
                int batch = size[0];
                int m = size[1];
                int n = size[2];
                int k = size[3];
                Values a = Values.random(dtype, (long) batch * m * k, 3L * at + 1);
                Values b = Values.random(dtype, (long) batch * k * n, 3L * at + 2);
                Values c = Values.random(dtype, (long) batch * m * n, 3L * at + 3);
                Arrays.fill(c.floats(), Double.NaN);
                Operand target = operands.of(c, at % 2 == 0 ? Form.PADDED : Form.CONTIGUOUS, batch, m, n);
                Storage left = Storage.NEAR.get(at % 4);
                Storage right = Storage.NEAR.get(at / 2 % 4);
                products.add(new Backend.Product(
                        left.place(operands, a, batch, m, k), right.place(operands, b, batch, k, n), target.view()));
                targets.add(target);
                inputs.add(new Values[] {a, b, c});
                at++;
            }
            backend().gemmAll(precision, products);
            for (int i = 0; i < sizes.size(); i++) {
                int[] size = Arrays.copyOfRange(sizes.get(i), 1, 4);
                Values got = targets.get(i).read();
                Values[] in = inputs.get(i);
                String what = "product " + i + " of " + sizes.size() + " " + Arrays.toString(sizes.get(i)) + " "
                        + precision + ", turn " + turn;
                for (int item = 0; item < sizes.get(i)[0]; item++) {
                    check(got, item, size, in, dtype == DType.F64 ? Precision.FULL : precision, what);
                }
            }
        }
    }

    private static void check(Values got, int item, int[] size, Values[] in, Precision precision, String what) {
        if (precision == Precision.FULL) {
            ProductContract.checkProduct(got, item, item, item, size, 1, in[0], in[1], 0, in[2], what);
            return;
        }
        int m = size[0];
        int n = size[1];
        int k = size[2];
        Reference.Product expected = Reference.gemm(
                m,
                n,
                k,
                1,
                Arrays.copyOfRange(in[0].floats(), item * m * k, (item + 1) * m * k),
                Arrays.copyOfRange(in[1].floats(), item * k * n, (item + 1) * k * n),
                0,
                Arrays.copyOfRange(in[2].floats(), item * m * n, (item + 1) * m * n));
        // Both factors to 8 bits (BF16) or to 11 (TF32).
        double rounding = precision == Precision.BF16 ? 0x1p-7 : 0x1p-10;
        double[] limits =
                Arrays.stream(expected.magnitude()).map(x -> rounding * x).toArray();
        Values.of(got.dtype(), Arrays.copyOfRange(got.floats(), item * m * n, (item + 1) * m * n))
                .assertWithin(expected.value(), limits, () -> what);
    }
}
