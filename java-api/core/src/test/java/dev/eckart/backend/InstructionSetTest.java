package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import dev.eckart.jni.Native;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.testkit.ForkedJvm;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The kernels of smaller instruction sets than this machine's, each in a process of its own. */
@Tag("once")
class InstructionSetTest {
    /** The sets from the smallest to the one before this machine's; that one is {@link CpuBackendTest}'s. */
    static Stream<String> smallerSets() {
        String own = Native.instructionSet();
        return Stream.of("v2", "v3", "v4").takeWhile(set -> !own.endsWith(set));
    }

    @ParameterizedTest
    @MethodSource("smallerSets")
    void smallerSetsKeepTheContract(String set) throws IOException, InterruptedException {
        ForkedJvm.Result result = ForkedJvm.run(
                Run.class,
                List.of("-Xmx512m", "-XX:+UseSerialGC"),
                Map.of("ECKART_ISA", set),
                Duration.ofSeconds(240),
                "x86-64-" + set);
        assertThat(result.exit()).as(result.output()).isZero();
    }

    /** What depends on the instruction set: the own kernels. */
    static final class Kernels
            implements ElementwiseContract,
                    ReduceContract,
                    RowsContract,
                    ScanContract,
                    IndexContract,
                    OrderContract,
                    RandomContract,
                    SparseContract,
                    SmallProductContract,
                    RoundedProductContract {
        @Override
        public Backend backend() {
            return Backends.of(Device.cpu());
        }
    }

    /** Runs {@link Kernels} and fails unless all is well and the kernels are those named. */
    static final class Run {
        private Run() {}

        /** Each kind of kernel by one test. */
        private static List<DiscoverySelector> selectors() {
            return List.of(
                    selectMethod(Kernels.class, "unaryIsExactOrWithinItsUlps", UnaryOp.class),
                    selectMethod(Kernels.class, "copyCastsFromEveryTypeToEveryTypeInEveryForm", DType.class),
                    selectMethod(Kernels.class, "binaryBroadcasts"),
                    selectMethod(Kernels.class, "axpbyCombinesAndDoesNotReadAnOverwrittenTarget"),
                    selectMethod(Kernels.class, "sumsOfAMillionKeepTheirPrecision"),
                    selectMethod(Kernels.class, "nanWinsAndInfinityPasses"),
                    selectMethod(Kernels.class, "extremesOfEqualSign"),
                    selectMethod(Kernels.class, "scanOfEveryTypeInEveryForm", ScanOp.class),
                    selectMethod(Kernels.class, "runningSumsOfAMillionKeepTheirPrecision"),
                    selectMethod(Kernels.class, "argReduceFindsASingleOne"),
                    selectMethod(Kernels.class, "argReduceFindsTheFirstNan"),
                    selectMethod(Kernels.class, "topKOfOrderedRows"),
                    selectMethod(Kernels.class, "everyNanIsTheLargest"),
                    selectMethod(Kernels.class, "productsWithEveryWidth", int.class, int.class, int.class),
                    selectMethod(Kernels.class, "gemmOfEveryEdge"),
                    selectMethod(Kernels.class, "gemmOfSeveralBlocks"),
                    selectMethod(Kernels.class, "gemmPassesNaNAndInfinity"),
                    selectMethod(Kernels.class, "gemmOfRoundedFactors"),
                    selectMethod(Kernels.class, "gemmOfSpecialRoundedFactors"),
                    selectMethod(Kernels.class, "softmaxInEveryForm", DType.class),
                    selectMethod(Kernels.class, "normalizeGroupsInEveryForm", DType.class),
                    selectMethod(Kernels.class, "normalizeFarFromZeroLosesNothing", DType.class),
                    selectMethod(Kernels.class, "firstNonFiniteFindsTheFirst"),
                    selectMethod(Kernels.class, "uniformIsBitEqualToTheDefinition"),
                    selectMethod(Kernels.class, "normalIsWithinFourUlpsOfTheDefinition"),
                    selectMethod(Kernels.class, "integersAreBitEqualToTheDefinition"));
        }

        public static void main(String[] args) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectors())
                                    .build(),
                            listener);
            TestExecutionSummary summary = listener.getSummary();
            summary.printFailuresTo(new PrintWriter(System.out, true), 5);
            System.out.println(Native.instructionSet() + ": " + summary.getTestsSucceededCount() + " of "
                    + summary.getTestsFoundCount() + " tests passed");
            boolean passed = summary.getTestsFoundCount() > 20
                    && summary.getTestsSucceededCount() == summary.getTestsFoundCount();
            System.exit(passed && Native.instructionSet().equals(args[0]) ? 0 : 1);
        }
    }
}
