package dev.eckart.examples;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;

/** Direct buffers, in and out without a copy. */
public final class FromDirectBuffer {
    private FromDirectBuffer() {}

    /** The singular values of a row-major matrix, where they were computed: their memory lives as long as the buffer. */
    public static DoubleBuffer singularValues(DoubleBuffer matrix, long rows, long columns) {
        try (Scope scope = Scope.open()) {
            return Svd.of(Tensor.wrap(matrix, rows, columns)).s().asByteBuffer().asDoubleBuffer();
        }
    }

    /** The values of a matrix that some other library wrote into a direct buffer. */
    public static void main(String[] args) {
        DoubleBuffer matrix = ByteBuffer.allocateDirect(4 * Double.BYTES)
                .order(ByteOrder.nativeOrder())
                .asDoubleBuffer()
                .put(new double[] {3, 0, 4, 5})
                .flip();
        DoubleBuffer s = singularValues(matrix, 2, 2);
        System.out.printf("%.5f %.5f%n", s.get(0), s.get(1));
    }
}
