package dev.eckart.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The seconds that each part of a command takes, as {@code report.json} gives them. */
public final class Stopwatch {
    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private long last = System.nanoTime();

    /** Ends a part: the time since the last call, or since the start, is its. */
    public void lap(String name) {
        long now = System.nanoTime();
        seconds.merge(name, (now - last) / 1e9, Double::sum);
        last = now;
    }

    /** Name to seconds, in order of the parts. */
    public Map<String, Double> seconds() {
        return seconds;
    }

    /** As {@code load 0.12 s, compute 1.30 s}. */
    @Override
    public String toString() {
        return seconds.entrySet().stream()
                .map(e -> String.format(Locale.ROOT, "%s %.3g s", e.getKey(), e.getValue()))
                .collect(Collectors.joining(", "));
    }
}
