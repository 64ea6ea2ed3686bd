package dev.eckart.cli.demo;

import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Picture;
import dev.eckart.cli.page.Pictures;
import dev.eckart.cli.page.Table;
import dev.eckart.diffusion.Ddim;
import dev.eckart.diffusion.Denoiser;
import dev.eckart.diffusion.EmpiricalDenoiser;
import dev.eckart.diffusion.ForwardProcess;
import dev.eckart.diffusion.NoiseSchedule;
import dev.eckart.diffusion.PcaDenoiser;
import dev.eckart.diffusion.Sampling;
import dev.eckart.diffusion.Spacing;
import dev.eckart.linalg.Certificate;
import dev.eckart.memory.DType;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Noise added step by step, and taken away again by the exact denoisers of the data: pictures from noise. */
final class DiffusionChapter implements Chapter {
    private static final NoiseSchedule SCHEDULE = NoiseSchedule.cosine(1000);
    private static final int[] TIMES = {0, 100, 200, 300, 400, 500, 600, 700, 800, 999};
    private static final int[] STEPS = {10, 50, 250};
    private static final int COUNT = 9;
    private static final int STRIP = 3;
    /** Of 50 steps: little happens in the first ones. */
    private static final List<Integer> WAY = List.of(5, 15, 25, 30, 35, 40, 45, 48, 50);

    /** Pictures under a name, with how far they are from the nearest training picture: root of the mean square over pixels and samples. */
    private record Row(String name, String key, List<Picture> pictures, double distance) {}

    private final Study study;
    private final List<List<Picture>> forward = new ArrayList<>();
    private final List<List<Picture>> ways = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private List<Picture> nearest = List.of();
    private final double between;

    DiffusionChapter(Study study) {
        this.study = study;
        try (Scope scope = Scope.open()) {
            // −1 is paper and 1 ink, so that noise of variance 1 hides everything.
            Tensor data = study.set().train().images().to(DType.F32).multiply(2).add(-1);
            forward(data);
            long most = Math.min(data.dim(0) - 1, data.dim(1));
            Pca pca = Pca.components(most)
                    .solver(Pca.Solver.COVARIANCE)
                    .certify(Certificate.Level.NONE)
                    .fit(data);
            generate("PCA", "pca", PcaDenoiser.of(pca), data);
            try (EmpiricalDenoiser memory = EmpiricalDenoiser.of(data)) {
                generate("empirical", "empirical", memory, data);
            }
            Tensor pixels = Tensor.uniform(DType.F32, study.seeds().of("random pixels"), COUNT, data.dim(1));
            show(
                    "random pixels",
                    "randomPixels",
                    pixels.to(data.device()).multiply(2).add(-1),
                    data);
            show(
                    "random latent codes",
                    "randomCodes",
                    pca.sample(COUNT, study.seeds().of("random codes")),
                    data);
            int[] some = study.seeds()
                    .draw(
                            "nearest of real pictures",
                            Math.min(COUNT, study.set().train().count()),
                            study.set().train().count());
            between = betweenPictures(data, some);
        }
    }

    private void forward(Tensor data) {
        int[] shown = study.set().train().oneOfEach(study.seeds().random("forward process"));
        Tensor clean = Rows.take(data, Arrays.copyOf(shown, Math.min(STRIP, shown.length)));
        Tensor noise = Tensor.normal(
                        DType.F32, study.seeds().of("noise of the forward process"), clean.dim(0), clean.dim(1))
                .to(data.device());
        for (long i = 0; i < clean.dim(0); i++) {
            forward.add(new ArrayList<>());
        }
        for (int t : TIMES) {
            Tensor noisy = t == 0 ? clean : ForwardProcess.noised(clean, SCHEDULE.level(t), noise);
            addTo(forward, noisy, "A digit at step " + t + " of 999");
        }
    }

    private void addTo(List<List<Picture>> lines, Tensor x, String alt) {
        List<Picture> pictures = ink(x, alt);
        for (int i = 0; i < lines.size(); i++) {
            lines.get(i).add(pictures.get(i));
        }
    }

