package dev.eckart.linalg;

import dev.eckart.memory.DType;
import dev.eckart.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;

/** Matrices that a factorization has to get right: shapes, views, ranks and scales. */
record MatrixKinds(String name, Tensor a) {
    private static final long[][] SHAPES = {
        {1, 1}, {1, 7}, {7, 1}, {2, 2}, {5, 5}, {33, 17}, {17, 33}, {64, 64}, {120, 7}, {7, 120}, {101, 99}
    };

    static Stream<MatrixKinds> all() {
        return Stream.of(DType.F64, DType.F32).flatMap(type -> {
            Stream<MatrixKinds> shapes = Stream.of(SHAPES)
                    .map(s -> new MatrixKinds("normal " + s[0] + "x" + s[1] + " " + type, normal(type, s[0], s[1])));
            double large = type == DType.F64 ? 1e150 : 1e30;
            Tensor base = normal(type, 40, 25);
            return Stream.concat(
                    shapes,
                    List.of(
                            new MatrixKinds(
                                    "transposed view " + type,
                                    normal(type, 20, 31).transpose()),
                            new MatrixKinds(
                                    "sliced view " + type,
                                    normal(type, 50, 40).slice(0, 3, 33).slice(1, 5, 30)),
                            new MatrixKinds(
                                    "flipped view " + type,
                                    normal(type, 20, 30).flip(0).flip(1)),
                            new MatrixKinds(
                                    "rank 3 " + type, normal(type, 40, 3).matmul(normal(type, 3, 25))),
                            new MatrixKinds("zero " + type, Tensor.zeros(type, 9, 6)),
                            new MatrixKinds("identity " + type, Tensor.eye(type, 12)),
                            new MatrixKinds("large " + type, base.multiply(large)),
                            new MatrixKinds("small " + type, base.multiply(1 / large)))
                            .stream());
        });
    }

    static Tensor normal(DType type, long m, long n) {
        return Tensor.normal(type, 31 * m + n, m, n);
    }

    @Override
    public String toString() {
        return name;
    }
}
