package dev.eckart.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eckart.cli.Main;
import dev.eckart.cli.page.Browser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoCommandTest {
    @TempDir
    static Path dir;

    private static JsonNode report;

    private static Path run(String name, String... more) {
        Path out = dir.resolve(name);
        List<String> args = new ArrayList<>(List.of("demo", "--out", out.toString()));
        args.addAll(List.of(more));
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = Main.run(
                args.toArray(String[]::new),
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return out;
    }

    @BeforeAll
    static void makeThePage() throws IOException {
        report = new ObjectMapper().readTree(run("first").resolve("report.json").toFile());
    }

    @Test
    void should_be_shown_by_a_browser_without_an_error() throws IOException, InterruptedException {
        for (int width : new int[] {1200, 390}) {
            Browser.Seen seen = Browser.open(dir.resolve("first/index.html"), width);
            assertThat(seen.firstError()).isEmpty();
            assertThat(seen.errors()).isZero();
            assertAll(seen.images(), 100);
            assertAll(seen.charts(), 6);
        }
    }

    private static void assertAll(String count, int least) {
        Matcher parts = Pattern.compile("(\\d+)/(\\d+)").matcher(count);
        assertThat(parts.matches()).as(count).isTrue();
        assertThat(parts.group(1)).isEqualTo(parts.group(2));
        assertThat(Integer.parseInt(parts.group(1))).isGreaterThanOrEqualTo(least);
    }

    @Test
    void should_measure_the_error_that_the_singular_values_predict() {
        JsonNode spectrum = report.get("spectrum");
        double[] s = doubles(spectrum.get("singularValues"));
        double[] measured = doubles(spectrum.get("measuredSquaredError"));
        double total = 0;
        for (double value : s) {
            total += value * value;
        }
        double[] k = doubles(spectrum.get("k"));
        for (int i = 0; i < k.length; i++) {
            double tail = 0;
            for (int j = (int) k[i]; j < s.length; j++) {
                tail += s[j] * s[j];
            }
            assertThat(measured[i]).isCloseTo(tail, within(1e-12 * total));
        }
        assertThat(spectrum.get("numericalRank").asInt()).isEqualTo(61);
    }

    @Test
    void should_preserve_lengths_inner_products_and_distances() {
        for (String what : new String[] {"norms", "innerProducts", "distances"}) {
            assertThat(report.get("similarity")
                            .get(what)
                            .get("largestOverLargestValue")
                            .asDouble())
                    .isLessThan(1e-14);
        }
    }

    @Test
    void should_take_noise_away_and_fill_in_what_is_covered() {
        JsonNode denoising = report.get("denoising");
        assertThat(denoising.get("testMeanSquaredErrorAfter").asDouble())
                .isLessThan(0.5 * denoising.get("testMeanSquaredErrorBefore").asDouble());
        JsonNode rectifying = report.get("rectifying");
        assertThat(rectifying.get("testMeanSquaredErrorOfLeastSquares").asDouble())
                .isLessThan(0.7 * rectifying.get("testMeanSquaredErrorOfMean").asDouble());
    }

    @Test
    void should_recover_the_relation_between_collinear_columns() {
        for (String table : new String[] {"exact", "noisy"}) {
            JsonNode homes = report.get("homes").get(table);
            double slack = table.equals("exact") ? 1e-10 : 0.5;
            assertThat(homes.get("numericalRank").asInt()).isEqualTo(5);
            double[] relation = doubles(homes.get("relation"));
            assertThat(relation[0]).isCloseTo(10.7639104, within(Math.max(slack, 1e-6)));
            assertThat(relation[1]).isEqualTo(-1);
            assertThat(relation[5]).isCloseTo(0, within(slack));
        }
    }

    @Test
    void should_recognize_digits_by_fifty_components_about_as_well_as_by_pixels() {
        JsonNode results = report.get("recognition").get("results");
        double best = 0;
        double bestOfPixels = 0;
        for (JsonNode result : results) {
            double accuracy = result.get("testAccuracy").asDouble();
            if (result.get("numbers").asInt() == 50) {
                best = Math.max(best, accuracy);
            } else {
                bestOfPixels = Math.max(bestOfPixels, accuracy);
            }
        }
        assertThat(best).isGreaterThan(0.95).isCloseTo(bestOfPixels, within(0.02));
    }

    /** The empirical denoiser ends in training pictures, the closer the more steps it takes; the PCA one makes others, nearer to them than noise is. */
    @Test
    void should_draw_pictures_from_noise() {
        JsonNode distance = report.get("diffusion").get("distanceToNearest");
        double between = distance.get("trainingPictures").asDouble();
        double noise = distance.get("randomPixels").asDouble();
        for (int steps : new int[] {10, 50, 250}) {
            double memory = distance.get("empirical" + steps).asDouble();
            assertThat(memory).isLessThan(steps == 250 ? 1e-3 * between : .1 * between);
            assertThat(distance.get("pca" + steps).asDouble()).isBetween(.5 * between, noise);
        }
        assertThat(distance.get("randomCodes").asDouble()).isBetween(.5 * between, noise);
    }

    @Test
    void should_give_the_same_page_for_the_same_seed_and_another_for_another() throws IOException {
        String first = withoutTimes(Files.readString(dir.resolve("first/index.html")));
        String same = withoutTimes(Files.readString(run("same").resolve("index.html")));
        String other = withoutTimes(Files.readString(run("other", "--seed", "7").resolve("index.html")));
        assertThat(same).isEqualTo(first);
        assertThat(other).isNotEqualTo(first);
        assertThat(pictures(other)).isNotEqualTo(pictures(first));
    }

    private static String withoutTimes(String html) {
        return html.replaceAll("<time[^>]*>[^<]*</time>", "").replaceAll("<span class=\"seconds\">[^<]*</span>", "");
    }

    private static List<String> pictures(String html) {
        return Pattern.compile("data:image/png;base64,[A-Za-z0-9+/=]+")
                .matcher(html)
                .results()
                .map(m -> m.group())
                .toList();
    }

    private static double[] doubles(JsonNode array) {
        double[] out = new double[array.size()];
        for (int i = 0; i < out.length; i++) {
            out[i] = array.get(i).asDouble();
        }
        return out;
    }
}
