package dev.eckart.io;

import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.MemoryBudget;
import java.io.IOException;
import java.nio.file.Path;

/** A program that takes a matrix of rank 6 apart that is larger than its memory. */
public final class OutOfCore {
    private OutOfCore() {}

    public static void main(String[] args) throws IOException {
        NpyOperator operator = NpyOperator.open(Path.of(args[0]));
        if (operator.bytesInMemory() < 2 * MemoryBudget.max()) {
            throw new IllegalStateException("the matrix would fit");
        }
        try (Svd svd = TruncatedSvd.rank(6).of(operator)) {
            System.out.println("driver: " + svd.certificate().driver());
            System.out.println(
                    "relative residual below 1e-10: " + (svd.certificate().relativeResidual() < 1e-10));
        }
        System.out.println("below the budget: " + (MemoryBudget.peak() < MemoryBudget.max()));
    }
}
