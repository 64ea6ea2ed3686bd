package dev.eckart.testkit;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Runs a main class of the tests in a Java process of its own, with this process's class path. */
public final class ForkedJvm {
    private ForkedJvm() {}

    /**
     * How a process ended.
     *
     * @param exit its exit status; -1 when it was killed at the time limit
     * @param output what it wrote to standard output and error
     */
    public record Result(int exit, String output) {}

    /** Runs {@code main} with options of the Java launcher and variables added to the environment. */
    public static Result run(
            Class<?> main, List<String> options, Map<String, String> environment, Duration limit, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath(main));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("eckart-fork", ".txt");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            try (InputStream text = Files.newInputStream(output)) {
                return new Result(
                        ended ? process.exitValue() : -1, new String(text.readAllBytes(), StandardCharsets.UTF_8));
            }
        } finally {
            Files.delete(output);
        }
    }

    /** Modules and classes alike: the tests may run on either path. */
    private static String classPath(Class<?> main) {
        Set<String> entries = new LinkedHashSet<>();
        entries.add(location(main));
        entries.add(location(dev.eckart.tensor.Tensor.class));
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            String path = System.getProperty(property);
            if (path != null) {
                entries.addAll(List.of(path.split(File.pathSeparator)));
            }
        }
        // Tests patched into a module have its place as theirs.
        entries.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        entries.remove("");
        return String.join(File.pathSeparator, entries);
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
