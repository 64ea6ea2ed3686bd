package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/** Linear combinations of tensors of one shape, in one pass per term: all that a sampler does besides asking its denoiser. */
final class Combination {
    private Combination() {}

    /** a·x. */
    static Tensor of(double a, Tensor x) {
        Tensor out = Tensor.empty(x.device(), x.dtype(), x.shape().dims());
        out.backend().axpby(a, x.view(), 0, out.view());
        return out;
    }

    /** a·x + b·y. */
    static Tensor of(double a, Tensor x, double b, Tensor y) {
        return plus(of(a, x), b, y);
    }

    /** a·x + b·y + c·z. */
    static Tensor of(double a, Tensor x, double b, Tensor y, double c, Tensor z) {
        return plus(of(a, x, b, y), c, z);
    }

    /** Adds a·x to {@code sum}, in place. */
    static Tensor plus(Tensor sum, double a, Tensor x) {
        sum.backend().axpby(a, x.view(), 1, sum.view());
        return sum;
    }
}
