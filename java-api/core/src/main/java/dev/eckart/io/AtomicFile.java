package dev.eckart.io;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Files that are written whole or not at all: to a file {@code .eckart-*.tmp} beside the target, which is renamed over it when all is
 * written. After a failure, an interrupt or Ctrl-C the target is as it was and the file beside it is gone. A target that is a
 * symbolic link stays one; a pipe or a device, such as {@code /dev/stdout}, is written to directly. Nothing is forced to disk: a power
 * failure may lose what was just written. Thread-safe; of two writers of one target the last to finish wins.
 */
public final class AtomicFile {
    private AtomicFile() {}

    /** Writes the content of a file. */
    @FunctionalInterface
    public interface Action<C> {
        /** Writes to {@code sink}, which need not be closed. */
        void write(C sink) throws IOException;
    }

    /**
     * Writes {@code target} through a buffered stream.
     *
     * @throws IOException when the folder is missing or not writable, the disk is full, or {@code content} fails; names the target
     */
    public static void write(Path target, Action<? super OutputStream> content) throws IOException {
        writeChannel(target, channel -> {
            OutputStream stream = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
            content.write(stream);
            stream.flush();
        });
    }

    /**
     * Writes {@code target} through a channel.
     *
     * @throws IOException when the folder is missing or not writable, the disk is full, or {@code content} fails; names the target
     */
    public static void writeChannel(Path target, Action<? super FileChannel> content) throws IOException {
        try {
            if (Files.isDirectory(target)) {
                throw new IOException("is a folder; name a file in it");
            }
            if (Files.exists(target) && !Files.isRegularFile(target)) {
                try (FileChannel channel = FileChannel.open(target, StandardOpenOption.WRITE)) {
                    content.write(channel);
                }
            } else {
                // The file behind a link is replaced, not the link.
                writeBeside(Files.exists(target) ? target.toRealPath() : target.toAbsolutePath(), content);
            }
        } catch (IOException e) {
            throw named(target, e);
        }
    }

    private static void writeBeside(Path target, Action<? super FileChannel> content) throws IOException {
        Path folder = target.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IOException("the folder " + folder + " does not exist; create it first");
        }
        Path beside = folder.resolve(".eckart-" + UUID.randomUUID() + ".tmp");
        Unfinished.add(beside);
        try {
            try (FileChannel channel = create(beside)) {
                content.write(channel);
            }
            Files.move(beside, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException | Error e) {
            try {
                Files.deleteIfExists(beside);
            } catch (IOException left) {
                e.addSuppressed(left);
            }
            throw e;
        } finally {
            Unfinished.remove(beside);
        }
    }

    private static FileChannel create(Path beside) throws IOException {
        try {
            return FileChannel.open(beside, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        } catch (FileSystemException e) {
            // Its message names the file beside the target, which says nothing to the user.
            String reason = e.getReason() == null ? "" : " (" + e.getReason() + ")";
            throw new IOException(
                    "the folder " + beside.getParent() + " is not writable" + reason + "; choose another", e);
        }
    }

    private static IOException named(Path target, IOException e) {
        String what = "write " + target + ": ";
        if (e instanceof ClosedByInterruptException || e instanceof InterruptedIOException) {
            InterruptedIOException interrupted = new InterruptedIOException(what + "interrupted; nothing was changed");
            interrupted.initCause(e);
            return interrupted;
        }
        String reason = e.getMessage();
        if (e instanceof AccessDeniedException) {
            reason = "permission denied";
        } else if (e instanceof NoSuchFileException) {
            reason = "its folder, or the file beside it, went away meanwhile; try again";
        } else if (e instanceof FileSystemException f && f.getReason() != null) {
            reason = f.getReason();
        }
        return new IOException(what + reason, e);
    }

    /** Files beside their targets that a stop of the JVM (Ctrl-C) has to remove. */
    private static final class Unfinished {
        private static final Set<Path> FILES = ConcurrentHashMap.newKeySet();

        static {
            Runtime.getRuntime().addShutdownHook(new Thread(Unfinished::removeAll, "eckart-unfinished-files"));
        }

        static void add(Path file) {
            FILES.add(file);
        }

        static void remove(Path file) {
            FILES.remove(file);
        }

        private static void removeAll() {
            for (Path file : FILES) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    System.getLogger(AtomicFile.class.getName())
                            .log(System.Logger.Level.WARNING, "the unfinished file " + file + " stays behind", e);
                }
            }
        }
    }
}
