package dev.eckart.backend;

import java.io.File;
import java.lang.ref.WeakReference;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/** The programs of {@link SeveralLoadersTest}, named by the argument. What goes wrong is an exception. */
final class SeveralLoaders {
    private static final int SIZE = 60;
    private static final Predicate<String> BYTEDECO = path -> path.contains("org/bytedeco");

    private SeveralLoaders() {}

    public static void main(String[] args) throws Exception {
        switch (args[0]) {
            case "together" -> {
                together(ClassLoader.getPlatformClassLoader(), path -> true);
                together(loader(ClassLoader.getPlatformClassLoader(), BYTEDECO), BYTEDECO.negate());
            }
            case "unloaded" -> {
                WeakReference<ClassLoader> before = usedAndClosed();
                for (int i = 0; i < 4; i++) {
                    WeakReference<ClassLoader> now = i == 1 ? closedInUse() : usedAndClosed();
                    // Not the latest: java.lang.runtime.ObjectMethods remembers the last type of a record's component.
                    awaitCollection(before);
                    before = now;
                }
            }
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Three class loaders that load Eckart at the same time. */
    private static void together(ClassLoader parent, Predicate<String> which) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(3);
        try {
            List<Callable<double[]>> calls = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                IntFunction<double[]> work = work(loader(parent, which));
                calls.add(() -> work.apply(SIZE));
            }
            double[] first = null;
            for (Future<double[]> result : executor.invokeAll(calls)) {
                first = first == null ? result.get() : first;
                requireEqual(first, result.get());
            }
        } finally {
            executor.shutdown();
        }
    }

    private static WeakReference<ClassLoader> usedAndClosed() throws Exception {
        URLClassLoader loader = loader(ClassLoader.getPlatformClassLoader(), path -> true);
        IntFunction<double[]> work = work(loader);
        requireEqual(work.apply(SIZE), work.apply(SIZE));
        close(loader);
        return new WeakReference<>(loader);
    }

    /** The loader is closed, and the collector runs, while a thread is inside the native library. */
    private static WeakReference<ClassLoader> closedInUse() throws Exception {
        URLClassLoader loader = loader(ClassLoader.getPlatformClassLoader(), path -> true);
        IntFunction<double[]> work = work(loader);
        double[] expected = work.apply(10 * SIZE);
        AtomicInteger done = new AtomicInteger();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        Future<?> calls = executor.submit(() -> {
            for (int i = 0; i < 10; i++) {
                requireEqual(expected, work.apply(10 * SIZE));
                done.incrementAndGet();
            }
        });
        executor.shutdown();
        while (done.get() == 0 && !calls.isDone()) {
            Thread.sleep(1);
        }
        close(loader);
        while (!calls.isDone()) {
            System.gc();
        }
        calls.get();
        return new WeakReference<>(loader);
    }

    private static void close(URLClassLoader loader) throws Exception {
        // As JavaCPP has it: its thread ends when it is asked to, and holds the class loader until then.
        loader.loadClass("org.bytedeco.javacpp.Pointer")
                .getMethod("interruptDeallocatorThread")
                .invoke(null);
        loader.close();
    }

    private static void awaitCollection(WeakReference<ClassLoader> loader) throws InterruptedException {
        for (int i = 0; i < 1000 && loader.get() != null; i++) {
            System.gc();
            Thread.sleep(10);
        }
        if (loader.get() != null) {
            throw new AssertionError("something holds the closed class loader");
        }
    }

    private static URLClassLoader loader(ClassLoader parent, Predicate<String> which) throws MalformedURLException {
        List<URL> urls = new ArrayList<>();
        for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
            if (which.test(path)) {
                urls.add(new File(path).toURI().toURL());
            }
        }
        return new URLClassLoader(urls.toArray(new URL[0]), parent);
    }

    @SuppressWarnings("unchecked")
    private static IntFunction<double[]> work(ClassLoader loader) throws ReflectiveOperationException {
        Class<?> type = loader.loadClass(LoaderWork.class.getName());
        if (type == LoaderWork.class) {
            throw new AssertionError("one class loader for both");
        }
        return (IntFunction<double[]>) type.getConstructor().newInstance();
    }

    private static void requireEqual(double[] expected, double[] actual) {
        if (!Arrays.equals(expected, actual)) {
            throw new AssertionError(Arrays.toString(expected) + " became " + Arrays.toString(actual));
        }
    }
}
