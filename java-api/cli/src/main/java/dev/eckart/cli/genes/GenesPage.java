package dev.eckart.cli.genes;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Table;
import dev.eckart.linalg.Certificate;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The page of {@link GenesDemo}. */
final class GenesPage {
    private static final int HEIGHT = 560;

    private final Page page = new Page("Genes mirror geography");
    private final Atlas world;
    private final Atlas europe;
    private final Genes genes;

    GenesPage(Atlas world, Atlas europe, double loadSeconds, double computeSeconds) {
        this.world = world;
        this.europe = europe;
        this.genes = world.genes();
        page.lede(
                "Take some thousand places of the genome, note for each person which variants stand there, and ask for the directions in"
                        + " which people differ most. Nobody tells the method where anybody lives. What comes out is a map. Every number and"
                        + " picture below was computed in one run, from the data named here.");
        facts(loadSeconds, computeSeconds);
    }

    String html() {
        people();
        world();
        numbers();
        europe();
        caution();
        page.footer(
                "Made by <code>eckart demo --data " + GenesDemo.NAME
                        + "</code>. The data set eHGDP comes with R's package adegenet"
                        + " (T. Jombart et al.); the genotypes are those of the CEPH Human Genome Diversity Panel and of Native American"
                        + " populations (N. A. Rosenberg et al. 2002, 2005; S. Wang et al. 2007). The title is that of J. Novembre et al., Nature"
                        + " 456 (2008), who drew such a map of Europe. All numbers of this page are in <code>report.json</code> beside it.");
        return page.html();
    }

    private void facts(double loadSeconds, double computeSeconds) {
        Certificate c = world.certificate();
        page.fact(
                        "Data",
                        Html.count(genes.people()) + " people of "
                                + genes.places().size() + " populations (eHGDP)")
                .fact(
                        "Matrix",
                        Html.count(world.who().length) + " × " + Html.count(world.alleles()) + " alleles, "
                                + Html.percent(genes.missing(), 1) + " missing")
                .fact("Decomposition", "SVD by " + c.driver() + ", " + Html.seconds(c.seconds()))
                .fact("Residual ‖X̃ − UΣVᵀ‖ / ‖X̃‖", "≤ " + Html.number(c.relativeResidual(), 2))
                .fact("Longitude from two components", "R² = " + r2(world.longitude(), 2))
                .fact("Whole page", "load " + Html.seconds(loadSeconds) + ", compute " + Html.seconds(computeSeconds));
    }

    private static String r2(double[] explained, int k) {
        return String.format(java.util.Locale.ROOT, "%.2f", Atlas.at(explained, k));
    }

    /** The people whose place has this property, in order of their first one. */
    private static Map<String, int[]> groups(Atlas atlas, java.util.function.Function<Place, String> by) {
        Map<String, List<Integer>> members = IntStream.range(0, atlas.who().length)
                .boxed()
                .collect(Collectors.groupingBy(
                        i -> by.apply(atlas.genes().place(atlas.who()[i])), LinkedHashMap::new, Collectors.toList()));
        Map<String, int[]> out = new LinkedHashMap<>();
        members.forEach((name, list) ->
                out.put(name, list.stream().mapToInt(Integer::intValue).toArray()));
        return out;
    }

    private static double[] pick(double[] values, int[] index) {
        return Arrays.stream(index).mapToDouble(i -> values[i]).toArray();
    }

    private static List<String> names(Atlas atlas) {
        return Arrays.stream(atlas.who())
                .mapToObj(i -> atlas.genes().place(i).name())
                .toList();
    }

