package dev.eckart.diffusion;

import dev.eckart.memory.DType;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Tensor;
import java.util.Optional;

/** Normal data in three dimensions, turned out of the axes. */
final class Gaussians {
    static final double[] MEAN = {1, -2, .5};
    static final double[] VARIANCES = {2, .3, .01};
    /** A rotation: rows are the principal directions. */
    static final double[][] BASIS = {{.6, .8, 0}, {-.48, .36, .8}, {.64, -.48, .6}};

    private Gaussians() {}

    static Pca pca(DType type) {
        return Pca.of(
                Tensor.of(BASIS).to(type),
                Tensor.of(MEAN).to(type),
                Optional.empty(),
                Tensor.of(VARIANCES).to(type),
                VARIANCES[0] + VARIANCES[1] + VARIANCES[2]);
    }

    static PcaDenoiser denoiser() {
        return PcaDenoiser.of(pca(DType.F64));
    }

    /** The mean along principal direction i. */
    static double mean(int i) {
        return BASIS[i][0] * MEAN[0] + BASIS[i][1] * MEAN[1] + BASIS[i][2] * MEAN[2];
    }
}
