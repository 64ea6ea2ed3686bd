package dev.eckart.cli.demo;

import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Picture;
import dev.eckart.cli.page.Pictures;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** New pictures: coordinates drawn from a normal distribution, for all digits together and for each one. */
final class SamplesChapter implements Chapter {
    private static final int COUNT = 20;
    private static final int PER_DIGIT = 3;

    private final int k;
    private final double outside;
    private final double outsidePerDigit;
    private final List<Picture> together = new ArrayList<>();
    private final List<List<Picture>> perDigit = new ArrayList<>();
    private final List<String> digits = new ArrayList<>();

    SamplesChapter(Study study) {
        Decomposition whole = study.whole();
        k = whole.componentsFor(0.95);
        try (Scope scope = Scope.open()) {
            double[] deviations =
                    Arrays.stream(whole.variances()).limit(k).map(Math::sqrt).toArray();
            Tensor images = whole.paint(draw(whole, study.seeds().of("samples"), COUNT, deviations));
            outside = outside(images);
            for (int i = 0; i < COUNT; i++) {
                together.add(study.set().ink(images, i, "A sample of the common normal distribution"));
            }
        }
        IntStream.range(0, PER_DIGIT).forEach(i -> perDigit.add(new ArrayList<>()));
        double sum = 0;
        for (int digit = 0; digit < LabelledImages.CLASSES; digit++) {
            int[] members = study.set().train().showing(digit);
            if (members.length > 1) {
                sum += drawDigit(study, digit, members);
            }
        }
        outsidePerDigit = sum / digits.size();
    }

    /** Samples of one digit: the principal components of its coordinates give its own normal distribution. */
    private double drawDigit(Study study, int digit, int[] members) {
        Decomposition whole = study.whole();
        try (Scope scope = Scope.open()) {
            Tensor z = whole.project(Rows.take(study.set().train().images(), members), k);
            Pca own = Pca.components(Math.min(k, members.length - 1))
                    .solver(Pca.Solver.COVARIANCE)
                    .fit(z);
            double[] deviations = Arrays.stream(own.explainedVariance().toArray())
                    .map(v -> Math.sqrt(Math.max(0, v)))
                    .toArray();
            Tensor drawn = own.inverse(draw(whole, study.seeds().of("samples of " + digit), PER_DIGIT, deviations));
            Tensor images = whole.paint(drawn);
            digits.add(String.valueOf(digit));
            for (int i = 0; i < PER_DIGIT; i++) {
                perDigit.get(i).add(study.set().ink(images, i, "A sample of the normal distribution of " + digit));
            }
            return outside(images);
        }
    }

    /** (count, k): independent normal numbers with these standard deviations. */
    private static Tensor draw(Decomposition whole, long seed, int count, double[] deviations) {
        try (Scope scope = Scope.open()) {
            Tensor normal = Tensor.normal(whole.mean().dtype(), seed, count, deviations.length);
            Tensor scale = Tensor.of(deviations).to(normal.dtype());
            return scope.keep(normal.multiply(scale).to(whole.mean().device()));
        }
    }

    /** Share of the pixels more than 0.1 below paper or above ink, where no real pixel is. */
    private static double outside(Tensor images) {
        double[] values = images.toArray();
        return Arrays.stream(values).filter(v -> v < -0.1 || v > 1.1).count() / (double) values.length;
    }

    @Override
    public String key() {
        return "samples";
    }

    @Override
    public void show(Page page) {
        Pictures each = Pictures.table(digits.toArray(String[]::new));
        perDigit.forEach(row -> each.row("", row));
        page.section(key(), "Pictures that nobody drew")
                .text(
                        "Turn the sum around: draw the coordinates at random, each from a normal distribution with the variance found"
                                + " along its component, and add up. The space of coordinates is called <i>latent</i>; making pictures from"
                                + " it is the simplest generative model there is.")
                .formula(
                        "<i>z<sub>i</sub></i> ~ N(0, <i>λ<sub>i</sub></i>),&emsp;<i>x</i> = <i>x̄</i> + Σ<sub><i>i</i> ≤ "
                                + k + "</sub> <i>z<sub>i</sub> v<sub>i</sub></i>")
                .add(Pictures.flow(together)
                        .caption(COUNT + " samples in the first " + k
                                + " coordinates (95 % of the variance). The strokes are there,"
                                + " the digits hardly: a single normal distribution also covers the empty space between the digits. "
                                + Html.percent(outside, 1)
                                + " of the sampled pixels are more than 0.1 below paper or above ink."))
                .add(each.caption(
                        "Three samples from a normal distribution of each digit's own, with its own mean and directions in"
                                + " the same coordinates: much better (" + Html.percent(outsidePerDigit, 1)
                                + " outside). Closing the remaining gap is what deeper generative models are for."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("components", k);
        out.put("samples", COUNT);
        out.put("shareOfPixelsOutside", outside);
        out.put("samplesPerDigit", PER_DIGIT);
        out.put("shareOfPixelsOutsidePerDigit", outsidePerDigit);
        return out;
    }
}
