package dev.eckart.cuda;

import dev.eckart.backend.Finish;
import dev.eckart.linalg.Driver;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Precision;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Recording;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Times products, decompositions and copies on the host and on the first GPU; a line of JSON per figure at once. Arguments: the file,
 * and the seconds after which no figure is begun. The median of at least three runs after one that is not counted; the device is
 * waited for inside the time; {@code error} is relative to the norm.
 */
final class GpuFigures {
    private static final long START = System.nanoTime();
    private static final Device GPU = Device.cuda(0);

    private final Path file;
    private final double limit;

    private GpuFigures(Path file, double limit) {
        this.file = file;
        this.limit = limit;
    }

    public static void main(String[] args) throws IOException {
        GpuFigures figures = new GpuFigures(Path.of(args[0]), Double.parseDouble(args[1]));
        Files.writeString(figures.file, "");
        for (DType dtype : List.of(DType.F64, DType.F32)) {
            figures.copies(dtype, 1 << 26);
            for (long[] s : new long[][] {{2048, 2048, 2048}, {4096, 4096, 4096}, {8192, 8192, 512}}) {
                figures.product(dtype, s[0], s[1], s[2]);
            }
            if (dtype == DType.F32) {
                figures.linear(8192, 1024, 4096);
                figures.steps(64);
                figures.steps(1);
            }
            figures.batch(dtype, 256, 256);
            figures.map(dtype, 1 << 26);
            for (long[] s : new long[][] {{256, 256}, {512, 512}, {1024, 1024}, {20000, 200}, {2048, 2048}}) {
                figures.svd(dtype, s[0], s[1]);
            }
            figures.truncated(dtype, 20000, 2000, 50);
        }
    }

    /** Waits for the device where there is one. */
    private static void settle(Device device) {
        if (device.kind() == Device.Kind.CUDA) {
            try (Tensor t = Tensor.empty(device, DType.F64, 1)) {
                t.backend().synchronize();
            }
        }
    }

    private interface Work {
        void run();
    }

    private void measure(
            String name, DType dtype, Device device, double work, String unit, Supplier<Double> error, Work body)
            throws IOException {
        if ((System.nanoTime() - START) / 1e9 > limit) {
            return;
        }
        double wrong = error.get(); // warms up, too
        settle(device);
        double[] seconds = new double[device.kind() == Device.Kind.CUDA ? 9 : 3];
        int runs = 0;
        for (double sum = 0; runs < seconds.length && (runs < 3 || sum < 4); runs++) {
            long start = System.nanoTime();
            body.run();
            settle(device);
            seconds[runs] = (System.nanoTime() - start) / 1e9;
            sum += seconds[runs];
        }
        double[] sorted = Arrays.copyOf(seconds, runs);
        Arrays.sort(sorted);
        double median = sorted[runs / 2];
        String line = String.format(
                Locale.ROOT,
                "{\"case\": \"%s\", \"dtype\": \"%s\", \"by\": \"eckart %s\", \"seconds\": %.6g, \"fastest\": %.6g,"
                        + " \"slowest\": %.6g, \"rate\": %.6g, \"unit\": \"%s\", \"error\": %s}",
                name,
                dtype,
                device,
                median,
                sorted[0],
                sorted[runs - 1],
                work / median,
                unit,
                Double.isNaN(wrong) ? "null" : String.format(Locale.ROOT, "%.2e", wrong));
        Files.write(file, List.of(line), StandardOpenOption.APPEND);
        System.out.println(line);
    }

    private void copies(DType dtype, long count) throws IOException {
        try (Tensor host = Tensor.uniform(dtype, 1, count);
                Tensor there = host.to(GPU)) {
            double bytes = (double) count * dtype.bytes();
            Supplier<Double> none = () -> Double.NaN;
            measure(
                    "copy to the device, " + count,
                    dtype,
                    GPU,
                    bytes,
                    "B/s",
                    none,
                    () -> host.to(GPU).close());
            measure(
                    "copy to the host, " + count,
                    dtype,
                    GPU,
                    bytes,
                    "B/s",
                    none,
                    () -> there.to(Device.cpu()).close());
            measure(
                    "copy, " + count,
                    dtype,
                    GPU,
                    2 * bytes,
                    "B/s",
                    none,
                    () -> there.copy().close());
            measure(
                    "copy, " + count,
                    dtype,
                    Device.cpu(),
                    2 * bytes,
                    "B/s",
                    none,
                    () -> host.copy().close());
        }
    }

    private void map(DType dtype, long count) throws IOException {
        for (Device device : List.of(GPU, Device.cpu())) {
            try (Tensor host = Tensor.uniform(dtype, 1, count);
                    Tensor x = host.to(device)) {
                double bytes = (double) count * dtype.bytes();
                Supplier<Double> none = () -> Double.NaN;
                measure(
                        "exp, " + count,
                        dtype,
                        device,
                        2 * bytes,
                        "B/s",
                        none,
                        () -> x.exp().close());
                measure(
                        "sum, " + count,
                        dtype,
                        device,
                        bytes,
                        "B/s",
                        none,
                        () -> x.sum().close());
            }
        }
    }

