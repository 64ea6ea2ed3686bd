package dev.eckart.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where shared libraries are looked for, in order: folders under the name that a person knows them by, and the loader's own cache.
 *
 * @param folders by the name of the setting or folder that they come from
 * @param cached the paths in the loader's cache
 * @param unpacked whether CUDA's libraries are in jars on the class path (the artifact's classifier {@code …-redist}), from where
 *     JavaCPP unpacks them
 */
record Places(Map<String, List<Path>> folders, List<Path> cached, boolean unpacked) {
    /** The property that names a folder with CUDA's libraries; several are separated as in a class path. */
    static final String PROPERTY = "eckart.cuda.path";

    private static final String JAVACPP_PROPERTY = "org.bytedeco.javacpp.platform.linkpath";

    static Places ofThisMachine() {
        Map<String, List<Path>> folders = new LinkedHashMap<>();
        folders.put("-D" + PROPERTY, split(System.getProperty(PROPERTY)));
        folders.put("-D" + JAVACPP_PROPERTY, split(System.getProperty(JAVACPP_PROPERTY)));
        folders.put("LD_LIBRARY_PATH", split(System.getenv("LD_LIBRARY_PATH")));
        folders.put("CUDA_HOME", toolkit(System.getenv("CUDA_HOME")));
        folders.put("CUDA_PATH", toolkit(System.getenv("CUDA_PATH")));
        folders.put("/usr/local/cuda", toolkit("/usr/local/cuda"));
        folders.put(
                "the system's folders",
                split("/usr/lib/x86_64-linux-gnu:/usr/lib64:/usr/lib:/usr/local/nvidia/lib64:/usr/local/nvidia/lib"
                        + ":/usr/lib/wsl/lib"));
        return new Places(folders, loaderCache(Path.of("/etc/ld.so.cache")), redistOnClassPath());
    }

    private static List<Path> split(String list) {
        return list == null
                ? List.of()
                : Stream.of(list.split(":"))
                        .filter(s -> !s.isBlank())
                        .map(Path::of)
                        .toList();
    }

    private static List<Path> toolkit(String home) {
        return home == null || home.isBlank()
                ? List.of()
                : split(home + "/lib64:" + home + "/targets/x86_64-linux/lib:" + home + "/lib");
    }

    private static boolean redistOnClassPath() {
        return Places.class.getClassLoader().getResource("org/bytedeco/cuda/linux-x86_64/libcudart.so.13") != null;
    }

    /** The paths in a cache as ldconfig writes it: strings that end with a zero; nothing when it can't be read. */
    static List<Path> loaderCache(Path file) {
        byte[] bytes;
        try {
            bytes = Files.readAllBytes(file);
        } catch (IOException e) {
            return List.of();
        }
        List<Path> paths = new ArrayList<>();
        for (String text : new String(bytes, StandardCharsets.ISO_8859_1).split("\0")) {
            if (text.startsWith("/") && text.contains(".so")) {
                paths.add(Path.of(text));
            }
        }
        return paths;
    }

    /** The first file of that name. */
    Optional<Path> find(String name) {
        for (List<Path> group : folders.values()) {
            for (Path folder : group) {
                if (Files.exists(folder.resolve(name))) {
                    return Optional.of(folder.resolve(name));
                }
            }
        }
        return cached.stream()
                .filter(p -> p.getFileName().toString().equals(name) && Files.exists(p))
                .findFirst();
    }

    /** These places, with one folder before all others. */
    Places first(Path folder) {
        Map<String, List<Path>> all = new LinkedHashMap<>();
        all.put(folder.toString(), List.of(folder));
        all.putAll(folders);
        return new Places(all, cached, unpacked);
    }

    /** Where was looked, for a person: settings with what they hold now, and the loader's cache. */
    String tried() {
        List<String> parts = new ArrayList<>();
        folders.forEach((name, paths) -> {
            if (name.startsWith("-D") || name.endsWith("PATH")) {
                parts.add(name + (paths.isEmpty() ? " (not set)" : " (" + join(paths) + ")"));
            } else if (!paths.isEmpty()) {
                parts.add(name);
            }
        });
        parts.add("the loader's cache");
        return String.join(", ", parts);
    }

    private static String join(List<Path> paths) {
        return String.join(":", paths.stream().map(Path::toString).toList());
    }
}
