package dev.eckart.examples;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import org.ejml.data.DMatrixRMaj;

/** From EJML's dense matrices and back: both are row-major, so that each way is one copy. */
public final class FromEjml {
    private FromEjml() {}

    /** An F64 tensor (rows, columns) with the elements of {@code matrix}. */
    public static Tensor toTensor(DMatrixRMaj matrix) {
        // EJML's array may be longer than the matrix.
        return Tensor.of(Arrays.copyOf(matrix.data, matrix.getNumElements()), matrix.numRows, matrix.numCols);
    }

    /** An EJML matrix with the elements of a tensor of rank 2. */
    public static DMatrixRMaj toEjml(Tensor tensor) {
        return DMatrixRMaj.wrap(Math.toIntExact(tensor.dim(0)), Math.toIntExact(tensor.dim(1)), tensor.toArray());
    }

    /** The orthogonal matrix that is nearest to a given one: U·Vᵀ of its decomposition. */
    public static void main(String[] args) {
        DMatrixRMaj matrix = new DMatrixRMaj(new double[][] {{0.9, -0.5}, {0.4, 1.1}});
        try (Scope scope = Scope.open()) {
            Svd svd = Svd.of(toTensor(matrix));
            toEjml(svd.u().matmul(svd.vt())).print();
        }
    }
}
