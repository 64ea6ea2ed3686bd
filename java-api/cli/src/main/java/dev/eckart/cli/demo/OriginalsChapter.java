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
import java.util.stream.Collectors;

/** Some pictures as they are, and how many there are of each digit. */
final class OriginalsChapter implements Chapter {
    private static final int ROWS = 3;

    private final DigitSet set;
    private final List<Picture> pictures = new ArrayList<>();
    private final List<Integer> shown = new ArrayList<>();
    private final int[] counts = new int[LabelledImages.CLASSES];
    private final int constantPixels;

    OriginalsChapter(Study study) {
        set = study.set();
        LabelledImages all = set.train();
        var random = study.seeds().random("originals");
        for (int row = 0; row < ROWS; row++) {
            for (int i : all.oneOfEach(random)) {
                shown.add(i);
                pictures.add(set.ink(all.images(), i, "A handwritten " + all.labels()[i])
                        .caption("No. " + Html.count(i)));
            }
        }
        Arrays.stream(all.labels()).forEach(label -> counts[label]++);
        try (Scope scope = Scope.open()) {
            Tensor range = all.images().max(0).subtract(all.images().min(0));
            constantPixels =
                    (int) Arrays.stream(range.toArray()).filter(r -> r == 0).count();
        }
    }

    @Override
    public String key() {
        return "originals";
    }

    @Override
    public void show(Page page) {
        int pixels = set.height() * set.width();
        String each = Arrays.stream(counts).mapToObj(Html::count).collect(Collectors.joining(", "));
        page.section(key(), "The digits")
                .text("Each picture is a grid of " + set.height() + " × " + set.width() + " = " + pixels
                        + " grey values between 0 (paper) and 1 (ink). Written one after the other they are a row of "
                        + pixels
                        + " numbers, a point in a space of " + pixels + " dimensions; all "
                        + Html.count(set.train().count())
                        + " rows together are the matrix <i>X</i>.")
                .add(Pictures.flow(pictures)
                        .caption("Thirty of the originals, drawn by seed. Of the digits 0 to 9 there are " + each
                                + " pictures; " + constantPixels + " of the " + pixels
                                + " pixels have the same value in all of them."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("shown", shown);
        out.put("picturesPerDigit", Arrays.stream(counts).asLongStream().toArray());
        out.put("constantPixels", constantPixels);
        return out;
    }
}
