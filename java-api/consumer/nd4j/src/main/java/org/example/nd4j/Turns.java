package org.example.nd4j;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Eckart and ND4J compute in one process, in the order of the arguments. */
public final class Turns {
    private Turns() {}

    public static void main(String[] args) {
        for (String who : args) {
            double error = who.equals("eckart") ? eckart() : nd4j();
            if (!(error < 1e-10)) {
                throw new AssertionError(who + " is wrong by " + error);
            }
        }
    }

    private static double eckart() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.normal(DType.F64, 1, 300, 200);
            return Svd.of(a).reconstruct(200).subtract(a).norm();
        }
    }

    /** The error of a product of ones. */
    private static double nd4j() {
        INDArray ones = Nd4j.ones(org.nd4j.linalg.api.buffer.DataType.DOUBLE, 300, 300);
        return Math.abs(ones.mmul(ones).maxNumber().doubleValue() - 300);
    }
}
