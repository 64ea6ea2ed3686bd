package dev.eckart.cli.page;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;

/**
 * PNG of one byte a pixel, grey or with a small palette and transparency (PNG specification, colour types 0 and 3): for pictures of
 * a few hundred pixels a third of what RGBA takes.
 */
final class SmallPng {
    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    private SmallPng() {}

    /** Encodes {@code height·width} values in row-major order. */
    static byte[] encode(double[] values, int height, int width, Palette palette, double limit) {
        if (values.length != height * width || values.length == 0) {
            throw new IllegalArgumentException(
                    "png: " + values.length + " values for a picture of " + height + "×" + width);
        }
        int[] colours = palette.colours();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (DataOutputStream data = new DataOutputStream(out)) {
            data.write(SIGNATURE);
            chunk(data, "IHDR", header(height, width, colours.length == 0 ? 0 : 3));
            if (colours.length > 0) {
                chunk(data, "PLTE", channels(colours, 16, 8, 0));
                chunk(data, "tRNS", channels(colours, 24));
            }
            chunk(data, "IDAT", pixels(values, height, width, palette, limit));
            chunk(data, "IEND", new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("png: writing to memory failed", e);
        }
        return out.toByteArray();
    }

    private static byte[] header(int height, int width, int colourType) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeInt(width);
        out.writeInt(height);
        out.write(new byte[] {8, (byte) colourType, 0, 0, 0});
        return bytes.toByteArray();
    }

    private static byte[] channels(int[] colours, int... shifts) {
        byte[] out = new byte[colours.length * shifts.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (byte) (colours[i / shifts.length] >> shifts[i % shifts.length]);
        }
        return out;
    }

    private static byte[] pixels(double[] values, int height, int width, Palette palette, double limit)
            throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (DeflaterOutputStream zlib = new DeflaterOutputStream(out, deflater)) {
            byte[] line = new byte[width + 1]; // filter type 0, then the pixels
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    line[x + 1] = (byte) palette.index(values[y * width + x], limit);
                }
                zlib.write(line);
            }
        } finally {
            deflater.end();
        }
        return out.toByteArray();
    }

    private static void chunk(DataOutputStream out, String type, byte[] body) throws IOException {
        byte[] name = type.getBytes(StandardCharsets.US_ASCII);
        CRC32 crc = new CRC32();
        crc.update(name);
        crc.update(body);
        out.writeInt(body.length);
        out.write(name);
        out.write(body);
        out.writeInt((int) crc.getValue());
    }
}
