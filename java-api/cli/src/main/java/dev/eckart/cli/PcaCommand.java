package dev.eckart.cli;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Driver;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.Shape;
import dev.eckart.pca.Imputation;
import dev.eckart.pca.Missing;
import dev.eckart.pca.Pca;
import dev.eckart.pca.PcaOptions;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * {@code pca IN --components K | --variance F [--scale | --genotypes] [--missing M] [--labels FILE] --out DIR}; see {@link PcaModel} for
 * the files.
 */
@Command(
        name = "pca",
        description =
                "Principal components of observations in rows: components.npy (k,d), scores.npy (n,k),"
                        + " explained_variance.npy (k), mean.npy (d), scale.npy (d) with --scale or of genotypes, report.json, index.html.",
        subcommands = PcaTransformCommand.class)
final class PcaCommand implements Callable<Integer> {
    static final String MISSING_TRANSFORM =
            "what stands for NaN: refuse, mean, or iterative, what the components tell; default: as in the fit; genotypes: mean";

    @Parameters(
            paramLabel = "IN",
            arity = "0..1",
            description =
                    "the observations: .npy, .npz, .mtx, .csv, IDX (*-ubyte, *-ubyte.gz), "
                            + "a picture (.png, .jpg), a folder of pictures, or genotypes (.bed with .bim and .fam, .vcf, .vcf.gz)")
    private Path in;

    @Option(names = "--components", paramLabel = "K", description = "how many components")
    private Long components;

    @Option(
            names = "--variance",
            paramLabel = "F",
            description = "as many components as explain the fraction F of the variance")
    private Double variance;

    @Option(names = "--scale", description = "divide each variable by its standard deviation; constant ones stay zero")
    private boolean scale;

    @Option(
            names = "--genotypes",
            description = "take the variables for counts of an allele, 0 to 2, NaN where missing, and scale them by"
                    + " √(2p(1 − p)), p the allele's frequency; of .bed and .vcf this needs no saying")
    private boolean genotypes;

    @Option(
            names = "--missing",
            paramLabel = "M",
            description =
                    "what stands for NaN: refuse (default), mean of the variable, or iterative, refined by the components")
    private String missing = "refuse";

    @Option(
            names = "--labels",
            paramLabel = "FILE",
            description = "one label per observation (lines, IDX or .npy): colours the scatter plot")
    private Path labels;

    @Option(names = "--solver", paramLabel = "S", description = "auto, svd, covariance or randomized (default: auto)")
    private String solver = "auto";

    @Option(names = "--out", paramLabel = "DIR", description = "the folder to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        check();
        Pca.Solver choice = choice("--solver", solver, Pca.Solver.values());
        try (Session session = options.open();
                Outputs outputs = out == null ? null : Outputs.open(out, PcaModel.FILES, in);
                Progress progress = options.progress(in.toString())) {
            Stopwatch watch = new Stopwatch();
            progress.update("reading", Double.NaN);
            try (Observations x = Observations.read(in, options, session.device(), progress, components, choice)) {
                checkShape(x.shape());
                List<String> names = labels == null
                        ? Inputs.labels(in)
                        : Labels.read(labels, x.shape().dim(0));
                watch.lap("load");
                PcaOptions how = how(choice);
                SvdPlan plan = plan(x, x.solver(how));
                if (options.explain()) {
                    explain(x, x.solver(how), plan);
                }
                if (outputs != null) {
                    Shape shape = x.shape();
                    outputs.require((plan.rank() * (shape.dim(0) + shape.dim(1)) + 2 * shape.dim(1))
                            * x.dtype().bytes());
                    progress.expect("fitting " + shape, plan.seconds());
                    run(x, how, names, session, outputs, watch, progress);
                }
            }
            return 0;
        }
    }

    private void check() {
        if (in == null) {
            throw new UsageException("pca: IN is missing: the file with the observations; see eckart pca --help");
        }
        if (components == null == (variance == null)) {
            throw new UsageException("pca: give one of --components K and --variance F");
        }
        if (components != null && components < 1) {
            throw new UsageException("--components " + components + ": is below 1");
        }
        if (variance != null && !(variance > 0 && variance <= 1)) {
            throw new UsageException("--variance " + variance + ": is outside (0, 1]");
        }
        Missing gaps = choice("--missing", missing, Missing.values());
        if (ofGenotypes() && (scale || gaps == Missing.ITERATIVE)) {
            throw new UsageException((scale ? "--scale" : "--missing iterative")
                    + ": genotypes are scaled by their frequency, with the mean where one is missing");
        }
        if (gaps == Missing.ITERATIVE && components == null) {
            throw new UsageException("--missing iterative: needs --components K");
        }
        if (out == null && !options.explain()) {
            throw new UsageException("pca: --out DIR is missing (or --explain, which only explains)");
        }
    }

    private boolean ofGenotypes() {
        return genotypes || Inputs.isGenotypes(in);
    }

