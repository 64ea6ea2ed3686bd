package dev.eckart.diffusion;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
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
        return pca(type, Device.cpu());
    }

    private static Pca pca(DType type, Device device) {
        return Pca.of(
                Tensor.of(BASIS).to(type).to(device),
                Tensor.of(MEAN).to(type).to(device),
                Optional.empty(),
                Tensor.of(VARIANCES).to(type).to(device),
                VARIANCES[0] + VARIANCES[1] + VARIANCES[2]);
    }

    static PcaDenoiser denoiser() {
        return denoiser(Device.cpu());
    }

    /** Whose model lies on a device. */
    static PcaDenoiser denoiser(Device device) {
        return PcaDenoiser.of(pca(DType.F64, device));
    }

    /** The mean along principal direction i. */
    static double mean(int i) {
        return BASIS[i][0] * MEAN[0] + BASIS[i][1] * MEAN[1] + BASIS[i][2] * MEAN[2];
    }
}
