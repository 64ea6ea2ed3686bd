package dev.eckart.cli.demo;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Sprites;
import dev.eckart.tensor.Scope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Pictures as points: their first two coordinates, coloured by digit. */
final class MapChapter implements Chapter {
    private static final int LARGEST_SAMPLE = 2500;

    private final int count;
    private final int[] labels;
    private final double[][] points;
    private final double[][] centres;
    private final double share;
    private final Sprites sprites;

    MapChapter(Study study) {
        DigitSet set = study.set();
        LabelledImages all = set.train();
        count = Math.min(LARGEST_SAMPLE, all.count());
        share = study.whole().cumulative()[2];
        try (Scope scope = Scope.open()) {
            LabelledImages sample = all.take(study.seeds().draw("map", count, all.count()));
            labels = sample.labels();
            points = study.whole().project(sample.images(), 2).toMatrix();
            sprites = Sprites.of(sample.images(), set.height(), set.width());
        }
        centres = new double[LabelledImages.CLASSES][];
        for (int digit = 0; digit < centres.length; digit++) {
            int[] members = members(digit);
            centres[digit] = new double[] {mean(members, 0), mean(members, 1)};
        }
    }

    private int[] members(int digit) {
        return IntStream.range(0, count).filter(i -> labels[i] == digit).toArray();
    }

    private double mean(int[] members, int axis) {
        return IntStream.of(members).mapToDouble(i -> points[i][axis]).average().orElse(Double.NaN);
    }

    private double[] coordinate(int[] members, int axis) {
        return IntStream.of(members).mapToDouble(i -> points[i][axis]).toArray();
    }

    @Override
    public String key() {
        return "map";
    }

    @Override
    public void show(Page page) {
        Chart chart = Chart.of("Scatter plot of the pictures by their first two coordinates, coloured by digit")
                .axes(Axis.linear("first coordinate z₁"), Axis.linear("second coordinate z₂"))
                .sprites(sprites)
                .height(640)
                .square();
        for (int digit = 0; digit < LabelledImages.CLASSES; digit++) {
            int[] members = members(digit);
            chart.points(String.valueOf(digit), coordinate(members, 0), coordinate(members, 1), members);
        }
        page.section(key(), "A map of the digits")
                .text(
                        "Two coordinates are few, but they make a map: each picture becomes a point, and pictures that look alike"
                                + " come to lie near each other, although nobody told the method which digit is which. This is what is"
                                + " meant by an <i>embedding</i>.")
                .add(chart.caption(Html.count(count) + (count < 2000 ? " pictures" : " pictures, drawn by seed,")
                        + " by their first two coordinates (" + Html.percent(share, 1)
                        + " of the variance). Point at a dot to see"
                        + " the picture; click a digit in the legend to hide or show it. Some digits overlap here and come apart"
                        + " only in later coordinates."));
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("pictures", count);
        out.put("varianceShare", share);
        out.put("labels", IntStream.of(labels).asLongStream().toArray());
        out.put("points", List.of(points));
        Map<String, Object> middle = new LinkedHashMap<>();
        for (int digit = 0; digit < centres.length; digit++) {
            middle.put(String.valueOf(digit), centres[digit]);
        }
        out.put("centreOfEachDigit", middle);
        return out;
    }
}
