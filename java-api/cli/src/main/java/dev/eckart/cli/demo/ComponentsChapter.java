package dev.eckart.cli.demo;

import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Picture;
import dev.eckart.cli.page.Pictures;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The mean picture and the first principal components, as pictures with two signs. */
final class ComponentsChapter implements Chapter {
    private static final int SHOWN = 19;

    private final List<Picture> pictures = new ArrayList<>();
    private final double[] ratios;

    ComponentsChapter(Study study) {
        Decomposition whole = study.whole();
        double[] variances = whole.variances();
        double total = Arrays.stream(variances).sum();
        int shown = Math.min(SHOWN, variances.length);
        ratios = Arrays.stream(variances).limit(shown).map(v -> v / total).toArray();
        try (Scope scope = Scope.open()) {
            pictures.add(
                    study.set().ink(whole.mean(), "The mean of all pictures").caption("mean <i>x̄</i>"));
            for (int i = 0; i < shown; i++) {
                Tensor row = whole.vt().select(0, i);
                double limit = row.abs().max().get();
                pictures.add(study.set()
                        .signed(row, limit, "Principal component " + (i + 1))
                        .caption("<i>v</i><sub>" + (i + 1) + "</sub> " + Html.percent(ratios[i], 1)));
            }
        }
    }

    @Override
    public String key() {
        return "components";
    }

    @Override
    public void show(Page page) {
        page.section(key(), "The directions in which digits differ")
                .text("Take the mean picture away from every row. The singular value decomposition of what is left,")
                .formula(
                        "<i>X̃</i> = <i>X</i> − <b>1</b><i>x̄</i><sup>⊤</sup> = <i>U</i> diag(<i>σ</i>) <i>V</i><sup>⊤</sup>,")
                .text(
                        "finds the directions <i>v</i><sub>1</sub>, <i>v</i><sub>2</sub>, … (the columns of <i>V</i>) along which the"
                                + " pictures differ most, next most, and so on, each at right angles to all before. These are the principal"
                                + " components. A direction is a row of pixels too, so it can be looked at.")
                .add(Pictures.flow(pictures)
                        .caption("The mean and the first " + ratios.length
                                + " components with their share of the variance. Moving"
                                + " along a component adds ink where it is orange and takes ink away where it is blue; going the"
                                + " other way does the opposite."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("varianceRatio", ratios);
        return out;
    }
}
