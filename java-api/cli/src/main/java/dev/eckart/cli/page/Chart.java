package dev.eckart.cli.page;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * An interactive chart of lines, points or bars over two axes: what is drawn, as ECharts options. Colours, fonts and the forms of
 * numbers come from {@code page.js}, which knows the theme. Values that are not finite are left out. Not thread-safe.
 */
public final class Chart implements Block {
    private static final int DIGITS = 5;

    private enum Kind {
        LINE,
        DASHED,
        SCATTER,
        DIAMOND,
        BAR
    }

    private record Series(Kind kind, String name, double[] x, double[] y, int[] tiles, Names names) {}

    /** What the points are called, and the values that colour them, if any. */
    private record Names(List<String> labels, double[] shades) {}

    private record Mark(String label, double x) {}

    private final String label;
    private final List<Series> series = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private Axis x = Axis.linear("");
    private Axis y = Axis.linear("");
    private Axis shade;
    private String caption = "";
    private Sprites sprites;
    private int height = 340;
    private boolean square;

    private Chart(String label) {
        this.label = label;
    }

    /** A chart; {@code label} tells a reader who does not see it what it shows. */
    public static Chart of(String label) {
        return new Chart(label);
    }

    /** Sets both axes. */
    public Chart axes(Axis horizontal, Axis vertical) {
        x = horizontal;
        y = vertical;
        return this;
    }

    /** Adds a line through the points (x, y). */
    public Chart line(String name, double[] xs, double[] ys) {
        return add(Kind.LINE, name, xs, ys, null);
    }

    /** Adds a dashed line. */
    public Chart dashed(String name, double[] xs, double[] ys) {
        return add(Kind.DASHED, name, xs, ys, null);
    }

    /** Adds single points. */
    public Chart points(String name, double[] xs, double[] ys) {
        return add(Kind.SCATTER, name, xs, ys, null);
    }

    /** Adds single points, each with the number of its picture among the {@link #sprites}. */
    public Chart points(String name, double[] xs, double[] ys, int[] tiles) {
        return add(Kind.SCATTER, name, xs, ys, tiles);
    }

    /** Adds single points, each with a name that is shown at the pointer. */
    public Chart points(String name, double[] xs, double[] ys, List<String> labels) {
        series.add(new Series(Kind.SCATTER, name, xs, ys, null, new Names(same(labels, xs, ys), null)));
        return this;
    }

    /** Adds single points that stand out, each with a name. */
    public Chart diamonds(String name, double[] xs, double[] ys, List<String> labels) {
        series.add(new Series(Kind.DIAMOND, name, xs, ys, null, new Names(same(labels, xs, ys), null)));
        return this;
    }

    /**
     * Adds single points with names, coloured by {@code values} from the first to the last of a scale, which is shown below the
     * chart.
     */
    public Chart shaded(Axis scale, double[] xs, double[] ys, double[] values, List<String> labels) {
        if (values.length != xs.length) {
            throw new IllegalArgumentException("chart: " + xs.length + " points have " + values.length + " shades");
        }
        shade = scale;
        series.add(new Series(Kind.SCATTER, "", xs, ys, null, new Names(same(labels, xs, ys), values)));
        return this;
    }

    private static List<String> same(List<String> labels, double[] xs, double[] ys) {
        if (labels.size() != xs.length || labels.size() != ys.length) {
            throw new IllegalArgumentException(
                    "chart: " + xs.length + " x and " + ys.length + " y have " + labels.size() + " names");
        }
        return List.copyOf(labels);
    }

    /** Adds bars, one per category. */
    public Chart bars(String name, double[] values) {
        double[] at = new double[values.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = i;
        }
        return add(Kind.BAR, name, at, values, null);
    }

    private Chart add(Kind kind, String name, double[] xs, double[] ys, int[] tiles) {
        if (xs.length != ys.length || tiles != null && tiles.length != xs.length) {
            throw new IllegalArgumentException(
                    "chart: series '" + name + "' has " + xs.length + " x and " + ys.length + " y");
        }
        series.add(new Series(kind, name, xs, ys, tiles, null));
        return this;
    }

    /** Adds a vertical line with a label. */
    public Chart mark(String markLabel, double at) {
        marks.add(new Mark(markLabel, at));
        return this;
    }

    /** Pictures that appear beside the pointer when it is over a point. */
    public Chart sprites(Sprites sheet) {
        sprites = sheet;
        return this;
    }

