package dev.eckart.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VersionsTest {
    @TempDir
    Path folder;

    private URL jar(String name, String version) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (version != null) {
            manifest.getMainAttributes().putValue("Eckart-Version", version);
        }
        Path path = folder.resolve(name);
        new JarOutputStream(Files.newOutputStream(path), manifest).close();
        return path.toUri().toURL();
    }

    private static URLClassLoader loader(ClassLoader parent, URL... jars) {
        return new URLClassLoader(jars, parent);
    }

    @Test
    void should_fail_if_jars_are_of_several_versions() throws Exception {
        URL broken = Files.writeString(folder.resolve("broken.jar"), "no jar")
                .toUri()
                .toURL();
        URL[] jars = {
            jar("a.jar", "0.2.0"), jar("other.jar", null), broken, jar("b.jar", "0.1.0"), jar("c.jar", "0.2.0")
        };
        try (URLClassLoader loader = loader(ClassLoader.getPlatformClassLoader(), jars)) {
            assertThat(Versions.conflict(loader))
                    .contains("there are several versions of Eckart on the class path: 0.1.0 (" + folder
                            + "/b.jar) and 0.2.0 (" + folder + "/a.jar, " + folder
                            + "/c.jar); keep one (the artifact dev.eckart:eckart-bom gives all parts the same)");
        }
    }

    @Test
    void one_version_is_fine_whatever_a_loader_above_has() throws Exception {
        try (URLClassLoader above = loader(ClassLoader.getPlatformClassLoader(), jar("a.jar", "0.1.0"));
                URLClassLoader below = loader(above, jar("b.jar", "0.2.0"), jar("c.jar", "0.2.0"))) {
            assertThat(Versions.conflict(below)).isEmpty();
            assertThat(Versions.conflict(above)).isEmpty();
        }
    }

    @Test
    void should_fail_if_a_tensor_is_made_among_several_versions() throws Exception {
        List<URL> urls = new ArrayList<>(List.of(jar("old.jar", "0.0.1"), jar("new.jar", "0.0.2")));
        for (String property : List.of("jdk.module.path", "java.class.path")) {
            for (String path : System.getProperty(property, "").split(File.pathSeparator)) {
                urls.add(new File(path).toURI().toURL());
            }
        }
        // The platform's loader would find the Eckart of the tests, where that is a module.
        try (URLClassLoader loader = loader(null, urls.toArray(new URL[0]))) {
            Class<?> tensor = loader.loadClass("dev.eckart.tensor.Tensor");
            InvocationTargetException thrown = null;
            try {
                tensor.getMethod("of", double[].class, long[].class).invoke(null, new double[] {1}, new long[] {1});
            } catch (InvocationTargetException e) {
                thrown = e;
            }
            assertThat(thrown).isNotNull();
            assertThat(thrown.getCause())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageStartingWith(
                            "device cpu is not available: there are several versions of Eckart on the class"
                                    + " path: 0.0.1 (" + folder + "/old.jar) and 0.0.2 (" + folder + "/new.jar)");
        }
    }

    @Test
    void a_class_has_the_version_of_its_jar() throws Exception {
        for (String version : new String[] {"0.2.0", null}) {
            URL jar = jar("a.jar", version);
            assertThat(Versions.ofJarOf(new java.net.URI("jar:" + jar + "!/dev/eckart/Some.class").toURL()))
                    .isEqualTo(java.util.Optional.ofNullable(version));
        }
        assertThat(Versions.ofJarOf(folder.resolve("Some.class").toUri().toURL()))
                .isEmpty();
    }
}
