package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AtomicFileTest {
    @TempDir
    Path folder;

    private void assertFolderHolds(Path... expected) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(expected);
        }
    }

    private static void write(Path target, String text) throws IOException {
        AtomicFile.write(target, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void should_create_and_replace() throws IOException {
        Path target = folder.resolve("a.txt");
        write(target, "one");
        assertThat(target).hasContent("one");
        write(target, "2");
        assertThat(target).hasContent("2");
        assertFolderHolds(target);
    }

    @Test
    void should_show_nothing_before_the_end() throws IOException {
        Path target = folder.resolve("a.txt");
        AtomicFile.writeChannel(target, channel -> {
            channel.write(ByteBuffer.wrap(new byte[100]));
            assertThat(target).doesNotExist();
        });
        assertThat(target).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void should_leave_the_target_when_the_disk_is_full(boolean exists) throws IOException {
        Path target = folder.resolve("a.txt");
        if (exists) {
            Files.writeString(target, "before");
        }
        assertThatThrownBy(() -> AtomicFile.writeChannel(target, channel -> {
                    channel.write(ByteBuffer.wrap(new byte[100]));
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("write " + target + ": No space left on device");
        if (exists) {
            assertThat(target).hasContent("before");
            assertFolderHolds(target);
        } else {
            assertFolderHolds();
        }
    }

    @Test
    void should_leave_the_target_after_any_other_failure() throws IOException {
        Path target = Files.writeString(folder.resolve("a.txt"), "before");
        assertThatThrownBy(() -> AtomicFile.write(target, out -> {
                    out.write(1);
                    throw new IllegalStateException("the tensor was closed");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the tensor was closed");
        assertThat(target).hasContent("before");
        assertFolderHolds(target);
    }

    @Test
    void should_leave_the_target_after_an_interrupt() throws IOException {
        Path target = Files.writeString(folder.resolve("a.txt"), "before");
        try {
            assertThatThrownBy(() -> AtomicFile.write(target, out -> {
                        out.write(1);
                        Thread.currentThread().interrupt();
                    }))
                    .isInstanceOf(InterruptedIOException.class)
                    .hasMessage("write " + target + ": interrupted; nothing was changed");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(target).hasContent("before");
        assertFolderHolds(target);
    }

    @Test
    void should_name_a_missing_folder_and_a_folder_in_the_way() {
        Path target = folder.resolve("none/a.txt");
        assertThatThrownBy(() -> write(target, "x"))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "write " + target + ": the folder " + target.getParent() + " does not exist; create it first");
        assertThatThrownBy(() -> write(folder, "x"))
                .isInstanceOf(IOException.class)
                .hasMessage("write " + folder + ": is a folder; name a file in it");
    }

    /** Not even root may write there. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void should_name_a_target_that_no_one_can_write() {
        Path target = Path.of("/proc/a.npy");
        assertThatThrownBy(() -> write(target, "x"))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("write /proc/a.npy: the folder /proc is not writable")
                .hasMessageNotContaining(".tmp");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void should_write_devices_directly_and_report_a_full_one() throws IOException {
        write(Path.of("/dev/null"), "x");
        assertThat(Files.isRegularFile(Path.of("/dev/null"))).isFalse();
        try (Tensor a = Tensor.of(new double[] {1})) {
            assertThatThrownBy(() -> Npy.write(Path.of("/dev/full"), a))
                    .isInstanceOf(IOException.class)
                    .hasMessage("write /dev/full: No space left on device");
        }
        assertThat(Files.isRegularFile(Path.of("/dev/full"))).isFalse();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_replace_the_file_behind_a_link_not_the_link() throws IOException {
        Path target = Files.writeString(folder.resolve("a.txt"), "before");
        Path link = Files.createSymbolicLink(folder.resolve("link.txt"), target);
        write(link, "after");
        assertThat(link).isSymbolicLink();
        assertThat(target).hasContent("after");
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_give_new_files_the_usual_permissions() throws IOException {
        Path usual = Files.createFile(folder.resolve("usual.txt"));
        Path target = folder.resolve("a.txt");
        write(target, "x");
        assertThat(Files.getPosixFilePermissions(target)).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    @Test
    void should_take_a_name_as_long_as_the_file_system_does() throws IOException {
        Path target = folder.resolve("a".repeat(251) + ".npy");
        write(target, "x");
        assertThat(target).hasContent("x");
    }

    @Test
    void should_take_a_relative_path() throws IOException {
        Path target = Path.of("target").resolve("atomic-file-test.txt");
        Files.createDirectories(target.getParent());
        write(target, "x");
        assertThat(target).hasContent("x");
        Files.delete(target);
    }

    /** A JVM that is stopped in the middle of writing. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void should_remove_the_unfinished_file_when_the_jvm_is_stopped() throws Exception {
        Path target = Files.writeString(folder.resolve("a.txt"), "before");
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath(AtomicFile.class) + ":" + classPath(Stopped.class),
                        Stopped.class.getName(),
                        target.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(jvm.inputReader().readLine()).isEqualTo("writing");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).hasSize(2);
        }
        jvm.destroy(); // SIGTERM, which runs the same hooks as Ctrl-C
        assertThat(jvm.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(target).hasContent("before");
        assertFolderHolds(target);
    }

    private static String classPath(Class<?> type) throws Exception {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI())
                .toString();
    }

    /** What the JVM that is stopped runs. */
    static final class Stopped {
        private Stopped() {}

        public static void main(String[] args) throws IOException {
            AtomicFile.write(Path.of(args[0]), out -> {
                out.write(1);
                out.flush();
                System.out.println("writing");
                try {
                    Thread.sleep(60_000);
                } catch (InterruptedException e) {
                    throw new InterruptedIOException();
                }
            });
        }
    }
}
