package dev.eckart.io;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/** Makes PNG files of any kind, chunk by chunk, also such as no encoder writes. */
final class PngFile {
    private static final int[][] ADAM7 = {
        {0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}
    };

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    PngFile() {
        bytes.writeBytes(new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10});
    }

    PngFile chunk(String name, byte... content) {
        byte[] title = name.getBytes(StandardCharsets.ISO_8859_1);
        CRC32 crc = new CRC32();
        crc.update(title);
        crc.update(content);
        return raw(content.length, title, content, (int) crc.getValue());
    }

    /** A chunk whose length and checksum may lie. */
    PngFile raw(int length, byte[] title, byte[] content, int crc) {
        try {
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeInt(length);
            out.write(title);
            out.write(content);
            out.writeInt(crc);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PngFile header(int width, int height, int depth, int colour, int interlace) {
        return header(width, height, depth, colour, 0, 0, interlace);
    }

    PngFile header(int width, int height, int... rest) {
        byte[] content = new byte[13];
        ByteBuffer.wrap(content).putInt(width).putInt(height);
        for (int i = 0; i < 5; i++) {
            content[8 + i] = (byte) rest[i];
        }
        return chunk("IHDR", content);
    }

    byte[] end() {
        return chunk("IEND").bytes.toByteArray();
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    /** A file's chunks under the checksums that they should have. */
    static byte[] repaired(byte[] file) {
        ByteBuffer bytes = ByteBuffer.wrap(file.clone());
        CRC32 crc = new CRC32();
        for (int at = 8; at + 12 <= file.length; ) {
            long end = at + 8 + Integer.toUnsignedLong(bytes.getInt(at));
            if (end + 4 > file.length) {
                break;
            }
            crc.reset();
            crc.update(file, at + 4, (int) end - at - 4);
            bytes.putInt((int) end, (int) crc.getValue());
            at = (int) end + 4;
        }
        return bytes.array();
    }

    static byte[] deflate(byte[] content) {
        return deflate(content, Deflater.DEFAULT_COMPRESSION);
    }

    /** A zlib stream; level 0 keeps the content readable in it. */
    static byte[] deflate(byte[] content, int level) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes, new Deflater(level))) {
            out.write(content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * The rows of a picture, filtered.
     *
     * @param samples height rows of width·count samples
     * @param count samples per pixel
     * @param filter of all rows, 0 to 4; 5 takes them in turns
     */
    static byte[] rows(int[][] samples, int count, int depth, boolean interlaced, int filter) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int width = samples[0].length / count;
        for (int[] pass : interlaced ? ADAM7 : new int[][] {{0, 0, 1, 1}}) {
            int columns = (width - pass[0] + pass[2] - 1) / pass[2];
            byte[] above = new byte[(columns * count * depth + 7) / 8];
            for (int y = pass[1]; columns > 0 && y < samples.length; y += pass[3]) {
                byte[] row = pack(samples[y], count, depth, pass);
                int kind = filter < 5 ? filter : y % 5;
                out.write(kind);
                out.writeBytes(filtered(row, above, Math.max(1, count * depth / 8), kind));
                above = row;
            }
        }
        return out.toByteArray();
    }

    private static byte[] pack(int[] samples, int count, int depth, int[] pass) {
        int width = samples.length / count;
        StringBuilder bits = new StringBuilder();
        for (int x = pass[0]; x < width; x += pass[2]) {
            for (int i = 0; i < count; i++) {
                String digits = Integer.toBinaryString(samples[x * count + i]);
                bits.append("0".repeat(depth - digits.length())).append(digits);
            }
        }
        bits.append("0".repeat((8 - bits.length() % 8) % 8));
        byte[] row = new byte[bits.length() / 8];
        for (int i = 0; i < row.length; i++) {
            row[i] = (byte) Integer.parseInt(bits.substring(8 * i, 8 * i + 8), 2);
        }
        return row;
    }

    private static byte[] filtered(byte[] row, byte[] above, int step, int kind) {
        byte[] out = new byte[row.length];
        for (int i = 0; i < row.length; i++) {
            int a = i < step ? 0 : row[i - step] & 0xFF;
            int b = above[i] & 0xFF;
            int c = i < step ? 0 : above[i - step] & 0xFF;
            int p = a + b - c;
            int nearA = Math.abs(p - a);
            int nearB = Math.abs(p - b);
            int nearC = Math.abs(p - c);
            int predicted = switch (kind) {
                case 0 -> 0;
                case 1 -> a;
                case 2 -> b;
                case 3 -> (a + b) / 2;
                default -> nearA <= nearB && nearA <= nearC ? a : nearB <= nearC ? b : c;
            };
            out[i] = (byte) (row[i] - predicted);
        }
        return out;
    }
}
