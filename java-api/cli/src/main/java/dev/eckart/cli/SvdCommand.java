package dev.eckart.cli;

import dev.eckart.io.NpyOperator;
import dev.eckart.linalg.Csr;
import dev.eckart.linalg.Driver;
import dev.eckart.linalg.LinearOperator;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code svd IN --out DIR}: {@code u.npy} (m,k), {@code s.npy} (k), {@code vt.npy} (k,n), {@code report.json}. */
@Command(
        name = "svd",
        description = "Singular value decomposition of a matrix, or of each matrix of a 3-D .npy:"
                + " u.npy (m,k), s.npy (k), vt.npy (k,n), report.json.")
final class SvdCommand implements Callable<Integer> {
    private static final Set<String> FILES = Set.of("u.npy", "s.npy", "vt.npy", "report.json");

    @Parameters(
            paramLabel = "IN",
            description = "the matrix: .npy, .npz, .mtx, .csv, IDX (*-ubyte, *-ubyte.gz), "
                    + "a picture (.png, .jpg) or a folder of pictures")
    private Path in;

    @Option(names = "--rank", paramLabel = "K", description = "only the K leading triplets")
    private Long rank;

    @Option(
            names = "--tolerance",
            paramLabel = "E",
            description = "only as many triplets as a relative Frobenius error of E needs")
    private Double tolerance;

    @Option(
            names = "--driver",
            paramLabel = "D",
            description =
                    "auto, gesdd, gesvd, gejsv, gesvdj, gesvdp, gesvdr (GPU), gesvda (batches on a GPU), jacobi (batches), qr, cholesky-qr, gram, randomized or krylov"
                            + " (default: auto)")
    private String driver = "auto";

