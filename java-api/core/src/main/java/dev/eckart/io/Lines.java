package dev.eckart.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The lines of a text in UTF-8, plain or compressed by gzip, one at a time: without their ends (LF or CR LF) and a byte order mark. Not
 * thread-safe.
 */
public final class Lines implements Closeable {
    /** What a line may have at most, in bytes, before it is cut or refused. */
    public static final int LONGEST = 1 << 24;

    private final InputFile file;
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    private final int longest;
    private final boolean cut;
    private final byte[] block = new byte[1 << 16];
    private int at;
    private int end;
    private byte[] line = new byte[256];
    private long number;
    /** Where in {@code line} the rest of a line that was cut stands, and how long it is. */
    private int restAt;

    private int rest;

    private Lines(InputFile file, InputStream in, int longest, boolean cut) {
        this.file = file;
        this.in = in;
        this.longest = longest;
        this.cut = cut;
    }

    /**
     * Opens a file; a line of more than {@link #LONGEST} bytes is refused.
     *
     * @param format for messages, as {@code edges}
     * @throws BadFileException when it is missing or a folder
     */
    public static Lines open(String format, Path path) throws IOException {
        return open(new InputFile(format, path), LONGEST, false);
    }

    /** As {@link #open}; a line of more than {@code longest} bytes comes in pieces, cut at blanks where there are any. */
    static Lines cut(String format, Path path, int longest) throws IOException {
        return open(new InputFile(format, path), longest, true);
    }

    private static Lines open(InputFile file, int longest, boolean cut) throws IOException {
        if (Files.isDirectory(file.path())) {
            throw file.bad(-1, "is a folder; name a file in it");
        }
        return file.inside(() -> {
            InputStream raw = Files.newInputStream(file.path());
            try {
                return new Lines(file, Gzip.openAny(file, raw), longest, cut);
            } catch (IOException | RuntimeException | Error e) {
                raw.close();
                throw e;
            }
        });
    }

    /** The number of the line read last, from 1. */
    public long number() {
        return number;
    }

    /** What is wrong with the line read last. */
    public BadFileException bad(String problem) {
        return file.bad(-1, "line " + number + ": " + problem);
    }

    /** What is wrong with the file. */
    BadFileException badFile(String problem) {
        return file.bad(-1, problem);
    }

    /**
     * The next line; null at the end.
     *
     * @throws BadFileException for bytes that are no UTF-8, and for a line that is too long
     */
    public String next() throws IOException {
        return file.inside(this::read);
    }

    private String read() throws IOException {
        int length = rest;
        System.arraycopy(line, restAt, line, 0, rest);
        rest = 0;
        if (length == 0) {
            if (!fill()) {
                return null;
            }
            number++;
        }
        while (fill()) {
            int stop = at;
            while (stop < end && block[stop] != '\n') {
                stop++;
            }
            int part = Math.min(stop - at, longest - length);
            if (length + part > line.length) {
                line = Arrays.copyOf(line, Math.min(longest, Math.max(2 * line.length, length + part)));
            }
            System.arraycopy(block, at, line, length, part);
            length += part;
            at += part;
            if (at < stop) {
                return tooLong(length);
            }
            if (at < end) {
                at++;
                break;
            }
        }
        return text(length > 0 && line[length - 1] == '\r' ? length - 1 : length);
    }

    private boolean fill() throws IOException {
        if (at == end) {
            at = 0;
            end = Math.max(0, in.read(block));
        }
        return at < end;
    }

    /** The line up to its last blank, the rest of which comes next; or a refusal. */
    private String tooLong(int length) throws IOException {
        if (!cut) {
            throw bad("is longer than " + longest + " bytes; is this the right kind of file?");
        }
        int stop = length;
        while (stop > 0 && line[stop - 1] != ' ' && line[stop - 1] != '\t') {
            stop--;
        }
        if (stop == 0) {
            stop = betweenCharacters(length);
        }
        restAt = stop;
        rest = length - stop;
        return text(stop);
    }

    /** The last place up to which no character is torn; a character has at most four bytes, of which the first begins with 11. */
    private int betweenCharacters(int length) {
        int start = length - 1;
        while (start > Math.max(0, length - 4) && (line[start] & 0xC0) == 0x80) {
            start--;
        }
        return start > 0 && (line[start] & 0xC0) == 0xC0 ? start : length;
    }

    private String text(int length) throws IOException {
        int from =
                number == 1 && length >= 3 && line[0] == (byte) 0xEF && line[1] == (byte) 0xBB && line[2] == (byte) 0xBF
                        ? 3
                        : 0;
        if (isAscii(from, length)) {
            return new String(line, from, length - from, StandardCharsets.ISO_8859_1);
        }
        try {
            return decoder.decode(ByteBuffer.wrap(line, from, length - from)).toString();
        } catch (CharacterCodingException e) {
            throw bad("is not UTF-8; convert the file, as by iconv -f latin1 -t utf-8");
        }
    }

    private boolean isAscii(int from, int to) {
        int union = 0;
        for (int i = from; i < to; i++) {
            union |= line[i];
        }
        return union >= 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
