package dev.eckart.cli.demo;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.pca.Pca;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/** Cumulative explained variance, and the same by the other route, the eigenvectors of the covariance. */
final class VarianceChapter implements Chapter {
    private static final int[] MENTIONED = {1, 2, 10, 50, 100};

    private final double[] cumulative;
    private final int for90;
    private final int for95;
    private final int byCovariance;
    private final double deviation;

    VarianceChapter(Study study) {
        Decomposition whole = study.whole();
        cumulative = whole.cumulative();
        for90 = whole.componentsFor(0.90);
        for95 = whole.componentsFor(0.95);
        double[] variances = whole.variances();
        try (Pca pca = Pca.variance(0.95)
                .solver(Pca.Solver.COVARIANCE)
                .fit(study.set().train().images())) {
            double[] eigenvalues = pca.explainedVariance().toArray();
            byCovariance = eigenvalues.length;
            deviation = IntStream.range(0, eigenvalues.length)
                            .mapToDouble(i -> Math.abs(eigenvalues[i] - variances[i]))
                            .max()
                            .orElse(0)
                    / variances[0];
        }
    }

    @Override
    public String key() {
        return "variance";
    }

    @Override
    public void show(Page page) {
        double[] ks = IntStream.range(0, cumulative.length).asDoubleStream().toArray();
        double[] percent = Arrays.stream(cumulative).map(c -> 100 * c).toArray();
        StringBuilder mentioned = new StringBuilder();
        Arrays.stream(MENTIONED)
                .filter(k -> k < cumulative.length)
                .forEach(k -> mentioned
                        .append(mentioned.length() == 0 ? "" : ", ")
                        .append(k)
                        .append(k == 1 ? " component: " : ": ")
                        .append(Html.percent(cumulative[k], 2)));
        page.section(key(), "How many components are enough?")
                .text(
                        "The squares of the singular values, divided by <i>n</i> − 1, are variances. Their running sum over the"
                                + " total says what share of all differences between pictures the first <i>k</i> components explain.")
                .add(Chart.of("Cumulative explained variance in percent against the number of components")
                        .axes(Axis.linear("components k"), Axis.linear("variance explained, %", 0, 100))
                        .line("explained", ks, percent)
                        .mark("90 %: " + for90, for90)
                        .mark("95 %: " + for95, for95)
                        .height(320)
                        .caption("<i>k</i> = " + for90 + " reaches 90 %, <i>k</i> = " + for95 + " reaches 95 %, of "
                                + (cumulative.length - 1) + ". " + mentioned
                                + ". The other classical route, the eigenvectors of"
                                + " the covariance matrix, also finds " + byCovariance
                                + " components for 95 %; its variances"
                                + " differ from these by at most " + Html.number(deviation, 2) + " of the largest."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("cumulative", cumulative);
        out.put("componentsFor90Percent", for90);
        out.put("componentsFor95Percent", for95);
        out.put("componentsFor95PercentByCovariance", byCovariance);
        out.put("largestDifferenceOfVariancesOverLargest", deviation);
        return out;
    }
}
