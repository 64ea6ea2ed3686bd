package dev.eckart.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What stands in a PNG's IHDR chunk, checked.
 *
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 * @param depth bits per sample: 1, 2, 4, 8, 16
 * @param colour of {@link #GRAY} and the others
 * @param interlaced whether the rows come in the seven passes of Adam7
 */
record PngHeader(int width, int height, int depth, int colour, boolean interlaced) {
    static final int GRAY = 0;
    static final int RGB = 2;
    static final int PALETTE = 3;
    static final int GRAY_ALPHA = 4;
    static final int RGBA = 6;

    /** Two rows are held on the heap. */
    private static final int LONGEST_ROW = 1 << 24;

    private static final int LENGTH = 13;
    private static final Pass WHOLE = new Pass(0, 0, 1, 1);
    private static final Pass[] ADAM7 = {
        new Pass(0, 0, 8, 8),
        new Pass(4, 0, 8, 8),
        new Pass(0, 4, 4, 8),
        new Pass(2, 0, 4, 4),
        new Pass(0, 2, 2, 4),
        new Pass(1, 0, 2, 2),
        new Pass(0, 1, 1, 2)
    };

    /** The pixels (x, y), (x + dx, y), … of the rows y, y + dy, … */
    record Pass(int x, int y, int dx, int dy) {
        int columns(int width) {
            return (width - x + dx - 1) / dx;
        }

        int rows(int height) {
            return (height - y + dy - 1) / dy;
        }
    }

    /** Reads the first chunk of a file of {@code size} bytes. */
    static PngHeader read(PngChunks chunks, long size) throws IOException {
        chunks.next();
        if (chunks.length() != LENGTH) {
            throw chunks.bad("has " + chunks.length() + " bytes instead of " + LENGTH);
        }
        ByteBuffer content = ByteBuffer.wrap(chunks.content());
        int width = content.getInt();
        int height = content.getInt();
        int depth = content.get();
        int colour = content.get();
        int compression = content.get();
        int filter = content.get();
        int interlace = content.get();
        if (width < 1 || height < 1) {
            throw chunks.bad("the size " + Integer.toUnsignedString(height) + "×" + Integer.toUnsignedString(width)
                    + " is not within 1 to 2147483647");
        }
        if (!fits(colour, depth)) {
            throw chunks.bad("colour type " + colour + " with " + depth + " bits per sample is none of PNG's");
        }
        if (compression != 0 || filter != 0 || interlace < 0 || interlace > 1) {
            throw chunks.bad("compression " + compression + ", filter " + filter + ", interlacing " + interlace
                    + " are none of PNG's; save it as ordinary PNG");
        }
        PngHeader header = new PngHeader(width, height, depth, colour, interlace == 1);
        header.requireSize(chunks, size);
        return header;
    }

    private static boolean fits(int colour, int depth) {
        return switch (colour) {
            case GRAY -> depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
            case PALETTE -> depth == 1 || depth == 2 || depth == 4 || depth == 8;
            case RGB, GRAY_ALPHA, RGBA -> depth == 8 || depth == 16;
            default -> false;
        };
    }

    /** Sizes that the file cannot hold, or a heap or a buffer not, are refused before memory is taken. */
    private void requireSize(PngChunks chunks, long size) throws IOException {
        String picture = height + "×" + width + " pixels of " + samples() * depth + " bits";
        if (rowBytes(width) > LONGEST_ROW || (long) width * height > Png.MOST_PIXELS) {
            throw chunks.bad(picture + " are too many; split the picture into parts of at most " + Png.MOST_PIXELS
                    + " pixels, rows of at most " + LONGEST_ROW + " bytes");
        }
        long needed = 0;
        for (Pass pass : passes()) {
            int columns = pass.columns(width);
            needed += columns == 0 ? 0 : pass.rows(height) * (1 + rowBytes(columns));
        }
        if (needed > size * Gzip.MAX_RATIO) {
            throw chunks.bad(
                    picture + " need " + needed + " bytes, more than a file of " + size + " can hold; fetch it again");
        }
    }

    Pass[] passes() {
        return interlaced ? ADAM7.clone() : new Pass[] {WHOLE};
    }

    /** Samples per pixel in the file. */
    int samples() {
        return switch (colour) {
            case GRAY_ALPHA -> 2;
            case RGB -> 3;
            case RGBA -> 4;
            default -> 1;
        };
    }

    /** Bytes of a row of {@code columns} pixels, without that of its filter. */
    long rowBytes(int columns) {
        return ((long) columns * samples() * depth + 7) / 8;
    }
}
