package dev.eckart.cli;

import dev.eckart.io.BadFileException;
import dev.eckart.memory.MemoryLimitException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;

/** Turns whatever a command threw into one line and an exit code: 2 bad usage or input, 1 any other failure. */
final class Errors {
    static final int USAGE = 2;
    static final int FAILURE = 1;

    private Errors() {}

    static int report(Throwable failure, boolean verbose, PrintStream err) {
        err.println("eckart: " + line(failure));
        if (verbose) {
            failure.printStackTrace(err);
        }
        return code(failure);
    }

    private static int code(Throwable failure) {
        // A file that is read while the work goes on may turn out bad then.
        boolean badFile = failure instanceof UncheckedIOException && failure.getCause() instanceof BadFileException;
        boolean input = badFile || failure instanceof UsageException || failure instanceof IllegalArgumentException;
        return input ? USAGE : FAILURE;
    }

    private static String line(Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        if (failure instanceof OutOfMemoryError) {
            return "the Java heap is full (" + message + "); raise it with java -Xmx2g -jar eckart.jar …";
        }
        if (failure instanceof IOException io) {
            return oneLine(text(io));
        }
        if (failure instanceof UncheckedIOException io) {
            return oneLine(text(io.getCause()));
        }
        boolean told = failure instanceof UsageException
                || failure instanceof MemoryLimitException
                || failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof ArithmeticException;
        return told && failure.getMessage() != null
                ? oneLine(message)
                : oneLine("internal error: " + failure + "; --verbose shows where");
    }

    /** The reason of a failed read or write, as a person says it: file first. */
    static String text(IOException failure) {
        if (failure instanceof FileSystemException f) {
            return f.getFile() + ": " + reason(f);
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    /** Why, without the name of the file. */
    static String reason(FileSystemException f) {
        if (f instanceof NoSuchFileException) {
            return "no such file or folder";
        }
        if (f instanceof AccessDeniedException) {
            return "permission denied";
        }
        if (f instanceof FileAlreadyExistsException) {
            return "exists already and is no folder";
        }
        if (f instanceof NotDirectoryException) {
            return "is no folder";
        }
        return f.getReason() == null ? "cannot be used" : f.getReason();
    }

    /** The reason of a failure that may be wrapped, as {@link #text(IOException)} gives it. */
    static String text(Exception failure) {
        if (failure instanceof IOException io) {
            return text(io);
        }
        if (failure instanceof UncheckedIOException io) {
            return text(io.getCause());
        }
        if (failure instanceof ReadOnlyFileSystemException) {
            return "read-only file system";
        }
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private static String oneLine(String text) {
        return text.strip().replace("\r", "").replace("\n", "; ");
    }
}
