package dev.eckart.io;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file to read, of a format that messages name.
 *
 * @param format as {@code npy}
 * @param path where it lies
 * @param entry the part of an archive; empty for the file itself
 */
record InputFile(String format, Path path, String entry) {
    InputFile(String format, Path path) {
        this(format, path, "");
    }

    /** A part of this archive. */
    InputFile entry(String name) {
        return new InputFile(format, path, Text.shorten(name));
    }

    /** Reads something from the open file. */
    interface Action<C, T> {
        T read(C source) throws IOException;
    }

    /** Reads something from a file that is open. */
    interface Reading<T> {
        T run() throws IOException;
    }

    /** Runs {@code action} on the open file, which must have a size; failures come out with the file's name. */
    <T> T readSized(Action<FileChannel, T> action) throws IOException {
        try {
            requireNoFolder();
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw bad(-1, "is a pipe or a device, which has no size; save it to a file first");
            }
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                return action.read(channel);
            }
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** Runs {@code action} on the file as a stream; pipes will do. */
    <T> T readStream(Action<InputStream, T> action) throws IOException {
        try {
            requireNoFolder();
            try (InputStream stream = Files.newInputStream(path)) {
                return action.read(stream);
            }
        } catch (IOException e) {
            throw named(e);
        }
    }

    /** Runs {@code reading} on a file that is open; failures come out with the file's name. */
    <T> T inside(Reading<T> reading) throws IOException {
        try {
            return reading.run();
        } catch (IOException e) {
            throw named(e);
        }
    }

    BadFileException bad(long offset, String problem) {
        return entry.isEmpty()
                ? new BadFileException(format, path, offset, problem)
                : new BadFileException(
                        format, path, -1, entry + (offset < 0 ? "" : ", byte " + offset) + ": " + problem);
    }

    private void requireNoFolder() throws BadFileException {
        if (Files.isDirectory(path)) {
            throw bad(-1, "is a folder; name a file in it");
        }
    }

    private IOException named(IOException e) {
        if (e instanceof BadFileException || e instanceof InterruptedIOException) {
            return e;
        }
        if (e instanceof ClosedByInterruptException) {
            InterruptedIOException interrupted = new InterruptedIOException(format + ": " + path + ": interrupted");
            interrupted.initCause(e);
            return interrupted;
        }
        if (e instanceof ClosedChannelException) {
            return new IOException(format + ": " + path + ": was closed; read before that", e);
        }
        if (e instanceof NoSuchFileException) {
            boolean link = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
            String problem = link ? "is a link to nothing" : "there is no such file; check the path";
            return new BadFileException(format, path, -1, problem, e);
        }
        if (e instanceof AccessDeniedException) {
            return new BadFileException(format, path, -1, "permission denied; make it readable (chmod +r)", e);
        }
        if (e instanceof NotDirectoryException) {
            return new BadFileException(format, path, -1, "a part of the path is no folder", e);
        }
        return new IOException(format + ": " + path + ": " + e.getMessage(), e);
    }
}
