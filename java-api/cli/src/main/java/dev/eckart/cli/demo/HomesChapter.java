package dev.eckart.cli.demo;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/** Collinear columns of a table found by its singular values, and their relation read from the last right singular vector. */
final class HomesChapter implements Chapter {
    private static final double ERROR = 0.01;
    private static final int ROWS = 5;

    private final Homes exact;
    private final Homes noisy;

    HomesChapter(Study study) {
        exact = Homes.of(study.seeds(), 0);
        noisy = Homes.of(study.seeds(), ERROR);
    }

    @Override
    public String key() {
        return "homes";
    }

    @Override
    public void show(Page page) {
        int n = exact.sigma().length;
        List<String> names = IntStream.rangeClosed(1, n).mapToObj(i -> "σ" + i).toList();
        double[] at = IntStream.range(0, n).asDoubleStream().toArray();
        page.section(key(), "Columns that say the same: a table of homes")
                .text("Not only pictures are matrices. Below is the beginning of a table of " + exact.table().length
                        + " homes (made-up data, drawn by seed). It gives the area twice, in m² and in ft², so one column of six is"
                        + " superfluous. Would you see that without the headings? The singular values do.")
                .add(rows())
                .add(Chart.of(
                                "Singular values of the table of homes with exact and with noisy second area, on a logarithmic scale")
                        .axes(Axis.categories("", names), Axis.log("singular value"))
                        .points("ft² exact", at, exact.sigma())
                        .points("ft² measured with 1 % error", at, noisy.sigma())
                        .height(300)
                        .caption(
                                "Singular values of the table after dividing each column by its norm. Rule: a value counts as zero"
                                        + " when it is not above the tolerance. Exact table: tolerance max(<i>n</i>, <i>d</i>)·<i>ε</i>·<i>σ</i>"
                                        + "<sub>1</sub> = " + Html.number(exact.tolerance(), 2) + ", smallest value "
                                        + Html.number(exact.sigma()[n - 1], 2) + ", so the numerical rank is <b>"
                                        + exact.rank()
                                        + "</b> of " + n
                                        + ". With a measuring error of 1 % in the ft² no singular value can be trusted"
                                        + " closer than about " + ERROR + " (Weyl's inequality); the smallest is "
                                        + Html.number(noisy.sigma()[n - 1], 3) + ", the next "
                                        + Html.number(noisy.sigma()[n - 2], 3)
                                        + ", so the numerical rank is <b>" + noisy.rank() + "</b> of " + n + "."))
                .text(
                        "Which column depends on which? A singular value near zero means <i>Xv</i> ≈ 0 for its right singular vector"
                                + " <i>v</i>: the entries of the last row of <i>V</i><sup>⊤</sup>, taken back to the units of the table, are"
                                + " the coefficients of the relation. Exact table:")
                .formula(equation(exact, 8))
                .text("(all other coefficients are below " + Html.number(others(exact), 2)
                        + "). With the measuring error the relation is still there, a little blurred:")
                .formula(equation(noisy, 4))
                .text("One m² is " + Html.number(Homes.SQUARE_FEET, 8) + " ft².");
    }

    private Table rows() {
        Table table = new Table(
                "home",
                Homes.COLUMNS[0],
                Homes.COLUMNS[1],
                "ft² with 1 % error",
                Homes.COLUMNS[2],
                Homes.COLUMNS[3],
                Homes.COLUMNS[4],
                Homes.COLUMNS[5]);
        for (int i = 0; i < ROWS; i++) {
            double[] row = exact.table()[i];
            table.row(
                    String.valueOf(i + 1),
                    fixed(row[0], 1),
                    fixed(row[1], 1),
                    fixed(noisy.table()[i][1], 1),
                    fixed(row[2], 0),
                    fixed(row[3], 0),
                    fixed(row[4], 1),
                    fixed(row[5], 0));
        }
        return table.caption(
                "Made-up data. The noisy table has the column “ft² with 1 % error” in place of the exact one.");
    }

    private static String fixed(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /** The relation solved for the area in ft²; terms that are zero but for rounding are left out. */
    private static String equation(Homes homes, int digits) {
        StringBuilder out = new StringBuilder("area<sub>ft²</sub> = ");
        String[] short_ = {"area<sub>m²</sub>", "", "rooms", "age", "distance", "price"};
        boolean first = true;
        for (int j = 0; j < short_.length; j++) {
            double c = homes.relation()[j];
            if (j == 1 || Math.abs(c) < 1e-9) {
                continue;
            }
            out.append(first ? (c < 0 ? "−" : "") : c < 0 ? " − " : " + ")
                    .append(Html.number(Math.abs(c), digits))
                    .append("&nbsp;")
                    .append(short_[j]);
            first = false;
        }
        return out.toString();
    }

    private static double others(Homes homes) {
        return IntStream.range(2, homes.relation().length)
                .mapToDouble(j -> Math.abs(homes.relation()[j]))
                .max()
                .orElse(0);
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("homes", exact.table().length);
        out.put("columns", List.of(Homes.COLUMNS));
        out.put("exact", numbers(exact));
        out.put("noisy", numbers(noisy));
        return out;
    }

    private static Map<String, Object> numbers(Homes homes) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("firstRows", List.of(homes.table()).subList(0, ROWS));
        out.put("singularValues", homes.sigma());
        out.put("tolerance", homes.tolerance());
        out.put("numericalRank", homes.rank());
        out.put("relation", homes.relation());
        return out;
    }
}
