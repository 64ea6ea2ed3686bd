package dev.eckart.cli;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code ECKART_CLASSPATH}: jars and folders, separated by {@code :}, that join the program (a device, a reader). The whole program
 * is loaded once more in a class loader over its own jar and those, so that each finds the other; the first copy does nothing else.
 */
final class ExtraClassPath {
    private static final String VARIABLE = "ECKART_CLASSPATH";

    private ExtraClassPath() {}

    static boolean isSet() {
        String set = System.getenv(VARIABLE);
        return set != null && !set.isBlank();
    }

    static int run(String[] args) {
        try {
            // Not closed: the process ends with it, and native libraries belong to it.
            URLClassLoader loader =
                    new URLClassLoader("eckart", urls().toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
            Thread.currentThread().setContextClassLoader(loader);
            return (int) loader.loadClass("dev.eckart.cli.Main")
                    .getMethod("run", String[].class, java.io.PrintStream.class, java.io.PrintStream.class)
                    .invoke(null, args, System.out, System.err);
        } catch (InvocationTargetException e) {
            return Errors.report(e.getCause(), true, System.err);
        } catch (ReflectiveOperationException | MalformedURLException | UsageException e) {
            return Errors.report(e, List.of(args).contains("--verbose"), System.err);
        }
    }

    private static List<URL> urls() throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String own : System.getProperty("java.class.path").split(File.pathSeparator)) {
            urls.add(Path.of(own).toUri().toURL());
        }
        for (String extra : System.getenv(VARIABLE).split(File.pathSeparator)) {
            if (!extra.isBlank()) {
                Path path = Path.of(extra.strip());
                if (!Files.isReadable(path)) {
                    throw new UsageException(VARIABLE + ": " + path + ": no such file, or not readable");
                }
                urls.add(path.toUri().toURL());
            }
        }
        return urls;
    }
}
