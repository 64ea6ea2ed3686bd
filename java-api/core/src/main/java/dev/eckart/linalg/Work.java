package dev.eckart.linalg;

/**
 * Counted work, each kind with a rate of its own on a machine ({@link Rates}).
 *
 * @param blas3 floating-point operations of products of matrices, and of what runs in registers and the nearest cache like them
 * @param blas2 floating-point operations of products with a vector: two for each entry of the matrix, which is read for them alone
 * @param bytes copied
 * @param calls of kernels, counted where a driver makes so many that they take longer than a small matrix
 */
record Work(double blas3, double blas2, double bytes, double calls) {
    static final Work NONE = new Work(0, 0, 0);

    Work(double blas3, double blas2, double bytes) {
        this(blas3, blas2, bytes, 0);
    }

    static Work products(double flops) {
        return new Work(flops, 0, 0);
    }

    static Work calls(double count) {
        return new Work(0, 0, 0, count);
    }

    Work plus(Work o) {
        return new Work(blas3 + o.blas3, blas2 + o.blas2, bytes + o.bytes, calls + o.calls);
    }

    Work times(double factor) {
        return new Work(factor * blas3, factor * blas2, factor * bytes, factor * calls);
    }

    double flops() {
        return blas3 + blas2;
    }
}