    private void people() {
        Chart chart = Chart.of("Where the populations live, by longitude and latitude")
                .axes(Axis.linear("longitude, °", -180, 180), Axis.linear("latitude, °", -60, 80))
                .height(380);
        Map<String, List<Place>> regions = genes.places().stream()
                .collect(Collectors.groupingBy(Place::regionName, LinkedHashMap::new, Collectors.toList()));
        regions.forEach((region, places) -> chart.points(
                region,
                coordinates(places, Place::longitude),
                coordinates(places, Place::latitude),
                places.stream().map(Place::name).toList()));
        page.section("people", "The people")
                .text("The table has a row for each of " + Html.count(genes.people())
                        + " people and a column for each of "
                        + Html.count(genes.alleles())
                        + " alleles of microsatellites, stretches of the genome whose length differs from person to person. An"
                        + " entry says how much of the person's two copies is this allele: 0, ½ or 1. Where the laboratory could not"
                        + " tell (" + Html.percent(genes.missing(), 1) + "), the mean of the column stands in.")
                .add(chart.caption("Where the " + genes.places().size()
                        + " populations live. Point at a dot to see its name. None of this is known to what follows."));
    }

    private static double[] coordinates(List<Place> places, ToDoubleFunction<Place> of) {
        return places.stream().mapToDouble(of).toArray();
    }

    private void world() {
        Chart byRegion = twoComponents("coloured by region");
        List<String> names = names(world);
        groups(world, Place::regionName)
                .forEach((region, members) -> byRegion.points(
                        region,
                        pick(world.score(0), members),
                        pick(world.score(1), members),
                        Arrays.stream(members).mapToObj(names::get).toList()));
        page.section("world", "The world")
                .text("The first two principal components of all people, as points. They hold only "
                        + Html.percent(world.ratio()[0] + world.ratio()[1], 2)
                        + " of the variance: people differ far more within their population than populations do on average. But what is"
                        + " left over is scattered over thousands of directions, and these two are shared.")
                .add(
                        byRegion.caption(
                                "Each dot is a person; point at it for the population, click a region in the legend to hide or show"
                                        + " it. The signs of components are arbitrary: the picture may as well be turned over."))
                .add(shaded("longitude", world.longitudes(), -110, 155)
                        .caption(
                                "The same points, coloured by where the person lives between the Americas and the Pacific. R² of the"
                                        + " longitude from these two numbers: <b>" + r2(world.longitude(), 2)
                                        + "</b>."))
                .add(shaded("latitude", world.latitudes(), -45, 70)
                        .caption("The same points, coloured by how far north the person lives. R² of the latitude: <b>"
                                + r2(world.latitude(), 2)
                                + "</b>. People spread east and west, out of Africa and over Asia to America; north and south comes"
                                + " later."));
    }

    private Chart twoComponents(String how) {
        return Chart.of("Scatter plot of the people of the world by their first two components, " + how)
                .axes(
                        Axis.linear("first component (" + plain(world.ratio()[0]) + ")"),
                        Axis.linear("second component (" + plain(world.ratio()[1]) + ")"))
                .height(HEIGHT)
                .square();
    }

    private static String plain(double ratio) {
        return String.format(java.util.Locale.ROOT, "%.2f %% of the variance", 100 * ratio);
    }

    private Chart shaded(String name, double[] values, double from, double to) {
        return twoComponents("coloured by " + name)
                .shaded(Axis.linear(name + ", °", from, to), world.score(0), world.score(1), values, names(world));
    }

    private void numbers() {
        Table table = new Table("", "longitude, 2 components", "longitude, 10", "latitude, 2", "latitude, 10");
        row(table, "the world", world);
        row(table, "Europe", europe);
        double[] ks =
                IntStream.rangeClosed(1, world.ratio().length).asDoubleStream().toArray();
        double[] percent = Arrays.stream(world.ratio()).map(r -> 100 * r).toArray();
        page.section("numbers", "How much of the map is in the genes?")
                .text(
                        "Predict each person's longitude as a weighted sum of components plus a constant, by least squares. R² is the share"
                                + " of the variance of the longitude that is predicted: 1 is a perfect map, 0 none.")
                .add(table.caption("R² of place from the first components."))
                .add(
                        Chart.of("R squared of longitude and latitude against the number of components")
                                .axes(Axis.linear("components k"), Axis.linear("R²", 0, 1))
                                .line("longitude, world", ks, world.longitude())
                                .line("latitude, world", ks, world.latitude())
                                .line("longitude, Europe", upTo(europe), europe.longitude())
                                .line("latitude, Europe", upTo(europe), europe.latitude())
                                .caption(
                                        "As the scores of different components are uncorrelated, each adds its own share to R²."))
                .add(Chart.of("Share of the variance of each component")
                        .axes(Axis.linear("component"), Axis.linear("variance, %", 0, Double.NaN))
                        .points("of this component", ks, percent)
                        .height(260)
                        .caption("The share of the variance along each component of the world: "
                                + Arrays.stream(world.ratio())
                                        .limit(3)
                                        .mapToObj(r -> Html.percent(r, 2))
                                        .collect(Collectors.joining(", "))
                                + ", then slowly less."));
    }

