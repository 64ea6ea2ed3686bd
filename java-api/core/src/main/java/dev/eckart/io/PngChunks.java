package dev.eckart.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The chunks of a PNG file, one after the other: length, name, content, checksum (PNG specification, third edition, section 5). The
 * content of consecutive IDAT chunks is one zlib stream, which {@link #inflate} reads.
 */
final class PngChunks implements Closeable {
    static final int IHDR = name("IHDR");
    static final int PLTE = name("PLTE");
    static final int TRNS = name("tRNS");
    static final int IDAT = name("IDAT");
    static final int IEND = name("IEND");

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    private static final int ANCILLARY = 0x20000000;
    private static final int BUFFER = 1 << 14;

    private final InputFile file;
    private final InputStream in;
    private final CRC32 crc = new CRC32();
    private final Inflater inflater = new Inflater();
    private final byte[] buffer = new byte[BUFFER];
    private final long size;
    private long at;
    private long start;
    private int type;
    private int remaining;

    PngChunks(InputFile file, InputStream in, long size) throws IOException {
        this.file = file;
        this.in = in;
        this.size = size;
        byte[] signature = in.readNBytes(SIGNATURE.length);
        if (!Arrays.equals(signature, SIGNATURE)) {
            throw file.bad(0, "is no PNG file: it does not begin with PNG's eight bytes");
        }
        at = SIGNATURE.length;
    }

    private static int name(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)).getInt();
    }

    private static String text(int type) {
        byte[] bytes = ByteBuffer.allocate(4).putInt(type).array();
        return Text.shorten(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    /** Goes on to the next chunk that a decoder must know, past those it need not; what is left of this one is checked. */
    int next() throws IOException {
        do {
            boolean first = start == 0;
            end();
            begin();
            if (first != (type == IHDR)) {
                throw bad(first ? "stands where IHDR is to be; is this a PNG file?" : "is there twice");
            }
        } while ((type & ANCILLARY) != 0 && type != TRNS);
        if (type != IHDR && type != PLTE && type != TRNS && type != IDAT && type != IEND) {
            throw bad("is not known, and the picture cannot be read without it; save it as ordinary PNG");
        }
        return type;
    }

    private void begin() throws IOException {
        start = at;
        byte[] head = new byte[8];
        read(head, 0, 8);
        ByteBuffer values = ByteBuffer.wrap(head);
        remaining = values.getInt();
        type = values.getInt();
        if (remaining < 0 || remaining > size - at - 4) {
            throw bad("says that it is " + Integer.toUnsignedString(remaining) + " bytes long, but " + (size - at)
                    + " follow; fetch the file again");
        }
        crc.reset();
        crc.update(head, 4, 4);
    }

    /** Reads to the end of the chunk and compares its checksum. */
    private void end() throws IOException {
        if (start == 0) {
            return;
        }
        while (remaining > 0) {
            content(buffer, Math.min(remaining, BUFFER));
        }
        byte[] sum = new byte[4];
        read(sum, 0, 4);
        if (ByteBuffer.wrap(sum).getInt() != (int) crc.getValue()) {
            throw bad("its checksum differs: the file is corrupt; fetch it again");
        }
    }

    private void content(byte[] target, int count) throws IOException {
        read(target, 0, count);
        crc.update(target, 0, count);
        remaining -= count;
    }

    private void read(byte[] target, int from, int count) throws IOException {
        int got = in.readNBytes(target, from, count);
        at += got;
        if (got < count) {
            throw file.bad(at, "the file ends here, within a chunk or before IEND; fetch it again");
        }
    }

    /** How long the content of this chunk is. */
    int length() {
        return remaining;
    }

    /** The whole content, which has been found to be short. */
    byte[] content() throws IOException {
        byte[] all = new byte[remaining];
        content(all, all.length);
        return all;
    }

    /** A problem of this chunk. */
    BadFileException bad(String problem) {
        return file.bad(start, "chunk " + text(type) + ": " + problem);
    }

    /** Fills {@code count} bytes of {@code target} with what this and the following IDAT chunks hold, decompressed. */
    void inflate(byte[] target, int from, int count) throws IOException {
        for (int filled = 0; filled < count; ) {
            int got = inflateSome(target, from + filled, count - filled);
            if (got < 0) {
                throw bad("the picture's data end early; fetch the file again");
            }
            filled += got;
        }
    }

    /** Checks that the compressed data end here, with their checksum, and so does the file, with the chunk that it has to end with. */
    void finish() throws IOException {
        if (inflateSome(new byte[1], 0, 1) >= 0) {
            throw bad("holds more data than the picture's size needs; fetch the file again");
        }
        while (type != IEND) {
            next();
        }
        end();
    }

    /** At least one byte, or -1 at the end of the zlib stream. */
    private int inflateSome(byte[] target, int from, int count) throws IOException {
        try {
            while (true) {
                int got = inflater.inflate(target, from, count);
                if (got > 0) {
                    return got;
                }
                if (inflater.finished()) {
                    return -1;
                }
                if (inflater.needsDictionary()) {
                    throw bad("the compressed data need a dictionary, which PNG does not have");
                }
                while (remaining == 0) {
                    if (next() != IDAT) {
                        throw bad("follows where the picture's data are not complete; fetch the file again");
                    }
                }
                int some = Math.min(remaining, BUFFER);
                content(buffer, some);
                inflater.setInput(buffer, 0, some);
            }
        } catch (DataFormatException e) {
            throw bad("the compressed data are corrupt (" + e.getMessage() + "); fetch the file again");
        }
    }

    @Override
    public void close() {
        inflater.end();
    }
}
