package dev.eckart.cli;

import dev.eckart.embedding.Match;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a search found, in lines or as JSON. */
final class Matches {
    private Matches() {}

    static void requireTop(int top) {
        if (top < 1) {
            throw new UsageException("--top " + top + ": is below 1");
        }
    }

    /**
     * Prints them, tab-separated: rank, score, number, name; without numbers: name, score.
     *
     * @param what they are, for JSON
     */
    static void print(GlobalOptions options, String what, List<Match> found, boolean numbered) {
        if (options.json()) {
            List<Map<String, Object>> all = new ArrayList<>();
            for (Match match : found) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put(what, numbered ? match.number() : match.name());
                if (numbered) {
                    fields.put("start", match.name());
                }
                fields.put("score", match.score());
                all.add(fields);
            }
            options.out().println(new Report().put("command", options.command()).put("found", all));
            return;
        }
        for (int i = 0; i < found.size(); i++) {
            Match match = found.get(i);
            String score = String.format(Locale.ROOT, "%.4f", match.score());
            options.out()
                    .println(
                            numbered
                                    ? (i + 1) + "\t" + score + "\t" + match.number() + "\t" + match.name()
                                    : match.name() + "\t" + score);
        }
    }
}
