package dev.eckart.testkit;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** A program that leaves four tensors open. */
public final class Leaking {
    private static final List<Tensor> HELD = new ArrayList<>();

    private Leaking() {}

    public static void main(String[] args) {
        for (int i = 0; i < 3; i++) {
            HELD.add(Tensor.zeros(DType.U8, 1 << 20));
        }
        HELD.add(Tensor.zeros(DType.F64, 10));
        Tensor.zeros(DType.F64, 1000).close();
        System.out.println("asked: " + Memory.live().size());
    }
}
