package dev.eckart.cli;

import dev.eckart.io.Npy;
import dev.eckart.memory.Bytes;
import dev.eckart.tensor.Tensor;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The files of one result folder, which appear all together or not at all: they are written to a hidden folder beside it (inside it,
 * when it exists already) and renamed by {@link #commit}. Closing without commit, a failure, or a signal removes them.
 *
 * <p>Open it before computing: an unwritable target is found at once.
 */
public final class Outputs implements AutoCloseable {
    private static final String TEMPORARY = ".eckart-";

    private final Path target;
    private final Path temporary;
    private final Path firstMade;
    private final Set<String> family;
    private final Thread hook = new Thread(this::stop, "eckart-cleanup");
    private boolean done;

    private Outputs(Path target, Path temporary, Path firstMade, Set<String> family) {
        this.target = target;
        this.temporary = temporary;
        this.firstMade = firstMade;
        this.family = family;
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Prepares to write into {@code folder}, which is made when missing.
     *
     * @param family every file name that this kind of result may have: those left by an earlier run and not written by this one are
     *     removed at the end, so that no mixture of two results stays
     * @param inputs files that are read; a result does not overwrite one of them
     * @throws UsageException when nothing can be written there
     */
    public static Outputs open(Path folder, Set<String> family, Path... inputs) {
        Path target = folder.toAbsolutePath().normalize();
        if (Files.exists(target) && !Files.isDirectory(target)) {
            throw new UsageException("--out " + folder + ": exists already and is no folder");
        }
        for (String name : family) {
            Path file = target.resolve(name);
            if (Files.isDirectory(file)) {
                throw new UsageException(
                        "--out " + folder + ": " + file + " is a folder; a result file takes this name");
            }
            if (Files.exists(file) && !Files.isRegularFile(file)) {
                // A rename would put a file in the place of the device.
                throw new UsageException("--out " + file + ": is a device or a pipe; results are renamed into place"
                        + " when they are whole, which takes a file");
            }
            for (Path input : inputs) {
                if (input.toAbsolutePath().normalize().equals(file)) {
                    throw new UsageException("--out " + folder + ": would overwrite the input " + input);
                }
            }
        }
        Path made = null;
        Path home = Files.isDirectory(target) ? target : target.getParent();
        try {
            if (!home.equals(target)) {
                made = firstMissing(home);
                Files.createDirectories(home);
            }
            Path temporary = Files.createTempDirectory(home, TEMPORARY);
            Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
            return new Outputs(target, temporary, made, family);
        } catch (IOException | UnsupportedOperationException e) {
            String reason = e instanceof FileSystemException f && f.getFile().contains(TEMPORARY)
                    ? home + ": " + Errors.reason(f)
                    : Errors.text(e);
            throw new UsageException("--out " + folder + ": cannot be written: " + reason, e);
        }
    }

    /** The topmost folder that does not exist yet on the way to {@code folder}; null when all do. */
    private static Path firstMissing(Path folder) {
        Path missing = null;
        for (Path p = folder; p != null && !Files.exists(p); p = p.getParent()) {
            missing = p;
        }
        return missing;
    }

    /**
     * Refuses, before the work, a result that the disk has no room for.
     *
     * @throws IOException when the free space is known and smaller
     */
    public void require(long bytes) throws IOException {
        // Not Files.getFileStore: in a bare chroot no mount point is listed for it, and it throws.
        File folder = temporary.toFile();
        long free = folder.getUsableSpace();
        if (folder.getTotalSpace() > 0 && free < bytes) {
            throw new IOException("--out " + target + ": the results take " + Bytes.text(bytes) + ", the disk has "
                    + Bytes.text(free) + " left");
        }
    }

    /** Where to write a file of this name before {@link #commit}. */
    private Path path(String name) {
        if (!family.contains(name)) {
            throw new IllegalStateException("outputs: " + name + " is not one of " + family);
        }
        return temporary.resolve(name);
    }

    /** Writes one tensor. */
    public void write(String name, Tensor tensor) throws IOException {
        try {
            Npy.write(path(name), tensor);
        } catch (IOException e) {
            throw failed(name, e);
        }
    }

    /** Writes text as UTF-8. */
    public void write(String name, String text) throws IOException {
        try {
            Files.writeString(path(name), text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw failed(name, e);
        }
    }

    /** Writes bytes as they are. */
    public void write(String name, byte[] bytes) throws IOException {
        try {
            Files.write(path(name), bytes);
        } catch (IOException e) {
            throw failed(name, e);
        }
    }

    /** The failure to write one file, as the user knows the file: the temporary name is no help. */
    private IOException failed(String name, IOException e) {
        String reason = Errors.text(e);
        int colon = reason.lastIndexOf(": ");
        return new IOException(
                target.resolve(name) + ": cannot be written: "
                        + (colon >= 0 && reason.contains(temporary.toString()) ? reason.substring(colon + 2) : reason),
                e);
    }

    /** Makes the files appear under their names. */
    public synchronized void commit() throws IOException {
        if (done) {
            throw new IllegalStateException("outputs: " + target + ": closed already");
        }
        if (!moveFolder()) {
            List<Path> files = files();
            for (Path file : files) {
                Files.move(file, target.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
            for (String old : family) {
                Path left = target.resolve(old);
                if (files.stream().noneMatch(f -> f.getFileName().toString().equals(old))) {
                    Files.deleteIfExists(left);
                }
            }
            Files.deleteIfExists(temporary);
        }
        done = true;
    }

    /** One rename, when the target does not exist. */
    private boolean moveFolder() throws IOException {
        if (Files.exists(target)) {
            return false;
        }
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            return true;
        } catch (DirectoryNotEmptyException | FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            // Another process made it meanwhile.
            Files.createDirectories(target);
            return false;
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(temporary)) {
            return new ArrayList<>(all.sorted().toList());
        }
    }

    /** Run by the virtual machine when a signal ends it; waits for a commit under way. */
    private void stop() {
        if (abandon()) {
            System.err.println((LiveProgress.onTerminal() ? "\n" : "")
                    + "eckart: ended by a signal; nothing was written to " + target);
        }
    }

    /** Whether anything was left to remove. */
    private synchronized boolean abandon() {
        if (done) {
            return false;
        }
        done = true;
        try {
            for (Path file : files()) {
                Files.deleteIfExists(file);
            }
            Files.deleteIfExists(temporary);
            for (Path p = target.getParent();
                    firstMade != null && p != null && p.startsWith(firstMade);
                    p = p.getParent()) {
                Files.deleteIfExists(p);
            }
        } catch (IOException e) {
            System.err.println("eckart: " + temporary + ": cannot be removed: " + Errors.text(e));
        }
        return true;
    }

    /** Removes what was not committed. */
    @Override
    public void close() {
        abandon();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The virtual machine is going down, and the hook has its turn.
            return;
        }
    }
}
