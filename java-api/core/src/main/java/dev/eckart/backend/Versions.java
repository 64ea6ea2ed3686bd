package dev.eckart.backend;

import java.io.IOException;
import java.io.InputStream;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.jar.Manifest;

/** Whether the Eckart jars of a class path belong together: each says its version in its manifest. */
final class Versions {
    private static final String ATTRIBUTE = "Eckart-Version";

    private Versions() {}

    /** One line that names the versions and their jars, when {@code loader} brings more than one. */
    static Optional<String> conflict(ClassLoader loader) {
        Map<String, List<String>> jars = new TreeMap<>();
        for (URL manifest : own(loader)) {
            version(manifest)
                    .ifPresent(version -> jars.computeIfAbsent(version, v -> new ArrayList<>())
                            .add(jar(manifest)));
        }
        if (jars.size() <= 1) {
            return Optional.empty();
        }
        List<String> each = new ArrayList<>();
        jars.forEach((version, paths) -> each.add(version + " (" + String.join(", ", paths) + ")"));
        return Optional.of("there are several versions of Eckart on the class path: " + String.join(" and ", each)
                + "; keep one (the artifact dev.eckart:eckart-bom gives all parts the same)");
    }

    /** What the jar says that a class file is in; none of one in a folder. */
    static Optional<String> ofJarOf(URL classFile) {
        if (!classFile.getProtocol().equals("jar")) {
            return Optional.empty();
        }
        String text = classFile.toString();
        try {
            return version(URI.create(text.substring(0, text.indexOf("!/") + 2) + JarFile.MANIFEST_NAME)
                    .toURL());
        } catch (MalformedURLException e) {
            return Optional.empty();
        }
    }

    /** Not those of the loaders above it: one that asks itself first may have another version there. */
    private static List<URL> own(ClassLoader loader) {
        List<URL> own = manifests(loader);
        if (loader.getParent() != null) {
            Set<String> above = new HashSet<>();
            manifests(loader.getParent()).forEach(url -> above.add(url.toString()));
            own.removeIf(url -> above.contains(url.toString()));
        }
        return own;
    }

    private static List<URL> manifests(ClassLoader loader) {
        try {
            return Collections.list(loader.getResources(JarFile.MANIFEST_NAME));
        } catch (IOException e) {
            return new ArrayList<>();
        }
    }

    /** Empty for the jars of others, whatever state they are in. */
    private static Optional<String> version(URL manifest) {
        try {
            URLConnection connection = manifest.openConnection();
            connection.setUseCaches(false); // Else the jar stays open.
            try (InputStream in = connection.getInputStream()) {
                return Optional.ofNullable(new Manifest(in).getMainAttributes().getValue(ATTRIBUTE));
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String jar(URL manifest) {
        String text = manifest.toString();
        int end = text.indexOf("!/" + JarFile.MANIFEST_NAME);
        return (end < 0 ? text : text.substring(0, end)).replaceFirst("^(jar:)?file:", "");
    }
}
