package dev.eckart.cli.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Pictures side by side, each with a line below it; or, with column headings, rows of pictures under them. Not thread-safe. */
public final class Pictures implements Block {
    /** More columns than these are shown smaller, so that a row fits the page. */
    private static final int FULL_SIZE_COLUMNS = 10;

    private record Row(String head, List<Picture> pictures) {}

    private final List<String> heads;
    private final List<Row> rows = new ArrayList<>();
    private String caption = "";

    private Pictures(List<String> heads) {
        this.heads = heads;
    }

    /** Pictures that flow over as many lines as the window needs. */
    public static Pictures flow(List<Picture> pictures) {
        Pictures flow = new Pictures(List.of());
        flow.rows.add(new Row("", List.copyOf(pictures)));
        return flow;
    }

    /** A table of pictures under these column headings (inline HTML). */
    public static Pictures table(String... heads) {
        return new Pictures(List.copyOf(Arrays.asList(heads)));
    }

    /** A table of pictures in {@code columns} columns without headings. */
    public static Pictures table(int columns) {
        return new Pictures(java.util.Collections.nCopies(columns, ""));
    }

    /**
     * Adds a row to a table of pictures, with a heading (inline HTML, may be empty).
     *
     * @throws IllegalArgumentException unless it has as many pictures as there are headings
     */
    public Pictures row(String head, List<Picture> pictures) {
        if (pictures.size() != heads.size()) {
            throw new IllegalArgumentException(
                    "pictures: a row of " + pictures.size() + " under " + heads.size() + " headings");
        }
        rows.add(new Row(head, List.copyOf(pictures)));
        return this;
    }

    /** Sets the caption (inline HTML). */
    public Pictures caption(String html) {
        caption = html;
        return this;
    }

    @Override
    public String html(Charts charts) {
        return "<figure>" + (heads.isEmpty() ? flowHtml() : tableHtml()) + Section.figcaption(caption) + "</figure>\n";
    }

    private String flowHtml() {
        StringBuilder out = new StringBuilder("<div class=\"flow\">\n");
        rows.get(0)
                .pictures()
                .forEach(picture -> out.append("<div class=\"tile\">")
                        .append(picture.html())
                        .append("</div>\n"));
        return out.append("</div>").toString();
    }

    private String tableHtml() {
        boolean named = rows.stream().anyMatch(row -> !row.head().isEmpty());
        boolean many = rows.stream().anyMatch(row -> row.pictures().size() > FULL_SIZE_COLUMNS);
        StringBuilder out = new StringBuilder(
                "<div class=\"wide\" tabindex=\"0\"><table class=\"pictures" + (many ? " many" : "") + "\">");
        if (heads.stream().anyMatch(head -> !head.isEmpty())) {
            out.append("<thead><tr>").append(named ? "<td></td>" : "");
            heads.forEach(head -> out.append("<th scope=\"col\">").append(head).append("</th>"));
            out.append("</tr></thead>");
        }
        out.append("<tbody>\n");
        for (Row row : rows) {
            out.append("<tr>").append(named ? "<th scope=\"row\">" + row.head() + "</th>" : "");
            row.pictures()
                    .forEach(
                            picture -> out.append("<td>").append(picture.html()).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>").toString();
    }
}
