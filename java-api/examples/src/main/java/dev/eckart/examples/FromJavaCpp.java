package dev.eckart.examples;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;

/** JavaCPP pointers (OpenCV, FFmpeg, Arrow and the other presets), in and out without a copy. */
public final class FromJavaCpp {
    private FromJavaCpp() {}

    /** A tensor over the elements from the pointer's position to its limit. It keeps the pointer; don't deallocate that before. */
    public static Tensor toTensor(FloatPointer pointer, long... shape) {
        long bytes = (pointer.limit() - pointer.position()) * Float.BYTES;
        return Tensor.wrap(pointer.address() + pointer.position() * Float.BYTES, bytes, pointer, DType.F32, shape);
    }

    /** A pointer to the memory of a contiguous tensor; the memory lives as long as the pointer. */
    public static DoublePointer toPointer(Tensor tensor) {
        return new DoublePointer(tensor.asByteBuffer().asDoubleBuffer());
    }

    /** The product of a matrix with its transpose, in double precision. */
    public static void main(String[] args) {
        DoublePointer product;
        try (FloatPointer matrix = new FloatPointer(1, 2, 3, 4);
                Scope scope = Scope.open()) {
            Tensor a = toTensor(matrix, 2, 2).to(DType.F64);
            product = toPointer(a.matmul(a.transpose()));
        }
        System.out.println(product.get(0) + " " + product.get(1) + " " + product.get(2) + " " + product.get(3));
    }
}
