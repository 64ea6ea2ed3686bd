package dev.eckart.cli.airports;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Table;
import dev.eckart.linalg.Certificate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The page of {@link AirportsDemo}. */
final class AirportsPage {
    private static final int HEIGHT = 460;
    private static final int ROWS = 8;
    private static final double KILOMETRES = 111.2; // of a degree of latitude

    private final Page page = new Page("Flights mirror geography");
    private final Airports airports;
    private final AirportsDemo.Findings found;
    private final double[] longitude;
    private final double[] latitude;
    private final List<String> labels;
    private final String east;
    private final String north;

    AirportsPage(Airports airports, AirportsDemo.Findings found, double loadSeconds, double computeSeconds) {
        this.airports = airports;
        this.found = found;
        this.longitude = airports.each(Airport::longitude);
        this.latitude = airports.each(Airport::latitude);
        this.labels = airports.list().stream().map(Airport::toString).toList();
        this.east = r2(longitude, found.longitude());
        this.north = r2(latitude, found.latitude());
        page.lede(
                "A list of which airports have flights between them, and how many. No distances, no places. Each airport becomes a"
                        + " vector, by the factorization that also makes vectors of words; and in the vectors lies the map. Every number and"
                        + " picture below was computed in one run, from the data named here.");
        facts(loadSeconds, computeSeconds);
    }

    private static String r2(double[] y, double[] predicted) {
        return String.format(Locale.ROOT, "%.2f", AirportsDemo.determination(y, predicted));
    }

    String html() {
        map();
        vectors();
        places();
        likeness();
        page.footer("Made by <code>eckart demo --data " + AirportsDemo.NAME
                + "</code>. Flights inside the United States in 2008 (Bureau of Transportation Statistics), as the package vega-datasets"
                + " has them. The factorization is NetMF (J. Qiu et al. 2018), the matrix to which the random walks of DeepWalk (B. Perozzi"
                + " et al. 2014) tend. All numbers of this page are in <code>report.json</code> beside it.");
        return page.html();
    }

    private void facts(double loadSeconds, double computeSeconds) {
        Certificate c = found.certificate();
        page.fact(
                        "Data",
                        Html.count(airports.list().size()) + " airports, " + Html.count(airports.connections())
                                + " connections, " + Html.count(Math.round(airports.flights())) + " flights")
                .fact("Vectors", AirportsDemo.DIMENSIONS + " dimensions by NetMF, window " + AirportsDemo.WINDOW)
                .fact("Decomposition", "SVD by " + c.driver() + ", " + Html.seconds(c.seconds()))
                .fact("Longitude of airports held out", "R² = " + east)
                .fact("Latitude", "R² = " + north)
                .fact("Whole page", "load " + Html.seconds(loadSeconds) + ", compute " + Html.seconds(computeSeconds));
    }

    private Chart chart(String what, double[] xs, double[] ys) {
        return Chart.of(what)
                .axes(Axis.linear("longitude, °", -180, -60), Axis.linear("latitude, °", 10, 75))
                .height(HEIGHT)
                .shaded(Axis.linear("true longitude, °", -125, -70), xs, ys, longitude, labels);
    }

    private void map() {
        page.section("map", "The map")
                .text("Where the " + airports.list().size() + " airports lie. None of this is known to what follows.")
                .add(chart("The airports where they lie", longitude, latitude)
                        .caption("Point at a dot to see its name. Colours run from west to east, here and below."));
    }