    private List<Picture> ink(Tensor x, String alt) {
        List<Picture> pictures = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            Tensor shades = x.add(1).multiply(.5);
            for (int i = 0; i < x.dim(0); i++) {
                pictures.add(study.set().ink(shades, i, alt));
            }
        }
        return pictures;
    }

    private void generate(String name, String key, Denoiser denoiser, Tensor data) {
        for (int steps : STEPS) {
            List<Picture> way = new ArrayList<>();
            try (Scope scope = Scope.open()) {
                Tensor samples = Sampling.of(denoiser, new Ddim(0), SCHEDULE.levels(Spacing.TRAILING, steps))
                        .seed(study.seeds().of("diffusion"))
                        .device(data.device())
                        .observer((step, first, x, level) -> {
                            if (steps == 50 && WAY.contains(step + 1)) {
                                way.add(ink(x.slice(0, 0, 1), "On the way: step " + (step + 1) + " of 50")
                                        .get(0));
                            }
                        })
                        .sample(COUNT, data.dim(1));
                show(name + ", " + steps + " steps", key + steps, samples, data);
                if (denoiser instanceof EmpiricalDenoiser && steps == STEPS[STEPS.length - 1]) {
                    nearest = ink(Rows.take(data, nearest(samples, data)), "The nearest training picture");
                }
            }
            if (!way.isEmpty()) {
                ways.add(way);
            }
        }
    }

    private void show(String name, String key, Tensor samples, Tensor data) {
        try (Scope scope = Scope.open()) {
            Tensor away = samples.subtract(Rows.take(data, nearest(samples, data)));
            // Shades are half as far apart.
            double distance =
                    away.norm() / 2 / Math.sqrt((double) samples.shape().size());
            rows.add(new Row(name, key, ink(samples, "Pictures: " + name), distance));
        }
    }

    /** For each row of x the number of the row of data that is nearest: ‖y‖² − 2·x·y is least. */
    private static int[] nearest(Tensor x, Tensor data) {
        try (Scope scope = Scope.open()) {
            Tensor closeness = x.matmul(data.transpose())
                    .multiply(2)
                    .subtract(data.square().sum(1));
            return Arrays.stream(Indexing.argMax(closeness, 1).toLongArray())
                    .mapToInt(Math::toIntExact)
                    .toArray();
        }
    }

    /** How far some training pictures are from the nearest other one. */
    private static double betweenPictures(Tensor data, int[] some) {
        try (Scope scope = Scope.open()) {
            Tensor x = Rows.take(data, some);
            Tensor closeness = x.matmul(data.transpose())
                    .multiply(2)
                    .subtract(data.square().sum(1));
            for (int i = 0; i < some.length; i++) {
                closeness.select(0, i).slice(0, some[i], some[i] + 1).fill(Double.NEGATIVE_INFINITY);
            }
            int[] other = Arrays.stream(Indexing.argMax(closeness, 1).toLongArray())
                    .mapToInt(Math::toIntExact)
                    .toArray();
            return x.subtract(Rows.take(data, other)).norm()
                    / 2
                    / Math.sqrt((double) x.shape().size());
        }
    }

    @Override
    public String key() {
        return "diffusion";
    }

    @Override
    public void show(Page page) {
        String[] times = Arrays.stream(TIMES).mapToObj(String::valueOf).toArray(String[]::new);
        Pictures noised = Pictures.table(times);
        forward.forEach(line -> noised.row("", line));
        Pictures strips = Pictures.table(WAY.stream().map(String::valueOf).toArray(String[]::new));
        strips.row("PCA", ways.get(0)).row("empirical", ways.get(1));
        Pictures grids = Pictures.table(COUNT);
        Table distances = new Table("Pictures", "Distance to the nearest training picture");
        for (Row row : rows) {
            grids.row(row.name(), row.pictures());
            distances.row(row.name(), row.distance() < 1e-6 ? "below 10<sup>−6</sup>" : Html.number(row.distance(), 2));
            if (row.key().equals("empirical" + STEPS[STEPS.length - 1])) {
                grids.row("nearest training pictures of these", nearest);
            }
        }
        distances.row("training pictures, to the nearest other", Html.number(between, 2));
        page.section(key(), "Pictures from noise")
                .text(
                        "Diffusion makes pictures in many small steps. Forward, each step takes a little of the picture away and adds a"
                                + " little noise, until nothing but noise is left; what has come of <i>x</i><sub>0</sub> after <i>t</i> steps"
                                + " can be said at once:")
                .formula(
                        "<i>x<sub>t</sub></i> = √<i>ᾱ<sub>t</sub></i> <i>x</i><sub>0</sub> + √(1 − <i>ᾱ<sub>t</sub></i>)"
                                + " <i>ε</i>,&emsp;<i>ε</i> ~ N(0, <i>I</i>)")
                .add(noised.caption("The way to noise, at steps 0 to 999 of a cosine schedule."))
                .text("Backward, one has to know what a noisy picture looked like: a <i>denoiser</i> estimates"
                        + " <i>x</i><sub>0</sub>, and a sampler goes a step towards it. Networks learn denoisers. For two ideas of"
                        + " what the data are, the best one needs no training. If they are <i>normal</i>, with the mean and covariance"
                        + " of the digits, it is the Wiener filter along the principal components of this page. If they are the"
                        + " <i>training pictures and nothing else</i>, it is an average of all of them, weighted by how well each"
                        + " explains the noisy one.")
                .add(strips.caption(
                        "From noise to a picture in 50 steps of DDIM, after those numbered here; both began with the same"
                                + " noise."))
                .add(grids.caption(
                        "Nine samples each; all samplers began with the same noise. Beside them: pixels drawn one by one,"
                                + " and coordinates along the principal components drawn with their variances, which is the distribution that"
                                + " the PCA denoiser leads to. The last row of the empirical denoiser is not its own: these are the training"
                                + " pictures nearest to its samples at " + STEPS[STEPS.length - 1] + " steps."))
                .add(distances.caption(
                        "Root mean square over pixels, of shades from 0 to 1. The empirical denoiser memorizes:"
                                + " followed closely, it ends in pictures that it was given, and makes nothing new. What a network adds is"
                                + " that it cannot follow it that closely."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("samples", COUNT);
        Map<String, Object> distance = new LinkedHashMap<>();
        rows.forEach(row -> distance.put(row.key(), row.distance()));
        distance.put("trainingPictures", between);
        out.put("distanceToNearest", distance);
        return out;
    }
}