    private static double[] upTo(Atlas atlas) {
        return IntStream.rangeClosed(1, atlas.ratio().length).asDoubleStream().toArray();
    }

    private static void row(Table table, String name, Atlas atlas) {
        table.row(
                name,
                r2(atlas.longitude(), 2),
                r2(atlas.longitude(), 10),
                r2(atlas.latitude(), 2),
                r2(atlas.latitude(), 10));
    }

    private void europe() {
        Procrustes map = europe.onMap();
        double[] east = Arrays.stream(map.points()).mapToDouble(p -> p[0]).toArray();
        double[] north = Arrays.stream(map.points()).mapToDouble(p -> p[1]).toArray();
        Chart chart = Chart.of("The people of Europe by their first two components, turned to east and north")
                .axes(Axis.linear("east, ° of longitude"), Axis.linear("north, ° of latitude"))
                .height(HEIGHT)
                .square();
        List<String> names = names(europe);
        groups(europe, Place::name)
                .forEach((name, members) -> chart.points(
                        name,
                        pick(east, members),
                        pick(north, members),
                        Arrays.stream(members).mapToObj(names::get).toList()));
        List<Place> places = genes.places().stream()
                .filter(p ->
                        Arrays.stream(europe.who()).anyMatch(i -> genes.place(i).equals(p)))
                .toList();
        chart.diamonds(
                "home",
                coordinates(places, Place::longitude),
                coordinates(places, Place::latitude),
                places.stream().map(p -> p.name() + ", home").toList());
        page.section("europe", "Europe alone")
                .text("Now only the " + europe.who().length + " people of the " + places.size()
                        + " European populations, with components of their own. Components know no north. So the plane of the first two"
                        + " is turned" + (map.mirrored() ? ", turned over" : "")
                        + ", stretched evenly and moved as a whole until it lies on the map as well as it can (Procrustes'"
                        + " problem: with <i>Z</i><sup>⊤</sup><i>G</i> = <i>UΣV</i><sup>⊤</sup> of scores <i>Z</i> and places <i>G</i>, the best"
                        + " rotation is <i>UV</i><sup>⊤</sup>).")
                .add(chart.caption("People by their first two components, " + (map.mirrored() ? "turned over and " : "")
                        + "turned by "
                        + Html.number(Math.rint(map.degrees()), 3)
                        + "°, and, as diamonds, where each population lives. Likeness of the"
                        + " two maps: " + Html.number(map.similarity(), 3)
                        + " (1 is the same shape). R² of the longitude "
                        + r2(europe.longitude(), 2) + ", of the latitude " + r2(europe.latitude(), 2)
                        + " from two components; "
                        + r2(europe.longitude(), 10) + " and " + r2(europe.latitude(), 10) + " from ten."));
    }

    private void caution() {
        page.section("caution", "What this does not say")
                .text("All people of a population share one pair of coordinates, and there are few places: "
                        + genes.places().size()
                        + " in the world, and in Europe so few that two components could be bent onto many maps. R² is measured on the people"
                        + " that the components were found from. And a component is a direction of largest variance, nothing else: who"
                        + " was sampled where decides which directions these are.");
    }
}
