package dev.eckart.cuda;

import dev.eckart.testkit.ForkedJvm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** CUDA's libraries as host code ({@code src/test/cpp}), and processes that find them before any others. */
final class CudaDouble {
    private static final Path OUT = Path.of("target", "cuda-double").toAbsolutePath();
    private static final Path MODULES = Path.of("src/test/cuda/modules.txt").toAbsolutePath();

    /** Of a process: it takes half a minute alone, and several where others keep the machine busy. */
    private static final Duration LIMIT = Duration.ofMinutes(15);

    static final Path FOLDER = build();

    private CudaDouble() {}

    private static Path build() {
        Path sdk = Path.of("..", "..", "native", "target", "openblas-sdk").toAbsolutePath();
        try {
            Process process = new ProcessBuilder(
                            "src/test/cpp/build.sh", sdk.normalize().toString(), OUT.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException("the double of CUDA's libraries could not be built: " + said);
            }
            ForkedJvm.Result compiled = run(OUT, Precompile.class, Map.of(), List.of(), MODULES.toString());
            if (compiled.exit() != 0) {
                throw new IllegalStateException("the kernels could not be compiled: " + compiled.output());
            }
            return OUT;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Runs {@code main} over the libraries in {@code folder}; the kernels are compiled already. */
    static ForkedJvm.Result run(
            Path folder, Class<?> main, Map<String, String> environment, List<String> options, String... arguments)
            throws IOException, InterruptedException {
        Map<String, String> all = new HashMap<>(environment);
        all.put("ECKART_DOUBLE_KERNELS", OUT.toString());
        all.put("ECKART_DOUBLE_MODULES", MODULES.toString());
        List<String> java = new ArrayList<>(
                List.of("-Xmx512m", "-XX:+UseSerialGC", "-Deckart.cuda.path=" + folder, "-Deckart.cuda.cache=none"));
        java.addAll(options);
        return ForkedJvm.run(main, java, all, LIMIT, arguments);
    }

    /** A folder with some of the double's libraries. */
    static Path part(Path parent, List<String> names) throws IOException {
        for (String name : names) {
            Files.createSymbolicLink(parent.resolve(name), FOLDER.resolve(name));
        }
        return parent;
    }
}
