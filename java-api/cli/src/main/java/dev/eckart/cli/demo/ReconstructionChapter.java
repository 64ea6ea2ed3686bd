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
import java.util.stream.IntStream;

/** Digits rebuilt from their first k coordinates, k = 1..9 and 50. */
final class ReconstructionChapter implements Chapter {
    private static final int[] RANKS = {1, 2, 3, 4, 5, 6, 7, 8, 9, 50};
    private static final int DIGITS = 6;

    private final int[] ranks;
    private final double[] kept;
    private final double[] rootMeanSquare;
    private final int[] shown;
    private final int[] labels;
    private final List<List<Picture>> rows = new ArrayList<>();

    ReconstructionChapter(Study study) {
        DigitSet set = study.set();
        Decomposition whole = study.whole();
        ranks = Arrays.stream(RANKS).filter(k -> k <= whole.sigma().length).toArray();
        kept = Arrays.stream(ranks).mapToDouble(k -> whole.cumulative()[k]).toArray();
        double[] tails = whole.tails();
        rootMeanSquare = Arrays.stream(ranks)
                .mapToDouble(k -> Math.sqrt(tails[k] / whole.rows() / whole.columns()))
                .toArray();
        int[] each = set.train().oneOfEach(study.seeds().random("reconstruction"));
        int[] some = study.seeds().draw("reconstruction digits", Math.min(DIGITS, each.length), each.length);
        shown = Arrays.stream(some).sorted().map(i -> each[i]).toArray();
        labels = Arrays.stream(shown).map(i -> set.train().labels()[i]).toArray();
        for (int i = 0; i < shown.length; i++) {
            try (Scope scope = Scope.open()) {
                rows.add(row(set, whole, i));
            }
        }
    }

    private List<Picture> row(DigitSet set, Decomposition whole, int i) {
        Tensor x = Rows.take(set.train().images(), shown[i]);
        List<Picture> out = new ArrayList<>();
        for (int k : ranks) {
            out.add(set.ink(whole.paint(whole.project(x, k)), "The " + labels[i] + " at rank " + k));
        }
        out.add(set.ink(x, "The original " + labels[i]));
        return out;
    }

    @Override
    public String key() {
        return "reconstruction";
    }

    @Override
    public void show(Page page) {
        String[] heads = IntStream.rangeClosed(0, ranks.length)
                .mapToObj(i -> i == ranks.length ? "original" : ranks[i] + "<br>" + Html.percent(kept[i], 0))
                .toArray(String[]::new);
        Pictures table = Pictures.table(heads);
        rows.forEach(row -> table.row("", row));
        int last = ranks.length - 1;
        page.section(key(), "Fewer numbers, nearly the same picture")
                .text(
                        "Keep only the first <i>k</i> terms of the sum and a picture is described by <i>k</i> numbers instead of"
                                + " one for every pixel. The theorem of Eckart, Young and Mirsky says that nothing of rank <i>k</i> comes closer"
                                + " to the data:")
                .formula(
                        "‖<i>X̃</i> − <i>X̃<sub>k</sub></i>‖ ≤ ‖<i>X̃</i> − <i>B</i>‖ for every <i>B</i> of rank at most <i>k</i>")
                .add(table.caption(
                        "Digits from their first <i>k</i> coordinates; the heading gives <i>k</i> and the share of the"
                                + " variance kept. At " + ranks[last] + " numbers a pixel is wrong by "
                                + Html.number(rootMeanSquare[last], 3)
                                + " on average (root mean square over all pictures), at one number by "
                                + Html.number(rootMeanSquare[0], 3) + "."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("ranks", Arrays.stream(ranks).asLongStream().toArray());
        out.put("varianceKept", kept);
        out.put("rootMeanSquareError", rootMeanSquare);
        out.put("pictures", Arrays.stream(shown).asLongStream().toArray());
        out.put("labels", Arrays.stream(labels).asLongStream().toArray());
        return out;
    }
}
