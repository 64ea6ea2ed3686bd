package dev.eckart.cli.page;

/** A part of a section that writes itself as HTML: prose, a table, pictures or a chart. */
@FunctionalInterface
public interface Block {
    /** The HTML of this part; {@code charts} numbers the charts of the page. */
    String html(Charts charts);
}
