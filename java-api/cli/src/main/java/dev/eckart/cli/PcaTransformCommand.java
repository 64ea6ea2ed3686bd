package dev.eckart.cli;

import dev.eckart.memory.DType;
import dev.eckart.pca.Missing;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pca transform DIR IN --out F.npy}: scores of other observations on the components of a fit. */
@Command(
        name = "transform",
        description = "Scores (n,k) of observations on the components that eckart pca wrote to DIR.")
final class PcaTransformCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "DIR", description = "the folder that eckart pca wrote")
    private Path model;

    @Parameters(
            index = "1",
            paramLabel = "IN",
            description =
                    "the observations: .npy, .npz, .mtx, .csv, IDX (*-ubyte, *-ubyte.gz), "
                            + "a picture (.png, .jpg), a folder of pictures, or genotypes (.bed with .bim and .fam, .vcf, .vcf.gz)")
    private Path in;

    @Option(names = "--missing", paramLabel = "M", description = PcaCommand.MISSING_TRANSFORM)
    private String missing;

    @Option(names = "--out", paramLabel = "F.npy", description = "the file to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        if (out == null && !options.explain()) {
            throw new UsageException("pca transform: --out F.npy is missing (or --explain, which only explains)");
        }
        try (Session session = options.open();
                Outputs outputs = out == null ? null : open();
                Progress progress = options.progress(in.toString())) {
            Stopwatch watch = new Stopwatch();
            progress.update("reading", Double.NaN);
            Missing gaps = Inputs.isGenotypes(in) ? Missing.MEAN : missing();
            Pca pca = PcaModel.read(model, options.precision(), session.device(), gaps);
            Tensor x = Inputs.read(in, pca.mean().dtype(), session.device());
            checkShape(x, pca);
            watch.lap("load");
            if (options.explain()) {
                explain(x, pca);
            }
            if (outputs != null) {
                outputs.require(x.dim(0) * pca.components().dim(0) * x.dtype().bytes());
                Tensor scores = PcaModel.transform(pca, x, progress);
                watch.lap("compute");
                progress.update("writing", Double.NaN);
                outputs.write(name(), scores);
                outputs.commit();
                watch.lap("write");
                progress.close();
                tell(x, scores, session, watch);
            }
            return 0;
        }
    }

    /** Null, where the model is to say. */
    private Missing missing() {
        return missing == null ? null : PcaCommand.choice("--missing", missing, Missing.values());
    }

    private String name() {
        return out.getFileName().toString();
    }

    private Outputs open() {
        Path folder = out.toAbsolutePath().normalize().getParent();
        if (folder == null || out.getFileName() == null) {
            throw new UsageException("--out " + out + ": is no file name");
        }
        if (Files.isDirectory(out)) {
            throw new UsageException("--out " + out + ": is a folder; give the name of a file");
        }
        return Outputs.open(folder, Set.of(name()), in);
    }

    private void checkShape(Tensor x, Pca pca) {
        long d = pca.mean().dim(0);
        if (x.shape().rank() != 2 || x.dim(1) != d) {
            throw new UsageException(
                    in + ": its shape is " + x.shape() + ", the model in " + model + " takes (n," + d + ")");
        }
    }

    private void explain(Tensor x, Pca pca) {
        long k = pca.components().dim(0);
        String shapes =
                x.shape() + " on " + k + " components of " + pca.components().shape() + " " + x.dtype();
        double flops = 2.0 * x.dim(0) * x.dim(1) * k;
        if (options.json()) {
            options.out()
                    .println(new Report()
                            .put("shape", x.shape().dims())
                            .put("rank", k)
                            .put("flops", flops));
        } else {
            options.out().printf("pca transform: %s, %.3g Gflop in one pass%n", shapes, flops / 1e9);
        }
    }

    private void tell(Tensor x, Tensor scores, Session session, Stopwatch watch) {
        if (options.json()) {
            DType type = scores.dtype();
            options.out()
                    .println(new Report()
                            .put("command", "pca transform")
                            .put("input", in.toString())
                            .put("shape", x.shape().dims())
                            .put("dtype", type.toString())
                            .put("rank", scores.dim(1))
                            .put("seconds", watch.seconds())
                            .putMachine(session.device()));
        } else {
            options.out().println("pca transform of " + x.shape() + " " + x.dtype() + ": scores " + scores.shape());
            options.out().println("  time     " + watch);
            options.out().println("  written  " + out);
        }
    }
}
