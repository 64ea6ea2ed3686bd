package dev.eckart.linalg;

import dev.eckart.backend.Backend;
import dev.eckart.backend.Backends;
import dev.eckart.backend.SvdDriver;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.MemoryLimitException;
import dev.eckart.memory.Shape;
import dev.eckart.memory.Threads;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * What a device does in a second, of each kind of {@link Work}. Measured once for a type and a number of threads, in a fraction of a
 * second, and kept in a file ({@link RatesFile}) for the next process, unless the machine was busy.
 *
 * @param blas3 floating-point operations of a product of matrices
 * @param blas2 those of products of a matrix with a vector
 * @param copy bytes
 */
record Rates(double blas3, double blas2, double copy) {
    /** Of a core or two: for a matrix that is done before a measurement would be, and where there is no memory for one. */
    static final Rates NOMINAL = new Rates(6e10, 4e9, 2e10);

    /** Seconds of a kernel's call from Java, with the tensors made for it. */
    private static final double CALL = 5e-6;

    private static final double WORTH_MEASURING = 2e7; // m·n·min(m, n): some milliseconds
    private static final int ORDER = 768;
    private static final int ROWS = 2048;
    private static final int COLUMNS = 1024;
    private static final int RUNS = 5;

    /** Of the cores, as a load average. */
    private static final double BUSY = 0.7;

    /** Of the matrix with which a vendor's driver is timed. */
    private static final int DRIVER_ORDER = 512;

    private static final int DRIVER_RUNS = 2;

    /** Of the matrices with which a driver for batches is timed, and how many: enough for each processor of a card to have some. */
    private static final int BATCH_ORDER = 32;

    private static final int BATCH = 512;

    // By text: the JDK remembers the type of a record's component, and with it a class loader that was closed.
    private static final Map<String, Rates> KNOWN = new ConcurrentHashMap<>();

    /** The rates for a matrix of this shape on this thread's number of threads. */
    static Rates of(Device device, DType dtype, Shape shape) {
        if (!areMeasured(shape)) {
            return NOMINAL;
        }
        try {
            String what = device + " " + dtype + " " + Threads.current() + " threads";
            return KNOWN.computeIfAbsent(what, text -> known(text, device, () -> measure(device, dtype)));
        } catch (MemoryLimitException e) {
            return NOMINAL;
        }
    }

    /**
     * The rates at which a driver does its work. What a vendor's driver does inside is not known, only what its algorithm has to: each
     * of a GPU is timed once, and the device's rates are scaled so that they predict that time. Those that do a batch in one call are
     * timed with one.
     */
    static Rates of(Device device, DType dtype, Shape shape, Driver driver) {
        Rates own = of(device, dtype, shape);
        boolean host = device.kind() == Device.Kind.CPU;
        Optional<SvdDriver> batched = host ? Optional.empty() : BatchedSvd.kernel(device, shape, driver);
        Optional<SvdDriver> vendors = host || batched.isPresent()
                ? batched
                : Backends.of(device).svdDrivers().stream()
                        .filter(d -> d.name().equals(driver.name()))
                        .findFirst();
        if (own == NOMINAL || vendors.isEmpty()) {
            return own;
        }
        try {
            String what = device + " " + dtype + " " + driver + (batched.isPresent() ? " of batches" : "");
            Supplier<Rates> measure = batched.isPresent()
                    ? () -> own.measureBatch(device, dtype, batched.get())
                    : () -> own.measure(device, dtype, vendors.get());
            return KNOWN.computeIfAbsent(what, text -> known(text, device, measure));
        } catch (MemoryLimitException e) {
            return own;
        }
    }

    /** Whether there are rates of the device for a matrix of this shape, and not nominal ones. */
    static boolean areMeasured(Shape shape) {
        double shortSide = Math.min(shape.dim(-2), shape.dim(-1));
        return shape.size() * shortSide >= WORTH_MEASURING;
    }

    double seconds(Work work) {
        return work.blas3() / blas3 + work.blas2() / blas2 + work.bytes() / copy + work.calls() * CALL;
    }

