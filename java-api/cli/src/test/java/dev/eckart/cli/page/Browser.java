package dev.eckart.cli.page;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Headless Chromium, as a reader of pages. */
public final class Browser {
    private static final List<String> NAMES =
            List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

    private Browser() {}

    /**
     * What a page said of itself once loaded (see {@link Page}).
     *
     * @param images as {@code decoded/all}
     * @param charts as {@code drawn/all}
     * @param errors how many were seen on the page
     * @param firstError the first of them
     */
    public record Seen(String images, String charts, int errors, String firstError) {}

    /**
     * Opens a file in a window of this width. Pictures are decoded by other threads, which the browser's virtual time does not wait for:
     * on a busy machine it may be over before they are, and the page is opened again.
     */
    public static Seen open(Path page, int width) throws IOException, InterruptedException {
        Seen seen = once(page, width);
        for (int i = 1; i < 5 && seen.images().isEmpty() && seen.errors() == 0; i++) {
            seen = once(page, width);
        }
        return seen;
    }

    private static Seen once(Path page, int width) throws IOException, InterruptedException {
        Path profile = Files.createTempDirectory("eckart-chromium");
        Path dom = profile.resolve("dom.html");
        Process process = new ProcessBuilder(
                        executable(),
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--disable-dev-shm-usage",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + profile.resolve("profile"),
                        "--window-size=" + width + ",900",
                        "--virtual-time-budget=10000",
                        "--dump-dom",
                        page.toUri().toString())
                .redirectOutput(dom.toFile())
                .redirectError(profile.resolve("log").toFile())
                .start();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("chromium did not end within two minutes");
        }
        String root = Files.readString(dom);
        root = root.substring(Math.max(0, root.indexOf("<html")));
        root = root.substring(0, Math.max(0, root.indexOf('>')));
        delete(profile);
        return new Seen(
                attribute(root, "data-images"),
                attribute(root, "data-charts"),
                Integer.parseInt("0" + attribute(root, "data-errors")),
                attribute(root, "data-first-error"));
    }

    private static String attribute(String element, String name) {
        Matcher found = Pattern.compile(name + "=\"([^\"]*)\"").matcher(element);
        return found.find() ? found.group(1) : "";
    }

    private static String executable() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Chromium is installed: sudo apt-get install chromium"))
                .toString();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
