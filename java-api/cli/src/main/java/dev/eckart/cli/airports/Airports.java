package dev.eckart.cli.airports;

import dev.eckart.cli.UsageException;
import dev.eckart.embedding.Graph;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

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
        for (CSVRecord cells : rows(places, AIRPORT_CELLS)) {
            String name = cells.get(1) + ", " + cells.get(2) + ", " + cells.get(3);
            known.put(
                    cells.get(0),
                    new Airport(cells.get(0), name, number(places, cells.get(6)), number(places, cells.get(5))));
        }
        Map<String, Integer> numbers = new LinkedHashMap<>();
        Map<Long, Double> pairs = new LinkedHashMap<>();
        for (CSVRecord cells : rows(flights, FLIGHT_CELLS)) {
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
                Arrays.stream(weights).sum(),
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
    private static List<CSVRecord> rows(Path file, int cells) throws IOException {
        if (!Files.isReadable(file)) {
            throw new UsageException(file + ": is missing; run ci/data airports");
        }
        try (CSVParser parser = CSVParser.parse(file, StandardCharsets.UTF_8, CSVFormat.RFC4180)) {
            List<CSVRecord> out = parser.stream().skip(1).toList();
            for (CSVRecord row : out) {
                if (row.size() != cells) {
                    throw new UsageException(file + ": line " + row.getRecordNumber() + " has " + row.size()
                            + " cells, " + cells + " were expected");
                }
            }
            return out;
        }
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
