package dev.eckart.cli.demo;

import dev.eckart.cli.page.Page;
import java.util.Map;

/** A computation and the section of the page that shows it. Holds plain Java values: its tensors are closed. */
interface Chapter {
    /** Its name in the report, and its anchor on the page. */
    String key();

    /** Adds its section. */
    void show(Page page);

    /** Every number that the section shows, for the report. */
    Map<String, Object> numbers();
}
