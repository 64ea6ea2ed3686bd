package dev.eckart.cuda;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.cuda.cudart.CUfunc_st;
import org.bytedeco.cuda.cudart.CUmod_st;

/**
 * The own kernels on one device, compiled when they are first used. A module is one line of source, {@code ECKART_UNARIES(float)}
 * say, after the header that defines it. What was compiled is kept in a folder ({@code eckart.cuda.cache}) under a name made of all
 * that it depends on. Thread-safe.
 */
final class Kernels {
    private static final List<String> HEADERS = List.of(
            "elementary.h",
            "functors.h",
            "gates.h",
            "keys.h",
            "philox.h",
            "device.cuh",
            "elementwise.cuh",
            "reduce.cuh",
            "rows.cuh",
            "lanes.cuh",
            "sort.cuh",
            "index.cuh",
            "sparse.cuh",
            "random.cuh",
            "matrix.cuh",
            "jacobi.cuh");

    private final String architecture;
    private final Map<String, CUmod_st> modules = new HashMap<>();
    private final Map<String, CUfunc_st> functions = new HashMap<>();

    Kernels(String architecture) {
        this.architecture = architecture;
    }

    /** The kernel of that name in {@code module}, {@code "elementwise.cuh ECKART_UNARIES(float)"} say. */
    synchronized CUfunc_st get(String module, String kernel) {
        return functions.computeIfAbsent(
                module + " " + kernel, key -> Cuda.function(modules.computeIfAbsent(module, this::compile), kernel));
    }

    private CUmod_st compile(String module) {
        String source = source(module);
        Map<String, String> headers = headers();
        Path kept = cached(source, headers);
        byte[] image = kept == null ? null : read(kept);
        if (image == null) {
            image = Nvrtc.compile(module, source, headers, options(architecture));
            if (kept != null) {
                write(kept, image);
            }
        }
        return Cuda.module(image);
    }

    /** The text that is compiled for a module. */
    static String source(String module) {
        int space = module.indexOf(' ');
        return "#include \"" + module.substring(0, space) + "\"\n" + module.substring(space + 1) + "\n";
    }

    /** Sums and products are fused only where the source says so: uniforms are to be the same bits everywhere. */
    static List<String> options(String architecture) {
        return List.of("--gpu-architecture=" + architecture, "--std=c++17", "--fmad=false");
    }

    /** The sources that a module includes, by name. */
    static Map<String, String> headers() {
        Map<String, String> all = new LinkedHashMap<>();
        for (String name : HEADERS) {
            try (InputStream in = Kernels.class.getResourceAsStream("kernels/" + name)) {
                all.put(name, once(name, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return all;
    }

    /** NVRTC knows a header in memory by no file, which its #pragma once goes by. */
    private static String once(String name, String text) {
        String guard = "ECKART_" + name.replaceAll("\\W", "_");
        return "#ifndef " + guard + "\n#define " + guard + "\n" + text.replace("#pragma once", "") + "\n#endif\n";
    }

    private Path cached(String source, Map<String, String> headers) {
        String folder = System.getProperty("eckart.cuda.cache");
        if ("none".equals(folder)) {
            return null;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(
                    (source + headers + options(architecture) + Nvrtc.version()).getBytes(StandardCharsets.UTF_8));
            String name = HexFormat.of().formatHex(digest.digest(), 0, 16) + ".cubin";
            return folder == null
                    ? Path.of(System.getProperty("user.home"), ".cache", "eckart", "cuda", name)
                    : Path.of(folder, name);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            return null;
        }
    }

    /** Beside its name and renamed; a folder that can't be written costs a compilation next time, no more. */
    private static void write(Path file, byte[] image) {
        try {
            Files.createDirectories(file.getParent());
            Path part = Files.createTempFile(file.getParent(), "part", null);
            Files.write(part, image);
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            System.getLogger(Kernels.class.getName())
                    .log(System.Logger.Level.DEBUG, "compiled kernels are not kept", e);
        }
    }
}
