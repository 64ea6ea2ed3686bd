package dev.eckart.cli.demo;

import dev.eckart.cli.Progress;
import dev.eckart.cli.Report;
import dev.eckart.cli.Story;
import dev.eckart.cli.page.Html;
import dev.eckart.cli.page.Page;
import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Runs the chapters one after the other and makes the page and the report of them. */
final class Demo implements Story {
    /** The chapters in the order of the page. */
    private static final Map<String, Function<Study, Chapter>> CHAPTERS = new LinkedHashMap<>();

    static {
        CHAPTERS.put("originals", OriginalsChapter::new);
        CHAPTERS.put("components", ComponentsChapter::new);
        CHAPTERS.put("one digit as a sum", SumChapter::new);
        CHAPTERS.put("reconstructions", ReconstructionChapter::new);
        CHAPTERS.put("errors of every rank", SpectrumChapter::new);
        CHAPTERS.put("explained variance", VarianceChapter::new);
        CHAPTERS.put("map", MapChapter::new);
        CHAPTERS.put("similarity", SimilarityChapter::new);
        CHAPTERS.put("denoising", DenoisingChapter::new);
        CHAPTERS.put("covered digits", RectifyingChapter::new);
        CHAPTERS.put("samples", SamplesChapter::new);
        CHAPTERS.put("pictures from noise", DiffusionChapter::new);
        CHAPTERS.put("classification", RecognitionChapter::new);
        CHAPTERS.put("table of homes", HomesChapter::new);
    }

    private final DigitSet set;
    private final long seed;
    private final double loadSeconds;
    private Study study;
    private double computeSeconds;
    private final List<Chapter> chapters = new ArrayList<>();

    Demo(DigitSet set, long seed, double loadSeconds) {
        this.set = set;
        this.seed = seed;
        this.loadSeconds = loadSeconds;
    }

    @Override
    public SvdPlan explain() {
        return Study.explain(set);
    }

    @Override
    public void run(Progress progress) {
        long start = System.nanoTime();
        progress.update("singular value decomposition", 0);
        study = Study.of(set, new Seeds(seed));
        CHAPTERS.forEach((name, make) -> {
            progress.update(name, (1.0 + chapters.size()) / (1 + CHAPTERS.size()));
            chapters.add(make.apply(study));
        });
        computeSeconds = (System.nanoTime() - start) / 1e9;
    }

    @Override
    public String page() {
        Page page = new Page("Digits, taken apart");
        page.lede(
                "What a handwritten digit is made of, and what can be done once one knows: a short illustrated chapter on principal"
                        + " component analysis, embeddings and the generation of pictures. Every number and picture below was computed in"
                        + " one run, from the data named here.");
        facts(page);
        chapters.forEach(chapter -> chapter.show(page));
        page.footer("Made by <code>eckart demo --data " + set.name() + " --seed " + seed + "</code>. "
                + Html.escape(sources()) + " " + "All numbers of this page are in <code>report.json</code> beside it.");
        return page.html();
    }

    private String sources() {
        return set.name().equals("mnist")
                ? "MNIST: Y. LeCun, C. Cortes, C. Burges."
                : "Digits: E. Alpaydin and C. Kaynak, UCI Machine Learning Repository.";
    }

    private void facts(Page page) {
        Certificate c = study.certificate();
        Tensor x = set.train().images();
        String bound = c.exact() ? "" : " (holds with probability 1 − " + Html.number(1 - c.probability(), 1) + ")";
        page.fact("Data", Html.escape(set.description()))
                .fact("Matrix", Html.count(x.dim(0)) + " × " + x.dim(1) + ", " + x.dtype() + " on " + x.device())
                .fact("Decomposition", "SVD by " + c.driver() + ", " + Html.seconds(c.seconds()))
                .fact("Residual ‖X̃ − UΣVᵀ‖ / ‖X̃‖", "≤ " + Html.number(c.relativeResidual(), 2) + bound)
                .fact(
                        "Orthogonality ‖I − UᵀU‖, ‖I − VᵀV‖",
                        "≤ " + Html.number(c.orthogonalityU(), 2) + ", " + Html.number(c.orthogonalityV(), 2))
                .fact(
                        "Whole page",
                        "load " + Html.seconds(loadSeconds) + ", compute " + Html.seconds(computeSeconds) + "; seed "
                                + seed);
    }

    /** The report, without {@code seconds.write}. */
    @Override
    public Report report(Device device) {
        Certificate c = study.certificate();
        Tensor x = set.train().images();
        Map<String, Object> certificate = new LinkedHashMap<>();
        certificate.put("norm", c.norm().name().toLowerCase(java.util.Locale.ROOT));
        certificate.put("residual", c.residual());
        certificate.put("relativeResidual", c.relativeResidual());
        certificate.put("exact", c.exact());
        certificate.put("probability", c.probability());
        certificate.put("orthogonalityU", c.orthogonalityU());
        certificate.put("orthogonalityV", c.orthogonalityV());
        certificate.put("passes", c.passes());
        Map<String, Object> seconds = new LinkedHashMap<>();
        seconds.put("load", loadSeconds);
        seconds.put("decomposition", c.seconds());
        seconds.put("compute", computeSeconds);
        Report report = new Report()
                .put("data", set.name())
                .put("seed", seed)
                .put("shape", x.shape().dims())
                .put("dtype", x.dtype().toString())
                .put("rank", study.whole().rank())
                .put("driver", c.driver().toString())
                .put("fallbacks", c.fallbacks())
                .put("seconds", seconds)
                .put("certificate", certificate);
        chapters.forEach(chapter -> report.put(chapter.key(), chapter.numbers()));
        return report.putMachine(device);
    }
}
