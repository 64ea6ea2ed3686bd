package dev.eckart.cuda;

import dev.eckart.tensor.Devices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Compiles the modules that its first argument, a file, lists, on all processors; the double of NVRTC keeps what it has made. */
final class Precompile {
    private Precompile() {}

    public static void main(String[] args) throws IOException {
        System.out.println(Devices.best()); // loads CUDA
        Map<String, String> headers = Kernels.headers();
        List<String> options = Kernels.options("sm_90");
        Files.readAllLines(Path.of(args[0])).parallelStream()
                .forEach(module -> Nvrtc.compile(module, Kernels.source(module), headers, options));
    }
}
