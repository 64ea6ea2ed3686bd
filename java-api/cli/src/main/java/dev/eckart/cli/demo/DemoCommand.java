package dev.eckart.cli.demo;

import dev.eckart.cli.GlobalOptions;
import dev.eckart.cli.Host;
import dev.eckart.cli.Outputs;
import dev.eckart.cli.Progress;
import dev.eckart.cli.Report;
import dev.eckart.cli.Session;
import dev.eckart.cli.Story;
import dev.eckart.cli.UsageException;
import dev.eckart.cli.airports.AirportsDemo;
import dev.eckart.cli.genes.GenesDemo;
import dev.eckart.cli.speeches.SpeechesDemo;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo --out DIR}: {@code index.html}, a page of digits, genes, flights or speeches taken apart, and {@code report.json} with its numbers. */
@Command(
        name = "demo",
        description =
                "Takes real digits apart: principal components, reconstruction, maps, denoising, sampling and recognition,"
                        + " as one page, index.html; or human genes, or flights between airports, which mirror geography; or topics of speeches.")
public final class DemoCommand implements Callable<Integer> {
    private static final Set<String> OTHERS = Set.of(GenesDemo.NAME, AirportsDemo.NAME, SpeechesDemo.NAME);
    private static final Set<String> FILES = Set.of("index.html", "report.json");

    @Option(
            names = "--data",
            paramLabel = "SET",
            description =
                    "digits (8×8) or speeches of presidents, both built in; mnist, ehgdp, the genes of people, or airports, the"
                            + " flights between them (these by ci/data); default: digits")
    private String data = "digits";

    @Option(names = "--out", paramLabel = "DIR", description = "the folder to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        DigitSets digits = OTHERS.contains(data) ? null : DigitSets.parse(data);
        if (out == null && !options.explain()) {
            throw new UsageException("demo: --out DIR is missing (or --explain, which only explains)");
        }
        try (Session session = options.open();
                Outputs outputs = out == null ? null : Outputs.open(out, FILES);
                Progress progress = options.progress(data)) {
            progress.update("reading", Double.NaN);
            Story story = switch (data) {
                case GenesDemo.NAME -> genes(session.device());
                case AirportsDemo.NAME -> airports(session);
                case SpeechesDemo.NAME -> speeches(session);
                default -> digits(digits, session.device());
            };
            if (options.explain()) {
                options.out().println(story.explain());
            }
            if (outputs != null) {
                story.run(progress);
                progress.update("writing", Double.NaN);
                String html = story.page();
                Report report = story.report(session.device());
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

    private DType dtype() {
        return options.precision() == null ? DType.F64 : options.precision();
    }

    private Story digits(DigitSets sets, Device device) throws IOException {
        long start = System.nanoTime();
        DigitSet set = sets.load(dtype(), device);
        return new Demo(set, options.seed(), (System.nanoTime() - start) / 1e9);
    }

    private Story airports(Session session) throws IOException {
        Host.require(options, session);
        return AirportsDemo.read(DigitSets.dataFolder().resolve(AirportsDemo.NAME), dtype(), options.seed());
    }

    private Story speeches(Session session) throws IOException {
        Host.require(options, session);
        return SpeechesDemo.read(dtype(), options.seed());
    }

    private Story genes(Device device) throws IOException {
        Path file = DigitSets.dataFolder().resolve("ehgdp").resolve("eHGDP.rda");
        if (!Files.isReadable(file)) {
            throw new UsageException(file + ": is missing; run ci/data ehgdp");
        }
        return GenesDemo.read(file, dtype(), device, options.seed());
    }
}
