package dev.eckart.io;

import java.io.IOException;

/** The rows of a pass of a PNG, decompressed, their filters undone (PNG specification, third edition, section 9). */
final class PngRows {
    private final PngChunks chunks;
    private final int rowBytes;
    /** How far the byte to the left lies, which the filters look at: a pixel, at least one byte. */
    private final int step;

    private byte[] row;
    private byte[] above;

    PngRows(PngChunks chunks, PngHeader header, int columns) {
        this.chunks = chunks;
        this.rowBytes = Math.toIntExact(header.rowBytes(columns));
        this.step = Math.max(1, header.samples() * header.depth() / 8);
        // In front of the bytes a pixel of zeros, which the filters see left of the first; its last byte takes the
        // filter's number.
        this.row = new byte[step + rowBytes];
        this.above = new byte[step + rowBytes];
    }

    /** Where the bytes of a row begin. */
    int start() {
        return step;
    }

    /** The bytes of the next row, from {@link #start} on; good until the next call. */
    byte[] next() throws IOException {
        byte[] last = row;
        row = above;
        above = last;
        chunks.inflate(row, step - 1, 1 + rowBytes);
        int filter = row[step - 1];
        row[step - 1] = 0;
        switch (filter) {
            case 0 -> {}
            case 1 -> left();
            case 2 -> up();
            case 3 -> average();
            case 4 -> paeth();
            default ->
                throw chunks.bad("a row has the filter " + (filter & 0xFF) + ", which is none of PNG's (0 to 4)");
        }
        return row;
    }

    private void left() {
        for (int i = step; i < row.length; i++) {
            row[i] += row[i - step];
        }
    }

    private void up() {
        for (int i = step; i < row.length; i++) {
            row[i] += above[i];
        }
    }

    private void average() {
        for (int i = step; i < row.length; i++) {
            row[i] += (byte) (((row[i - step] & 0xFF) + (above[i] & 0xFF)) / 2);
        }
    }

    private void paeth() {
        for (int i = step; i < row.length; i++) {
            int a = row[i - step] & 0xFF;
            int b = above[i] & 0xFF;
            int c = above[i - step] & 0xFF;
            int pa = Math.abs(b - c);
            int pb = Math.abs(a - c);
            int pc = Math.abs(a + b - 2 * c);
            row[i] += (byte) (pa <= pb && pa <= pc ? a : pb <= pc ? b : c);
        }
    }
}
