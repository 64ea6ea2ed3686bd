package dev.eckart.cuda;

import dev.eckart.backend.Backends.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of the driver and of CUDA 13.
 *
 * @param driver libcuda.so.1
 * @param toolkit CUDA's libraries, each after those that it needs; empty when JavaCPP unpacks them
 */
record CudaLibraries(Path driver, List<Path> toolkit) {
    /** The driver's library. */
    static final String DRIVER = "libcuda.so.1";

    /** CUDA's libraries by their sonames, each after those that it needs. */
    static final List<String> TOOLKIT = List.of(
            "libcudart.so.13",
            "libcublasLt.so.13",
            "libcublas.so.13",
            "libnvJitLink.so.13",
            "libcusparse.so.12",
            "libcusolver.so.12",
            "libcusolverMg.so.12",
            "libnvrtc.so.13");

    private static final String ROOT = TOOLKIT.get(0);

    private static final String REMEDY = "install CUDA 13 or name the folder that has its libraries in -D"
            + Places.PROPERTY + "=FOLDER or LD_LIBRARY_PATH (a toolkit's lib64, or a CUDA 13 PyTorch's"
            + " site-packages/nvidia/cu13/lib), or add the jar org.bytedeco:cuda of classifier linux-x86_64-redist";

    /**
     * Looks for all of them.
     *
     * @throws UnavailableException saying what is missing, where it was looked for, and what to do
     */
    static CudaLibraries find(Places places) throws UnavailableException {
        Optional<Path> driver = places.find(DRIVER);
        if (driver.isEmpty()) {
            throw new UnavailableException(
                    "no NVIDIA driver: " + DRIVER + " is in none of " + places.tried()
                            + "; install the driver of your NVIDIA GPU (in a container: docker run --gpus all)",
                    null);
        }
        if (places.unpacked()) {
            return new CudaLibraries(driver.get(), List.of());
        }
        Optional<Path> root = places.find(ROOT);
        if (root.isEmpty()) {
            throw new UnavailableException(
                    "the NVIDIA driver is there (" + driver.get() + "), CUDA 13 is not: " + ROOT + " is in none of "
                            + places.tried()
                            + older(places).map(o -> "; found is " + o).orElse("") + "; " + REMEDY,
                    null);
        }
        Path folder = root.get().getParent();
        Places beside = places.first(folder);
        List<Path> found = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (String name : TOOLKIT) {
            beside.find(name).ifPresentOrElse(found::add, () -> missing.add(name));
        }
        if (!missing.isEmpty()) {
            throw new UnavailableException(
                    "CUDA 13 is there in part: " + ROOT + " is in " + folder + ", but " + String.join(", ", missing)
                            + (missing.size() == 1 ? " is" : " are") + " neither there nor in " + places.tried() + "; "
                            + REMEDY,
                    null);
        }
        found.addAll(builtins(found.get(found.size() - 1)));
        return new CudaLibraries(driver.get(), List.copyOf(found));
    }

    /** What NVRTC opens by name when it compiles: loaded before, it is found wherever it lies. */
    private static List<Path> builtins(Path nvrtc) {
        try (Stream<Path> files = Files.list(nvrtc.getParent())) {
            return files.filter(f -> f.getFileName().toString().startsWith("libnvrtc-builtins.so."))
                    .sorted()
                    .limit(1)
                    .toList();
        } catch (IOException e) {
            return List.of(); // NVRTC says so when it is asked to compile
        }
    }

    private static Optional<Path> older(Places places) {
        return Stream.of("libcudart.so.12", "libcudart.so.11.0", "libcudart.so.14")
                .map(places::find)
                .flatMap(Optional::stream)
                .findFirst();
    }
}
