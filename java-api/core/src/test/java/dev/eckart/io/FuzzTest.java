package dev.eckart.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.Jazzer;
import dev.eckart.testkit.ForkedJvm;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every reader on some thousand files that Jazzer makes up, guided by the code they reach, from the golden files and what was found
 * before (resources/fuzz/READER) on; in a process with a small heap and a small budget. {@code ci/fuzz} makes a million.
 */
@Tag("once")
class FuzzTest {
    private static final String RUNS = System.getProperty("fuzz.runs", "2000");

    @TempDir
    Path folder;

    private static Stream<Path> files(String resource) throws IOException, URISyntaxException {
        var url = FuzzTest.class.getResource(resource);
        return url == null ? Stream.empty() : Files.list(Path.of(url.toURI()));
    }

    /** Golden files and found cases. */
    private Path seeds(String reader) throws IOException, URISyntaxException {
        Path seeds = Files.createDirectory(folder.resolve(reader));
        for (String resource : List.of("/formats", "/npy", "/fuzz/" + reader)) {
            try (Stream<Path> files = files(resource)) {
                for (Path file : files.toList()) {
                    if (resource.startsWith("/fuzz") || file.toString().endsWith("." + reader)) {
                        Files.copy(file, seeds.resolve(file.getFileName()));
                    }
                }
            }
        }
        Files.writeString(seeds.resolve("table"), "a,\"b\"\n1,2.5\n-3e4,0x\n", StandardCharsets.UTF_8);
        Files.write(seeds.resolve("idx"), new byte[] {0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 2, 3, 4});
        if (reader.equals("bed")) {
            byte[] text = "f i 0 0 1 0\nf j 0 0 1 0\n|1 v 0 1 G A\n1 w 0 2 C T\n|".getBytes(StandardCharsets.US_ASCII);
            byte[] seed = Arrays.copyOf(text, text.length + 5);
            System.arraycopy(new byte[] {0x6c, 0x1b, 1, 0x0b, 0x0e}, 0, seed, text.length, 5);
            Files.write(seeds.resolve("bed"), seed);
        }
        if (reader.equals("text")) {
            Files.writeString(seeds.resolve("vectors"), "2 2\na 1 .5\nb 2e1 -1\n");
            Files.writeString(seeds.resolve("binary"), "1 1\na 0000\n");
            Files.writeString(seeds.resolve("json"), "{\"text\": \"a\\u00e9\", \"label\": [1, {}]}\n");
            Files.writeString(seeds.resolve("edges"), "from\tto\tweight\n\"a b\"\tc\t.5\n");
        }
        if (reader.equals("png")) {
            for (int[] kind : new int[][] {{0, 1}, {0, 16}, {2, 8}, {3, 2}, {6, 8}}) {
                Files.write(seeds.resolve("png-" + kind[0] + "-" + kind[1]), picture(kind[0], kind[1]));
            }
        }
        if (reader.equals("jpeg")) {
            ImageIO.write(
                    new BufferedImage(9, 7, BufferedImage.TYPE_BYTE_GRAY),
                    "jpeg",
                    seeds.resolve("gray").toFile());
            ImageIO.write(
                    new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB),
                    "jpeg",
                    seeds.resolve("rgb").toFile());
        }
        return seeds;
    }

    /** Interlaced, with transparency where the colour type lets it, and uncompressed, so that its rows can be changed in place. */
    private static byte[] picture(int colour, int depth) {
        int count = colour == 2 ? 3 : colour == 6 ? 4 : 1;
        int[][] samples = new int[5][3 * count];
        for (int y = 0; y < samples.length; y++) {
            Arrays.setAll(samples[y], x -> (x + 1) & ((1 << depth) - 1));
        }
        PngFile file = new PngFile().header(3, 5, depth, colour, 1);
        if (colour == 3) {
            file.chunk("PLTE", new byte[12]);
        }
        if (colour != 6) {
            file.chunk("tRNS", new byte[2 * count]);
        }
        return file.chunk("IDAT", PngFile.deflate(PngFile.rows(samples, count, depth, true, 5), 0))
                .end();
    }

    /** A process of one core each, which take turns on all of them. */
    @TestFactory
    Stream<DynamicTest> should_read_or_refuse_whatever_stands_in_a_file() {
        String only = System.getProperty("fuzz.reader");
        ExecutorService cores =
                Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        List<DynamicTest> tests = FuzzTarget.READERS.keySet().stream()
                .sorted()
                .filter(name -> only == null || name.equals(only))
                .map(reader -> {
                    Future<?> done = cores.submit(() -> {
                        fuzz(reader);
                        return null;
                    });
                    return DynamicTest.dynamicTest(reader, done::get);
                })
                .toList();
        cores.shutdown();
        return tests.stream();
    }

    private void fuzz(String reader) throws Exception {
        Path found = Files.createDirectories(Path.of("target", "fuzz", reader).toAbsolutePath());
        ForkedJvm.Result result = ForkedJvm.run(
                Jazzer.class,
                List.of("-Xmx128m", "-XX:+UseSerialGC", "-Deckart.memory.max=64m", "-Dfuzz.reader=" + reader),
                Map.of(),
                Duration.ofMinutes(Long.parseLong(RUNS) > 100_000 ? 60 : 5),
                "--target_class=" + FuzzTarget.class.getName(),
                "--instrumentation_includes=dev.eckart.io.**:dev.eckart.linalg.**",
                "--reproducer_path=" + found,
                "-artifact_prefix=" + found + "/",
                "-runs=" + RUNS,
                "-seed=1",
                "-max_len=4096",
                "-timeout=60",
                "-rss_limit_mb=2048",
                seeds(reader).toString());
        assertThat(result.exit()).as(result.output()).isZero();
        // The last batch may go beyond.
        Matcher done = Pattern.compile("Done (\\d+) runs").matcher(result.output());
        assertThat(done.find()).as(result.output()).isTrue();
        assertThat(Long.parseLong(done.group(1))).isGreaterThanOrEqualTo(Long.parseLong(RUNS));
    }
}
