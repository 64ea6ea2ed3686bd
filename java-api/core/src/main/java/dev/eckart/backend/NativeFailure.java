package dev.eckart.backend;

import java.nio.file.Files;
import java.nio.file.Path;

/** Turns the failure to load the native library into one line that says what is wrong and what to do. */
final class NativeFailure {
    private NativeFailure() {}

    static String explain(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        String reason = String.valueOf(deepest.getMessage());
        return "Eckart's native library could not be loaded (" + System.getProperty("os.name") + " "
                + System.getProperty("os.arch") + "): " + reason + "; " + remedy(reason);
    }

    private static String remedy(String reason) {
        if (reason.contains("GLIBC_")) {
            return "it needs glibc 2.34 or newer (Debian 12, Ubuntu 22.04, RHEL 9)";
        }
        if (Files.exists(Path.of("/etc/alpine-release")) || reason.contains("musl")) {
            return "musl systems are not supported: use a glibc image";
        }
        if (reason.contains("failed to map segment")
                || reason.contains("Read-only")
                || reason.contains("Permission denied")) {
            return "its cache folder must be writable and not mounted noexec: set -Dorg.bytedeco.javacpp.cachedir=FOLDER";
        }
        if (reason.contains("OpenBLAS")) {
            return "have org.bytedeco:openblas of that version on the class path instead of an older one (in Maven, by"
                    + " dependencyManagement), or use Eckart before what brings the older one";
        }
        if (NativeFailure.class.getModule().isNamed() && reason.contains("Could not find")) {
            return "modules that hold only native libraries are required by none: add --add-modules ALL-MODULE-PATH";
        }
        return "supported are linux-x86_64 and linux-arm64 with glibc 2.34 or newer, with the jars eckart-native and openblas of"
                + " that classifier on the class path; a cache folder that is not writable is replaced by"
                + " -Dorg.bytedeco.javacpp.cachedir=FOLDER";
    }
}