    private static Rates known(String what, Device device, Supplier<Rates> measure) {
        Optional<RatesFile> file = Backends.version()
                .flatMap(version ->
                        RatesFile.of(String.join("; ", version, processor(), Devices.describe(device), what)));
        Optional<Rates> kept = file.flatMap(RatesFile::read);
        if (kept.isPresent()) {
            return kept.get();
        }
        boolean quiet = device.kind() != Device.Kind.CPU || !isBusy();
        Rates measured = measure.get();
        if (quiet) {
            file.ifPresent(f -> f.write(measured));
        }
        return measured;
    }

    /** Whether others have the cores: what is measured then holds for this process and no other. */
    private static boolean isBusy() {
        try {
            String load = Files.readString(Path.of("/proc/loadavg")).split(" ")[0];
            return Double.parseDouble(load) > BUSY * Runtime.getRuntime().availableProcessors();
        } catch (IOException | NumberFormatException e) {
            return false;
        }
    }

    /** The processor's own name where the system tells it. */
    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name") || line.startsWith("CPU part"))
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException | java.io.UncheckedIOException e) {
            return System.getProperty("os.arch");
        }
    }

    static Rates measure(Device device, DType dtype) {
        try (Scope scope = Scope.open()) {
            Tensor square = Tensor.uniform(dtype, 1, ORDER, ORDER).to(device);
            Tensor matrix = Tensor.uniform(dtype, 2, ROWS, COLUMNS).to(device);
            Tensor vector = Tensor.uniform(dtype, 3, COLUMNS, 1).to(device);
            Tensor target = Tensor.empty(device, dtype, ROWS, COLUMNS);
            double entries = (double) ROWS * COLUMNS;
            return new Rates(
                    2.0
                            * ORDER
                            * ORDER
                            * ORDER
                            / fastest(device, RUNS, () -> square.matmul(square).close()),
                    2
                            * entries
                            / fastest(device, RUNS, () -> matrix.matmul(vector).close()),
                    entries * dtype.bytes() / fastest(device, RUNS, () -> target.assign(matrix)));
        }
    }

    /** These rates, as much slower or faster as the driver decomposes a matrix than they predict. */
    private Rates measure(Device device, DType dtype, SvdDriver driver) {
        long n = DRIVER_ORDER;
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.uniform(dtype, 1, n, n).to(device);
            Tensor work = Tensor.empty(device, dtype, n, n);
            Tensor s = Tensor.empty(device, dtype, n);
            Backend.Vectors vectors = new Backend.Vectors(
                    Tensor.empty(device, dtype, n, n).view(),
                    Tensor.empty(device, dtype, n, n).view());
            double seconds = fastest(device, DRIVER_RUNS, () -> {
                work.assign(a);
                a.backend().svd(driver, work.view(), s.view(), Optional.of(vectors));
            });
            Work counted = DenseWork.of(Driver.valueOf(driver.name()), dtype, n, n, true);
            return scaled(seconds(counted) / seconds);
        }
    }

    /** The same of a driver for batches, that decomposes one. */
    private Rates measureBatch(Device device, DType dtype, SvdDriver driver) {
        long b = BATCH;
        long n = BATCH_ORDER;
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.uniform(dtype, 1, b, n, n).to(device);
            Tensor s = Tensor.empty(device, dtype, b, n);
            Backend.Vectors vectors = new Backend.Vectors(
                    Tensor.empty(device, dtype, b, n, n).view(),
                    Tensor.empty(device, dtype, b, n, n).view());
            double seconds = fastest(
                    device, DRIVER_RUNS, () -> a.backend().svdBatch(driver, a.view(), s.view(), Optional.of(vectors)));
            return scaled(seconds(DenseWork.ofBatch(Driver.valueOf(driver.name()), dtype, b, n, n, true)) / seconds);
        }
    }

    private Rates scaled(double speed) {
        return new Rates(speed * blas3, speed * blas2, speed * copy);
    }

    /** Seconds of the fastest run: another job on the machine only makes one slower. */
    private static double fastest(Device device, int runs, Runnable operation) {
        double best = Double.POSITIVE_INFINITY;
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            operation.run();
            Backends.of(device).synchronize();
            best = Math.min(best, (System.nanoTime() - start) / 1e9);
        }
        return best;
    }
}
