package dev.eckart.cli.page;

import java.util.ArrayList;
import java.util.List;

/** The options of the charts of one page in the order in which they appear. Not thread-safe. */
public final class Charts {
    private final List<String> options = new ArrayList<>();

    Charts() {}

    /** Takes the JSON options of the next chart. Returns its number on the page. */
    int add(String json) {
        options.add(json);
        return options.size() - 1;
    }

    /** A JSON array of all options, safe inside a script element. */
    String json() {
        return "[" + String.join(",\n", options).replace("<", "\\u003c") + "]";
    }

    int size() {
        return options.size();
    }
}