    private void vectors() {
        double[] xs =
                Arrays.stream(found.onMap().points()).mapToDouble(p -> p[0]).toArray();
        double[] ys =
                Arrays.stream(found.onMap().points()).mapToDouble(p -> p[1]).toArray();
        page.section("vectors", "Two dimensions of the vectors")
                .text(
                        "Walk from airport to airport, each time by a flight drawn at random, and count which airports are met within "
                                + AirportsDemo.WINDOW
                                + " steps of each other. The logarithm of how much more often than by chance is a matrix <i>M</i> with a row and a"
                                + " column for each airport; endless walks tend to")
                .formula("<i>M</i> = log max(1, vol(<i>G</i>)/<i>T</i> · Σ<sub><i>r</i>=1…<i>T</i></sub>"
                        + " (<i>D</i><sup>−1</sup><i>A</i>)<sup><i>r</i></sup> <i>D</i><sup>−1</sup>) ≈"
                        + " <i>U<sub>k</sub>Σ<sub>k</sub>V<sub>k</sub></i><sup>⊤</sup>")
                .text("with <i>A</i> the numbers of flights and <i>D</i> their sums. An airport's vector is its row of"
                        + " <i>U<sub>k</sub>Σ<sub>k</sub></i><sup>½</sup>. Its first two principal components are"
                        + " the plane in which the vectors differ most, turned, stretched evenly and moved so that it lies on the map as well"
                        + " as it can.")
                .add(
                        Chart.of("The first two principal components of the airports' vectors")
                                .axes(Axis.linear("turned to east"), Axis.linear("turned to north"))
                                .height(HEIGHT)
                                .shaded(Axis.linear("true longitude, °", -125, -70), xs, ys, longitude, labels)
                                .caption(
                                        "Likeness of the two maps: "
                                                + Html.number(found.onMap().similarity(), 3)
                                                + " (1 is the same shape). Two of " + AirportsDemo.DIMENSIONS
                                                + " dimensions show mostly what sets groups of airports apart: who is served from which hub."));
    }

    private void places() {
        double[] far = IntStream.range(0, longitude.length)
                .mapToDouble(this::kilometres)
                .toArray();
        Table table = new Table("airport", "lies at", "the vectors say", "apart");
        IntStream.range(0, far.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -far[i]))
                .limit(ROWS)
                .forEach(i -> table.row(
                        Html.escape(labels.get(i)),
                        at(longitude[i], latitude[i]),
                        at(found.longitude()[i], found.latitude()[i]),
                        Html.count(Math.round(far[i])) + " km"));
        double median = Arrays.stream(far).sorted().toArray()[far.length / 2];
        page.section("places", "Where would it lie?")
                .text(
                        "Learn from nine tenths of the airports to say longitude and latitude from the vector, by ridge regression; then ask"
                                + " for the last tenth, whose places were not seen. Ten times, so that every airport is asked for once.")
                .add(chart(
                                "Where the vectors put airports whose places were held out",
                                found.longitude(),
                                found.latitude())
                        .caption("R² of the longitude <b>" + east + "</b>, of the latitude <b>" + north
                                + "</b>. Half of the airports are put within " + Html.count(Math.round(median))
                                + " km of where they lie."))
                .add(table.caption("The airports that are put farthest from where they lie."));
    }

    private static String at(double lon, double lat) {
        return String.format(Locale.ROOT, "%.1f°, %.1f°", lon, lat);
    }

    private double kilometres(int i) {
        double dx = (longitude[i] - found.longitude()[i]) * Math.cos(Math.toRadians(latitude[i]));
        return KILOMETRES * Math.hypot(dx, latitude[i] - found.latitude()[i]);
    }

    private void likeness() {
        Table table = new Table("airport", "most similar vectors");
        int[] busiest = IntStream.range(0, longitude.length)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> -found.flights()[i]))
                .limit(ROWS)
                .mapToInt(i -> i)
                .toArray();
        for (int i : busiest) {
            table.row(
                    Html.escape(labels.get(i)),
                    found.nearest().get(i).stream().map(Html::escape).collect(Collectors.joining(", ")));
        }
        page.section("likeness", "Who is alike")
                .text(
                        "Two airports are alike when flights lead from them to the same places, whether or not there is one between them.")
                .add(table.caption("The airports with the most flights, and the " + AirportsDemo.NEAREST
                        + " of which the vectors have the largest cosine with theirs."));
    }
}
