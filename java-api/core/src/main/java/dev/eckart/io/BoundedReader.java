package dev.eckart.io;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;

/** Refuses records so long that a parser would fill the heap with one of them: files without line ends, quotes never closed. */
final class BoundedReader extends FilterReader {
    private static final int MOST_CHARACTERS = 1 << 24;
    private static final int MOST_CELLS = 1 << 20;

    private final InputFile file;
    private final char delimiter;
    private long line = 1;
    private int characters;
    private int cells;

    BoundedReader(InputFile file, Reader in, char delimiter) {
        super(in);
        this.file = file;
        this.delimiter = delimiter;
    }

    /** Called when the parser has handed out a record: the next may be as long again. */
    void nextRecord(long line) {
        this.line = line;
        characters = 0;
        cells = 0;
    }

    @Override
    public int read() throws IOException {
        char[] one = new char[1];
        return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(char[] target, int offset, int length) throws IOException {
        int count = super.read(target, offset, length);
        for (int i = 0; i < count; i++) {
            if (target[offset + i] == delimiter) {
                cells++;
            }
        }
        characters += Math.max(0, count);
        if (characters > MOST_CHARACTERS || cells > MOST_CELLS) {
            throw file.bad(
                    -1,
                    "line " + line + " has more than "
                            + (cells > MOST_CELLS ? MOST_CELLS + " cells" : MOST_CHARACTERS + " characters")
                            + "; is this a CSV file, and every quote closed?");
        }
        return count;
    }
}
