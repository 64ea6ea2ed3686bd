package dev.eckart.embedding;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Numbers of words in the order of a text, −1 behind each sentence: written once, read many times. What passes a limit of memory goes
 * to a temporary file. Not thread-safe.
 */
final class TokenLog implements AutoCloseable {
    /** Ends a sentence: windows do not reach over it. */
    static final int END = -1;

    private static final int CHUNK = 1 << 18;

    private final int chunksInMemory;
    private final List<int[]> chunks = new ArrayList<>();
    private int[] last = new int[CHUNK];
    private int filled;
    private int chunksInFile;
    private Path path;
    private FileChannel file;

    /** @param limit bytes kept in memory */
    TokenLog(long limit) {
        this.chunksInMemory = (int) Math.min(Integer.MAX_VALUE, limit / (CHUNK * (long) Integer.BYTES));
    }

    void add(int token) {
        if (filled == CHUNK) {
            store();
        }
        last[filled++] = token;
    }

    /** How many numbers, ends included. */
    long size() {
        return (chunks.size() + (long) chunksInFile) * CHUNK + filled;
    }

    private void store() {
        if (chunks.size() < chunksInMemory) {
            chunks.add(last);
            last = new int[CHUNK];
        } else {
            try {
                if (file == null) {
                    path = Files.createTempFile("eckart-", ".tokens");
                    file = FileChannel.open(
                            path,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE);
                }
                ByteBuffer bytes = ByteBuffer.allocate(CHUNK * Integer.BYTES);
                bytes.asIntBuffer().put(last);
                for (long at = chunksInFile * (long) bytes.capacity(); bytes.hasRemaining(); ) {
                    at += file.write(bytes, at);
                }
                chunksInFile++;
            } catch (IOException e) {
                throw new UncheckedIOException(new IOException(
                        "tokens: the temporary file " + path + " cannot be written: " + e.getMessage(), e));
            }
        }
        filled = 0;
    }

    /** Takes numbers in their order. */
    interface Reader {
        void accept(int token);
    }

    void forEach(Reader reader) {
        for (int[] chunk : chunks) {
            read(reader, chunk, CHUNK);
        }
        int[] chunk = new int[chunksInFile > 0 ? CHUNK : 0];
        for (int i = 0; i < chunksInFile; i++) {
            load(i, chunk);
            read(reader, chunk, CHUNK);
        }
        read(reader, last, filled);
    }

    private static void read(Reader reader, int[] chunk, int length) {
        for (int i = 0; i < length; i++) {
            reader.accept(chunk[i]);
        }
    }

    private void load(int number, int[] chunk) {
        try {
            ByteBuffer bytes = ByteBuffer.allocate(CHUNK * Integer.BYTES);
            long start = number * (long) bytes.capacity();
            while (bytes.hasRemaining()) {
                if (file.read(bytes, start + bytes.position()) < 0) {
                    throw new IOException("it became shorter");
                }
            }
            IntBuffer tokens = bytes.flip().asIntBuffer();
            tokens.get(chunk);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException("tokens: the temporary file " + path + " cannot be read: " + e.getMessage(), e));
        }
    }

    @Override
    public void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
