package dev.eckart.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Turns the samples of a PNG into those of a tensor: few bits become eight, indices the colours of the palette, and the colour that
 * a tRNS chunk names transparent, an alpha of 0.
 */
final class PngPixels {
    private final PngChunks chunks;
    private final PngHeader header;
    private final byte[] palette;
    /** Of the palette's colours, or the samples of the colour that is transparent; null when all are opaque. */
    private final byte[] transparency;

    private final int[] clear;
    private final int factor;

    private PngPixels(PngChunks chunks, PngHeader header, byte[] palette, byte[] transparency) {
        this.chunks = chunks;
        this.header = header;
        this.palette = palette;
        this.transparency = transparency;
        this.clear = transparency == null || palette != null ? null : samples(transparency);
        this.factor = header.depth() < 8 ? 255 / ((1 << header.depth()) - 1) : 1;
    }

    private static int[] samples(byte[] content) {
        int[] samples = new int[content.length / 2];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (content[2 * i] & 0xFF) << 8 | (content[2 * i + 1] & 0xFF);
        }
        return samples;
    }

    /** Reads the chunks before the picture's data. */
    static PngPixels read(PngChunks chunks, PngHeader header) throws IOException {
        byte[] palette = null;
        byte[] transparency = null;
        boolean indexed = header.colour() == PngHeader.PALETTE;
        for (int type = chunks.next(); type != PngChunks.IDAT; type = chunks.next()) {
            int length = chunks.length();
            if (type == PngChunks.IEND) {
                throw chunks.bad("stands before any data of the picture; fetch the file again");
            } else if (type == PngChunks.PLTE && indexed) {
                if (palette != null || length == 0 || length % 3 != 0 || length / 3 > 1 << header.depth()) {
                    throw chunks.bad("has " + length + " bytes, or is there twice; a palette of " + header.depth()
                            + " bits has three for each of up to " + (1 << header.depth()) + " colours");
                }
                palette = chunks.content();
            } else if (type == PngChunks.TRNS) {
                int most = indexed ? palette == null ? 0 : palette.length / 3 : 2 * header.samples();
                boolean own = header.colour() == PngHeader.GRAY_ALPHA || header.colour() == PngHeader.RGBA;
                if (transparency != null || own || length > most || (!indexed && length != most)) {
                    throw chunks.bad("has " + length
                            + " bytes, is there twice, or before a palette, or beside an alpha channel");
                }
                transparency = chunks.content();
            }
        }
        if (indexed && palette == null) {
            throw chunks.bad("comes before a palette (PLTE), which colour type 3 needs");
        }
        return new PngPixels(chunks, header, palette, transparency);
    }

    /** Samples per pixel of the tensor. */
    int channels() {
        return (palette == null ? header.samples() : 3) + (transparency == null ? 0 : 1);
    }

    /** Puts a row into the picture. */
    void put(byte[] row, int start, PngHeader.Pass pass, int y, ByteBuffer picture) throws IOException {
        int columns = pass.columns(header.width());
        int bytes = channels() * (header.depth() == 16 ? Integer.BYTES : 1);
        int at = (y * header.width() + pass.x()) * bytes;
        if (header.depth() == 8 && palette == null && transparency == null && pass.dx() == 1) {
            picture.put(at, row, start, columns * bytes);
            return;
        }
        for (int x = 0; x < columns; x++, at += pass.dx() * bytes) {
            if (palette != null) {
                putColour(sample(row, start, x), picture, at);
            } else {
                putSamples(row, start, x, picture, at);
            }
        }
    }

    private void putColour(int index, ByteBuffer picture, int at) throws IOException {
        if (index >= palette.length / 3) {
            throw chunks.bad("a pixel has the colour " + index + " of a palette of " + palette.length / 3
                    + "; fetch the file again");
        }
        picture.put(at, palette, 3 * index, 3);
        if (transparency != null) {
            picture.put(at + 3, index < transparency.length ? transparency[index] : (byte) 255);
        }
    }

    private void putSamples(byte[] row, int start, int x, ByteBuffer picture, int at) {
        int count = header.samples();
        boolean isClear = clear != null;
        for (int i = 0; i < count; i++) {
            int value = sample(row, start, x * count + i);
            isClear &= clear != null && value == clear[i];
            put(picture, at, i, value * factor);
        }
        if (clear != null) {
            put(picture, at, count, isClear ? 0 : header.depth() == 16 ? 65535 : 255);
        }
    }

    private void put(ByteBuffer picture, int at, int channel, int value) {
        if (header.depth() == 16) {
            picture.putInt(at + Integer.BYTES * channel, value);
        } else {
            picture.put(at + channel, (byte) value);
        }
    }

    /** Sample {@code i} of a row. */
    private int sample(byte[] row, int start, int i) {
        int depth = header.depth();
        if (depth == 16) {
            return (row[start + 2 * i] & 0xFF) << 8 | (row[start + 2 * i + 1] & 0xFF);
        }
        int bit = i * depth;
        return (row[start + bit / 8] & 0xFF) >> (8 - depth - bit % 8) & ((1 << depth) - 1);
    }
}
