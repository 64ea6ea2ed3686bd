package dev.eckart.cli.genes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eckart.cli.Progress;
import dev.eckart.cli.UsageException;
import dev.eckart.cli.page.Browser;
import dev.eckart.cli.rdata.RFile;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page on made-up people whose genes do mirror geography. */
class GenesDemoTest {
    @TempDir
    static Path dir;

    private static JsonNode report;
    private static Path page;

    @BeforeAll
    static void makeThePage() throws IOException {
        Path file = Files.write(dir.resolve("eHGDP.rda"), PeopleFile.bytes());
        try (Scope scope = Scope.open()) {
            GenesDemo demo = GenesDemo.read(file, DType.F64, Device.cpu(), 3);
            assertThat(demo.explain().toString()).contains("(168,400)");
            demo.run(Progress.none());
            page = Files.writeString(dir.resolve("index.html"), demo.page());
            report = new ObjectMapper().readTree(demo.report(Device.cpu()).toString());
        }
    }

    private static double[] doubles(JsonNode array) {
        return IntStream.range(0, array.size())
                .mapToDouble(i -> array.get(i).asDouble())
                .toArray();
    }

    @Test
    void should_be_shown_by_a_browser_without_an_error() throws IOException, InterruptedException {
        Browser.Seen seen = Browser.open(page, 1200);
        assertThat(seen.firstError()).isEmpty();
        assertThat(seen.errors()).isZero();
        assertThat(seen.charts()).isEqualTo("7/7");
        String html = Files.readString(page);
        assertThat(html).contains("People 3", "Far West");
        assertThat(html.substring(html.indexOf("<body>"), html.indexOf("</main>")))
                .contains("R² of the longitude")
                .doesNotContain("NaN");
    }

    @Test
    void should_find_the_map_in_two_components() {
        JsonNode world = report.get("world");
        assertThat(world.get("longitudeRSquared").get(1).asDouble()).isBetween(0.9, 1.0);
        assertThat(world.get("latitudeRSquared").get(1).asDouble()).isBetween(0.8, 1.0);
        assertThat(world.get("people").asInt()).isEqualTo(PeopleFile.PEOPLE);
        for (String what : new String[] {"longitudeRSquared", "latitudeRSquared"}) {
            assertThat(doubles(world.get(what))).hasSize(10).isSorted();
        }
        JsonNode europe = report.get("europe");
        assertThat(europe.get("people").asInt()).isEqualTo(48);
        assertThat(europe.get("alleles").asInt()).isEqualTo(2 * PeopleFile.LOCI - 2); // locus 0 is not known there
        assertThat(europe.get("onMap").get("similarity").asDouble()).isBetween(0.7, 1.0);
        assertThat(report.get("missing").asDouble()).isCloseTo(0.04, within(0.01));
    }

    /** Places on the map, not only a shape: the people of the north-east corner come to lie there. */
    @Test
    void should_lay_people_where_they_live() {
        JsonNode points = report.get("world").get("onMap").get("points");
        int corner = 14 * PeopleFile.PER_PLACE; // 150° east, 30° north
        assertThat(points.get(corner).get(0).asDouble()).isBetween(90.0, 210.0);
        assertThat(points.get(corner).get(1).asDouble()).isBetween(5.0, 60.0);
        assertThat(points.get(0).get(0).asDouble()).isBetween(-150.0, -45.0); // 90° west, 30° south
    }

    @Test
    void should_turn_and_turn_over_and_stretch() {
        double[][] goal = {{0, 0}, {4, 0}, {4, 2}, {0, 3}, {1, 1}};
        double angle = Math.toRadians(30);
        double[][] points = new double[goal.length][];
        for (int i = 0; i < goal.length; i++) {
            double x = goal[i][0] - 7;
            double y = -goal[i][1] + 9; // mirrored
            points[i] = new double[] {
                3 * (x * Math.cos(angle) - y * Math.sin(angle)), 3 * (x * Math.sin(angle) + y * Math.cos(angle))
            };
        }
        Procrustes laid = Procrustes.of(points, goal);
        assertThat(laid.mirrored()).isTrue();
        assertThat(laid.similarity()).isCloseTo(1, within(1e-12));
        for (int i = 0; i < goal.length; i++) {
            assertThat(laid.points()[i]).containsExactly(goal[i], within(1e-12));
        }
        assertThat(Procrustes.of(goal, goal).degrees()).isCloseTo(0, within(1e-9));
        assertThat(Procrustes.of(goal, goal).mirrored()).isFalse();
    }

    /** Against the share by the normal equations, for scores that are uncorrelated. */
    @Test
    void should_tell_the_share_that_is_explained() {
        double[][] z = {{1, 1}, {1, -1}, {-1, 1}, {-1, -1}};
        double[] y = {5 + 3 + 1 + 2, 5 + 3 - 1 - 2, 5 - 3 + 1 - 2, 5 - 3 - 1 + 2}; // 5 + 3z₁ + z₂ + a rest of 2
        assertThat(Atlas.explained(z, y)).containsExactly(new double[] {9.0 / 14, 10.0 / 14}, within(1e-15));
        assertThat(Atlas.explained(z, new double[] {1, 1, 1, 1})).containsExactly(0, 0);
    }

    @Test
    void should_read_shares_of_some_people() throws IOException {
        Genes genes = Genes.read(dir.resolve("eHGDP.rda"), "eHGDP");
        int[] who = {3, 160};
        try (Tensor x = genes.shares(who, DType.F32, Device.cpu())) {
            assertThat(x.dtype()).isEqualTo(DType.F32);
            double[][] rows = x.toMatrix();
            int column = 0;
            for (int j = 0; j < genes.alleles(); j++) {
                int a = genes.counts()[3 + genes.people() * j];
                int b = genes.counts()[160 + genes.people() * j];
                if (a >= 0 || b >= 0) {
                    assertThat(rows[0][column]).isEqualTo(Double.valueOf(a < 0 ? Double.NaN : a / 2.0));
                    assertThat(rows[1][column++]).isEqualTo(Double.valueOf(b < 0 ? Double.NaN : b / 2.0));
                }
            }
            assertThat(column).isEqualTo((int) x.dim(1)).isLessThan(genes.alleles());
        }
        assertThat(genes.place(0).regionName()).isEqualTo("Far West");
    }

    @Test
    void should_fail_if_the_file_holds_something_else() throws IOException {
        Path file = Files.write(dir.resolve("other.rda"), RFile.of(2, "y", new int[] {1}));
        assertThatThrownBy(() -> Genes.read(file, "eHGDP"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("holds no genind object 'eHGDP'");
        Files.write(file, RFile.of(2, "eHGDP", PeopleFile.genind(new int[7])));
        assertThatThrownBy(() -> Genes.read(file, "eHGDP")).hasMessageContaining("tab has other dimensions");
    }
}