    /** Height in CSS pixels. */
    public Chart height(int pixels) {
        height = pixels;
        return this;
    }

    /** As high as wide, within {@link #height}. */
    public Chart square() {
        square = true;
        return this;
    }

    /** Sets the caption (inline HTML). */
    public Chart caption(String html) {
        caption = html;
        return this;
    }

    @Override
    public String html(Charts charts) {
        int number = charts.add(json());
        String shape =
                square ? "aspect-ratio:1;max-width:" + height + "px;margin-inline:auto" : "height:" + height + "px";
        return "<figure><div class=\"chart\" role=\"img\" data-chart=\"" + number + "\" style=\"" + shape
                + "\" aria-label=\"" + Html.escape(label) + "\"></div>" + ramp() + Section.figcaption(caption)
                + "</figure>\n";
    }

    /** The scale of colours; {@code page.js} knows them. */
    private String ramp() {
        return shade == null
                ? ""
                : "<p class=\"scale\"><span>" + Html.number(shade.from()) + "</span><i class=\"ramp\"></i><span>"
                        + Html.number(shade.to()) + "</span><span>" + Html.escape(shade.name()) + "</span></p>";
    }

    private int points() {
        return series.stream().mapToInt(each -> each.x().length).sum();
    }

    /** The names of all points, each once, in order; a point has the place of its own. */
    private List<String> labels() {
        return series.stream()
                .filter(each -> each.names() != null)
                .flatMap(each -> each.names().labels().stream())
                .distinct()
                .toList();
    }

    private String json() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeFieldName("xAxis");
            x.write(json);
            json.writeFieldName("yAxis");
            y.write(json);
            Map<String, Integer> places = new HashMap<>();
            json.writeArrayFieldStart("labels");
            for (String name : labels()) {
                places.put(name, places.size());
                json.writeString(name);
            }
            json.writeEndArray();
            if (shade != null) {
                json.writeFieldName("shade");
                shade.write(json);
            }
            json.writeArrayFieldStart("series");
            for (Series each : series) {
                write(json, each, places);
            }
            if (!marks.isEmpty()) {
                writeMarks(json);
            }
            json.writeEndArray();
            if (sprites != null) {
                json.writeFieldName("sprites");
                sprites.write(json);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("chart: writing to memory failed", e);
        }
        return text.toString();
    }

    private void write(JsonGenerator json, Series each, Map<String, Integer> places) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", each.name());
        String type = switch (each.kind()) {
            case DASHED -> "line";
            case DIAMOND -> "scatter";
            default -> each.kind().name().toLowerCase(java.util.Locale.ROOT);
        };
        json.writeStringField("type", type);
        if (each.kind() == Kind.DASHED) {
            json.writeObjectFieldStart("lineStyle");
            json.writeStringField("type", "dashed");
            json.writeEndObject();
        }
        if (each.kind() == Kind.SCATTER) {
            json.writeNumberField("symbolSize", points() > 1000 || each.x().length > 200 ? 5 : 8);
        } else if (each.kind() == Kind.DIAMOND) {
            json.writeStringField("symbol", "diamond");
            json.writeNumberField("symbolSize", 15);
        } else if (each.kind() != Kind.BAR) {
            json.writeBooleanField("showSymbol", each.x().length <= 40);
        }
        json.writeArrayFieldStart("data");
        for (int i = 0; i < each.x().length; i++) {
            if (!Double.isFinite(each.x()[i]) || !Double.isFinite(each.y()[i]) || y.logarithmic() && each.y()[i] <= 0) {
                continue;
            }
            json.writeStartArray();
            Axis.number(json, each.x()[i], DIGITS);
            Axis.number(json, each.y()[i], DIGITS);
            if (each.tiles() != null) {
                json.writeNumber(each.tiles()[i]);
            } else if (each.names() != null) {
                Axis.number(
                        json, each.names().shades() == null ? 0 : each.names().shades()[i], DIGITS);
                json.writeNumber(places.get(each.names().labels().get(i)));
            }
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    /** The vertical lines belong to a series of their own, without points. */
    private void writeMarks(JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("type", "line");
        json.writeArrayFieldStart("data");
        json.writeEndArray();
        json.writeObjectFieldStart("markLine");
        json.writeArrayFieldStart("data");
        for (Mark mark : marks) {
            json.writeStartObject();
            json.writeNumberField("xAxis", mark.x());
            json.writeStringField("name", mark.label());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
        json.writeEndObject();
    }
}
