package dev.eckart.cli;

import dev.eckart.diffusion.Denoiser;
import dev.eckart.diffusion.EmpiricalDenoiser;
import dev.eckart.diffusion.Guidance;
import dev.eckart.diffusion.NoiseLevels;
import dev.eckart.diffusion.NoiseSchedule;
import dev.eckart.diffusion.PcaDenoiser;
import dev.eckart.diffusion.Sampler;
import dev.eckart.diffusion.Samplers;
import dev.eckart.diffusion.Sampling;
import dev.eckart.diffusion.Spacing;
import dev.eckart.io.Png;
import dev.eckart.linalg.Certificate;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code diffusion sample DATA --exact pca|empirical --count N --sampler S --steps N --out DIR}. */
@Command(
        name = "sample",
        description = "Makes pictures from noise with the exact denoiser of given data: samples.npy (count,h,w[,c], f32"
                + " in 0..1), grid.png, report.json.")
final class DiffusionSampleCommand implements Callable<Integer> {
    static final Set<String> FILES = Set.of("samples.npy", "grid.png", "report.json");
    private static final int SCHEDULE_STEPS = 1000;

    @Parameters(
            paramLabel = "MODEL",
            description = "the data: pictures as IDX (*-ubyte, *-ubyte.gz), .npy (n,h,w) or (n,h,w,3), a folder of"
                    + " pictures; or rows (n,d)")
    private Path model;

    @Option(
            names = "--exact",
            paramLabel = "KIND",
            description = "pca: of normal data with the data's mean and covariance; empirical: of the data itself,"
                    + " which memorizes it")
    private String exact;

    @Option(names = "--count", paramLabel = "N", description = "how many (default: 64)")
    private long count = 64;

    @Option(
            names = "--sampler",
            paramLabel = "S",
            description =
                    "ddpm, ddim, euler, euler-a, heun, dpm-solver++, dpm-solver++-sde or unipc (default: dpm-solver++)")
    private String sampler = "dpm-solver++";

    @Option(names = "--steps", paramLabel = "N", description = "steps of the sampler, 1 to 1000 (default: 50)")
    private int steps = 50;

    @Option(
            names = "--schedule",
            paramLabel = "S",
            description = "linear, scaled-linear, cosine, sigmoid or karras (default: cosine)")
    private String schedule = "cosine";

