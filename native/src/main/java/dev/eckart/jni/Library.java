package dev.eckart.jni;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import org.bytedeco.javacpp.ClassProperties;
import org.bytedeco.javacpp.Loader;

/**
 * Loads the library of {@link Native} into the class loader of {@link Native}. JavaCPP does that where its own classes are in the same
 * one. Where they are in another (the shared class path of an application server, a plugin host, Spark), it asks for access to
 * java.lang that Java refuses from 17 on, and remembers a library by its name alone, so that a second class loader would get none.
 */
final class Library {
    private Library() {}

    static void load() {
        if (Loader.class.getClassLoader() == Native.class.getClassLoader() || !Loader.isLoadLibraries()) {
            Loader.load(Native.class);
            return;
        }
        ClassProperties properties = Loader.loadProperties(Native.class, Loader.loadProperties(), true);
        UnsatisfiedLinkError missing = null;
        for (String needed : properties.get("platform.preload")) {
            try {
                System.load(file(properties, needed).getPath());
            } catch (UnsatisfiedLinkError e) {
                // Of another class loader, which is as good: a process finds it by name. Whatever else it is, the next
                // load says.
                missing = missing == null ? e : missing;
            }
        }
        try {
            loadCopy(properties, properties.getProperty("platform.library"));
        } catch (UnsatisfiedLinkError e) {
            if (missing != null && e.getCause() == null) {
                e.initCause(missing);
            }
            throw e;
        }
    }

    /** A file may be loaded by one class loader of a process; for the others there are copies of it under other names. */
    private static void loadCopy(ClassProperties properties, String name) {
        String library = name;
        for (int copy = 0; ; copy++) {
            try {
                System.load(file(properties, library).getPath());
                return;
            } catch (UnsatisfiedLinkError e) {
                if (!String.valueOf(e.getMessage()).contains("already loaded in another classloader")) {
                    throw e;
                }
                library = name + "#" + name + copy;
            }
        }
    }

    /** The library in JavaCPP's cache, extracted where it is not there yet. */
    private static File file(ClassProperties properties, String library) {
        URL[] found = Loader.findLibrary(Native.class, properties, library);
        try {
            File file = found.length == 0 ? null : Loader.cacheResource(found[0]);
            if (file == null) {
                throw new UnsatisfiedLinkError("Could not find " + library + " in class, module, and library paths.");
            }
            return file;
        } catch (IOException e) {
            UnsatisfiedLinkError error = new UnsatisfiedLinkError(library + ": " + e);
            error.initCause(e);
            throw error;
        }
    }
}
