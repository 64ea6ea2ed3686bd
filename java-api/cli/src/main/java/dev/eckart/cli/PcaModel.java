package dev.eckart.cli;

import dev.eckart.io.Npy;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.pca.Missing;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/** A fitted PCA as a folder of files. */
final class PcaModel {
    /** What stands for NaN, a word; no such file: nothing does. */
    private static final String MISSING = "missing.txt";

    /** Every file that {@code pca} may write. */
    static final Set<String> FILES = Set.of(
            "components.npy",
            "scores.npy",
            "explained_variance.npy",
            "mean.npy",
            "scale.npy",
            MISSING,
            "report.json",
            "index.html");

    private static final long BLOCK_ELEMENTS = 1 << 21;

    private PcaModel() {}

    static void write(Pca pca, Outputs outputs) throws IOException {
        outputs.write("components.npy", pca.components());
        outputs.write("explained_variance.npy", pca.explainedVariance());
        outputs.write("mean.npy", pca.mean());
        if (pca.scale().isPresent()) {
            outputs.write("scale.npy", pca.scale().get());
        }
        if (pca.missing() != Missing.REFUSE) {
            outputs.write(MISSING, PcaCommand.word(pca.missing()) + "\n");
        }
    }

    /**
     * Reads a model.
     *
     * @param type f32 or f64 to compute in; that of the files when null
     * @param asked what to do about NaN; what the fit did when null
     * @throws UsageException naming what is missing or does not fit
     */
    static Pca read(Path folder, DType type, Device device, Missing asked) {
        if (!Files.isDirectory(folder)) {
            throw new UsageException(folder + ": no such folder; it has to be one that eckart pca wrote");
        }
        Tensor components = part(folder, "components.npy", type, device);
        Tensor mean = part(folder, "mean.npy", type, device);
        Tensor variance = part(folder, "explained_variance.npy", type, device);
        Optional<Tensor> scale = Files.exists(folder.resolve("scale.npy"))
                ? Optional.of(part(folder, "scale.npy", type, device))
                : Optional.empty();
        try {
            return Pca.of(
                    components,
                    mean,
                    scale,
                    variance,
                    Arrays.stream(variance.toArray()).sum(),
                    asked == null ? missing(folder) : asked);
        } catch (IllegalArgumentException e) {
            throw new UsageException(folder + ": " + e.getMessage(), e);
        }
    }

    private static Missing missing(Path folder) {
        Path file = folder.resolve(MISSING);
        try {
            return Files.exists(file)
                    ? PcaCommand.choice(file.toString(), Files.readString(file).strip(), Missing.values())
                    : Missing.REFUSE;
        } catch (IOException e) {
            throw new UsageException(Errors.text(e), e);
        }
    }

    private static Tensor part(Path folder, String name, DType type, Device device) {
        Path file = folder.resolve(name);
        if (!Files.exists(file)) {
            throw new UsageException(file + ": is missing; " + folder + " has to be a folder that eckart pca wrote");
        }
        try {
            Tensor raw = Npy.read(file);
            return raw.to(type == null ? raw.dtype() : type).to(device);
        } catch (IOException e) {
            throw new UsageException(Errors.text(e), e);
        }
    }

    /** Scores (n, k) of all rows, by blocks: beside x and the result only a block is held. */
    static Tensor transform(Pca pca, Tensor x, Progress progress) {
        long n = x.dim(0);
        Tensor scores = Tensor.empty(x.device(), x.dtype(), n, pca.components().dim(0));
        long height = Math.max(1, BLOCK_ELEMENTS / Math.max(1, x.dim(1)));
        for (long from = 0; from < n; from += height) {
            long to = Math.min(n, from + height);
            try (Scope scope = Scope.open()) {
                scores.slice(0, from, to).assign(pca.transform(x.slice(0, from, to)));
            }
            progress.update("transforming", (double) to / n);
        }
        return scores;
    }
}
