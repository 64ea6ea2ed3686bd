package dev.eckart.io;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/**
 * Matrix Market files ({@code .mtx}; Boisvert, Pozo and Remington, NISTIR 5935): sparse matrices as coordinates, dense ones as arrays,
 * with real, integer or pattern entries (a pattern's are 1), general, symmetric, skew-symmetric or hermitian; plain or compressed by
 * gzip. Complex entries are refused: tensors are real. Thread-safe.
 */
public final class MatrixMarket {
    private static final String BANNER = "%%MatrixMarket";
    private static final int LONGEST_BANNER = 1024;
    /** The square of it is the size of a Java array. */
    private static final int LARGEST_HALF = 46_340;

    private static final Set<String> FIELDS = Set.of("real", "double", "integer", "pattern");
    private static final Set<String> SYMMETRIES = Set.of("general", "symmetric", "skew-symmetric", "hermitian");

    private MatrixMarket() {}

    /** The first line: what the matrix is. */
    private record Banner(boolean sparse, boolean pattern, boolean symmetric, boolean skew) {
        boolean half() {
            return symmetric || skew;
        }
    }

    /** Whether a file holds coordinates, which {@link #readSparse} reads, rather than an array, which {@link #read} does. */
    public static boolean isSparse(Path path) throws IOException {
        return open(path, (text, banner) -> banner.sparse());
    }

    /**
     * Reads coordinates. Entries of one place are added up; of a symmetric matrix one triangle stands in the file.
     *
     * @return F64; the caller's to close
     * @throws BadFileException with its line for an entry that is missing, no finite number, outside the matrix or in the wrong
     *     triangle; when there are more or fewer entries than the file says; and for a file that holds an array. Memory is taken as
     *     entries are read, not as the file claims
     */
    public static Csr readSparse(Path path) throws IOException {
        return open(path, (text, banner) -> {
            if (!banner.sparse()) {
                throw text.bad("holds a dense array; read it as such");
            }
            long rows = text.nextLong("the number of rows", true, 0, Integer.MAX_VALUE);
            long columns = text.nextLong("the number of columns", false, 0, Integer.MAX_VALUE);
            long count = text.nextLong("the number of entries", false, 0, Long.MAX_VALUE);
            text.endLine();
            requireSquare(text, banner, rows, columns);
            try (Rows entries = new Rows(3)) {
                readEntries(text, banner, rows, columns, count, entries);
                return csr(text, rows, columns, entries);
            }
        });
    }

    private static void readEntries(NumberText text, Banner banner, long rows, long columns, long count, Rows entries)
            throws IOException {
        int triangle = 0;
        for (long e = 0; e < count; e++) {
            requireMore(text, e, count);
            long i = text.nextLong("a row", true, 1, rows) - 1;
            long j = text.nextLong("a column", false, 1, columns) - 1;
            double value = banner.pattern() ? 1 : text.nextDouble("an entry", false);
            text.endLine();
            entries.add(new double[] {i, j, value});
            if (banner.half()) {
                int side = Long.signum(i - j);
                if (side == 0 && banner.skew() && value != 0) {
                    throw text.bad(
                            "entry (" + (i + 1) + "," + (j + 1) + ") on the diagonal of a skew-symmetric matrix");
                }
                if (side * triangle < 0) {
                    throw text.bad(
                            "entry (" + (i + 1) + "," + (j + 1)
                                    + ") stands in the other triangle than those before; of a symmetric matrix the file holds one");
                }
                if (side != 0) {
                    triangle = side;
                    entries.add(new double[] {j, i, banner.skew() ? -value : value});
                }
            }
        }
        if (text.more()) {
            throw text.bad("goes on after the " + count + " entries that it claims; the number is wrong");
        }
    }

    private static void requireMore(NumberText text, long read, long count) throws IOException {
        if (!text.more()) {
            throw text.bad("the file ends after " + read + " of " + count + " entries; it is torn: fetch it again");
        }
    }

    private static Csr csr(NumberText text, long rows, long columns, Rows entries) throws IOException {
        try (Tensor all = entries.toTensor();
                Tensor row = all.select(1, 0);
                Tensor column = all.select(1, 1);
                Tensor value = all.select(1, 2);
                Tensor i = row.to(DType.I32);
                Tensor j = column.to(DType.I32)) {
            return Csr.ofCoordinates(rows, columns, i, j, value);
        } catch (IllegalArgumentException e) {
            throw text.bad(e.getMessage());
        }
    }

    /**
     * Reads a dense array.
     *
     * @return F64 (m, n) on the host; a strided view, as the file holds column after column
     * @throws BadFileException as {@link #readSparse}, and for a file that holds coordinates
     */
    public static Tensor read(Path path) throws IOException {
        return open(path, (text, banner) -> {
            if (banner.sparse()) {
                throw text.bad("holds a sparse matrix; read it as such");
            }
            long rows = text.nextLong("the number of rows", true, 0, Integer.MAX_VALUE);
            long columns = text.nextLong("the number of columns", false, 0, Integer.MAX_VALUE);
            text.endLine();
            requireSquare(text, banner, rows, columns);
            long count =
                    banner.skew() ? rows * (rows - 1) / 2 : banner.symmetric() ? rows * (rows + 1) / 2 : rows * columns;
            try (Rows values = new Rows(1)) {
                for (long e = 0; e < count; e++) {
                    requireMore(text, e, count);
                    values.add(new double[] {text.nextDouble("an entry", true)});
                }
                if (text.more()) {
                    throw text.bad("goes on after the " + count + " entries of the array; its size is wrong");
                }
                try (Tensor all = values.toTensor()) {
                    return banner.half()
                            ? mirrored(all.toArray(), (int) rows, banner.skew())
                            : columnMajor(all, rows, columns);
                }
            }
        });
    }