    @Option(names = "--label", paramLabel = "L", description = "samples of this label only; needs --labels")
    private String label;

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "one label per picture: lines, IDX or .npy (a folder's sub-folders are its labels)")
    private Path labels;

    @Option(
            names = "--guidance",
            paramLabel = "W",
            description = "how far to exaggerate the label: 1 not at all (default), 0 without label")
    private double guidance = 1;

    @Option(names = "--batch", paramLabel = "N", description = "samples at a time (default: 64)")
    private long batch = 64;

    @Option(names = "--out", paramLabel = "DIR", description = "the folder to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        Sampler how = Samplers.named(sampler);
        NoiseLevels levels = check();
        DType type = options.precision() == null ? DType.F32 : options.precision();
        try (Session session = options.open();
                Outputs outputs = out == null ? null : Outputs.open(out, FILES, model);
                Progress progress = options.progress(model.toString())) {
            Stopwatch watch = new Stopwatch();
            progress.update("reading", Double.NaN);
            Tensor data = Inputs.readShaped(model, type, session.device());
            TrainingSet set = TrainingSet.of(model, data);
            Tensor known = label == null ? null : set.labelled(label, labels(data.dim(0)));
            watch.lap("load");
            if (options.explain()) {
                explain(set, known);
            }
            if (outputs != null) {
                outputs.require(count * set.rows().dim(1) * 5);
                progress.update("learning " + set.rows().shape(), Double.NaN);
                Denoiser denoiser = denoiser(set, known);
                Tensor samples = Sampling.of(denoiser, how, levels)
                        .seed(options.seed())
                        .batch(batch)
                        .dtype(type)
                        .device(session.device())
                        .observer((step, first, x, level) -> progress.update(
                                "step " + (step + 1) + " of " + steps,
                                (first * steps + x.dim(0) * (step + 1.0)) / ((double) count * steps)))
                        .sample(count, set.shape());
                Tensor shades = set.shades(samples);
                watch.lap("compute");
                write(shades, type, session, outputs, watch, progress);
            }
            return 0;
        }
    }

    private NoiseLevels check() {
        if (!"pca".equals(exact) && !"empirical".equals(exact)) {
            throw new UsageException(
                    "diffusion sample: --exact " + (exact == null ? "is missing" : exact + " is unknown")
                            + "; give --exact pca or --exact empirical");
        }
        requirePositive("--count", count);
        requirePositive("--batch", batch);
        if (steps < 1 || steps > SCHEDULE_STEPS) {
            throw new UsageException("--steps " + steps + ": is outside 1.." + SCHEDULE_STEPS);
        }
        if (!Double.isFinite(guidance) || label == null && guidance != 1) {
            throw new UsageException("--guidance " + guidance + ": has to be finite, and needs --label");
        }
        if (out == null && !options.explain()) {
            throw new UsageException("diffusion sample: --out DIR is missing (or --explain, which only explains)");
        }
        return levels();
    }

    private static void requirePositive(String option, long value) {
        if (value < 1) {
            throw new UsageException(option + " " + value + ": is below 1");
        }
    }

    private NoiseLevels levels() {
        return switch (schedule) {
            case "linear" -> NoiseSchedule.linear(SCHEDULE_STEPS, 1e-4, .02).levels(Spacing.TRAILING, steps);
            case "scaled-linear" ->
                NoiseSchedule.scaledLinear(SCHEDULE_STEPS, .00085, .012).levels(Spacing.TRAILING, steps);
            case "cosine" -> NoiseSchedule.cosine(SCHEDULE_STEPS).levels(Spacing.TRAILING, steps);
            case "sigmoid" -> NoiseSchedule.sigmoid(SCHEDULE_STEPS).levels(Spacing.TRAILING, steps);
            case "karras" -> NoiseLevels.karras(steps, .002, 80, 7);
            default ->
                throw new UsageException(
                        "--schedule " + schedule + ": is none of linear, scaled-linear, cosine, sigmoid, karras");
        };
    }

    private List<String> labels(long n) {
        List<String> all = labels == null ? Inputs.labels(model) : Labels.read(labels, n);
        if (all == null) {
            throw new UsageException("--label " + label + ": whose? Give --labels FILE, one label per picture");
        }
        return all;
    }

    private Denoiser denoiser(TrainingSet set, Tensor known) {
        if (known == null) {
            return denoiser(set.rows());
        }
        return guidance == 1 ? denoiser(known) : new Guidance(denoiser(known), denoiser(set.rows()), guidance);
    }

    private Denoiser denoiser(Tensor rows) {
        if (exact.equals("empirical")) {
            return EmpiricalDenoiser.of(rows);
        }
        long n = rows.dim(0);
        if (n < 2) {
            throw new UsageException(model + ": a covariance takes at least two pictures, there is " + n);
        }
        return PcaDenoiser.of(Pca.components(Math.min(n - 1, rows.dim(1)))
                .certify(Certificate.Level.NONE)
                .seed(options.seed())
                .fit(rows));
    }

    private void explain(TrainingSet set, Tensor known) {
        double inner = exact.equals("pca")
                ? Math.min(set.rows().dim(0) - 1, set.rows().dim(1))
                : set.rows().dim(0);
        double each = 4 * inner * set.rows().dim(1) * count * (sampler.equals("heun") ? 2 * steps - 1 : steps);
        double flops = known == null || guidance == 1 ? each : 2 * each;
        if (options.json()) {
            options.out().println(settings(set.rows().dtype()).put("flops", flops));
        } else {
            options.out()
                    .printf(
                            "diffusion sample: %d steps of %s along the %s schedule, with the exact denoiser (%s) of %s;"
                                    + " two products of %d×%d with %.0f columns each evaluation, %.3g Gflop in all%n",
                            steps,
                            sampler,
                            schedule,
                            exact,
                            set.rows().shape(),
                            Math.min(batch, count),
                            set.rows().dim(1),
                            inner,
                            flops / 1e9);
        }
    }

    private Report settings(DType type) {
        return new Report()
                .put("command", "diffusion sample")
                .put("input", model.toString())
                .put("exact", exact)
                .put("dtype", type.toString())
                .put("driver", sampler)
                .put("steps", steps)
                .put("schedule", schedule)
                .put("seed", options.seed())
                .put("count", count)
                .put("batch", batch)
                .put("label", label)
                .put("guidance", guidance);
    }

    private void write(Tensor shades, DType type, Session session, Outputs outputs, Stopwatch watch, Progress progress)
            throws IOException {
        progress.update("writing", Double.NaN);
        outputs.write("samples.npy", shades);
        int across = (int) Math.min(Math.ceil(Math.sqrt(count)), Integer.MAX_VALUE);
        String parameters = settings(type).toString();
        try (Tensor sheet = Png.grid(shades, across, 2)) {
            outputs.write("grid.png", Png.encode(sheet, "parameters", parameters));
        }
        watch.lap("write");
        Report report = settings(type)
                .put("shape", shades.shape().dims())
                .put("seconds", watch.seconds())
                .putMachine(session.device());
        outputs.write("report.json", report + "\n");
        outputs.commit();
        progress.close();
        if (options.json()) {
            options.out().println(report);
        } else {
            Shape shape = shades.shape();
            options.out().println("diffusion sample: " + shape + " by " + steps + " steps of " + sampler);
            options.out().println("  time     " + watch);
            options.out().println("  written  " + out);
        }
    }
}
