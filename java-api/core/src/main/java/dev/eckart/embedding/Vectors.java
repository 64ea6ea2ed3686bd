package dev.eckart.embedding;

import dev.eckart.linalg.LinearOperator;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/** What is done with vectors that are the rows of a matrix. */
final class Vectors {
    private Vectors() {}

    /** Refuses what is no matrix of finite F64 or F32. */
    static void check(String operation, Tensor vectors) {
        try {
            LinearOperator.of(vectors);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage().replaceFirst("^operator", operation), e);
        }
    }

    /** Each row divided by its length; rows of zeros stay. Scaled by their largest entry first, so that no square overflows. */
    static Tensor normalized(Tensor vectors) {
        if (vectors.shape().size() == 0) {
            return vectors.copy();
        }
        try (Scope scope = Scope.open()) {
            Tensor scaled = divideRows(vectors, vectors.abs().max(1));
            return scope.keep(divideRows(scaled, scaled.square().sum(1).sqrt()));
        }
    }

    private static Tensor divideRows(Tensor vectors, Tensor divisors) {
        double[] by = divisors.toArray();
        for (int i = 0; i < by.length; i++) {
            by[i] = by[i] == 0 ? 1 : by[i];
        }
        Tensor column = Tensor.of(by, by.length, 1).to(vectors.dtype()).to(vectors.device());
        return vectors.divide(column);
    }

    /**
     * What brings the columns of a matrix to mean 0 and variance 1; constant ones become 0.
     *
     * @param mean (d)
     * @param deviation (d), none 0
     */
    record Scaling(Tensor mean, Tensor deviation) {
        /** Of these rows, (n, d) F64; belongs to the scope that is open. */
        static Scaling of(Tensor rows) {
            Tensor mean = rows.mean(0);
            Tensor deviation = rows.subtract(mean).square().mean(0).sqrt();
            return new Scaling(mean, deviation.maximum(Tensor.full(DType.F64, Double.MIN_NORMAL, 1)));
        }

        Tensor apply(Tensor rows) {
            return rows.subtract(mean).divide(deviation);
        }
    }

    /** Two matrices of as many rows side by side. */
    static Tensor beside(Tensor a, Tensor b) {
        Tensor both = Tensor.empty(a.device(), a.dtype(), a.dim(0), a.dim(1) + b.dim(1));
        try (Tensor left = both.slice(1, 0, a.dim(1));
                Tensor right = both.slice(1, a.dim(1), both.dim(1))) {
            left.assign(a);
            right.assign(b);
        }
        return both;
    }

    /** Refuses vectors of another length. */
    static void requireWidth(String operation, Tensor queries, Tensor vectors) {
        if (queries.shape().rank() != 2 || queries.dim(1) != vectors.dim(1)) {
            throw new IllegalArgumentException(operation + ": the vectors are " + vectors.shape() + ", the queries "
                    + queries.shape() + "; needed are " + Shape.of(queries.dim(0), vectors.dim(1)));
        }
    }
}
