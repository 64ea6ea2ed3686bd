package dev.eckart.cli;

import dev.eckart.diffusion.Denoiser;
import dev.eckart.diffusion.DiffusionTransformer;
import dev.eckart.diffusion.Guidance;
import dev.eckart.diffusion.TransformerShape;
import dev.eckart.io.Safetensors;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A diffusion transformer from a file, for pictures whose values from −1 to 1 stand for shades from 0 to 1.
 *
 * @param label what is asked for; null: nothing
 */
record NetworkModel(Path file, DiffusionTransformer network, DType dtype, Integer label, double guidance)
        implements SampleModel {
    /**
     * Reads it.
     *
     * @param precision to compute in; null for that of the file
     * @throws IllegalArgumentException when it is of another architecture, or no network for pictures
     */
    static NetworkModel read(Path file, DType precision, Device device, String label, double guidance)
            throws IOException {
        DType dtype = precision == null ? own(file) : precision;
        DiffusionTransformer network = DiffusionTransformer.read(file, dtype, device);
        try {
            TransformerShape shape = network.shape();
            if (shape.channels() != 1 && shape.channels() != 3) {
                throw new UsageException(
                        file + ": makes samples of " + shape.channels() + " channels; pictures have 1 or 3");
            }
            return new NetworkModel(file, network, dtype, label == null ? null : number(label, shape), guidance);
        } catch (RuntimeException | Error e) {
            network.close();
            throw e;
        }
    }

    private static DType own(Path file) throws IOException {
        try (Safetensors open = Safetensors.open(file)) {
            return open.names().stream().anyMatch(name -> open.dtype(name) == DType.F64) ? DType.F64 : DType.F32;
        }
    }

    private static int number(String label, TransformerShape shape) {
        try {
            int number = Integer.parseInt(label);
            if (number >= 0 && number < shape.labels()) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new UsageException("--label " + label + ": is no number; " + known(shape), e);
        }
        throw new UsageException("--label " + label + ": " + known(shape));
    }

    private static String known(TransformerShape shape) {
        return shape.labels() == 0 ? "the network takes no labels" : "the network knows 0 to " + (shape.labels() - 1);
    }

    @Override
    public long[] sample() {
        return network.pictures();
    }

    @Override
    public Denoiser denoiser() {
        if (label == null) {
            return network;
        }
        Denoiser labelled = network.labelled(label);
        return guidance == 1 ? labelled : new Guidance(labelled, network, guidance);
    }

    @Override
    public Tensor shades(Tensor samples) {
        try (Scope scope = Scope.open()) {
            Tensor pictures = samples.dim(1) == 1 ? samples.select(1, 0) : samples.permute(0, 2, 3, 1);
            return scope.keep(TrainingSet.unit(pictures));
        }
    }

    @Override
    public String describe() {
        TransformerShape s = network.shape();
        return "a diffusion transformer (patch " + s.patch() + ", " + s.features() + " features, " + s.depth()
                + " blocks, " + s.heads() + " heads)";
    }

    @Override
    public double flops() {
        TransformerShape s = network.shape();
        double n = (double) (s.height() / s.patch()) * (s.width() / s.patch());
        double h = s.features();
        double each = n * s.depth() * (8 * h * h + 4 * h * s.hidden() + 4 * n * h);
        return label == null || guidance == 1 ? each : 2 * each;
    }

    @Override
    public void close() {
        network.close();
    }
}
