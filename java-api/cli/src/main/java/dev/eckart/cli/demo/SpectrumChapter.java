package dev.eckart.cli.demo;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Table;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The singular values, and ‖X̃ − X̃ₖ‖² measured on the pictures beside Σ σᵢ² of the values left out. */
final class SpectrumChapter implements Chapter {
    private static final List<Integer> TABLE = List.of(0, 1, 2, 5, 10, 20, 50, 100, 200, 400);
    /** Below this share of the total both sides are rounding errors of it. */
    private static final double FLOOR = 1e-9;

    private final double[] sigma;
    private final int rank;
    private final double tolerance;
    private final int[] ks;
    private final double[] measured;
    private final double[] predicted;
    private final double total;

    SpectrumChapter(Study study) {
        Decomposition whole = study.whole();
        sigma = whole.sigma();
        rank = whole.rank();
        tolerance = Math.max(whole.rows(), whole.columns()) * whole.vt().dtype().epsilon();
        ks = ranks(sigma.length);
        double[] tails = whole.tails();
        total = tails[0];
        predicted = Arrays.stream(ks).mapToDouble(k -> tails[k]).toArray();
        measured = Residuals.of(study.set().train().images(), whole, ks);
    }

    /** All ranks of a short spectrum; a selection of a long one. */
    private static int[] ranks(int r) {
        IntStream all = r <= 100
                ? IntStream.rangeClosed(0, r)
                : IntStream.concat(
                        IntStream.concat(IntStream.rangeClosed(0, 10), IntStream.of(15, 20, 30, 40, 50, 75, 100, 150)),
                        IntStream.concat(IntStream.of(200, 300, 400, 500, 600, 700), IntStream.of(r)));
        return all.filter(k -> k <= r).distinct().toArray();
    }

    /** Largest |measured − predicted| over all k, as a share of ‖X̃‖². */
    double deviation() {
        return IntStream.range(0, ks.length)
                        .mapToDouble(i -> Math.abs(measured[i] - predicted[i]))
                        .max()
                        .orElse(0)
                / total;
    }

    /** How many decimal digits of ‖X̃‖² the two sides have in common at every k. */
    int agreeingDigits() {
        return (int) Math.floor(-Math.log10(Math.max(deviation(), 1e-17)));
    }

    @Override
    public String key() {
        return "spectrum";
    }

    @Override
    public void show(Page page) {
        double[] numbers = IntStream.rangeClosed(1, rank).asDoubleStream().toArray();
        int[] shown = IntStream.range(0, ks.length)
                .filter(i -> predicted[i] > FLOOR * total)
                .toArray();
        double[] at = Arrays.stream(shown).mapToDouble(i -> ks[i]).toArray();
        page.section(key(), "How much is lost: the singular values tell")
                .text(
                        "The singular values <i>σ</i><sub>1</sub> ≥ <i>σ</i><sub>2</sub> ≥ … measure how much of the data lies along"
                                + " each component. They fall quickly: a few directions carry most of what there is to see.")
                .add(Chart.of("The singular values in descending order on a logarithmic scale")
                        .axes(Axis.linear("number i", 0, Double.NaN), Axis.log("singular value σᵢ"))
                        .line("σᵢ", numbers, Arrays.copyOf(sigma, rank))
                        .caption("The spectrum. Its numerical rank is " + rank + " of " + sigma.length
                                + ": so many values exceed max(<i>n</i>, <i>d</i>)·<i>ε</i>·<i>σ</i><sub>1</sub> = "
                                + Html.number(tolerance * sigma[0], 2)
                                + "; the rest are zero but for rounding, and not shown. <i>σ</i><sub>1</sub> = "
                                + Html.number(sigma[0], 6) + "."))
                .text("And they tell in advance what leaving terms out will cost, to the last digit:")
                .formula(
                        "‖<i>X̃</i> − <i>X̃<sub>k</sub></i>‖² = Σ<sub><i>i</i> &gt; <i>k</i></sub> <i>σ<sub>i</sub></i>²")
                .add(Chart.of(
                                "Squared error of the rank-k approximation, measured and predicted, on a logarithmic scale")
                        .axes(Axis.linear("terms kept k"), Axis.log("squared error"))
                        .points("measured on the pictures", at, pick(measured, shown))
                        .line("sum of the σᵢ² left out", at, pick(predicted, shown))
                        .caption(
                                "Dots: every picture rebuilt from <i>k</i> terms, subtracted from the original, the squares added"
                                        + " up. Line: the sum of the squared singular values from <i>k</i> + 1 on. The two are computed"
                                        + " independently, and over all " + ks.length
                                        + " values of <i>k</i> they differ by at most "
                                        + Html.number(deviation(), 2) + " of ‖<i>X̃</i>‖²: they agree to "
                                        + agreeingDigits() + " digits."))
                .add(table(shown));
    }

    private Table table(int[] shown) {
        Table table = new Table(
                "<i>k</i>",
                "measured ‖<i>X̃</i> − <i>X̃<sub>k</sub></i>‖²",
                "Σ<sub><i>i</i> &gt; <i>k</i></sub> <i>σ<sub>i</sub></i>²",
                "relative difference");
        for (int i : shown) {
            if (TABLE.contains(ks[i])) {
                table.row(
                        String.valueOf(ks[i]),
                        Html.number(measured[i], 10),
                        Html.number(predicted[i], 10),
                        Html.number(Math.abs(measured[i] - predicted[i]) / predicted[i], 2));
            }
        }
        return table.caption("The same in numbers.");
    }

    private static double[] pick(double[] from, int[] index) {
        return Arrays.stream(index).mapToDouble(i -> from[i]).toArray();
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("singularValues", sigma);
        out.put("numericalRank", rank);
        out.put("rankTolerance", tolerance * sigma[0]);
        out.put("k", Arrays.stream(ks).asLongStream().toArray());
        out.put("measuredSquaredError", measured);
        out.put("sumOfSquaredSingularValuesLeftOut", predicted);
        out.put("largestDifferenceOverTotal", deviation());
        out.put("agreeingDigits", agreeingDigits());
        return out;
    }
}
