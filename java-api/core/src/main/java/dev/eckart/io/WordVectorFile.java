package dev.eckart.io;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.StringTokenizer;

/**
 * Words with their vectors, in the formats of GloVe (text: the word and its numbers, a line each) and of word2vec (text with a first line
 * {@code words dimensions}; binary: that line, then of each word its bytes, a blank, and its numbers as F32). Thread-safe.
 */
public final class WordVectorFile {
    private static final int LONGEST_WORD = 1 << 16;
    private static final int LONGEST_HEADER = 40;
    private static final int MOST_DIMENSIONS = 1 << 20;

    private WordVectorFile() {}

    /**
     * What a file holds.
     *
     * @param words in the order of the file
     * @param vectors F32 (words, dimensions); the caller's to close
     */
    public record Content(List<String> words, Tensor vectors) {}

    /**
     * Reads text of either kind, plain or compressed by gzip.
     *
     * @throws BadFileException naming the line, when lines differ in length, a number is none or not finite, a word stands twice, or
     *     there are not as many words as the first line says
     */
    public static Content readText(Path path) throws IOException {
        try (Lines lines = Lines.open("word vectors", path)) {
            String first = lines.next();
            if (first == null) {
                throw lines.badFile("is empty; lines of a word and its numbers were expected");
            }
            int[] sizes = header(first);
            Words words = new Words();
            String line = sizes == null ? first : lines.next();
            int columns = sizes == null ? new StringTokenizer(first, " \t").countTokens() - 1 : sizes[1];
            if (columns < 1 || columns > MOST_DIMENSIONS) {
                throw lines.bad("a word and its numbers, between blanks, were expected");
            }
            try (Rows rows = new Rows(columns, DType.F32)) {
                double[] row = new double[columns];
                for (; line != null; line = lines.next()) {
                    if (!line.isBlank()) {
                        String word = numbers(lines, line, row);
                        if (!words.add(word)) {
                            throw lines.bad("the word '" + Text.shorten(word) + "' stands there a second time");
                        }
                        rows.add(row);
                    }
                }
                if (sizes != null && words.list.size() != sizes[0]) {
                    throw lines.badFile("has " + words.list.size() + " words, its first line says " + sizes[0]
                            + "; fetch it again");
                }
                return new Content(words.list, rows.toTensor());
            }
        }
    }

    /** The two sizes in the first line of word2vec's text; null when it is none such. */
    private static int[] header(String line) {
        String[] parts = line.strip().split("[ \t]+");
        if (parts.length != 2 || !parts[0].matches("\\d{1,9}") || !parts[1].matches("\\d{1,6}")) {
            return null;
        }
        return new int[] {Integer.parseInt(parts[0]), Integer.parseInt(parts[1])};
    }

    private static String numbers(Lines lines, String line, double[] row) throws IOException {
        StringTokenizer tokens = new StringTokenizer(line, " \t");
        if (tokens.countTokens() != row.length + 1) {
            throw lines.bad("has " + (tokens.countTokens() - 1) + " numbers behind its word, the lines before have "
                    + row.length);
        }
        String word = tokens.nextToken();
        for (int i = 0; i < row.length; i++) {
            String cell = tokens.nextToken();
            row[i] = Cell.number(cell);
            if (!Float.isFinite((float) row[i])) {
                throw lines.bad("number " + (i + 1) + ", '" + Text.shorten(cell) + "', is no finite number");
            }
        }
        return word;
    }

