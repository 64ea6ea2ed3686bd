package dev.eckart.io;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** The lines of a text, UTF-8, none of which may fill the heap. */
final class TextLines {
    private static final int LONGEST = 1 << 20;

    private final InputFile file;
    private final InputStream in;
    private long number;

    TextLines(InputFile file, InputStream in) {
        this.file = file;
        this.in = new BufferedInputStream(in, 1 << 16);
    }

    /** The number of the line that {@link #next} gave last, from 1. */
    long number() {
        return number;
    }

    /** The next line without its end; null after the last. */
    String next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int c = in.read();
        if (c < 0) {
            return null;
        }
        number++;
        for (; c >= 0 && c != '\n'; c = in.read()) {
            if (line.size() == LONGEST) {
                throw file.bad(-1, "line " + number + " has more than " + LONGEST + " bytes; is this a text file?");
            }
            line.write(c);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
