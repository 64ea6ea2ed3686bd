package dev.eckart.io;

import dev.eckart.tensor.Tensor;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Tables of numbers as text: cells between commas, semicolons or tabs (the first line tells which), quoted or not; UTF-8, with or
 * without a byte order mark; plain or compressed by gzip. Empty lines are skipped. Thread-safe.
 */
public final class Csv {
    /** Read in one go to find the delimiter. */
    private static final int LONGEST_FIRST_LINE = 1 << 24;

    private static final String EMPTY = "is empty; lines of numbers were expected";
    private static final String REPAIR = "; repair or remove the column or the line";

    private Csv() {}

    /**
     * What a file holds. Closing it closes the values.
     *
     * @param header names of the columns; empty when the file has none
     * @param values F64 (rows, columns)
     */
    public record Table(List<String> header, Tensor values) implements AutoCloseable {
        @Override
        public void close() {
            values.close();
        }
    }

    /**
     * Reads a file. The first line is a header when a cell of it is text, neither a number nor empty.
     *
     * @throws BadFileException for a missing or empty file, and, with line and column, for a cell that is missing or no finite number
     *     and for a line with more or fewer cells than the first
     */
    public static Table read(Path path) throws IOException {
        InputFile file = new InputFile("csv", path);
        return file.readStream(stream -> {
            try (InputStream plain = Gzip.openAny(file, stream);
                    BufferedReader text = new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8))) {
                char delimiter = delimiter(file, text);
                BoundedReader bounded = new BoundedReader(file, text, delimiter);
                try (CSVParser parser = format(delimiter).parse(bounded)) {
                    return read(file, parser, bounded);
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        });
    }

    private static CSVFormat format(char delimiter) {
        return CSVFormat.Builder.create()
                .setDelimiter(delimiter)
                .setQuote('"')
                .setIgnoreEmptyLines(true)
                .setIgnoreSurroundingSpaces(delimiter != '\t')
                .get();
    }

    /** Finds it in the first line, looking ever further ahead: a reader takes all it may go back over at once. */
    private static char delimiter(InputFile file, BufferedReader text) throws IOException {
        skipByteOrderMark(file, text);
        for (int ahead = 1 << 12; ; ahead *= 8) {
            text.mark(ahead + 1);
            FirstLine line = FirstLine.of(text, ahead);
            text.reset();
            if (line.ended || ahead >= LONGEST_FIRST_LINE) {
                if (!line.content) {
                    throw file.bad(-1, EMPTY);
                }
                return line.tab ? '\t' : line.semicolon ? ';' : ',';
            }
        }
    }

    /** What stands there. A tab before a semicolon before a comma: decimal commas and commas in text do not mislead then. */
    private record FirstLine(boolean content, boolean tab, boolean semicolon, boolean ended) {
        /** Of {@code most} characters. Quoted text does not count. */
        static FirstLine of(BufferedReader text, int most) throws IOException {
            boolean quoted = false;
            boolean tab = false;
            boolean semicolon = false;
            boolean content = false;
            for (int i = 0; i < most; i++) {
                int c = text.read();
                if (c < 0 || (content && !quoted && (c == '\n' || c == '\r'))) {
                    return new FirstLine(content, tab, semicolon, true);
                }
                content |= c != '\n' && c != '\r';
                quoted ^= c == '"';
                tab |= !quoted && c == '\t';
                semicolon |= !quoted && c == ';';
            }
            return new FirstLine(content, tab, semicolon, false);
        }
    }

    private static void skipByteOrderMark(InputFile file, BufferedReader text) throws IOException {
        text.mark(2);
        int first = text.read();
        int second = text.read();
        text.reset();
        if (first == 0xFEFF) {
            text.skip(1);
        } else if (first == 0xFFFD && second == 0xFFFD) {
            throw file.bad(0, "is not UTF-8 (UTF-16, or a binary file?); save it as UTF-8");
        }
    }

    private static Table read(InputFile file, CSVParser parser, BoundedReader bounded) throws IOException {
        Iterator<CSVRecord> records = parser.iterator();
        CSVRecord first = next(file, parser, bounded, records);
        if (first == null) {
            throw file.bad(-1, EMPTY);
        }
        List<String> header =
                isHeader(first) ? first.stream().map(String::strip).toList() : List.of();
        try (Rows rows = new Rows(first.size())) {
            CSVRecord record = header.isEmpty() ? first : next(file, parser, bounded, records);
            for (; record != null; record = next(file, parser, bounded, records)) {
                rows.add(numbers(file, parser, record, header, first.size()));
            }
            return new Table(header, rows.toTensor());
        }
    }

    private static CSVRecord next(InputFile file, CSVParser parser, BoundedReader bounded, Iterator<CSVRecord> records)
            throws IOException {
        try {
            CSVRecord record = records.hasNext() ? records.next() : null;
            bounded.nextRecord(parser.getCurrentLineNumber() + 1);
            return record;
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof CSVException c) {
                throw file.bad(-1, c.getMessage() + "; close every quote, and double quotes inside of quotes");
            }
            throw e.getCause();
        }
    }

    private static boolean isHeader(CSVRecord record) {
        return record.stream()
                .anyMatch(cell -> !cell.isBlank() && Double.isNaN(Cell.number(cell)) && !Cell.isMissing(cell));
    }

    private static double[] numbers(
            InputFile file, CSVParser parser, CSVRecord record, List<String> header, int columns) throws IOException {
        long line = parser.getCurrentLineNumber();
        if (record.size() != columns) {
            throw file.bad(
                    -1, "line " + line + " has " + record.size() + " cells, the first line has " + columns + REPAIR);
        }
        double[] row = new double[columns];
        for (int i = 0; i < columns; i++) {
            row[i] = Cell.number(record.get(i));
            if (!Double.isFinite(row[i])) {
                String name = header.isEmpty() ? "" : " (" + Text.shorten(header.get(i)) + ")";
                throw file.bad(
                        -1,
                        "line " + line + ", column " + (i + 1) + name + ": " + Cell.problem(record.get(i)) + REPAIR);
            }
        }
        return row;
    }
}
