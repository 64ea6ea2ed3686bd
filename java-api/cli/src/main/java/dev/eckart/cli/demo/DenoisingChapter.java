package dev.eckart.cli.demo;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
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

/** Noise taken away by projection on the first k components; k is chosen on the validation part. */
final class DenoisingChapter implements Chapter {
    private static final double NOISE = 0.3;
    private static final int SHOWN = 8;

    private final int[] ks;
    private final double[] validation;
    private final double validationBefore;
    private final int best;
    private final double before;
    private final double after;
    private final List<Picture> clean = new ArrayList<>();
    private final List<Picture> noisy = new ArrayList<>();
    private final List<Picture> denoised = new ArrayList<>();

    DenoisingChapter(Study study) {
        Pca basis = study.basis();
        ks = Grid.upTo(Math.toIntExact(basis.components().dim(0)));
        try (Scope scope = Scope.open()) {
            Tensor images = study.split().validation().images();
            Tensor spoilt = spoil(images, study.seeds().of("noise on validation"));
            Tensor z = basis.transform(spoilt);
            validationBefore = meanSquare(spoilt, images);
            validation = Arrays.stream(ks)
                    .mapToDouble(k -> error(basis, z, k, images))
                    .toArray();
        }
        best = ks[Grid.smallest(validation)];
        try (Scope scope = Scope.open()) {
            LabelledImages test = study.split().test();
            Tensor spoilt = spoil(test.images(), study.seeds().of("noise on test"));
            Tensor rebuilt = paint(basis, basis.transform(spoilt), best);
            before = meanSquare(spoilt, test.images());
            after = meanSquare(rebuilt, test.images());
            for (int i : study.seeds().draw("denoising", SHOWN, test.count())) {
                String what = "a " + test.labels()[i];
                clean.add(study.set().ink(test.images(), i, "The original, " + what));
                noisy.add(study.set().ink(spoilt, i, "With noise, " + what));
                denoised.add(study.set().ink(rebuilt, i, "After projection, " + what));
            }
        }
    }

    private static Tensor spoil(Tensor images, long seed) {
        try (Tensor normal = Tensor.normal(images.dtype(), seed, images.dim(0), images.dim(1));
                Tensor noise = normal.multiply(NOISE);
                Tensor there = noise.to(images.device())) {
            return images.add(there);
        }
    }

    /** The pictures of the first {@code k} coordinates. */
    private static Tensor paint(Pca basis, Tensor z, int k) {
        try (Scope scope = Scope.open()) {
            return scope.keep(
                    z.slice(1, 0, k).matmul(basis.components().slice(0, 0, k)).add(basis.mean()));
        }
    }

    private static double error(Pca basis, Tensor z, int k, Tensor images) {
        try (Tensor rebuilt = paint(basis, z, k)) {
            return meanSquare(rebuilt, images);
        }
    }

    private static double meanSquare(Tensor a, Tensor b) {
        try (Tensor difference = a.subtract(b)) {
            double norm = difference.norm();
            return norm * norm / difference.shape().size();
        }
    }

    @Override
    public String key() {
        return "denoising";
    }

    @Override
    public void show(Page page) {
        double[] at = IntStream.of(ks).asDoubleStream().toArray();
        page.section(key(), "Taking noise away")
                .text(
                        "Noise spreads evenly over all directions; digits do not. So project a noisy picture on the first <i>k</i>"
                                + " components: of the noise only the share <i>k</i>/<i>d</i> comes through, of the digit nearly"
                                + " everything.")
                .formula("<i>x</i> ↦ <i>x̄</i> + <i>V<sub>k</sub>V<sub>k</sub></i><sup>⊤</sup>(<i>x</i> − <i>x̄</i>)")
                .add(Pictures.table(SHOWN)
                        .row("original", clean)
                        .row("with noise", noisy)
                        .row("projected", denoised)
                        .caption("Pictures of the test part, the same with normal noise of standard deviation " + NOISE
                                + " on each pixel, and projected on " + best
                                + " components. Mean squared error on the whole test part: "
                                + Html.number(before) + " before, " + Html.number(after) + " after, "
                                + Html.number(before / after, 2) + " times less."))
                .add(Chart.of("Mean squared error on the validation part against the number of components")
                        .axes(Axis.log("components k"), Axis.linear("mean squared error", 0, Double.NaN))
                        .line("after projection", at, validation)
                        .dashed("before", new double[] {at[0], at[at.length - 1]}, new double[] {
                            validationBefore, validationBefore
                        })
                        .mark("k = " + best, best)
                        .height(300)
                        .caption("Too few components lose the digit, too many let the noise back in. <i>k</i> = " + best
                                + " was best on the validation part (" + Html.number(validation[indexOf(best)])
                                + "); the components come from the fitting part, and the test part was looked at once, with this"
                                + " <i>k</i>."));
    }

    private int indexOf(int k) {
        return Arrays.binarySearch(ks, k);
    }

    double before() {
        return before;
    }

    double after() {
        return after;
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("noise", NOISE);
        out.put("k", IntStream.of(ks).asLongStream().toArray());
        out.put("validationMeanSquaredError", validation);
        out.put("validationMeanSquaredErrorBefore", validationBefore);
        out.put("chosen", best);
        out.put("testMeanSquaredErrorBefore", before);
        out.put("testMeanSquaredErrorAfter", after);
        return out;
    }
}
