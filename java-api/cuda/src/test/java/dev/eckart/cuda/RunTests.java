package dev.eckart.cuda;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.ClassNameFilter;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.EngineFilter;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs the test classes that its arguments name; the last line is "N of N tests passed", the exit status 0 when none failed. Each test's
 * end is a line of the file that {@code eckart.tests.log} names at once, so that a process that dies tells how far it came.
 */
final class RunTests implements TestExecutionListener {
    private final Path log;
    private long start;

    private RunTests(Path log) {
        this.log = log;
    }

    public static void main(String[] args) throws IOException {
        String name = System.getProperty("eckart.tests.log");
        RunTests lines = new RunTests(name == null ? null : Files.writeString(Path.of(name), ""));
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(
                                        Stream.of(args).map(c -> selectClass(c)).toList())
                                .filters(
                                        (PostDiscoveryFilter) RunTests::chosen,
                                        EngineFilter.includeEngines("junit-jupiter"),
                                        ClassNameFilter.includeClassNamePatterns(".*"))
                                .build(),
                        listener,
                        lines);
        TestExecutionSummary summary = listener.getSummary();
        summary.printFailuresTo(new PrintWriter(System.out, true), 8);
        System.out.println(summary.getTestsSucceededCount() + " of " + summary.getTestsFoundCount() + " tests passed");
        lines.line("done");
        System.exit(summary.getTestsFoundCount() > 0 && summary.getTotalFailureCount() == 0 ? 0 : 1);
    }

    /**
     * All tests but those whose method {@code eckart.tests.skip}, a regular expression, names; of them those of part i of n, where
     * {@code eckart.tests.part} is i/n.
     */
    private static FilterResult chosen(TestDescriptor test) {
        String skip = System.getProperty("eckart.tests.skip", "");
        String[] part = System.getProperty("eckart.tests.part", "0/1").split("/");
        String method = test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(s -> ((MethodSource) s).getMethodName())
                .orElse("-");
        boolean here = Math.floorMod(method.hashCode(), Integer.parseInt(part[1])) == Integer.parseInt(part[0]);
        return FilterResult.includedIf(!method.matches(skip) && (here || method.equals("-")));
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        start = System.nanoTime();
        if (test.isTest()) {
            line("began " + name(test));
        }
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        if (test.isTest() || result.getStatus() != TestExecutionResult.Status.SUCCESSFUL) {
            String status = switch (result.getStatus()) {
                case SUCCESSFUL -> "passed";
                case FAILED -> "failed";
                case ABORTED -> "skipped";
            };
            line(status + String.format(Locale.ROOT, " %.2f s ", (System.nanoTime() - start) / 1e9) + name(test));
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        line("skipped 0 s " + name(test));
    }

    private static String name(TestIdentifier test) {
        return test.getLegacyReportingName().replaceAll("\\(.*", "") + " " + test.getDisplayName();
    }

    private void line(String text) {
        if (log == null) {
            return;
        }
        try {
            Files.write(log, List.of(text), java.nio.file.StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