    private void product(DType dtype, long m, long n, long k) throws IOException {
        try (Tensor a = Tensor.normal(dtype, 1, m, k);
                Tensor b = Tensor.normal(dtype, 2, k, n);
                Tensor x = a.to(GPU);
                Tensor y = b.to(GPU)) {
            String name = "matmul " + m + "x" + k + "x" + n;
            double flops = 2.0 * m * n * k;
            for (Precision precision : dtype == DType.F32 ? List.of(Precision.values()) : List.of(Precision.FULL)) {
                Supplier<Double> error = () -> {
                    try (Scope scope = Scope.open()) {
                        Tensor some = x.slice(0, 0, 64).to(Device.cpu()).to(DType.F64);
                        Tensor exact = some.matmul(b.to(DType.F64));
                        Tensor got = x.matmul(y, precision)
                                .slice(0, 0, 64)
                                .to(Device.cpu())
                                .to(DType.F64);
                        return got.subtract(exact).norm() / exact.norm();
                    }
                };
                String how = precision == Precision.FULL ? "" : " " + precision;
                measure(
                        name + how,
                        dtype,
                        GPU,
                        flops,
                        "flop/s",
                        error,
                        () -> x.matmul(y, precision).close());
            }
            measure(
                    name,
                    dtype,
                    Device.cpu(),
                    flops,
                    "flop/s",
                    () -> Double.NaN,
                    () -> a.matmul(b).close());
        }
    }

    /** What a transformer has most of: a product, a bias and GELU by tanh, in one call. */
    private void linear(long rows, long in, long out) throws IOException {
        try (Tensor x = Tensor.normal(DType.F32, 1, rows, in).to(GPU);
                Tensor weight = Tensor.normal(DType.F32, 2, out, in).to(GPU);
                Tensor bias = Tensor.normal(DType.F32, 3, out).to(GPU);
                Tensor y = Tensor.empty(GPU, DType.F32, rows, out)) {
            measure(
                    "linear with GELU " + rows + "x" + in + "x" + out,
                    DType.F32,
                    GPU,
                    2.0 * rows * in * out,
                    "flop/s",
                    () -> Double.NaN,
                    () -> y.backend()
                            .linear(Precision.FULL, Finish.GELU_TANH, x.view(), weight.view(), bias.view(), y.view()));
        }
    }

    /** As a sampler's step: twelve batched products, each with three element-wise operations; one by one, and as a recording. */
    private void steps(long batch) throws IOException {
        try (Tensor x = Tensor.normal(DType.F32, 1, batch, 128, 128).to(GPU);
                Tensor w = Tensor.normal(DType.F32, 2, batch, 128, 128).to(GPU);
                Tensor y = Tensor.empty(GPU, DType.F32, batch, 128, 128)) {
            Work step = () -> {
                try (Scope scope = Scope.open()) {
                    Tensor now = x;
                    for (int i = 0; i < 12; i++) {
                        now = now.matmul(w).multiply(.1).tanh().add(x);
                    }
                    y.assign(now);
                }
            };
            String name = "12 products and 36 element-wise steps, batch " + batch;
            double flops = 12 * 2.0 * batch * 128 * 128 * 128;
            Supplier<Double> none = () -> Double.NaN;
            measure(name, DType.F32, GPU, flops, "flop/s", none, step);
            try (Recording recording = Recording.of(GPU, step::run)) {
                measure(name + ", recorded", DType.F32, GPU, flops, "flop/s", none, recording::replay);
            }
        }
    }

    private void batch(DType dtype, long count, long n) throws IOException {
        try (Tensor a = Tensor.normal(dtype, 1, count, n, n);
                Tensor x = a.to(GPU)) {
            String name = "matmul " + count + " times " + n + "x" + n + "x" + n;
            double flops = 2.0 * count * n * n * n;
            measure(
                    name,
                    dtype,
                    GPU,
                    flops,
                    "flop/s",
                    () -> Double.NaN,
                    () -> x.matmul(x).close());
            measure(
                    name,
                    dtype,
                    Device.cpu(),
                    flops,
                    "flop/s",
                    () -> Double.NaN,
                    () -> a.matmul(a).close());
        }
    }

    private void svd(DType dtype, long m, long n) throws IOException {
        try (Tensor host = Tensor.normal(dtype, 1, m, n)) {
            for (Device device : List.of(GPU, Device.cpu())) {
                for (Driver driver : device.equals(GPU)
                        ? List.of(Driver.GESVDJ, Driver.GESVDP, Driver.GESVD)
                        : List.of(Driver.GESDD)) {
                    try (Tensor a = host.to(device)) {
                        Supplier<Double> error = () -> {
                            try (Svd svd = Svd.options().driver(driver).of(a)) {
                                return svd.certificate().relativeResidual();
                            }
                        };
                        measure(
                                "svd " + m + "x" + n + " " + driver,
                                dtype,
                                device,
                                1,
                                "1/s",
                                error,
                                () -> Svd.options().driver(driver).of(a).close());
                    }
                }
            }
        }
    }

    private void truncated(DType dtype, long m, long n, long rank) throws IOException {
        try (Tensor host = Tensor.normal(dtype, 1, m, n)) {
            for (Device device : List.of(GPU, Device.cpu())) {
                try (Tensor a = host.to(device)) {
                    measure(
                            "truncated svd " + m + "x" + n + " rank " + rank,
                            dtype,
                            device,
                            1,
                            "1/s",
                            () -> Double.NaN,
                            () -> TruncatedSvd.rank(rank)
                                    .driver(Driver.RANDOMIZED)
                                    .of(a)
                                    .close());
                }
            }
        }
    }

    /** The device's own line, or the reason why there is none and exit status 1. */
    static final class Probe {
        private Probe() {}

        public static void main(String[] args) {
            try {
                System.out.println(Devices.describe(GPU));
            } catch (IllegalStateException e) {
                System.out.println(e.getMessage());
                System.exit(1);
            }
        }
    }
}