    private static Tensor columnMajor(Tensor all, long rows, long columns) {
        try (Tensor turned = all.reshape(columns, rows)) {
            return turned.transpose();
        }
    }

    private static Tensor mirrored(double[] lower, int n, boolean skew) {
        double[] full = new double[Math.multiplyExact(n, n)];
        int at = 0;
        for (int j = 0; j < n; j++) {
            for (int i = skew ? j + 1 : j; i < n; i++, at++) {
                full[j * n + i] = skew ? -lower[at] : lower[at];
                full[i * n + j] = lower[at];
            }
        }
        return Tensor.of(full, n, n);
    }

    private static void requireSquare(NumberText text, Banner banner, long rows, long columns) throws IOException {
        if (banner.half() && rows != columns) {
            throw text.bad("claims a symmetric matrix of " + rows + " rows and " + columns + " columns");
        }
        if (banner.half() && !banner.sparse() && rows > LARGEST_HALF) {
            throw text.bad("a symmetric array of " + rows + " rows is too large; write it as a general one");
        }
    }

    /**
     * Writes coordinates, real and general; to a file beside the target, which is then renamed.
     *
     * @throws IOException when the folder is missing or not writable, or the disk is full; the target is as it was
     */
    public static void write(Path path, Csr matrix) throws IOException {
        long[] starts = matrix.starts().toLongArray();
        writeText(path, text -> {
            text.write(BANNER + " matrix coordinate real general\n" + matrix.rows() + " " + matrix.columns() + " "
                    + matrix.entries() + "\n");
            long row = 0;
            for (long from = 0; from < matrix.entries(); from += Rows.BLOCK) {
                long to = Math.min(matrix.entries(), from + Rows.BLOCK);
                try (Tensor i = matrix.indices().slice(0, from, to);
                        Tensor v = matrix.values().slice(0, from, to)) {
                    long[] columns = i.toLongArray();
                    String[] values = texts(v);
                    for (int e = 0; e < columns.length; e++) {
                        while (starts[(int) row + 1] <= from + e) {
                            row++;
                        }
                        text.write((row + 1) + " " + (columns[e] + 1) + " " + values[e] + "\n");
                    }
                }
            }
        });
    }

    /**
     * Writes a dense array, real and general; to a file beside the target, which is then renamed.
     *
     * @param matrix (m, n), F64 or F32
     * @throws IOException when the folder is missing or not writable, or the disk is full; the target is as it was
     */
    public static void write(Path path, Tensor matrix) throws IOException {
        if (matrix.shape().rank() != 2 || !matrix.dtype().isFloating()) {
            throw new IllegalArgumentException("mtx: " + path + ": needs a matrix of a floating-point type, not "
                    + matrix.shape() + " " + matrix.dtype());
        }
        try (Tensor host = matrix.to(Device.cpu())) {
            writeText(path, text -> {
                text.write(BANNER + " matrix array real general\n" + matrix.dim(0) + " " + matrix.dim(1) + "\n");
                for (long j = 0; j < matrix.dim(1); j++) {
                    try (Tensor column = host.select(1, j)) {
                        for (String value : texts(column)) {
                            text.write(value + "\n");
                        }
                    }
                }
            });
        }
    }

    /** The shortest texts that read back as the same numbers. */
    private static String[] texts(Tensor values) {
        double[] all = values.toArray();
        String[] texts = new String[all.length];
        for (int i = 0; i < all.length; i++) {
            texts[i] = values.dtype() == DType.F32 ? Float.toString((float) all[i]) : Double.toString(all[i]);
        }
        return texts;
    }

    private static void writeText(Path path, AtomicFile.Action<Writer> content) throws IOException {
        AtomicFile.write(path, (OutputStream stream) -> {
            Writer text = new BufferedWriter(new OutputStreamWriter(stream, StandardCharsets.US_ASCII));
            content.write(text);
            text.flush();
        });
    }

    private interface Content<T> {
        T read(NumberText text, Banner banner) throws IOException;
    }

    private static <T> T open(Path path, Content<T> content) throws IOException {
        InputFile file = new InputFile("mtx", path);
        return file.readStream(stream -> {
            try (InputStream plain = Gzip.openAny(file, stream)) {
                NumberText text = new NumberText(file, plain, '%');
                return content.read(text, banner(text, text.line(LONGEST_BANNER)));
            }
        });
    }

    private static Banner banner(NumberText text, String line) throws IOException {
        String[] words = line.trim().toLowerCase(Locale.ROOT).split("\\s+");
        if (!words[0].equals(BANNER.toLowerCase(Locale.ROOT))) {
            throw text.bad("is no Matrix Market file: it does not begin with " + BANNER);
        }
        boolean known = words.length == 5
                && words[1].equals("matrix")
                && Set.of("coordinate", "array").contains(words[2])
                && SYMMETRIES.contains(words[4]);
        if (known && words[3].equals("complex")) {
            throw text.bad("holds complex entries, which are not supported; write the real and the imaginary part");
        }
        boolean sparse = known && words[2].equals("coordinate");
        boolean pattern = known && words[3].equals("pattern");
        if (!known || !FIELDS.contains(words[3]) || pattern && !sparse) {
            throw text.bad("'" + Text.shorten(line.trim())
                    + "' is not understood; expected " + BANNER
                    + " matrix coordinate|array real|integer|pattern general|symmetric|skew-symmetric|hermitian");
        }
        boolean skew = words[4].equals("skew-symmetric");
        return new Banner(sparse, pattern, !skew && !words[4].equals("general"), skew);
    }
}
