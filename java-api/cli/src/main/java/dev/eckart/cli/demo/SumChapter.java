package dev.eckart.cli.demo;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Picture;
import dev.eckart.cli.page.Pictures;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One digit as the mean plus Σ zᵢ·vᵢ, and its coordinates zᵢ as projections. */
final class SumChapter implements Chapter {
    private static final int TERMS = 7;
    private static final int BARS = 30;

    private final int row;
    private final int label;
    private final double[] scores;
    private final double[] left;
    private final List<Picture> terms = new ArrayList<>();
    private final List<Picture> sums = new ArrayList<>();
    private final String[] heads;

    SumChapter(Study study) {
        DigitSet set = study.set();
        Decomposition whole = study.whole();
        row = study.seeds().random("sum").nextInt(set.train().count());
        label = set.train().labels()[row];
        int count = Math.min(TERMS, whole.sigma().length);
        left = new double[count + 1];
        try (Scope scope = Scope.open()) {
            Tensor x = Rows.take(set.train().images(), row);
            Tensor z = whole.project(x, Math.min(BARS, whole.sigma().length));
            scores = z.toArray();
            double limit = 0;
            List<Tensor> parts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Tensor part = whole.vt().select(0, i).multiply(scores[i]);
                limit = Math.max(limit, part.abs().max().get());
                parts.add(part);
            }
            Picture mean = set.ink(whole.mean(), "The mean picture");
            terms.add(mean.caption("&nbsp;"));
            Tensor sum = whole.mean();
            for (int i = 0; i <= count; i++) {
                if (i > 0) {
                    Tensor part = parts.get(i - 1);
                    terms.add(set.signed(part, limit, "Component " + i + " times its coordinate")
                            .caption(signed(scores[i - 1])));
                    sum = sum.add(part);
                }
                left[i] = x.subtract(sum).norm();
                sums.add(set.ink(sum, "The sum of the mean and " + i + " components")
                        .caption(Html.number(left[i], 3)));
            }
            terms.add(set.ink(x, "The original, a " + label).caption("original"));
            sums.add(set.ink(x, "The original, a " + label).caption("0"));
        }
        heads = IntStream.rangeClosed(-1, count)
                .mapToObj(i -> i < 0 ? "<i>x̄</i>" : i == count ? "<i>x</i>" : term(i + 1))
                .toArray(String[]::new);
    }

    private static String term(int i) {
        return "<i>z</i><sub>" + i + "</sub><i>v</i><sub>" + i + "</sub>";
    }

    private static String signed(double value) {
        return (value >= 0 ? "+" : "") + Html.number(value, 3);
    }

    @Override
    public String key() {
        return "sum";
    }

    @Override
    public void show(Page page) {
        List<String> names = IntStream.rangeClosed(1, scores.length)
                .mapToObj(Integer::toString)
                .toList();
        Pictures table = Pictures.table(heads).row("added", terms).row("so far", sums);
        page.section(key(), "One digit, term by term")
                .text("Every picture is the mean plus so much of each component; nothing else is needed.")
                .formula("<i>x</i> = <i>x̄</i> + Σ<sub><i>i</i></sub> <i>z<sub>i</sub> v<sub>i</sub></i>")
                .add(table.caption(
                        "Picture no. " + Html.count(row) + ", a " + label + ". Above: what each term adds, with its"
                                + " coefficient <i>z<sub>i</sub></i>. Below: the sum so far, with its distance"
                                + " ‖<i>x</i> − sum‖ from the original."))
                .text(
                        "Where does a coefficient come from? It is the projection of the picture on the component: multiply the two"
                                + " pixel by pixel and add up.")
                .formula("<i>z<sub>i</sub></i> = ⟨<i>v<sub>i</sub></i>, <i>x</i> − <i>x̄</i>⟩")
                .add(Chart.of("Bar chart of the first " + scores.length + " coordinates of the digit")
                        .axes(Axis.categories("component i", names), Axis.linear("coordinate zᵢ"))
                        .bars("zᵢ", scores)
                        .height(260)
                        .caption("The first " + scores.length + " coordinates of this " + label
                                + ": its address in the new"
                                + " coordinate system. The later ones are small, which is what makes it possible to leave them"
                                + " out."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("picture", row);
        out.put("label", label);
        out.put("scores", scores);
        out.put("distanceLeft", left);
        return out;
    }
}
