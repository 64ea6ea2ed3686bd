package dev.eckart.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.eckart.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The backend without a GPU: its every call goes through the real JNI glue to a double of CUDA's libraries, which checks addresses,
 * leading dimensions and workspaces, and does the work on the host; the kernels are compiled by g++. What a card would do otherwise
 * is shown by {@code ci/gpu run} alone.
 */
@Tag("once")
class CudaOnDoubleTest {
    @TempDir
    private Path temp;

    /** Classes of tests, each in a process of its own, of which as many run at a time as there are processors; the longest in parts. */
    private static final List<String> RUNS = List.of(
            "dev.eckart.backend.CudaContract 0/3",
            "dev.eckart.backend.CudaContract 1/3",
            "dev.eckart.backend.CudaContract 2/3",
            "dev.eckart.cuda.OnDevice",
            "dev.eckart.cuda.OnTwoDevices",
            "dev.eckart.cuda.RecordingOnDevice",
            "dev.eckart.diffusion.DiffusionOnDevice");

    private static ExecutorService processes;
    private static Map<String, Future<ForkedJvm.Result>> started;

    @BeforeAll
    static void start() {
        processes = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
        started = RUNS.stream()
                .collect(Collectors.toMap(
                        run -> run, run -> processes.submit(() -> run(run.split(" ")[0], run.split(" ")))));
    }

    @AfterAll
    static void stop() {
        processes.shutdownNow();
    }

    static List<String> runs() {
        return RUNS;
    }

