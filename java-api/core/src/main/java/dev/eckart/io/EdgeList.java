package dev.eckart.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The edges of a graph: two or three columns in each line (from, to, weight), between tabs, commas or blanks, plain or compressed by
 * gzip. Lines that begin with # or %, and a header, are skipped: a first line whose third cell is no number, or whose two cells are
 * names such as {@code source} and {@code target}. Thread-safe.
 */
public final class EdgeList {
    private static final Set<String> HEADER = Set.of(
            "source",
            "target",
            "from",
            "to",
            "src",
            "dst",
            "origin",
            "destination",
            "node1",
            "node2",
            "u",
            "v",
            "fromnodeid",
            "tonodeid");

    private EdgeList() {}

    /**
     * Edges in the order of the file.
     *
     * @param names of the nodes, in the order in which they are met
     * @param from where each edge starts, a number of a name
     * @param to where it ends
     * @param weights 1 where the file has none
     */
    public record Content(List<String> names, int[] from, int[] to, double[] weights) {}

    /**
     * Reads a file.
     *
     * @throws BadFileException naming the line, for other than two or three cells, and a weight that is negative or no finite number;
     *     for a file without edges
     */
    public static Content read(Path path) throws IOException {
        try (Lines lines = Lines.open("edges", path)) {
            Edges edges = new Edges();
            String line = lines.next();
            String[] first = null;
            for (; line != null; line = lines.next()) {
                if (line.isBlank() || line.startsWith("#") || line.startsWith("%")) {
                    continue;
                }
                String[] cells = cells(line);
                boolean header = first == null && isHeader(cells);
                first = first == null ? cells : first;
                if (!header) {
                    edges.add(lines, cells);
                }
            }
            if (edges.count == 0) {
                throw lines.badFile("has no edges; lines of two nodes, or two and a weight, were expected");
            }
            return edges.content();
        }
    }

    private static String[] cells(String line) {
        String[] cells = line.strip().split(line.indexOf('\t') >= 0 ? "\t" : line.indexOf(',') >= 0 ? "," : " +", -1);
        for (int i = 0; i < cells.length; i++) {
            cells[i] = cells[i].strip();
            int end = cells[i].length() - 1;
            if (end > 0 && cells[i].charAt(0) == '"' && cells[i].charAt(end) == '"') {
                cells[i] = cells[i].substring(1, end);
            }
        }
        return cells;
    }

    private static boolean isHeader(String[] cells) {
        if (cells.length == 3) {
            return Double.isNaN(Cell.number(cells[2])) && !Cell.isMissing(cells[2]);
        }
        return cells.length == 2 && Arrays.stream(cells).allMatch(c -> HEADER.contains(c.toLowerCase(Locale.ROOT)));
    }

    private static final class Edges {
        private final Map<String, Integer> numbers = new HashMap<>();
        private final List<String> names = new ArrayList<>();
        private int[] from = new int[256];
        private int[] to = new int[256];
        private double[] weights = new double[256];
        private int count;
        private int columns;

        void add(Lines lines, String[] cells) throws IOException {
            if (cells.length != 2 && cells.length != 3 || cells[0].isEmpty() || cells[1].isEmpty()) {
                throw lines.bad("two nodes, or two and a weight, were expected, between tabs or commas");
            }
            if (count > 0 && cells.length != columns) {
                throw lines.bad("has " + cells.length + " cells, the lines before have " + columns);
            }
            columns = cells.length;
            double weight = cells.length == 2 ? 1 : Cell.number(cells[2]);
            if (!(weight >= 0 && weight < Double.POSITIVE_INFINITY)) {
                throw lines.bad("the weight '" + Text.shorten(cells[2]) + "' is "
                        + (weight < 0 ? "negative" : "no finite number") + "; weights are 0 or more");
            }
            if (count == from.length) {
                from = Arrays.copyOf(from, 2 * count);
                to = Arrays.copyOf(to, 2 * count);
                weights = Arrays.copyOf(weights, 2 * count);
            }
            from[count] = number(cells[0]);
            to[count] = number(cells[1]);
            weights[count++] = weight;
        }

        private int number(String name) {
            Integer known = numbers.putIfAbsent(name, names.size());
            if (known == null) {
                names.add(name);
                return names.size() - 1;
            }
            return known;
        }

        Content content() {
            return new Content(
                    List.copyOf(names),
                    Arrays.copyOf(from, count),
                    Arrays.copyOf(to, count),
                    Arrays.copyOf(weights, count));
        }
    }
}
