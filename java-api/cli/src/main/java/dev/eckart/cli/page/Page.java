package dev.eckart.cli.page;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A self-contained HTML page. Once loaded it writes on its root element how many pictures were decoded ({@code data-images="12/12"}),
 * how many charts drawn ({@code data-charts}) and how many errors seen ({@code data-errors}), for whoever wants to check it. Not
 * thread-safe.
 */
public final class Page {
    private static final String ECHARTS = "/META-INF/resources/webjars/echarts/5.5.0/echarts.common.min.js";

    private final String title;
    private final Map<String, String> facts = new LinkedHashMap<>();
    private final List<Section> sections = new ArrayList<>();
    private String lede = "";
    private String footer = "";

    /** An empty page. */
    public Page(String title) {
        this.title = title;
    }

    /** Sets the paragraph below the title (inline HTML). */
    public Page lede(String html) {
        lede = html;
        return this;
    }

    /** Sets the closing paragraph (inline HTML). */
    public Page footer(String html) {
        footer = html;
        return this;
    }

    /** Adds a fact to the box at the top; {@code html} is inline HTML. */
    public Page fact(String name, String html) {
        facts.put(name, html);
        return this;
    }

    /** Adds a section; {@code id} is its anchor. */
    public Section section(String id, String heading) {
        Section section = new Section(id, heading);
        sections.add(section);
        return section;
    }

    /** The whole document. */
    public String html() {
        Charts charts = new Charts();
        StringBuilder body = new StringBuilder();
        sections.forEach(section -> body.append(section.html(charts)));
        StringBuilder out =
                new StringBuilder("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        out.append("<title>").append(Html.escape(title)).append("</title>\n");
        out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        out.append("<meta name=\"color-scheme\" content=\"light dark\">\n<link rel=\"icon\" href=\"data:,\">\n");
        out.append("<script>").append(resource("guard.js")).append("</script>\n");
        out.append("<style>\n").append(resource("page.css")).append("</style>\n</head>\n<body>\n");
        out.append("<header>\n<h1>").append(Html.escape(title)).append("</h1>\n");
        out.append(lede.isEmpty() ? "" : "<p class=\"lede\">" + lede.strip() + "</p>\n");
        appendFacts(out);
        appendContents(out);
        out.append("</header>\n<main>\n").append(body).append("</main>\n");
        out.append(footer.isEmpty() ? "" : "<footer><p>" + footer.strip() + "</p></footer>\n");
        out.append("<noscript><p>The charts need JavaScript; pictures, tables and text do not.</p></noscript>\n");
        if (charts.size() > 0) {
            out.append("<script type=\"application/json\" id=\"charts\">")
                    .append(charts.json())
                    .append("</script>\n");
            out.append("<script>").append(resource(ECHARTS)).append("</script>\n");
        }
        out.append("<script>\n").append(resource("page.js")).append("</script>\n</body>\n</html>\n");
        return out.toString();
    }

    private void appendFacts(StringBuilder out) {
        if (facts.isEmpty()) {
            return;
        }
        out.append("<dl class=\"facts\">\n");
        facts.forEach((name, html) -> out.append("<div><dt>")
                .append(Html.escape(name))
                .append("</dt><dd>")
                .append(html)
                .append("</dd></div>\n"));
        out.append("</dl>\n");
    }

    private void appendContents(StringBuilder out) {
        if (sections.size() < 3) {
            return;
        }
        out.append("<nav aria-label=\"Contents\"><ol>\n");
        sections.forEach(section -> out.append("<li>").append(section.link()).append("</li>\n"));
        out.append("</ol></nav>\n");
    }

    /** A text of the class path; nothing in it may end the script or style element around it. */
    private static String resource(String name) {
        try (InputStream in =
                Page.class.getResourceAsStream(name.startsWith("/") ? name : "/dev/eckart/cli/page/" + name)) {
            if (in == null) {
                throw new IllegalStateException(
                        "page: " + name + " is not on the class path; use the complete eckart.jar");
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            if (text.contains("</script") || text.contains("<!--") || text.contains("</style")) {
                throw new IllegalStateException("page: " + name + " cannot be written into a page as it stands");
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException("page: " + name + " cannot be read", e);
        }
    }
}