    /**
     * Reads word2vec's binary format, plain or compressed by gzip.
     *
     * @throws BadFileException naming the word, when it is torn, a number is not finite, or a word stands twice
     */
    public static Content readBinary(Path path) throws IOException {
        InputFile file = new InputFile("word2vec binary", path);
        return file.readStream(raw -> {
            InputStream in = new BufferedInputStream(Gzip.openAny(file, raw), 1 << 16);
            int[] sizes = header(untilBlank(file, in, '\n', LONGEST_HEADER));
            if (sizes == null || sizes[1] < 1) {
                throw file.bad(0, "begins with no line of two sizes; text is read by another reader");
            }
            Words words = new Words();
            byte[] bytes = new byte[sizes[1] * Float.BYTES];
            double[] row = new double[sizes[1]];
            try (Rows rows = new Rows(sizes[1], DType.F32)) {
                for (int i = 0; i < sizes[0]; i++) {
                    String word = untilBlank(file, in, ' ', LONGEST_WORD).stripLeading();
                    if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
                        throw file.bad(-1, "ends within word " + (i + 1) + " of " + sizes[0] + "; fetch it again");
                    }
                    ByteBuffer numbers = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                    for (int j = 0; j < row.length; j++) {
                        row[j] = numbers.getFloat();
                        if (!Double.isFinite(row[j])) {
                            throw file.bad(
                                    -1,
                                    "number " + (j + 1) + " of word " + (i + 1) + ", '" + Text.shorten(word) + "', is "
                                            + row[j]);
                        }
                    }
                    if (!words.add(word)) {
                        throw file.bad(-1, "word " + (i + 1) + ", '" + Text.shorten(word) + "', stands there before");
                    }
                    rows.add(row);
                }
                return new Content(words.list, rows.toTensor());
            }
        });
    }

    private static String untilBlank(InputFile file, InputStream in, char stop, int longest) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int c = in.read(); c != stop; c = in.read()) {
            if (c < 0 || bytes.size() == longest) {
                throw file.bad(
                        -1,
                        c < 0 ? "ends too early; fetch it again" : "holds a word of more than " + longest + " bytes");
            }
            bytes.write(c);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /** Writes GloVe's text: no first line of sizes. Numbers are as short as an F32 or F64 of the tensor's type can be told by. */
    public static void writeText(Path path, List<String> words, Tensor vectors) throws IOException {
        check(path, words, vectors);
        AtomicFile.write(
                path,
                out -> forEachRow(words, vectors, (word, row, single) -> {
                    StringBuilder line = new StringBuilder(word);
                    for (double number : row) {
                        line.append(' ');
                        if (single) {
                            line.append((float) number);
                        } else {
                            line.append(number);
                        }
                    }
                    out.write(line.append('\n').toString().getBytes(StandardCharsets.UTF_8));
                }));
    }

    /** Writes word2vec's binary format, in F32. */
    public static void writeBinary(Path path, List<String> words, Tensor vectors) throws IOException {
        check(path, words, vectors);
        AtomicFile.write(path, out -> {
            out.write((words.size() + " " + vectors.dim(1) + "\n").getBytes(StandardCharsets.US_ASCII));
            forEachRow(words, vectors, (word, row, single) -> binaryRow(out, word, row));
        });
    }

    private static void binaryRow(OutputStream out, String word, double[] row) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(row.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (double number : row) {
            bytes.putFloat((float) number);
        }
        out.write((word + " ").getBytes(StandardCharsets.UTF_8));
        out.write(bytes.array());
        out.write('\n');
    }

    private static void check(Path path, List<String> words, Tensor vectors) {
        if (vectors.shape().rank() != 2 || vectors.dim(0) != words.size() || vectors.dim(1) < 1) {
            throw new IllegalArgumentException("word vectors: " + path + ": " + words.size() + " words, vectors "
                    + vectors.shape() + "; needed is one row of at least one number for each");
        }
        for (String word : words) {
            if (word.isEmpty() || word.chars().anyMatch(c -> c <= ' ')) {
                throw new IllegalArgumentException("word vectors: " + path + ": the word '" + Text.shorten(word)
                        + "' is empty or has a blank in it, which the format cannot hold");
            }
        }
    }

    private interface Row {
        void write(String word, double[] row, boolean single) throws IOException;
    }

    private static void forEachRow(List<String> words, Tensor vectors, Row action) throws IOException {
        boolean single = vectors.dtype() != DType.F64;
        try (Tensor host = vectors.to(Device.cpu())) {
            for (int i = 0; i < words.size(); i++) {
                try (Tensor row = host.select(0, i)) {
                    action.write(words.get(i), row.toArray(), single);
                }
            }
        }
    }

    /** Words, none of them twice. */
    private static final class Words {
        final List<String> list = new ArrayList<>();
        private final Set<String> seen = new HashSet<>();

        boolean add(String word) {
            list.add(word);
            return seen.add(word);
        }
    }
}
