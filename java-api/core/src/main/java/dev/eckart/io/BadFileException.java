package dev.eckart.io;

import java.io.IOException;
import java.nio.file.Path;

/** A file that can't be read for what is in it, or because it is not there. The message names the file, the place and the remedy. */
public final class BadFileException extends IOException {
    private static final long serialVersionUID = 1;

    private final String file;
    private final long offset;

    /**
     * @param format of the file, as {@code npy}
     * @param file the file
     * @param offset byte at which the problem stands, or -1 when it has no place
     * @param problem what was found, what was expected, and the remedy
     */
    public BadFileException(String format, Path file, long offset, String problem) {
        this(format, file, offset, problem, null);
    }

    BadFileException(String format, Path file, long offset, String problem, Throwable cause) {
        super(format + ": " + file + (offset < 0 ? "" : ", byte " + offset) + ": " + problem, cause);
        this.file = file.toString();
        this.offset = offset;
    }

    /** The file. */
    public Path file() {
        return Path.of(file);
    }

    /** Byte at which the problem stands, or -1. */
    public long offset() {
        return offset;
    }
}
