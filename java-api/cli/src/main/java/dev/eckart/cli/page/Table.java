package dev.eckart.cli.page;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A table with a caption; the first cell of each row is its heading. Cells are inline HTML. Not thread-safe. */
public final class Table implements Block {
    private final List<String> heads;
    private final List<List<String>> rows = new ArrayList<>();
    private String caption = "";

    /** A table with these column headings. */
    public Table(String... heads) {
        this.heads = List.copyOf(Arrays.asList(heads));
    }

    /**
     * Adds a row.
     *
     * @throws IllegalArgumentException unless it has as many cells as there are headings
     */
    public Table row(String... cells) {
        if (cells.length != heads.size()) {
            throw new IllegalArgumentException(
                    "table: a row of " + cells.length + " cells under " + heads.size() + " headings");
        }
        rows.add(List.copyOf(Arrays.asList(cells)));
        return this;
    }

    /** Sets the caption (inline HTML). */
    public Table caption(String html) {
        caption = html;
        return this;
    }

    @Override
    public String html(Charts charts) {
        StringBuilder out = new StringBuilder("<figure><div class=\"wide\" tabindex=\"0\"><table><thead><tr>");
        heads.forEach(head -> out.append("<th scope=\"col\">").append(head).append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (List<String> row : rows) {
            out.append("<tr><th scope=\"row\">").append(row.get(0)).append("</th>");
            row.subList(1, row.size())
                    .forEach(cell -> out.append("<td>").append(cell).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>")
                .append(Section.figcaption(caption))
                .append("</figure>\n")
                .toString();
    }
}