    /** The value of an enum that an option names. */
    static <E extends Enum<E>> E choice(String option, String given, E[] values) {
        for (E each : values) {
            if (word(each).equals(given)) {
                return each;
            }
        }
        String all = Arrays.stream(values).map(PcaCommand::word).collect(Collectors.joining(", "));
        throw new UsageException(option + " " + given + ": is none of " + all);
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private void checkShape(Shape shape) {
        if (shape.rank() != 2) {
            throw new UsageException(in + ": pca needs observations in rows (n,d), its shape is " + shape);
        }
        long most = Math.min(shape.dim(0), shape.dim(1));
        if (components != null && components > most) {
            throw new UsageException(
                    "--components " + components + ": is above min(n,d) = " + most + " of the shape " + shape);
        }
    }

    private PcaOptions how(Pca.Solver choice) {
        PcaOptions how = components != null ? Pca.components(components) : Pca.variance(variance);
        how.solver(choice).seed(options.seed());
        if (ofGenotypes()) {
            return how.genotypes();
        }
        how.missing(choice("--missing", missing, Missing.values()));
        return scale ? how.scale() : how;
    }

    /** The plan of the decomposition behind the fit. */
    private SvdPlan plan(Observations x, Pca.Solver choice) {
        long most = Math.min(x.shape().dim(0), x.shape().dim(1));
        long k = components != null ? components : most;
        if (x.dense() == null) {
            return TruncatedSvd.rank(k).explain(x.matrix());
        }
        return switch (choice) {
            case RANDOMIZED -> TruncatedSvd.rank(k).driver(Driver.RANDOMIZED).explain(x.dense());
            case COVARIANCE -> TruncatedSvd.rank(k).driver(Driver.GRAM).explain(x.dense());
            default -> Svd.options().explain(x.dense());
        };
    }

    private void explain(Observations x, Pca.Solver choice, SvdPlan plan) {
        if (!options.json()) {
            String why = solver.equals("auto")
                    ? switch (choice) {
                        case COVARIANCE -> "observations far outnumber variables";
                        case RANDOMIZED -> "few of many components";
                        default -> "full accuracy, at moderate size";
                    }
                    : "as asked";
            options.out().println("pca by solver " + choice.name().toLowerCase(Locale.ROOT) + ": " + why);
        }
        Plans.print(options, plan);
        if (x.file() != null && !options.json()) {
            options.out().println("  input      " + x.file());
        }
    }

    private void run(
            Observations x,
            PcaOptions how,
            List<String> names,
            Session session,
            Outputs outputs,
            Stopwatch watch,
            Progress progress)
            throws IOException {
        try (Pca pca = x.fit(how)) {
            progress.update("transforming", Double.NaN);
            Tensor scores = x.transform(pca, progress);
            watch.lap("compute");
            progress.update("writing", Double.NaN);
            PcaModel.write(pca, outputs);
            outputs.write("scores.npy", scores);
            watch.lap("write");
            Report report = report(pca, x, session, watch, x.solver(how));
            outputs.write("report.json", report + "\n");
            String name = in.getFileName().toString();
            outputs.write("index.html", PcaPage.html(name, pca, scores, names, ofGenotypes()));
            outputs.commit();
            progress.close();
            if (options.json()) {
                options.out().println(report);
            } else {
                summary(pca, x, watch);
            }
        }
    }

    private Report report(Pca pca, Observations x, Session session, Stopwatch watch, Pca.Solver used) {
        Certificate certificate = pca.certificate().orElseThrow();
        Report report = new Report()
                .put("command", "pca")
                .put("input", in.toString())
                .put("shape", x.shape().dims())
                .put("dtype", x.dtype().toString())
                .put("rank", pca.components().dim(0))
                .put("outOfCore", x.file() != null)
                .put("driver", certificate.driver().toString())
                .put("solver", used.name().toLowerCase(Locale.ROOT))
                .put("seed", options.seed())
                .put("scale", scale)
                .put("genotypes", ofGenotypes())
                .put("constantColumns", pca.constantColumns())
                .put("totalVariance", pca.totalVariance())
                .put("explainedVarianceRatio", pca.explainedVarianceRatio())
                .put("seconds", watch.seconds())
                .put("certificate", Certificates.fields(certificate));
        pca.imputation().ifPresent(how -> report.put("missing", imputation(how)));
        return report.putMachine(session.device());
    }

    private static Map<String, Object> imputation(Imputation how) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("values", how.missing());
        fields.put("iterations", how.iterations());
        fields.put("change", how.change());
        fields.put("converged", how.converged());
        return fields;
    }

    private void summary(Pca pca, Observations x, Stopwatch watch) {
        PrintWriter text = options.out();
        double[] ratio = pca.explainedVarianceRatio();
        double sum = 0;
        for (double r : ratio) {
            sum += r;
        }
        text.println("pca of " + x.shape() + " " + x.dtype() + ": " + ratio.length + " components by "
                + pca.certificate().orElseThrow().driver());
        text.println(String.format(
                Locale.ROOT, "  variance %.4f %% of the total %.6g explained", 100 * sum, pca.totalVariance()));
        if (scale) {
            text.println("  constant " + pca.constantColumns() + " variables do not vary and stay zero");
        }
        if (ofGenotypes()) {
            text.println("  dropped  " + pca.constantColumns() + " variants do not vary and stay zero");
        }
        pca.imputation().filter(how -> how.missing() > 0).ifPresent(how -> text.println("  missing  " + told(how)));
        text.println("  quality  " + Certificates.text(pca.certificate().orElseThrow()));
        if (x.file() != null) {
            text.println("  input    " + x.file());
        }
        text.println("  time     " + watch);
        text.println("  written  " + out);
    }

    private static String told(Imputation how) {
        String values = how.missing() + " values filled in by ";
        if (how.iterations() == 0) {
            return values + "means";
        }
        return values + how.iterations() + " iterations"
                + (how.converged() ? "" : String.format(Locale.ROOT, ", still changing by %.1g", how.change()));
    }
}
