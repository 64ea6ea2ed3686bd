package dev.eckart.cli.airports;

import dev.eckart.cli.UsageException;
import dev.eckart.embedding.Graph;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Airports and the flights between them.
 *
 * @param list the airports that have flights, in the order of the graph's nodes
 * @param connections pairs of airports with flights, either way
 * @param flights of all
 * @param graph undirected, weighted by flights; belongs to the caller
 */
record Airports(List<Airport> list, int connections, double flights, Graph graph) {
    private static final int FLIGHT_CELLS = 3;
    private static final int AIRPORT_CELLS = 7;

    /**
     * Reads {@code airports.csv} (iata, name, city, state, country, latitude, longitude) and {@code flights-airport.csv} (origin,
     * destination, count), both with a first line of names.
     *
     * @throws UsageException naming the file and line that is none of this
     */
    static Airports read(Path folder) throws IOException {
        Path places = folder.resolve("airports.csv");
        Path flights = folder.resolve("flights-airport.csv");
        Map<String, Airport> known = new HashMap<>();
        for (List<String> cells : rows(places, AIRPORT_CELLS)) {
            String name = cells.get(1) + ", " + cells.get(2) + ", " + cells.get(3);
            known.put(
                    cells.get(0),
                    new Airport(cells.get(0), name, number(places, cells.get(6)), number(places, cells.get(5))));
        }
        Map<String, Integer> numbers = new LinkedHashMap<>();
        Map<Long, Double> pairs = new LinkedHashMap<>();
        for (List<String> cells : rows(flights, FLIGHT_CELLS)) {
            long[] ends = new long[2];
            for (int i = 0; i < 2; i++) {
                if (!known.containsKey(cells.get(i))) {
                    throw new UsageException(flights + ": airport " + cells.get(i) + " is not in " + places);
                }
                ends[i] = numbers.computeIfAbsent(cells.get(i), code -> numbers.size());
            }
            if (ends[0] != ends[1]) {
                pairs.merge(
                        Math.max(ends[0], ends[1]) << 32 | Math.min(ends[0], ends[1]),
                        number(flights, cells.get(2)),
                        Double::sum);
            }
        }
        List<String> codes = List.copyOf(numbers.keySet());
        double[] weights = pairs.values().stream().mapToDouble(w -> w).toArray();
        return new Airports(
                codes.stream().map(known::get).toList(),
                pairs.size(),
                java.util.Arrays.stream(weights).sum(),
                Graph.of(
                        codes,
                        pairs.keySet().stream().mapToInt(p -> (int) (p >> 32)).toArray(),
                        pairs.keySet().stream().mapToInt(Long::intValue).toArray(),
                        weights,
                        false));
    }

    double[] each(ToDoubleFunction<Airport> of) {
        return list.stream().mapToDouble(of).toArray();
    }

    /** The lines after the first, in cells. */
    private static List<List<String>> rows(Path file, int cells) throws IOException {
        if (!Files.isReadable(file)) {
            throw new UsageException(file + ": is missing; run ci/data airports");
        }
        List<List<String>> out = new ArrayList<>();
        List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        for (int i = 1; i < lines.size(); i++) {
            List<String> row = cells(lines.get(i));
            if (row.size() != cells) {
                throw new UsageException(
                        file + ": line " + (i + 1) + " has " + row.size() + " cells, " + cells + " were expected");
            }
            out.add(row);
        }
        return out;
    }

    /** Cells between commas, where quotes may hold commas. */
    private static List<String> cells(String line) {
        List<String> out = new ArrayList<>();
        StringBuilder cell = new StringBuilder();
        boolean quoted = false;
        for (char c : line.toCharArray()) {
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                out.add(cell.toString());
                cell.setLength(0);
            } else {
                cell.append(c);
            }
        }
        out.add(cell.toString());
        return out;
    }

    private static double number(Path file, String cell) {
        try {
            double value = Double.parseDouble(cell);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        throw new UsageException(file + ": '" + cell + "' is no number");
    }
}