    @Option(names = "--out", paramLabel = "DIR", description = "the folder to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    /** The input, where it is too large for the memory; else null. */
    private OutOfCore file;

    @Override
    public Integer call() throws IOException {
        check();
        Driver choice = Driver.parse(driver);
        try (Session session = options.open();
                Outputs outputs = out == null ? null : Outputs.open(out, FILES, in);
                Progress progress = options.progress(in.toString())) {
            Stopwatch watch = new Stopwatch();
            progress.update("reading", Double.NaN);
            // A sparse matrix stays one where some triplets are asked for; all of them need the dense matrix.
            Optional<Csr> sparse =
                    rank == null && tolerance == null ? Optional.empty() : Inputs.readSparse(in, options.precision());
            if (sparse.isPresent()) {
                try (Csr a = sparse.get()) {
                    watch.lap("load");
                    sparse(a, choice, session, outputs, watch, progress);
                    return 0;
                }
            }
            Optional<OutOfCore> large = rank == null && tolerance == null
                    ? Optional.empty()
                    : OutOfCore.of(in, options, session.device(), progress, this::plannedBytes);
            if (large.isPresent()) {
                watch.lap("load");
                file = large.get();
                operator(file.matrix(), file.matrix().shape(), choice, outputs, watch, progress);
                return 0;
            }
            Tensor a = Inputs.read(in, options, session.device());
            watch.lap("load");
            checkShape(a);
            SvdPlan plan = plan(a, choice);
            if (options.explain()) {
                Plans.print(options, plan);
            }
            if (outputs != null) {
                outputs.require(resultBytes(plan, a.shape().rank() == 3 ? a.dim(0) : 1, a.dtype()));
                progress.expect(plan.driver() + " of " + a.shape(), plan.seconds());
                try (Svd svd = compute(a, choice, progress)) {
                    write(svd, a.shape(), outputs, watch, progress);
                }
            }
            return 0;
        }
    }

    private void sparse(Csr a, Driver choice, Session session, Outputs outputs, Stopwatch watch, Progress progress)
            throws IOException {
        if (!session.device().equals(a.device()) && !options.anyDevice()) {
            throw new UsageException("--device " + session.device() + ": sparse matrices are on the cpu; --device cpu");
        }
        operator(a, Shape.of(a.rows(), a.columns()), choice, outputs, watch, progress);
    }

    /** Leading triplets of what is known by its products. */
    private void operator(
            LinearOperator a, Shape shape, Driver choice, Outputs outputs, Stopwatch watch, Progress progress)
            throws IOException {
        checkRank(shape);
        SvdPlan plan = truncated(choice).explain(a);
        if (options.explain()) {
            Plans.print(options, plan);
            if (file != null && !options.json()) {
                options.out().println("  input      " + file);
            }
        }
        if (outputs != null) {
            outputs.require(resultBytes(plan, 1, a.dtype()));
            progress.expect(plan.driver() + " of " + a, plan.seconds());
            try (Svd svd = truncated(choice).of(a)) {
                write(svd, shape, outputs, watch, progress);
            }
        }
    }

    /** What the triplets take beside the matrix; as much as that where their number is not known yet. */
    private long plannedBytes(NpyOperator a) {
        checkRank(a.shape());
        return rank == null
                ? a.bytesInMemory()
                : truncated(Driver.AUTO).explain(a).bytes();
    }

    private void check() {
        if (out == null && !options.explain()) {
            throw new UsageException("svd: --out DIR is missing (or --explain, which only explains)");
        }
        if (rank != null && tolerance != null) {
            throw new UsageException("svd: --rank and --tolerance exclude each other");
        }
        if (rank != null && rank < 1) {
            throw new UsageException("--rank " + rank + ": is below 1");
        }
        if (tolerance != null && !(tolerance >= 0 && tolerance <= 1)) {
            throw new UsageException("--tolerance " + tolerance
                    + ": is outside 0..1 (it is an error relative to the norm of the matrix)");
        }
    }

    private void checkShape(Tensor a) {
        int dims = a.shape().rank();
        if (dims != 2 && dims != 3) {
            throw new UsageException(
                    in + ": svd needs a matrix (m,n) or a batch of matrices (b,m,n), its shape is " + a.shape());
        }
        checkRank(a.shape());
        if (tolerance != null && dims == 3) {
            throw new UsageException("--tolerance: the matrices of a batch would differ in rank; use --rank");
        }
    }

    private void checkRank(Shape shape) {
        long most = Math.min(shape.dim(-2), shape.dim(-1));
        if (rank != null && rank > most) {
            throw new UsageException("--rank " + rank + ": is above min(m,n) = " + most + " of the shape " + shape);
        }
    }

    private SvdPlan plan(Tensor a, Driver choice) {
        if (rank == null && tolerance == null) {
            Svd.Options how = Svd.options().driver(choice).overwrite();
            return options.explain() ? how.probe(a) : how.explain(a);
        }
        if (a.shape().rank() == 2) {
            return truncated(choice).explain(a);
        }
        if (a.dim(0) == 0) {
            return Svd.options().explain(a);
        }
        try (Tensor first = a.select(0, 0)) {
            return truncated(choice).explain(first);
        }
    }

    private TruncatedSvd.Options truncated(Driver choice) {
        TruncatedSvd.Options some = rank != null ? TruncatedSvd.rank(rank) : TruncatedSvd.tolerance(tolerance);
        return some.driver(choice).seed(options.seed());
    }

    private static long resultBytes(SvdPlan plan, long batch, DType dtype) {
        return batch * plan.rank() * (plan.shape().dim(-2) + plan.shape().dim(-1) + 1) * dtype.bytes();
    }

    private void write(Svd svd, Shape shape, Outputs outputs, Stopwatch watch, Progress progress) throws IOException {
        watch.lap("compute");
        progress.update("writing", Double.NaN);
        outputs.write("u.npy", svd.u());
        outputs.write("s.npy", svd.s());
        outputs.write("vt.npy", svd.vt());
        watch.lap("write");
        Report report = new Report()
                .put("command", "svd")
                .put("input", in.toString())
                .put("shape", shape.dims())
                .put("dtype", svd.s().dtype().toString())
                .put("rank", svd.s().dim(-1))
                .put("outOfCore", file != null)
                .put("driver", svd.certificate().driver().toString())
                .put("seed", options.seed())
                .put("seconds", watch.seconds())
                .put("certificate", Certificates.fields(svd.certificate()))
                .putMachine(svd.s().device());
        outputs.write("report.json", report + "\n");
        outputs.commit();
        progress.close();
        if (options.json()) {
            options.out().println(report);
        } else {
            summary(svd, shape.dims(), watch);
        }
    }

    private Svd compute(Tensor a, Driver choice, Progress progress) {
        if (rank == null && tolerance == null) {
            return Svd.options().driver(choice).overwrite().seed(options.seed()).of(a);
        }
        return a.shape().rank() == 2 ? truncated(choice).of(a) : Batches.svd(a, rank, truncated(choice), progress);
    }

    private void summary(Svd svd, long[] shape, Stopwatch watch) {
        PrintWriter text = options.out();
        String size = Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(",", "(", ")"));
        text.println("svd of " + size + " " + svd.s().dtype() + ": " + svd.s().dim(-1) + " singular triplets by "
                + svd.certificate().driver());
        if (svd.s().shape().rank() == 1 && svd.s().dim(0) > 0) {
            text.println("  leading  " + leading(svd.s()));
        }
        text.println("  quality  " + Certificates.text(svd.certificate()));
        if (!svd.certificate().variant().isEmpty()) {
            text.println("  variant  " + svd.certificate().variant());
        }
        svd.certificate().fallbacks().forEach(f -> text.println("  fallback " + f));
        if (file != null) {
            text.println("  input    " + file);
        }
        text.println("  time     " + watch);
        text.println("  written  " + out);
    }

    private static String leading(Tensor s) {
        long shown = Math.min(5, s.dim(0));
        try (Tensor first = s.slice(0, 0, shown)) {
            return Arrays.stream(first.toArray())
                            .mapToObj(v -> String.format(Locale.ROOT, "%.9g", v))
                            .collect(Collectors.joining(", "))
                    + (s.dim(0) > shown ? ", …" : "");
        }
    }
}
