package dev.eckart.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.stream.Stream;

/**
 * The texts of a collection, one at a time: JSON lines {@code {"text": …, "label": …}}, a folder of {@code .txt} files, or one text
 * file, a text each line. UTF-8; files may be compressed by gzip. Failures while reading are {@link UncheckedIOException}. Not
 * thread-safe.
 */
public final class Texts implements Iterator<Texts.Item>, Closeable {
    /** A line of a text file that is longer comes as several texts. */
    private static final int LONGEST_PIECE = 1 << 20;

    private static final JsonFactory JSON = new JsonFactory();

    /**
     * A text.
     *
     * @param text what is written
     * @param label any scalar, as text; of a file in a folder the sub-folder that it lies in; empty for none
     */
    public record Item(String text, String label) {}

    private interface Source extends Closeable {
        /** The next one; null at the end. */
        Item next() throws IOException;
    }

    private final Source source;
    private Item ahead;

    private Texts(Source source) {
        this.source = source;
    }

    /**
     * Opens a collection. A file is one of JSON lines when its name ends in .jsonl, .ndjson or .json (before a .gz), or its first byte is
     * a brace, unless the name ends in .txt.
     *
     * @throws BadFileException when it is missing, or a folder without .txt files
     */
    public static Texts open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return new Texts(new Folder(path));
        }
        return new Texts(
                isJson(path)
                        ? new JsonLines(Lines.open("json lines", path))
                        : new TextLines(Lines.cut("text", path, LONGEST_PIECE)));
    }

    private static boolean isJson(Path path) throws IOException {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT).replaceFirst("\\.gz$", "");
        if (name.endsWith(".txt")) {
            return false;
        }
        if (name.endsWith(".jsonl") || name.endsWith(".ndjson") || name.endsWith(".json")) {
            return true;
        }
        try (Lines lines = Lines.cut("text", path, LONGEST_PIECE)) {
            String first = lines.next();
            return first != null && first.stripLeading().startsWith("{");
        }
    }

    @Override
    public boolean hasNext() {
        if (ahead == null) {
            try {
                ahead = source.next();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return ahead != null;
    }

    @Override
    public Item next() {
        if (!hasNext()) {
            throw new NoSuchElementException("texts: none is left");
        }
        Item item = ahead;
        ahead = null;
        return item;
    }

    @Override
    public void close() throws IOException {
        source.close();
    }

    private record TextLines(Lines lines) implements Source {
        @Override
        public Item next() throws IOException {
            String line = lines.next();
            return line == null ? null : new Item(line, "");
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    private record JsonLines(Lines lines) implements Source {
        @Override
        public Item next() throws IOException {
            for (String line = lines.next(); line != null; line = lines.next()) {
                if (!line.isBlank()) {
                    return item(line);
                }
            }
            return null;
        }

        private Item item(String line) throws IOException {
            try (JsonParser json = JSON.createParser(line)) {
                if (json.nextToken() != JsonToken.START_OBJECT) {
                    throw lines.bad("holds no object; each line is to be one, as {\"text\": \"…\", \"label\": 1}");
                }
                String text = null;
                String label = "";
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    String name = json.currentName();
                    JsonToken value = json.nextToken();
                    if (name.equals("text") && value == JsonToken.VALUE_STRING) {
                        text = json.getText();
                    } else if (name.equals("label") && value.isScalarValue() && value != JsonToken.VALUE_NULL) {
                        label = json.getText();
                    } else {
                        json.skipChildren();
                    }
                }
                if (json.nextToken() != null) {
                    throw lines.bad("has more behind its object; put each on a line of its own");
                }
                if (text == null) {
                    throw lines.bad("its object has no \"text\" that is a string");
                }
                return new Item(text, label);
            } catch (JsonProcessingException e) {
                throw lines.bad("is no JSON: " + Text.shorten(e.getOriginalMessage()) + ", column "
                        + e.getLocation().getColumnNr());
            }
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** All .txt files below a folder, by name. */
    private static final class Folder implements Source {
        private final Path folder;
        private final Iterator<Path> files;

        Folder(Path folder) throws IOException {
            this.folder = folder;
            try (Stream<Path> all = Files.walk(folder)) {
                List<Path> texts = all.filter(p -> p.getFileName()
                                .toString()
                                .toLowerCase(Locale.ROOT)
                                .endsWith(".txt"))
                        .filter(Files::isRegularFile)
                        .sorted()
                        .toList();
                if (texts.isEmpty()) {
                    throw new BadFileException("texts", folder, -1, "has no .txt file in it");
                }
                files = texts.iterator();
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        @Override
        public Item next() throws IOException {
            if (!files.hasNext()) {
                return null;
            }
            Path file = files.next();
            Path parent = folder.relativize(file).getParent();
            StringBuilder text = new StringBuilder();
            try (Lines lines = Lines.open("text", file)) {
                for (String line = lines.next(); line != null; line = lines.next()) {
                    if (text.length() + line.length() > Lines.LONGEST) {
                        throw lines.badFile("is longer than " + Lines.LONGEST + " characters; split it");
                    }
                    text.append(line).append('\n');
                }
            }
            return new Item(text.toString(), parent == null ? "" : parent.toString());
        }

        @Override
        public void close() {}
    }
}
