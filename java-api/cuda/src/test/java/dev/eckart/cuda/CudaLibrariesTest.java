package dev.eckart.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.eckart.backend.Backends.UnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibrariesTest {
    @TempDir
    private Path temp;

    private Path system;
    private Path set;

    @BeforeEach
    void makeFolders() throws IOException {
        system = Files.createDirectory(temp.resolve("system"));
        set = Files.createDirectory(temp.resolve("set"));
    }

    private Places places(boolean unpacked) {
        Map<String, List<Path>> folders = new LinkedHashMap<>();
        folders.put("-D" + Places.PROPERTY, List.of(set));
        folders.put("LD_LIBRARY_PATH", List.of());
        folders.put("the system's folders", List.of(system));
        return new Places(folders, List.of(), unpacked);
    }

    private static void put(Path folder, List<String> names) throws IOException {
        for (String name : names) {
            Files.createFile(folder.resolve(name));
        }
    }

    @Test
    void should_say_that_there_is_no_driver_and_where_it_was_looked_for() {
        assertThatThrownBy(() -> CudaLibraries.find(places(false)))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("no NVIDIA driver: libcuda.so.1 is in none of -Deckart.cuda.path (" + set
                        + "), LD_LIBRARY_PATH (not set), the system's folders, the loader's cache; install the driver of your"
                        + " NVIDIA GPU (in a container: docker run --gpus all)");
    }

    @Test
    void should_say_that_there_is_a_driver_and_no_cuda() throws IOException {
        put(system, List.of(CudaLibraries.DRIVER));
        assertThatThrownBy(() -> CudaLibraries.find(places(false)))
                .hasMessageStartingWith("the NVIDIA driver is there (" + system.resolve("libcuda.so.1")
                        + "), CUDA 13 is not: libcudart.so.13 is in none of -Deckart.cuda.path (" + set + ")")
                .hasMessageContainingAll("-Deckart.cuda.path=FOLDER", "LD_LIBRARY_PATH", "nvidia/cu13/lib", "redist")
                .hasMessageNotContaining("found is");
    }

    @Test
    void should_name_an_older_cuda() throws IOException {
        put(system, List.of(CudaLibraries.DRIVER, "libcudart.so.12"));
        assertThatThrownBy(() -> CudaLibraries.find(places(false)))
                .hasMessageContaining("; found is " + system.resolve("libcudart.so.12") + ";");
    }

    @Test
    void should_name_what_half_an_installation_lacks() throws IOException {
        put(system, List.of(CudaLibraries.DRIVER));
        put(
                set,
                CudaLibraries.TOOLKIT.stream()
                        .filter(n -> !n.startsWith("libcusolver") && !n.startsWith("libnvrtc"))
                        .toList());
        assertThatThrownBy(() -> CudaLibraries.find(places(false)))
                .hasMessageStartingWith("CUDA 13 is there in part: libcudart.so.13 is in " + set
                        + ", but libcusolver.so.12, libcusolverMg.so.12, libnvrtc.so.13 are neither there nor in ");
        put(set, List.of("libcusolver.so.12", "libcusolverMg.so.12"));
        assertThatThrownBy(() -> CudaLibraries.find(places(false)))
                .hasMessageContaining("but libnvrtc.so.13 is neither there nor in ");
        put(set, List.of("libnvrtc.so.13"));
        assertThatNotRefused();
    }

    private void assertThatNotRefused() throws IOException {
        try {
            assertThat(CudaLibraries.find(places(false)).toolkit())
                    .containsExactlyElementsOf(
                            CudaLibraries.TOOLKIT.stream().map(set::resolve).toList());
        } catch (UnavailableException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void takes_the_folder_named_first_and_keeps_one_installation_together() throws IOException, UnavailableException {
        put(system, List.of(CudaLibraries.DRIVER));
        put(system, CudaLibraries.TOOLKIT);
        put(set, List.of("libcudart.so.13", "libcublas.so.13"));
        put(set, List.of("libcudart.so.14"));
        CudaLibraries found = CudaLibraries.find(places(false));
        assertThat(found.driver()).isEqualTo(system.resolve(CudaLibraries.DRIVER));
        assertThat(found.toolkit())
                .contains(set.resolve("libcudart.so.13"), set.resolve("libcublas.so.13"))
                .contains(system.resolve("libcublasLt.so.13"))
                .hasSameSizeAs(CudaLibraries.TOOLKIT);
    }

    @Test
    void brings_what_nvrtc_opens_by_name() throws IOException, UnavailableException {
        put(system, List.of(CudaLibraries.DRIVER, "libnvrtc-builtins.so.13.0"));
        put(system, CudaLibraries.TOOLKIT);
        assertThat(CudaLibraries.find(places(false)).toolkit())
                .last()
                .isEqualTo(system.resolve("libnvrtc-builtins.so.13.0"));
    }

    @Test
    void needs_the_driver_alone_where_the_libraries_are_in_jars() throws IOException, UnavailableException {
        put(system, List.of(CudaLibraries.DRIVER));
        assertThat(CudaLibraries.find(places(true)).toolkit()).isEmpty();
    }

    @Test
    void reads_the_paths_in_the_loaders_cache() throws IOException {
        Path driver = Files.createFile(system.resolve("libcuda.so.1"));
        Path cache = temp.resolve("ld.so.cache");
        String text = "glibc-ld.so.cache1.1\0\3\0\0libcuda.so.1\0" + driver + "\0libz.so.1\0/lib/libz.so.1\0";
        Files.write(cache, text.getBytes(StandardCharsets.ISO_8859_1));
        List<Path> paths = Places.loaderCache(cache);
        assertThat(paths).contains(driver, Path.of("/lib/libz.so.1"));
        assertThat(new Places(Map.of(), paths, false).find("libcuda.so.1")).contains(driver);
        assertThat(new Places(Map.of(), paths, false).find("libcuda.so.2")).isEmpty();
        assertThat(Places.loaderCache(temp.resolve("none"))).isEmpty();
    }

    @Test
    void says_in_one_line_why_there_is_no_device() {
        assertThat(CudaStart.refusal(35, "cudaErrorInsufficientDriver", 12040, null))
                .isEqualTo(
                        "the NVIDIA driver is too old: it supports CUDA 12.4, CUDA 13 is needed (cudaGetDeviceCount says 35"
                                + " (cudaErrorInsufficientDriver)); update the driver to version 580 or newer");
        assertThat(CudaStart.refusal(100, "cudaErrorNoDevice", 13000, ""))
                .contains("a GPU is not", "CUDA_VISIBLE_DEVICES is ''", "nvidia-smi");
        assertThat(CudaStart.refusal(999, "cudaErrorUnknown", 13000, null)).contains("999 (cudaErrorUnknown)");
        LinkageError wrapped = new NoClassDefFoundError("x");
        wrapped.initCause(new UnsatisfiedLinkError("libcuda.so.1: cannot open\nsecond line"));
        assertThat(CudaStart.explain(wrapped))
                .contains("libcuda.so.1: cannot open;")
                .doesNotContain("\n");
    }
}
