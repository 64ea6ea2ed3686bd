package dev.eckart.cli.demo;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Table;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Norms, inner products and distances of pairs of pictures, before and after the change of coordinates. */
final class SimilarityChapter implements Chapter {
    private static final int PAIRS = 500;
    private static final int[] RANKS = {2, 10, 50};

    /** Largest difference between pixels and coordinates, absolute and over the largest value. */
    private record Deviation(double absolute, double relative) {
        static Deviation of(double[] before, double[] after) {
            double worst = 0;
            double largest = 0;
            for (int i = 0; i < before.length; i++) {
                worst = Math.max(worst, Math.abs(before[i] - after[i]));
                largest = Math.max(largest, Math.abs(before[i]));
            }
            return new Deviation(worst, worst / largest);
        }

        Map<String, Object> numbers() {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("largest", absolute);
            out.put("largestOverLargestValue", relative);
            return out;
        }
    }

    private final String dtype;
    private final int all;
    private final Deviation norms;
    private final Deviation products;
    private final Deviation distances;
    private final double[] before;
    private final List<Integer> ranks = new ArrayList<>();
    private final List<double[]> after = new ArrayList<>();
    private final List<Double> correlations = new ArrayList<>();

    SimilarityChapter(Study study) {
        Decomposition whole = study.whole();
        Tensor images = study.set().train().images();
        dtype = images.dtype().toString();
        all = whole.sigma().length;
        try (Scope scope = Scope.open()) {
            SplittableRandom random = study.seeds().random("similarity");
            int n = Math.toIntExact(images.dim(0));
            int[] first = new int[PAIRS];
            int[] second = new int[PAIRS];
            for (int i = 0; i < PAIRS; i++) {
                first[i] = random.nextInt(n);
                second[i] = (first[i] + 1 + random.nextInt(n - 1)) % n;
            }
            Tensor a = Rows.take(images, first);
            Tensor b = Rows.take(images, second);
            Tensor x = a.subtract(whole.mean());
            Tensor y = b.subtract(whole.mean());
            Tensor zx = whole.project(a, all);
            Tensor zy = whole.project(b, all);
            norms = Deviation.of(Rows.norms(x).toArray(), Rows.norms(zx).toArray());
            products = Deviation.of(
                    x.multiply(y).sum(1).toArray(), zx.multiply(zy).sum(1).toArray());
            before = Rows.norms(x.subtract(y)).toArray();
            Tensor difference = zx.subtract(zy);
            distances = Deviation.of(before, Rows.norms(difference).toArray());
            IntStream.concat(IntStream.of(RANKS).filter(k -> k < all), IntStream.of(all))
                    .forEach(k -> {
                        ranks.add(k);
                        after.add(Rows.norms(difference.slice(1, 0, k)).toArray());
                    });
        }
        after.forEach(d -> correlations.add(correlation(before, d)));
    }

    /** Pearson's coefficient of the plotted distances. */
    private static double correlation(double[] x, double[] y) {
        double meanX =
                IntStream.range(0, x.length).mapToDouble(i -> x[i]).average().orElse(0);
        double meanY =
                IntStream.range(0, y.length).mapToDouble(i -> y[i]).average().orElse(0);
        double xy = 0;
        double xx = 0;
        double yy = 0;
        for (int i = 0; i < x.length; i++) {
            xy += (x[i] - meanX) * (y[i] - meanY);
            xx += (x[i] - meanX) * (x[i] - meanX);
            yy += (y[i] - meanY) * (y[i] - meanY);
        }
        return xy / Math.sqrt(xx * yy);
    }

    @Override
    public String key() {
        return "similarity";
    }

    @Override
    public void show(Page page) {
        double reach = IntStream.range(0, before.length)
                        .mapToDouble(i -> before[i])
                        .max()
                        .orElse(1)
                * 1.05;
        double[] ends = {0, reach};
        Chart chart = Chart.of("Distances between pairs of pictures, measured on pixels and on coordinates")
                .axes(
                        Axis.linear("distance on pixels", 0, Math.ceil(reach)),
                        Axis.linear("distance on coordinates", 0, Math.ceil(reach)))
                .height(560)
                .square();
        for (int i = 0; i < ranks.size(); i++) {
            chart.points(ranks.get(i) == all ? "all " + all : ranks.get(i) + " coordinates", before, after.get(i));
        }
        StringBuilder says = new StringBuilder();
        for (int i = 0; i < ranks.size() - 1; i++) {
            says.append(i == 0 ? "" : ", ")
                    .append(Html.number(correlations.get(i), 3))
                    .append(" with ")
                    .append(ranks.get(i));
        }
        page.section(key(), "Similarity is preserved")
                .text("The columns of <i>V</i> are at right angles and of length one, so the change of coordinates"
                        + " <i>z</i> = <i>V</i><sup>⊤</sup><i>x̃</i> is a rotation (perhaps with a reflection). Lengths, angles and"
                        + " distances stay as they are; comparing coordinates is comparing pictures.")
                .formula(
                        "‖<i>x̃</i>‖ = ‖<i>z</i>‖,&emsp;⟨<i>x̃</i>, <i>ỹ</i>⟩ = ⟨<i>z<sub>x</sub></i>, <i>z<sub>y</sub></i>⟩,&emsp;"
                                + "‖<i>x̃</i> − <i>ỹ</i>‖ = ‖<i>z<sub>x</sub></i> − <i>z<sub>y</sub></i>‖")
                .add(chart.dashed("equal", ends, ends)
                        .caption("Distances of " + PAIRS + " random pairs of pictures. With all " + all
                                + " coordinates every pair"
                                + " lies on the diagonal; with fewer, distances shrink but keep their order more or less: the"
                                + " correlation is " + says + " coordinates."))
                .add(new Table(
                                "with all " + all + " coordinates (" + dtype + ")",
                                "largest deviation",
                                "over the largest value")
                        .row("length ‖<i>x̃</i>‖", Html.number(norms.absolute(), 2), Html.number(norms.relative(), 2))
                        .row("inner product", Html.number(products.absolute(), 2), Html.number(products.relative(), 2))
                        .row("distance", Html.number(distances.absolute(), 2), Html.number(distances.relative(), 2))
                        .caption("What is left is rounding."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("pairs", PAIRS);
        out.put("norms", norms.numbers());
        out.put("innerProducts", products.numbers());
        out.put("distances", distances.numbers());
        out.put("coordinates", ranks);
        out.put("correlationOfDistances", correlations);
        out.put("distancesOnPixels", before);
        out.put("distancesOnCoordinates", after);
        return out;
    }
}
