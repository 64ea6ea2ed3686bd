package dev.eckart.cuda;

import dev.eckart.backend.Backend;
import dev.eckart.backend.Backends.UnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudart;
import org.bytedeco.cuda.global.cusolver;
import org.bytedeco.cuda.global.nvrtc;
import org.bytedeco.javacpp.Loader;

/** Loads the driver and CUDA, and asks for the devices. */
final class CudaStart {
    private static final int INSUFFICIENT_DRIVER = 35;
    private static final int NO_DEVICE = 100;

    private CudaStart() {}

    static List<Backend> open(CudaLibraries libraries) throws UnavailableException {
        // Libraries are found by their sonames once they are loaded, wherever they lie.
        load(libraries.driver());
        for (Path library : libraries.toolkit()) {
            load(library);
        }
        Loader.load(cudart.class);
        Loader.load(cublas.class);
        Loader.load(cusolver.class);
        Loader.load(nvrtc.class);
        int[] count = {0};
        int code = cudart.cudaGetDeviceCount(count);
        if (code != 0 || count[0] == 0) {
            throw new UnavailableException(
                    refusal(code, Cuda.name(code), driverVersion(), System.getenv("CUDA_VISIBLE_DEVICES")), null);
        }
        List<Backend> backends = new ArrayList<>();
        for (int i = 0; i < count[0]; i++) {
            backends.add(new CudaBackend(i));
        }
        return backends;
    }

    private static void load(Path library) throws UnavailableException {
        try {
            Loader.loadGlobal(library.toString());
        } catch (UnsatisfiedLinkError e) {
            throw new UnavailableException(
                    library + " cannot be loaded: " + e.getMessage() + "; reinstall it, or name another folder in -D"
                            + Places.PROPERTY,
                    e);
        }
    }

    /** The version of CUDA that the driver supports, as 1000 · major + 10 · minor; 0 when there is none. */
    static int driverVersion() {
        int[] version = {0};
        return cudart.cudaDriverGetVersion(version) == 0 ? version[0] : 0;
    }

    /** Why there are no devices. */
    static String refusal(int code, String name, int driver, String visible) {
        String call = "cudaGetDeviceCount says " + code + " (" + name + ")";
        if (code == INSUFFICIENT_DRIVER) {
            return "the NVIDIA driver is too old: it supports CUDA " + version(driver) + ", CUDA 13 is needed (" + call
                    + "); update the driver to version 580 or newer";
        }
        if (code == NO_DEVICE || code == 0) {
            return "the NVIDIA driver and CUDA are there, a GPU is not (" + call + ")"
                    + (visible == null ? "" : "; CUDA_VISIBLE_DEVICES is '" + visible + "'")
                    + "; see what nvidia-smi lists";
        }
        return "the NVIDIA driver and CUDA are there and do not work: " + call + "; see what nvidia-smi says";
    }

    /** A version number as people write it. */
    static String version(int number) {
        return number == 0 ? "of no version" : number / 1000 + "." + number % 1000 / 10;
    }

    /** Why classes of CUDA can't be loaded: the deepest reason. */
    static String explain(LinkageError failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause() != deepest) {
            deepest = deepest.getCause();
        }
        return "CUDA's Java classes cannot be loaded: "
                + String.valueOf(deepest.getMessage()).lines().findFirst().orElse("")
                + "; the jars org.bytedeco:cuda (with classifier linux-x86_64) and javacpp must be of one version";
    }
}
