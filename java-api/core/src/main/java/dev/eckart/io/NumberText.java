package dev.eckart.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Numbers between blanks, line by line; lines that begin with the comment character, and empty ones, are skipped. Holds one block of
 * the file and one number, however long the lines are.
 */
final class NumberText {
    private static final int LONGEST = 400; // digits of a number that some program may have written out
    private static final int SHOWN = 20;

    private final InputFile file;
    private final InputStream in;
    private final int comment;
    private final byte[] block = new byte[1 << 16];
    private final byte[] token = new byte[LONGEST];
    private int at;
    private int end;
    private long line = 1;

    NumberText(InputFile file, InputStream in, char comment) {
        this.file = file;
        this.in = in;
        this.comment = comment;
    }

    BadFileException bad(String problem) {
        return file.bad(-1, "line " + line + ": " + problem);
    }

    private int peek() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(block));
        }
        return at == end ? -1 : block[at] & 0xFF;
    }

    /** The rest of this line; refused when longer than {@code most} characters. */
    String line(int most) throws IOException {
        StringBuilder text = new StringBuilder();
        for (int c = peek(); c >= 0 && c != '\n'; c = peek()) {
            if (text.length() == most) {
                throw bad("is longer than " + most + " characters; is this the right kind of file?");
            }
            text.append((char) c);
            at++;
        }
        skipLine();
        return text.toString();
    }

    private void skipLine() throws IOException {
        int c = peek();
        while (c != -1 && c != '\n') {
            at++;
            c = peek();
        }
        if (c == '\n') {
            at++;
            line++;
        }
    }

    private void skipBlanks() throws IOException {
        for (int c = peek(); c == ' ' || c == '\t' || c == '\r'; c = peek()) {
            at++;
        }
    }

    /** Goes to the next number, over ends of lines and comments; false at the end of the file. */
    boolean more() throws IOException {
        while (true) {
            skipBlanks();
            int c = peek();
            if (c == '\n' || c == comment) {
                skipLine();
            } else {
                return c != -1;
            }
        }
    }

    /** Demands that nothing but blanks follows on this line. */
    void endLine() throws IOException {
        skipBlanks();
        int c = peek();
        if (c != -1 && c != '\n') {
            throw bad("holds more than was expected, from '" + (char) c + "' on");
        }
    }

    /** An integer from {@code least} to {@code most}; on this line unless {@code newLine}. */
    long nextLong(String what, boolean newLine, long least, long most) throws IOException {
        String text = next(what, newLine);
        try {
            long value = Long.parseLong(text);
            if (value >= least && value <= most) {
                return value;
            }
            throw bad(what + " is " + value + ", not between " + least + " and " + most
                    + (value == 0 && least == 1 ? "; numbers start from 1 in this format" : ""));
        } catch (NumberFormatException e) {
            throw bad(what + " was expected, an integer, but '" + Text.shorten(text) + "' stands there");
        }
    }

    /** A finite number; on this line unless {@code newLine}. */
    double nextDouble(String what, boolean newLine) throws IOException {
        String text = next(what, newLine);
        try {
            // The parser of Java also takes hexadecimal numbers and a trailing d or f.
            char last = text.charAt(text.length() - 1);
            boolean decimal =
                    (last >= '0' && last <= '9' || last == '.') && text.indexOf('x') < 0 && text.indexOf('X') < 0;
            double value = decimal ? Double.parseDouble(text) : Double.NaN;
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw bad(what + " was expected, a finite number, but '" + Text.shorten(text) + "' stands there");
    }

    private String next(String what, boolean newLine) throws IOException {
        if (newLine) {
            more();
        } else {
            skipBlanks();
        }
        int length = 0;
        for (int c = peek(); c > ' '; c = peek()) {
            if (length == LONGEST) {
                throw bad(what + " was expected, but something of more than " + LONGEST + " characters begins with '"
                        + Text.shorten(new String(token, 0, SHOWN, StandardCharsets.ISO_8859_1))
                        + "'");
            }
            token[length++] = (byte) c;
            at++;
        }
        if (length == 0) {
            throw bad(what + " is missing" + (peek() == -1 ? ": the file ends here; fetch it again" : ""));
        }
        return new String(token, 0, length, StandardCharsets.ISO_8859_1);
    }
}
