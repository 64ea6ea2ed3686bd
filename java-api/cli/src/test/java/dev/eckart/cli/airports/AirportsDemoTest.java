package dev.eckart.cli.airports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.eckart.cli.DataSets;
import dev.eckart.cli.Progress;
import dev.eckart.cli.UsageException;
import dev.eckart.cli.page.Browser;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page on made-up airports whose flights do mirror geography, on the real ones, and on broken files. */
class AirportsDemoTest {
    private static final String PLACES = "iata,name,city,state,country,latitude,longitude\n";
    private static final String FLIGHTS = "origin,destination,count\n";

    @TempDir
    Path dir;

    private JsonNode report(AirportsDemo demo) throws IOException {
        try (Scope scope = Scope.open()) {
            assertThat(demo.explain().rank()).isEqualTo(64);
            demo.run(Progress.none());
            Files.writeString(dir.resolve("index.html"), demo.page());
            return new ObjectMapper().readTree(demo.report(Device.cpu()).toString());
        }
    }

    /** A grid of 12 by 10 airports, each with flights to the eight around it. */
    private void grid() throws IOException {
        StringBuilder places = new StringBuilder(PLACES);
        StringBuilder flights = new StringBuilder(FLIGHTS);
        for (int x = 0; x < 12; x++) {
            for (int y = 0; y < 10; y++) {
                places.append(
                        String.format("N%d_%d,\"Field, <%d>\",Town,ST,USA,%d,%d%n", x, y, x, 25 + 2 * y, -120 + 4 * x));
                for (int dx = -1; dx <= 1; dx++) {
                    for (int dy = -1; dy <= 1; dy++) {
                        if (x + dx >= 0 && x + dx < 12 && y + dy >= 0 && y + dy < 10) {
                            flights.append(String.format("N%d_%d,N%d_%d,5%n", x, y, x + dx, y + dy));
                        }
                    }
                }
            }
        }
        Files.writeString(dir.resolve("airports.csv"), places);
        Files.writeString(dir.resolve("flights-airport.csv"), flights);
    }

    @Test
    void should_find_a_grid_in_its_flights_and_be_shown_by_a_browser() throws IOException, InterruptedException {
        grid();
        JsonNode report = report(AirportsDemo.read(dir, DType.F64, 3));
        assertThat(report.get("connections").asInt()).isEqualTo(11 * 10 + 12 * 9 + 2 * 11 * 9);
        assertThat(report.get("flights").asDouble()).isEqualTo(2 * 5 * (11 * 10 + 12 * 9 + 2 * 11 * 9));
        assertThat(report.get("longitudeRSquared").asDouble()).isBetween(.97, 1.);
        assertThat(report.get("latitudeRSquared").asDouble()).isBetween(.97, 1.);
        assertThat(report.get("nearest").get("N5_5").toString()).containsPattern("N[456]_[456]");
        Browser.Seen seen = Browser.open(dir.resolve("index.html"), 1200);
        assertThat(seen.firstError()).isEmpty();
        assertThat(seen.charts()).isEqualTo("3/3");
        assertThat(Files.readString(dir.resolve("index.html")))
                .containsPattern("Field, &lt;\\d+&gt;")
                .doesNotContainPattern("Field, <\\d");
    }

    @Test
    void should_find_the_united_states_in_their_flights() throws IOException, InterruptedException {
        JsonNode report = report(AirportsDemo.read(DataSets.fetch("airports"), DType.F64, 0));
        assertThat(report.get("shape").toString()).isEqualTo("[305,305]");
        assertThat(report.get("longitudeRSquared").asDouble()).isGreaterThan(.95);
        // .84 to .87, by the parts that are held out.
        assertThat(report.get("latitudeRSquared").asDouble()).isGreaterThan(.83);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    A,x,y,s,USA,1         | A,A,1 | airports.csv: line 2 has 6 cells, 7 were expected
                    A,x,y,s,USA,1,here    | A,A,1 | airports.csv: 'here' is no number
                    A,x,y,s,USA,1,NaN     | A,A,1 | airports.csv: 'NaN' is no number
                    A,x,y,s,USA,1,2       | A,B,1 | flights-airport.csv: airport B is not in
                    A,"x, x",y,s,USA,1,2  | A,A   | flights-airport.csv: line 2 has 2 cells, 3 were expected
                    """)
    void should_name_what_is_wrong(String place, String flight, String says) throws IOException {
        Files.writeString(dir.resolve("airports.csv"), PLACES + place + "\n");
        Files.writeString(dir.resolve("flights-airport.csv"), FLIGHTS + flight + "\n");
        assertThatThrownBy(() -> AirportsDemo.read(dir, DType.F64, 0))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(says);
    }

    @Test
    void should_say_how_to_get_the_data() {
        assertThatThrownBy(() -> AirportsDemo.read(dir, DType.F64, 0)).hasMessageContaining("run ci/data airports");
    }
}
