package dev.eckart.cli;

import dev.eckart.diffusion.Denoiser;
import dev.eckart.diffusion.NoiseLevels;
import dev.eckart.diffusion.NoiseSchedule;
import dev.eckart.diffusion.NoiseSource;
import dev.eckart.diffusion.Sampler;
import dev.eckart.diffusion.Samplers;
import dev.eckart.diffusion.Sampling;
import dev.eckart.diffusion.Spacing;
import dev.eckart.io.Png;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
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

/** {@code diffusion sample MODEL [--exact pca|empirical] --count N --sampler S --steps N --out DIR}. */
@Command(
        name = "sample",
        description = "Makes pictures from noise, with a network or the exact denoiser of given data: samples.npy"
                + " (count,h,w[,c], f32 in 0..1), grid.png, strips.png (the way from noise), report.json.")
final class DiffusionSampleCommand implements Callable<Integer> {
    static final Set<String> FILES = Set.of("samples.npy", "grid.png", "strips.png", "report.json");
    private static final int SCHEDULE_STEPS = 1000;

    @Parameters(
            paramLabel = "MODEL",
            description =
                    "a diffusion transformer (.safetensors); or, with --exact, the data: pictures as IDX (*-ubyte,"
                            + " *-ubyte.gz), .npy (n,h,w) or (n,h,w,3), a folder of pictures; or rows (n,d)")
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
            description =
                    "linear, scaled-linear, cosine, sigmoid or karras (default: cosine for data, linear for a network)")
    private String schedule;

    @Option(names = "--label", paramLabel = "L", description = "samples of this label only; of data it needs --labels")
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

    @Option(
            names = "--deterministic",
            description = "ask for one sample at a time: the same bits whatever the batch; slower")
    private boolean deterministic;

    @Option(names = "--out", paramLabel = "DIR", description = "the folder to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        Sampler how = Samplers.named(sampler);
        check();
        try (Session session = options.open();
                Outputs outputs = out == null ? null : Outputs.open(out, FILES, model);
                Progress progress = options.progress(model.toString())) {
            Stopwatch watch = new Stopwatch();
            progress.update("reading", Double.NaN);
            try (SampleModel source = exact == null ? network(session) : data(session)) {
                NoiseLevels levels = levels();
                watch.lap("load");
                if (options.explain()) {
                    explain(source);
                }
                if (outputs != null) {
                    sample(source, how, levels, session, outputs, watch, progress);
                }
            }
            return 0;
        }
    }

    private SampleModel network(Session session) throws IOException {
        if (!isNetwork()) {
            throw new UsageException("diffusion sample: " + model + " is no .safetensors, and --exact is missing; give"
                    + " --exact pca or --exact empirical for the denoiser of data");
        }
        if (schedule == null) {
            schedule = "linear";
        } else if (schedule.equals("karras")) {
            throw new UsageException("--schedule karras: a network is told the step of a schedule; take the one that it"
                    + " was trained with");
        }
        if (labels != null) {
            throw new UsageException("--labels " + labels + ": a network knows its labels; leave it out");
        }
        return NetworkModel.read(model, options.precision(), session.device(), label, guidance);
    }

    private boolean isNetwork() {
        return model.getFileName().toString().endsWith(".safetensors");
    }

    private SampleModel data(Session session) {
        schedule = schedule == null ? "cosine" : schedule;
        Tensor data = Inputs.readShaped(model, options.precision(), session.device());
        TrainingSet set = TrainingSet.of(model, data);
        Tensor known = label == null ? null : set.labelled(label, labels(data.dim(0)));
        return new ExactModel(model, exact, set, known, guidance, options.seed());
    }

    private void sample(
            SampleModel source,
            Sampler how,
            NoiseLevels levels,
            Session session,
            Outputs outputs,
            Stopwatch watch,
            Progress progress)
            throws IOException {
        long[] shape = source.sample();
        outputs.require(count * Shape.of(shape).size() * 5);
        progress.update("learning " + source.describe(), Double.NaN);
        Denoiser denoiser = source.denoiser();
        Strips strips = new Strips(count, steps);
        NoiseSource noise = NoiseSource.seeded(options.seed());
        Sampling sampling = Sampling.of(denoiser, how, levels)
                .noise((step, first, dtype, device, dims) -> {
                    Tensor drawn = noise.draw(step, first, dtype, device, dims);
                    if (step == 0) {
                        strips.take(source, 0, first, drawn);
                    }
                    return drawn;
                })
                .batch(batch)
                .dtype(source.dtype())
                .device(session.device())
                .observer((step, first, x, level) -> {
                    strips.take(source, step + 1, first, x);
                    progress.update(
                            "step " + (step + 1) + " of " + steps,
                            (first * steps + x.dim(0) * (step + 1.0)) / ((double) count * steps));
                });
        Tensor samples = (deterministic ? sampling.deterministic() : sampling).sample(count, shape);
        Tensor shades = source.shades(samples);
        watch.lap("compute");
        outputs.write("strips.png", strips.encode(settings(source.dtype()).toString()));
        write(shades, source.dtype(), session, outputs, watch, progress);
    }

    private void check() {
        if (exact != null && !exact.equals("pca") && !exact.equals("empirical")) {
            throw new UsageException(
                    "diffusion sample: --exact " + exact + " is unknown; give --exact pca or --exact" + " empirical");
        }
        if (exact != null && isNetwork()) {
            throw new UsageException("--exact " + exact + ": is of data; " + model + " is a network, leave it out");
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

    private void explain(SampleModel source) {
        double flops = source.flops() * count * (sampler.equals("heun") ? 2 * steps - 1 : steps);
        if (options.json()) {
            options.out().println(settings(source.dtype()).put("flops", flops));
        } else {
            options.out()
                    .printf(
                            "diffusion sample: %d steps of %s along the %s schedule with %s, %.3g Gflop in all%n",
                            steps, sampler, schedule, source.describe(), flops / 1e9);
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
                .put("deterministic", deterministic)
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
