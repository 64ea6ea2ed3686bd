package dev.eckart.cli.demo;

import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.cli.page.Table;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How well simple classifiers tell the digits apart on 50 components and on the raw pixels. */
final class RecognitionChapter implements Chapter {
    private static final int COMPONENTS = 50;

    /** One line of the table. */
    record Outcome(
            String features,
            long numbers,
            String method,
            String setting,
            double validation,
            double test,
            double seconds) {
        Map<String, Object> report() {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("features", features);
            out.put("numbers", numbers);
            out.put("method", method);
            out.put("setting", setting.replaceAll("<[^>]*>", ""));
            out.put("validationAccuracy", validation);
            out.put("testAccuracy", test);
            out.put("seconds", seconds);
            return out;
        }
    }

    private final Split split;
    private final List<Outcome> outcomes = new ArrayList<>();

    RecognitionChapter(Study study) {
        split = study.split();
        List<Classifier> classifiers = List.of(new NearestNeighbours(), new LeastSquares(), new NearestMean());
        try (Scope scope = Scope.open()) {
            Tensor fit = coordinates(study, split.fit());
            Tensor validation = coordinates(study, split.validation());
            Tensor test = coordinates(study, split.test());
            classifiers.forEach(c -> outcomes.add(run(c, fit.dim(1) + " components", fit, validation, test)));
        }
        classifiers.forEach(c -> outcomes.add(run(
                c,
                "raw pixels",
                split.fit().images(),
                split.validation().images(),
                split.test().images())));
    }

    private static Tensor coordinates(Study study, LabelledImages part) {
        try (Scope scope = Scope.open()) {
            long k = Math.min(COMPONENTS, study.basis().components().dim(0));
            Tensor components = study.basis().components().slice(0, 0, k);
            return scope.keep(part.images().subtract(study.basis().mean()).matmul(components.transpose()));
        }
    }

    /** Chooses the setting on the validation part, then looks at the test part once. */
    private Outcome run(Classifier classifier, String features, Tensor fit, Tensor validation, Tensor test) {
        int[] labels = split.fit().labels();
        int[][] tried = classifier.guesses(fit, labels, validation);
        int best = 0;
        double accuracy = -1;
        for (int s = 0; s < tried.length; s++) {
            double each = Classifier.accuracy(tried[s], split.validation().labels());
            if (each > accuracy) {
                accuracy = each;
                best = s;
            }
        }
        long start = System.nanoTime();
        int[] guesses = classifier.guesses(fit, labels, test)[best];
        double seconds = (System.nanoTime() - start) / 1e9;
        double once = Classifier.accuracy(guesses, split.test().labels());
        return new Outcome(
                features, fit.dim(1), classifier.name(), classifier.settings()[best], accuracy, once, seconds);
    }

    @Override
    public String key() {
        return "recognition";
    }

    @Override
    public void show(Page page) {
        Table table = new Table("looking at", "method", "setting", "validation", "test", "time for test");
        for (Outcome o : outcomes) {
            table.row(
                    o.features() + (o.features().startsWith("raw") ? " (" + o.numbers() + ")" : ""),
                    o.method(),
                    o.setting(),
                    Html.percent(o.validation(), 2),
                    "<b>" + Html.percent(o.test(), 2) + "</b> ± " + Html.percent(error(o), 2),
                    Html.seconds(o.seconds()));
        }
        Outcome few = outcomes.get(0);
        Outcome all = outcomes.get(outcomes.size() / 2);
        page.section(key(), "Recognizing digits with fewer numbers")
                .text("Do " + few.numbers()
                        + " coordinates still tell the digits apart? Three simple methods try, once on the"
                        + " coordinates and once on all " + all.numbers()
                        + " pixels: the majority among the nearest examples, a"
                        + " straight-line fit to each digit, and the nearest mean.")
                .add(table.caption("Share of right answers. Components and methods learn from "
                        + Html.count(split.fit().count())
                        + " pictures, settings are chosen on "
                        + Html.count(split.validation().count())
                        + " others, and the " + Html.count(split.test().count())
                        + " of the test part are looked at once, with the setting chosen; ± is one standard error."))
                .text(
                        "With nearest neighbours, " + few.numbers() + " numbers a picture get "
                                + Html.percent(few.test(), 2)
                                + " right, the raw pixels " + Html.percent(all.test(), 2)
                                + ": what the later components hold is hardly needed for telling digits apart, and part of it is noise.");
    }

    private double error(Outcome o) {
        return Math.sqrt(o.test() * (1 - o.test()) / split.test().count());
    }

    @Override
    public Map<String, Object> numbers() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("fit", split.fit().count());
        out.put("validation", split.validation().count());
        out.put("test", split.test().count());
        out.put(
                "results",
                outcomes.stream()
                        .map(o -> {
                            Map<String, Object> one = o.report();
                            one.put("standardError", error(o));
                            return one;
                        })
                        .toList());
        return out;
    }
}
