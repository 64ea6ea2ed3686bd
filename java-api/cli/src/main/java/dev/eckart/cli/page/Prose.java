package dev.eckart.cli.page;

/**
 * A paragraph or a formula.
 *
 * @param html inline HTML, trusted
 * @param formula whether it is set apart as a formula
 */
public record Prose(String html, boolean formula) implements Block {
    @Override
    public String html(Charts charts) {
        return "<p" + (formula ? " class=\"formula\"" : "") + ">" + html.strip() + "</p>\n";
    }
}