    @ParameterizedTest
    @MethodSource("runs")
    void tests_of_a_device_pass(String run) throws Exception {
        ForkedJvm.Result result = started.get(run).get();
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output())
                .containsPattern("[1-9]\\d* of [1-9]\\d* tests passed")
                .doesNotContain("double:");
    }

    private static ForkedJvm.Result run(String tests, String[] run) throws IOException, InterruptedException {
        // Left to a card: sizes that mean something to the host's kernels, or to a card, and nothing to the double.
        List<String> options = new ArrayList<>(
                List.of(
                        "-Deckart.tests.skip=svdInParts|svdOfLargerMatrices|nanStaysAndInfinityPassesOn|runningSumsOfAMillion.*"
                                + "|gemmOfFewColumnsAndRows|gemmOfSeveralBlocks|gemmOfABatchIsTheSame.*|productsWithEveryWidth"));
        String part = run.length == 1 ? "0/1" : run[1];
        options.add("-Deckart.tests.part=" + part);
        options.add("-Deckart.tests.log=target/cuda-double/" + tests + "-" + part.charAt(0) + ".log");
        if (tests.endsWith("Contract")) {
            options.add("-Deckart.cuda.pool=none"); // then the double knows each block, and where it ends
        }
        Map<String, String> environment =
                tests.endsWith("TwoDevices") ? Map.of("ECKART_DOUBLE_DEVICES", "2") : Map.of();
        return CudaDouble.run(CudaDouble.FOLDER, RunTests.class, environment, options, tests);
    }

    private static String attempt(Path folder, Map<String, String> environment, String... options)
            throws IOException, InterruptedException {
        ForkedJvm.Result result = CudaDouble.run(folder, Attempt.class, environment, List.of(options));
        assertThat(result.exit()).as(result.output()).isZero();
        return result.output();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            35  | the NVIDIA driver is too old: it supports CUDA 12.4, CUDA 13 is needed
            100 | the NVIDIA driver and CUDA are there, a GPU is not (cudaGetDeviceCount says 100 (cudaErrorNoDevice))
            999 | do not work: cudaGetDeviceCount says 999
            """)
    void should_refuse_with_the_whole_reason_and_leave_the_host_to_work(int code, String line)
            throws IOException, InterruptedException {
        assertThat(attempt(CudaDouble.FOLDER, Map.of("ECKART_DOUBLE_FAIL", "cudaGetDeviceCount=" + code)))
                .contains("best cpu")
                .contains("missing " + (code == 999 ? "the NVIDIA driver and CUDA are there and " : "") + line)
                .contains("refused: device cuda:0 is not available: ");
    }

    /** Half a CUDA that is found before any whole one: libraries that are no libraries are named. */
    @Test
    void should_name_a_library_that_cannot_be_loaded() throws IOException, InterruptedException {
        List<String> names = new ArrayList<>(CudaLibraries.TOOLKIT);
        names.add(CudaLibraries.DRIVER);
        names.remove("libcusolver.so.12");
        Path folder = CudaDouble.part(temp, names);
        java.nio.file.Files.writeString(folder.resolve("libcusolver.so.12"), "no library");
        assertThat(attempt(folder, Map.of()))
                .contains("missing " + folder.resolve("libcusolver.so.12") + " cannot be loaded: ")
                .contains("-Deckart.cuda.path");
    }

    @Test
    void should_name_the_call_that_failed_and_go_on() throws IOException, InterruptedException {
        String fault = "cublasGemmStridedBatchedEx=13";
        assertThat(attempt(CudaDouble.FOLDER, Map.of("ECKART_DOUBLE_FAIL", fault)))
                .contains("best cuda:0")
                .contains("refused: cublasGemmStridedBatchedEx failed: 13 (CUBLAS_STATUS_EXECUTION_FAILED)")
                .contains("sum 10.0");
        assertThat(attempt(CudaDouble.FOLDER, Map.of("ECKART_DOUBLE_FAIL", "cudaMalloc=700")))
                .contains("refused: cudaMalloc failed: 700 (cudaErrorIllegalAddress)");
    }

    /** A launch that is refused, a copy that is: nothing of it was done, and what comes next on the same stream is. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            launch sum_thread=701     | cuLaunchKernel reduce.cuh ECKART_REDUCTIONS_OF_REALS(double) sum_thread failed: 701 (cudaErrorLaunchOutOfResources)
            once cudaMemcpyAsync=1    | cudaMemcpyAsync failed: 1 (cudaErrorInvalidValue)
            """)
    void should_go_on_with_a_stream_after_a_call_was_refused(String fault, String line)
            throws IOException, InterruptedException {
        assertThat(attempt(CudaDouble.FOLDER, Map.of("ECKART_DOUBLE_FAIL", fault))
                        .lines())
                .containsSubsequence(
                        "refused: " + line,
                        "product Tensor (2,2) f64 cuda:0",
                        " [15.0000, 22.0000]]",
                        "svd gesvdj []",
                        "host 54.0",
                        "in use 0");
    }

    /** Nothing of Eckart closes a device; another library's cudaDeviceReset may, and calls on what was there before fail. */
    @Test
    void should_say_that_a_device_was_closed_in_use() throws IOException, InterruptedException {
        assertThat(attempt(CudaDouble.FOLDER, Map.of("ECKART_DOUBLE_FAIL", "cudaEventRecord=709"))
                        .lines())
                .containsSubsequence(
                        "refused: cudaEventRecord failed: 709 (cudaErrorContextIsDestroyed) in upload; cuda:0 is lost"
                                + " until this process ends, the host goes on; with CUDA_LAUNCH_BLOCKING=1 the work"
                                + " that failed is named",
                        "refused: cuda:0 is lost since upload (cudaEventRecord: 709, cudaErrorContextIsDestroyed);"
                                + " its tensors are gone; compute on the host (cpu), or start the process again",
                        "host 54.0",
                        "in use 0")
                .noneMatch(line -> line.startsWith("closing"));
    }

    /** The end of a process waits for nobody who computes on a device, and is no crash. */
    @Test
    void should_end_while_a_device_is_in_use() throws IOException, InterruptedException {
        ForkedJvm.Result result = CudaDouble.run(CudaDouble.FOLDER, Ending.class, Map.of(), List.of());
        assertThat(result.exit()).as(result.output()).isEqualTo(7);
        assertThat(result.output()).contains("ending").doesNotContain("double:");
    }

    /** A fault is seen by what waits next; from then on nothing is asked of the device, and closing its tensors is no failure. */
    @ParameterizedTest
    @CsvSource({"gemm, none, sum 10.0", "sum_thread, all, best cuda:0"})
    void should_name_the_first_failure_of_a_lost_device_and_leave_the_host_to_work(
            String fault, String pool, String before) throws IOException, InterruptedException {
        String lost = "refused: cuda:0 is lost since download (cudaEventSynchronize: 719, cudaErrorLaunchFailure);"
                + " its tensors are gone; compute on the host (cpu), or start the process again";
        assertThat(attempt(
                                CudaDouble.FOLDER,
                                Map.of("ECKART_DOUBLE_FAIL", "fault " + fault + "=719"),
                                "-Deckart.cuda.pool=" + pool)
                        .lines())
                .containsSubsequence(
                        before,
                        "refused: cudaEventSynchronize failed: 719 (cudaErrorLaunchFailure) in download; cuda:0 is lost"
                                + " until this process ends, the host goes on; with CUDA_LAUNCH_BLOCKING=1 the work"
                                + " that failed is named",
                        lost,
                        lost,
                        "host 54.0")
                .noneMatch(line -> line.startsWith("closing"));
    }

    /** Codes of a library do not tell whether the device is lost; the device does. */
    @Test
    void should_ask_the_device_whether_a_library_failed_for_a_fault() throws IOException, InterruptedException {
        assertThat(attempt(
                        CudaDouble.FOLDER,
                        Map.of("ECKART_DOUBLE_FAIL", "cublasGemmStridedBatchedEx=13,cudaDeviceSynchronize=700")))
                .contains(
                        "refused: cublasGemmStridedBatchedEx failed: 13 (CUBLAS_STATUS_EXECUTION_FAILED), for the device says"
                                + " 700 (cudaErrorIllegalAddress) in gemm; cuda:0 is lost")
                .contains("refused: cuda:0 is lost since gemm (cublasGemmStridedBatchedEx: 700, ")
                .contains("host 54.0");
    }

    @Test
    void should_fall_back_to_gesvd_and_say_so_if_gesvdj_does_not_converge() throws IOException, InterruptedException {
        assertThat(attempt(CudaDouble.FOLDER, Map.of("ECKART_DOUBLE_FAIL", "info gesvdj=3")))
                .contains("svd gesvd [gesvdj did not converge]");
        assertThat(attempt(CudaDouble.FOLDER, Map.of("ECKART_DOUBLE_FAIL", "info gesvdj=3,info gesvd=1,info gesvdp=2")))
                .contains("refused: svd of (2,2): gesvdj did not converge, gesvd did not converge,"
                        + " gesvdp did not converge");
        assertThat(attempt(CudaDouble.FOLDER, Map.of())).contains("svd gesvdj []");
    }

    /** Each driver is timed on the device; what is predicted to be the fastest is taken. The next process does not measure again. */
    @Test
    void should_take_the_driver_that_was_measured_to_be_the_fastest() throws IOException, InterruptedException {
        String kept = "-Deckart.rates.cache=" + temp;
        String jacobiSlow = "slow gesvdj=500,slow gesvd=500";
        String polarSlow = "slow gesvdp=500,slow gesvd=500";
        assertThat(choice(jacobiSlow, kept))
                .containsPattern("driver +gesvdp: .*, predicted to be the fastest of 3")
                .containsPattern("compared +gesvdj .* s, gesvd .* s, gesvdp .* s")
                .contains("small gesvdj", "polar gesvdp []");
        assertThat(choice(polarSlow, "-Deckart.rates.cache=none")).containsPattern("driver +gesvdj: ");
        // Where gesvdp says that its values are off, it is given up.
        assertThat(choice(polarSlow + ",error gesvdp=1", kept))
                .containsPattern("driver +gesvdp: ")
                .contains("polar gesvdj [gesvdp did not converge]");
    }

    /** Own Jacobi, which g++ has made of a kernel, is slower than LAPACK; nothing of a batch is decided by its size alone. */
    @Test
    void should_decompose_batches_by_what_was_measured_to_be_the_fastest() throws IOException, InterruptedException {
        String kept = "-Deckart.rates.cache=" + temp;
        assertThat(batch("", kept))
                .containsPattern("of 32: .* driver +gesvdj: .*, predicted to be the fastest of 2 "
                        + ".*compared +jacobi .* s, gesvdj [^,]* s\n")
                .containsPattern("of 33: .*compared +jacobi .* s, gesvdj .* s, gesvd .* s, gesvdp .* s")
                .containsPattern("few: .* driver +jacobi: .*, predicted to be the fastest of 2")
                .contains("by gesvdj true, certified gesvdj", "by gesvda true, certified gesvda");
        assertThat(batch("slow gesvdjBatched=9000", "-Deckart.rates.cache=none"))
                .containsPattern("of 32: .* driver +jacobi: ");
        // Kept: the next process does not measure again.
        assertThat(batch("info gesvdjBatched=6", kept)).containsPattern("of 32: .* driver +gesvdj: ");
    }

    /** The second matrix of a batch is decomposed alone; where that fails too, it is named. Small numbers alone are no reason. */
    @ParameterizedTest
    @CsvSource({"gesvdjBatched,gesvdj", "gesvdaStridedBatched,gesvda"})
    void should_decompose_alone_what_a_batch_left(String call, String driver) throws IOException, InterruptedException {
        String kept = "-Deckart.rates.cache=" + temp;
        assertThat(batch("info " + call + "=6", kept)).contains("by " + driver + " true, certified " + driver);
        assertThat(batch("info " + call + "=6,info gesvdj=3,info gesvd=1,info gesvdp=2", kept))
                .contains("by " + driver + ": svd: matrix 1 of the batch (3,8,5) did not converge");
        assertThat(batch("info gesvdj=3,info gesvd=1,info gesvdp=2", kept))
                .contains("by " + driver + " true, certified " + driver);
        assertThat(batch("info " + call + "=-5", kept))
                .contains("by " + driver + ": cusolverDn" + call + " failed: -5 (argument 5 is wrong)");
    }

    private static String batch(String fault, String option) throws IOException, InterruptedException {
        return said(BatchAttempt.class, fault, option);
    }

    private static String choice(String fault, String option) throws IOException, InterruptedException {
        return said(Choice.class, fault, option);
    }

    private static String said(Class<?> main, String fault, String option) throws IOException, InterruptedException {
        ForkedJvm.Result result =
                CudaDouble.run(CudaDouble.FOLDER, main, Map.of("ECKART_DOUBLE_FAIL", fault), List.of(option));
        assertThat(result.exit()).as(result.output()).isZero();
        assertThat(result.output()).doesNotContain("double:");
        return result.output();
    }

    @Test
    void should_say_when_memory_is_short() throws IOException, InterruptedException {
        assertThat(attempt(CudaDouble.FOLDER, Map.of("ECKART_DOUBLE_MEMORY", "500")))
                .contains("refused: tensor on cuda:0: needs 32 bytes", "available are 500 bytes", ".to(Device.cpu())");
        assertThat(attempt(CudaDouble.FOLDER, Map.of(), "-Deckart.cuda.memory.max=600"))
                .contains("refused: tensor on cuda:0: needs 8 bytes", "-Deckart.cuda.memory.max (now 600 bytes)");
    }
}
