package dev.eckart.cli.demo;

import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Picture;
import dev.eckart.cli.page.Pictures;
import dev.eckart.cli.page.Table;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A covered part of a digit filled in from what is visible, beside what projection alone makes of it. */
final class RectifyingChapter implements Chapter {
    private static final int SHOWN = 8;
    private static final double[] RIDGES = {1e-4, 1e-3, 1e-2, 1e-1};

    private final Cover cover;
    private final int bestK;
    private final double bestRidge;
    private final double validation;
    private final int naiveK;
    private final double meanError;
    private final double naiveError;
    private final double rectifiedError;
    private final List<Picture> originals = new ArrayList<>();
    private final List<Picture> covered = new ArrayList<>();
    private final List<Picture> naive = new ArrayList<>();
    private final List<Picture> rectified = new ArrayList<>();

    RectifyingChapter(Study study) {
        DigitSet set = study.set();
        cover = Cover.draw(set.height(), set.width(), study.seeds().random("cover"));
        try (Scope scope = Scope.open()) {
            Filling filling = new Filling(study.basis(), cover);
            Tensor seen = study.split().validation().images();
            int k = 0;
            double ridge = 0;
            double least = Double.POSITIVE_INFINITY;
            int projected = 0;
            double leastProjected = Double.POSITIVE_INFINITY;
            for (int candidate :
                    Grid.upTo(Math.toIntExact(study.basis().components().dim(0)))) {
                double plain = filling.errorOfProjection(seen, candidate);
                if (plain < leastProjected) {
                    leastProjected = plain;
                    projected = candidate;
                }
                double[] errors = filling.errors(seen, candidate, RIDGES);
                int at = Grid.smallest(errors);
                if (errors[at] < least) {
                    least = errors[at];
                    k = candidate;
                    ridge = RIDGES[at];
                }
            }
            bestK = k;
            bestRidge = ridge;
            validation = least;
            naiveK = projected;
            LabelledImages test = study.split().test();
            Tensor hidden = filling.hide(test.images());
            Tensor byProjection = filling.project(test.images(), naiveK);
            Tensor bySolving = filling.solve(test.images(), bestK, bestRidge);
            meanError = filling.error(test.images(), study.basis().mean());
            naiveError = filling.error(test.images(), byProjection);
            rectifiedError = filling.error(test.images(), bySolving);
            Tensor grey = hidden.add(filling.coveredPart(Tensor.full(hidden.dtype(), 0.5, 1)));
            for (int i : study.seeds().draw("rectifying", SHOWN, test.count())) {
                String what = "a " + test.labels()[i];
                originals.add(set.ink(test.images(), i, "The original, " + what));
                covered.add(set.ink(grey, i, "Partly covered, " + what));
                naive.add(
                        set.ink(hidden.add(filling.coveredPart(byProjection)), i, "Filled in by projection, " + what));
                rectified.add(
                        set.ink(hidden.add(filling.coveredPart(bySolving)), i, "Filled in by least squares, " + what));
            }
        }
    }

    @Override
    public String key() {
        return "rectifying";
    }

    @Override
    public void show(Page page) {
        page.section(key(), "Seeing what is covered")
                .text(
                        "Cover a part of a picture. Projecting it as it is takes the covered pixels for paper and gets the digit wrong."
                                + " Better to ask which coordinates explain the pixels that <em>are</em> visible (the set <i>S</i>), and to"
                                + " read the covered ones off the picture with these coordinates: least squares, with a small ridge that"
                                + " prefers coordinates of the usual size.")
                .formula(
                        "min<sub><i>z</i></sub> ‖(<i>x</i> − <i>x̄</i> − <i>V<sub>k</sub>z</i>)<sub><i>S</i></sub>‖² + <i>α</i>"
                                + " Σ<sub><i>i</i></sub> <i>z<sub>i</sub></i>² / <i>λ<sub>i</sub></i>,&emsp;<i>λ<sub>i</sub></i> the variance"
                                + " along <i>v<sub>i</sub></i>")
                .add(Pictures.table(SHOWN)
                        .row("original", originals)
                        .row("covered", covered)
                        .row("projected", naive)
                        .row("least squares", rectified)
                        .caption("Pictures of the test part with " + cover.pixels() + " of "
                                + cover.height() * cover.width()
                                + " pixels covered (the grey square); the covered pixels filled in from the projection, and from the"
                                + " least-squares solution."))
                .add(new Table(
                                "covered pixels filled in with",
                                "components <i>k</i>",
                                "ridge <i>α</i>",
                                "mean squared error")
                        .row("the mean picture", "–", "–", Html.number(meanError))
                        .row("the projection", String.valueOf(naiveK), "–", Html.number(naiveError))
                        .row(
                                "least squares on what is visible",
                                String.valueOf(bestK),
                                Html.number(bestRidge),
                                Html.number(rectifiedError))
                        .caption(
                                "Error on the covered pixels of the whole test part. <i>k</i> and <i>α</i> were chosen on the"
                                        + " validation part (error " + Html.number(validation) + " there)."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("coveredPixels", cover.pixels());
        out.put("coverTop", cover.top());
        out.put("coverLeft", cover.left());
        out.put("components", bestK);
        out.put("ridge", bestRidge);
        out.put("validationMeanSquaredError", validation);
        out.put("componentsOfProjection", naiveK);
        out.put("testMeanSquaredErrorOfMean", meanError);
        out.put("testMeanSquaredErrorOfProjection", naiveError);
        out.put("testMeanSquaredErrorOfLeastSquares", rectifiedError);
        return out;
    }
}
