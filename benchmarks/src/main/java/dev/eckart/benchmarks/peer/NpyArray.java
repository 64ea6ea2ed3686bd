package dev.eckart.benchmarks.peer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A row-major {@code .npy} file on the Java heap, as NumPy writes it: version 1.0, {@code <f8} or {@code <f4}. Plain Java, so that
 * a peer's process holds no other library's native code.
 *
 * @param data {@code double[]} or {@code float[]}
 * @param shape its dimensions
 */
public record NpyArray(Object data, int... shape) {
    private static final Pattern HEADER =
            Pattern.compile("'descr': '<f([48])', 'fortran_order': False, 'shape': \\(([\\d, ]*)\\)");
    private static final int MAGIC = 10;

    /**
     * Reads a file.
     *
     * @throws IOException for any other content
     */
    public static NpyArray read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size())
                    .order(ByteOrder.LITTLE_ENDIAN);
            byte[] text = new byte[bytes.getShort(MAGIC - 2)];
            bytes.position(MAGIC).get(text);
            Matcher header = HEADER.matcher(new String(text, StandardCharsets.ISO_8859_1));
            if (!header.find()) {
                throw new IOException(file + ": no row-major .npy 1.0 of f8 or f4");
            }
            int[] shape = Arrays.stream(header.group(2).split("[, ]+"))
                    .filter(d -> !d.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            int size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
            if (header.group(1).equals("4")) {
                float[] data = new float[size];
                bytes.asFloatBuffer().get(data);
                return new NpyArray(data, shape);
            }
            double[] data = new double[size];
            bytes.asDoubleBuffer().get(data);
            return new NpyArray(data, shape);
        }
    }

    /** Writes a file that {@link #read} and NumPy read. */
    public void write(Path file) throws IOException {
        String dims = Arrays.stream(shape).mapToObj(d -> d + ",").collect(Collectors.joining(" "));
        String header =
                "{'descr': '<f" + (isSingle() ? 4 : 8) + "', 'fortran_order': False, 'shape': (" + dims + "), }";
        String padded = header + " ".repeat(63 - (MAGIC + header.length()) % 64) + "\n";
        ByteBuffer bytes = ByteBuffer.allocate(MAGIC + padded.length() + size() * (isSingle() ? 4 : 8))
                .order(ByteOrder.LITTLE_ENDIAN);
        bytes.put("\u0093NUMPY\u0001\0".getBytes(StandardCharsets.ISO_8859_1));
        bytes.putShort((short) padded.length());
        bytes.put(padded.getBytes(StandardCharsets.ISO_8859_1));
        if (isSingle()) {
            bytes.asFloatBuffer().put(floats());
        } else {
            bytes.asDoubleBuffer().put(doubles());
        }
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            bytes.rewind();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }

    /** Whether the numbers are floats. */
    public boolean isSingle() {
        return data instanceof float[];
    }

    /** The elements, row by row. */
    public double[] doubles() {
        return (double[]) data;
    }

    /** The elements, row by row. */
    public float[] floats() {
        return (float[]) data;
    }

    /** Zeros of the same type. */
    public NpyArray like(int... other) {
        int size = Arrays.stream(other).reduce(1, Math::multiplyExact);
        return new NpyArray(isSingle() ? new float[size] : new double[size], other);
    }

    /** The same in memory of its own. */
    public NpyArray copy() {
        return new NpyArray(isSingle() ? floats().clone() : doubles().clone(), shape);
    }

    /** The first dimension. */
    public int rows() {
        return shape[0];
    }

    /** The second dimension. */
    public int cols() {
        return shape[1];
    }

    /** The matrix transposed: as row-major data, the column-major data of this one. */
    public NpyArray transposed() {
        if (isSingle()) {
            float[] from = floats();
            float[] to = new float[from.length];
            for (int i = 0; i < from.length; i++) {
                to[i % cols() * rows() + i / cols()] = from[i];
            }
            return new NpyArray(to, cols(), rows());
        }
        double[] from = doubles();
        double[] to = new double[from.length];
        for (int i = 0; i < from.length; i++) {
            to[i % cols() * rows() + i / cols()] = from[i];
        }
        return new NpyArray(to, cols(), rows());
    }

    /** The matrix as an array of rows. */
    public double[][] toRows() {
        double[][] rows = new double[rows()][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(doubles(), i * cols(), (i + 1) * cols()));
        return rows;
    }

    /** A matrix of rows of one length. */
    public static NpyArray ofRows(double[][] rows) {
        double[] data = new double[rows.length * rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(rows[i], 0, data, i * rows[0].length, rows[0].length);
        }
        return new NpyArray(data, rows.length, rows[0].length);
    }

    private int size() {
        return isSingle() ? floats().length : doubles().length;
    }
}
