package dev.eckart.io;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Compressed files, told by their first bytes. */
final class Gzip {
    /** Deflate's greatest ratio: a bit or so for 258 bytes. */
    static final long MAX_RATIO = 1032;

    private static final int BUFFER = 1 << 16;

    private Gzip() {}

    /** Whether a file is compressed; its position stays. */
    static boolean begins(FileChannel channel) throws IOException {
        ByteBuffer start = ByteBuffer.allocate(2);
        while (start.hasRemaining() && channel.read(start, start.position()) >= 0) {}
        return !start.hasRemaining() && isMagic(start.get(0), start.get(1));
    }

    private static boolean isMagic(int first, int second) {
        return (first & 0xFF) == 0x1F && (second & 0xFF) == 0x8B;
    }

    /** The content of {@code stream}, uncompressed where it is compressed. */
    static InputStream openAny(InputFile file, InputStream stream) throws IOException {
        PushbackInputStream start = new PushbackInputStream(stream, 2);
        byte[] magic = start.readNBytes(2);
        start.unread(magic);
        return magic.length == 2 && isMagic(magic[0], magic[1]) ? open(file, start) : start;
    }

    /** The uncompressed content of {@code stream}; torn or corrupt data is a BadFileException. */
    static InputStream open(InputFile file, InputStream stream) throws IOException {
        try {
            return new Checked(file, new GZIPInputStream(stream, BUFFER));
        } catch (EOFException | ZipException e) {
            throw explained(file, e);
        }
    }

    private static BadFileException explained(InputFile file, IOException e) {
        String problem = e instanceof EOFException
                ? "the gzip data ends early (a download that broke off?); fetch it again"
                : "the gzip data is corrupt (" + e.getMessage() + "); fetch it again";
        return new BadFileException(file.format(), file.path(), -1, problem, e);
    }

    private static final class Checked extends FilterInputStream {
        private final InputFile file;

        Checked(InputFile file, InputStream in) {
            super(in);
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            try {
                return super.read();
            } catch (EOFException | ZipException e) {
                throw explained(file, e);
            }
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            try {
                return super.read(bytes, offset, length);
            } catch (EOFException | ZipException e) {
                throw explained(file, e);
            }
        }
    }
}
