package dev.eckart.cli;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Picture;
import dev.eckart.cli.page.Pictures;
import dev.eckart.cli.page.Table;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** The page that {@code pca} writes: how much each component explains, the observations on the first two, the components. */
final class PcaPage {
    private static final int MOST_POINTS = 3000;
    private static final int MOST_GROUPS = 20;
    private static final int MOST_PICTURES = 20;
    private static final int MOST_ROWS = 10;
    private static final int MOST_LOADINGS = 6;

    private final Page page;
    private final Pca pca;
    private final double[] ratio;

    private PcaPage(String title, Pca pca) {
        this.page = new Page(title);
        this.pca = pca;
        this.ratio = pca.explainedVarianceRatio();
    }

    /**
     * The document.
     *
     * @param scores (n, k)
     * @param labels one per observation, or null
     * @param genotypes whether the variables are counts of alleles
     */
    static String html(String input, Pca pca, Tensor scores, List<String> labels, boolean genotypes) {
        PcaPage made = new PcaPage("Principal components of " + input, pca);
        made.facts(scores.dim(0), genotypes);
        made.scree();
        if (made.ratio.length > 1) {
            made.scatter(scores, labels);
        }
        made.components();
        made.page.footer(
                "The numbers are in <code>report.json</code>, <code>components.npy</code> and <code>scores.npy</code>.");
        return made.page.html();
    }

    private void facts(long observations, boolean genotypes) {
        double sum = 0;
        for (double r : ratio) {
            sum += r;
        }
        page.fact(
                        "Observations",
                        Html.count(observations) + " of "
                                + Html.count(pca.mean().dim(0)) + " variables")
                .fact("Components", ratio.length + ", " + Html.percent(sum, 2) + " of the variance")
                .fact("Total variance", Html.number(pca.totalVariance(), 6));
        pca.scale()
                .ifPresent(s -> page.fact(
                        "Scaled",
                        genotypes
                                ? "by allele frequency; " + Html.count(pca.constantColumns())
                                        + " variants do not vary and stay zero"
                                : "to unit variance; " + pca.constantColumns()
                                        + " variables are constant and stay zero"));
        pca.imputation()
                .filter(how -> how.missing() > 0)
                .ifPresent(how -> page.fact("Missing", Html.count(how.missing()) + " values, filled in"));
    }

    private void scree() {
        double[] number =
                IntStream.rangeClosed(1, ratio.length).asDoubleStream().toArray();
        double[] percent = new double[ratio.length];
        double[] cumulative = new double[ratio.length];
        for (int i = 0; i < ratio.length; i++) {
            percent[i] = 100 * ratio[i];
            cumulative[i] = percent[i] + (i == 0 ? 0 : cumulative[i - 1]);
        }
        page.section("variance", "Explained variance")
                .add(Chart.of("Share of the variance of each component, and of all up to it")
                        .axes(Axis.linear("component"), Axis.linear("variance, %"))
                        .line("up to this component", number, cumulative)
                        .points("of this component", number, percent)
                        .caption("The share of the total variance along each component, and their running sum."));
    }

    /** At most {@link #MOST_POINTS} evenly spread observations, grouped by label. */
    private void scatter(Tensor scores, List<String> labels) {
        long n = scores.dim(0);
        long step = Math.max(1, (n + MOST_POINTS - 1) / MOST_POINTS);
        long[] rows = LongStream.iterate(0, i -> i < n, i -> i + step).toArray();
        Map<String, List<double[]>> groups = new LinkedHashMap<>();
        try (Scope scope = Scope.open()) {
            double[][] points = scores.slice(1, 0, 2).toMatrix();
            for (long row : rows) {
                String label = labels == null ? "observations" : labels.get((int) row);
                groups.computeIfAbsent(label, l -> new ArrayList<>()).add(points[(int) row]);
            }
        }
        boolean tooMany = groups.size() > MOST_GROUPS;
        if (tooMany) {
            List<double[]> all = groups.values().stream().flatMap(List::stream).toList();
            groups.clear();
            groups.put("observations", all);
        }
        Chart chart = Chart.of("Scatter plot of the observations by their first two coordinates")
                .axes(Axis.linear("first component"), Axis.linear("second component"))
                .height(600)
                .square();
        groups.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(group ->
                        chart.points(group.getKey(), coordinate(group.getValue(), 0), coordinate(group.getValue(), 1)));
        page.section("map", "The observations on the first two components")
                .add(chart.caption(Html.count(rows.length)
                        + (step == 1 ? " observations" : " of " + Html.count(n) + " observations, every " + step + "th")
                        + (tooMany ? "; more than " + MOST_GROUPS + " labels are not told apart" : "") + "."));
    }

    private static double[] coordinate(List<double[]> points, int axis) {
        return points.stream().mapToDouble(p -> p[axis]).toArray();
    }

    /** As pictures when the variables can be the pixels of a square picture of some size, else as a table of loadings. */
    private void components() {
        long d = pca.mean().dim(0);
        long side = Math.round(Math.sqrt(d));
        if (side * side == d && side >= 8) {
            pictures(side);
        } else {
            loadings();
        }
    }

    private void pictures(long side) {
        List<Picture> pictures = new ArrayList<>();
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < Math.min(MOST_PICTURES, ratio.length); i++) {
                Tensor row = pca.components().select(0, i);
                pictures.add(
                        Picture.signed(row.reshape(side, side), row.abs().max().get(), "Component " + (i + 1))
                                .caption((i + 1) + ": " + Html.percent(ratio[i], 1)));
            }
        }
        page.section("components", "The components")
                .add(Pictures.flow(pictures)
                        .caption("The first components as pictures of " + side + " × " + side
                                + ", should the variables be pixels: orange adds, blue takes away."));
    }

    private void loadings() {
        Table table = new Table("component", "variance", "largest loadings: variable (from 0) × weight");
        try (Scope scope = Scope.open()) {
            for (int i = 0; i < Math.min(MOST_ROWS, ratio.length); i++) {
                double[] weights = pca.components().select(0, i).toArray();
                String largest = IntStream.range(0, weights.length)
                        .boxed()
                        .sorted((a, b) -> Double.compare(Math.abs(weights[b]), Math.abs(weights[a])))
                        .limit(MOST_LOADINGS)
                        .map(j -> j + " × " + Html.number(weights[j], 3))
                        .reduce((a, b) -> a + ", " + b)
                        .orElse("");
                table.row(String.valueOf(i + 1), Html.percent(ratio[i], 2), largest);
            }
        }
        page.section("components", "The components")
                .add(table.caption("The variables that weigh most in each component."));
    }
}
