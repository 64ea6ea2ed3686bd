package dev.eckart.cli.demo;

import dev.eckart.cli.GlobalOptions;
import dev.eckart.cli.Outputs;
import dev.eckart.cli.Progress;
import dev.eckart.cli.Report;
import dev.eckart.cli.Session;
import dev.eckart.cli.UsageException;
import dev.eckart.memory.DType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo --out DIR}: {@code index.html}, a page of digits taken apart, and {@code report.json} with its numbers. */
@Command(
        name = "demo",
        description =
                "Takes real digits apart: principal components, reconstruction, maps, denoising, sampling and recognition,"
                        + " as one page, index.html.")
public final class DemoCommand implements Callable<Integer> {
    private static final Set<String> FILES = Set.of("index.html", "report.json");

    @Option(names = "--data", paramLabel = "SET", description = "digits (8×8, built in) or mnist (default: digits)")
    private String data = "digits";

    @Option(names = "--out", paramLabel = "DIR", description = "the folder to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        DigitSets sets = DigitSets.parse(data);
        if (out == null && !options.explain()) {
            throw new UsageException("demo: --out DIR is missing (or --explain, which only explains)");
        }
        try (Session session = options.open();
                Outputs outputs = out == null ? null : Outputs.open(out, FILES);
                Progress progress = options.progress(data)) {
            progress.update("reading", Double.NaN);
            long start = System.nanoTime();
            DType dtype = options.precision() == null ? DType.F64 : options.precision();
            DigitSet set = sets.load(dtype, session.device());
            double load = (System.nanoTime() - start) / 1e9;
            if (options.explain()) {
                options.out().println(Study.explain(set));
            }
            if (outputs != null) {
                Demo demo = Demo.run(set, options.seed(), load, progress);
                progress.update("writing", Double.NaN);
                String html = demo.page();
                Report report = demo.report(session.device());
                outputs.write("index.html", html);
                outputs.write("report.json", report + "\n");
                outputs.commit();
                if (options.json()) {
                    options.out().println(report);
                }
            }
            return 0;
        }
    }
}
