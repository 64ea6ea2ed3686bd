package dev.eckart.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Single files to write: looked at before the work, so that one that cannot be written is found at once. */
final class Targets {
    private Targets() {}

    /**
     * Refuses a target that is a folder, the input, or where nothing can be written; makes the folder that it lies in.
     *
     * @throws UsageException naming the option
     */
    static void prepare(Path out, Path input) {
        Path target = out.toAbsolutePath().normalize();
        if (Files.isDirectory(target)) {
            throw new UsageException("--out " + out + ": is a folder; give the name of a file");
        }
        if (input != null && target.equals(input.toAbsolutePath().normalize())) {
            throw new UsageException("--out " + out + ": would overwrite the input");
        }
        Path folder = target.getParent();
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw new UsageException("--out " + out + ": cannot be written: " + Errors.text(e), e);
        }
        if (!Files.isWritable(folder)) {
            throw new UsageException("--out " + out + ": the folder " + folder + " is not writable; choose another");
        }
    }
}
