package dev.eckart.cli.demo;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Svd;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * Fills in the pixels below a {@link Cover} from those beside it. Needs an open scope, to which its tensors belong.
 *
 * <p>With w = Λ^-½·z and the visible part B = Λ^½·V_S of the scaled components, min ‖r_S − wB‖² + α‖w‖² is solved by the singular
 * value decomposition B = P·diag(s)·Qᵀ: w = r_S·Q·diag(s/(s² + α))·Pᵀ. One decomposition serves every α.
 */
final class Filling {
    private final Pca basis;
    private final Tensor visible;
    private final Tensor hidden;
    private final Tensor deviations;
    private final long hiddenPixels;

    Filling(Pca basis, Cover cover) {
        this.basis = basis;
        this.visible = cover.visible(basis.mean().dtype()).to(basis.mean().device());
        this.hidden = visible.negate().add(1);
        this.deviations = basis.explainedVariance()
                .maximum(Tensor.full(visible.dtype(), 0, 1))
                .sqrt();
        this.hiddenPixels = cover.pixels();
    }

    /** The pictures with nothing (0) where they are covered. */
    Tensor hide(Tensor images) {
        return images.multiply(visible);
    }

    /** The other pixels of {@code images}, which may be a row or a number: 0 where the cover is not. */
    Tensor coveredPart(Tensor images) {
        return images.multiply(hidden);
    }

    /** Mean squared error of {@code guess} on the covered pixels. */
    double error(Tensor images, Tensor guess) {
        try (Scope scope = Scope.open()) {
            double norm = coveredPart(images.subtract(guess)).norm();
            return norm * norm / (images.dim(0) * hiddenPixels);
        }
    }

    /** The covered pictures projected on the first {@code k} components, the cover taken for paper. */
    Tensor project(Tensor images, int k) {
        try (Scope scope = Scope.open()) {
            Tensor components = basis.components().slice(0, 0, k);
            Tensor z = hide(images).subtract(basis.mean()).matmul(components.transpose());
            return scope.keep(z.matmul(components).add(basis.mean()));
        }
    }

    double errorOfProjection(Tensor images, int k) {
        try (Tensor guess = project(images, k)) {
            return error(images, guess);
        }
    }

    /** The pictures whose first {@code k} coordinates explain the visible pixels best, with ridge α. */
    Tensor solve(Tensor images, int k, double ridge) {
        try (Scope scope = Scope.open();
                Svd svd = visiblePart(k)) {
            return scope.keep(solve(images, svd, k, ridge));
        }
    }

    /** The error of {@link #solve} for each ridge. */
    double[] errors(Tensor images, int k, double[] ridges) {
        double[] out = new double[ridges.length];
        try (Scope outer = Scope.open();
                Svd svd = visiblePart(k)) {
            for (int i = 0; i < ridges.length; i++) {
                try (Scope scope = Scope.open()) {
                    out[i] = error(images, solve(images, svd, k, ridges[i]));
                }
            }
        }
        return out;
    }

    private Svd visiblePart(int k) {
        return Svd.options().certify(Certificate.Level.NONE).of(scaled(k).multiply(visible));
    }

    /** Λ^½·V: the first {@code k} components, each as long as its standard deviation. */
    private Tensor scaled(int k) {
        return basis.components()
                .slice(0, 0, k)
                .multiply(deviations.slice(0, 0, k).reshape(k, 1));
    }

    private Tensor solve(Tensor images, Svd svd, int k, double ridge) {
        Tensor rest = images.subtract(basis.mean()).multiply(visible);
        Tensor gain = svd.s().divide(svd.s().square().add(ridge));
        Tensor w =
                rest.matmul(svd.vt().transpose()).multiply(gain).matmul(svd.u().transpose());
        return w.matmul(scaled(k)).add(basis.mean());
    }
}
