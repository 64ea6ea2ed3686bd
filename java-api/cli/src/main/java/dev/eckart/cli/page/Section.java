package dev.eckart.cli.page;

import java.util.ArrayList;
import java.util.List;

/** A titled section of a page. Not thread-safe. */
public final class Section {
    private final String id;
    private final String title;
    private final List<Block> blocks = new ArrayList<>();

    Section(String id, String title) {
        this.id = id;
        this.title = title;
    }

    /** Adds a paragraph (inline HTML). */
    public Section text(String html) {
        return add(new Prose(html, false));
    }

    /** Adds a formula on a line of its own (inline HTML). */
    public Section formula(String html) {
        return add(new Prose(html, true));
    }

    /** Adds pictures, a chart or a table. */
    public Section add(Block block) {
        blocks.add(block);
        return this;
    }

    String html(Charts charts) {
        StringBuilder out =
                new StringBuilder("<section id=\"" + Html.escape(id) + "\">\n<h2>" + Html.escape(title) + "</h2>\n");
        blocks.forEach(block -> out.append(block.html(charts)));
        return out.append("</section>\n").toString();
    }

    String link() {
        return "<a href=\"#" + Html.escape(id) + "\">" + Html.escape(title) + "</a>";
    }

    static String figcaption(String caption) {
        return caption.isEmpty() ? "" : "<figcaption>" + caption.strip() + "</figcaption>";
    }
}
