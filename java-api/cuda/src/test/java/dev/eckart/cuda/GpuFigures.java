package dev.eckart.cuda;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Memory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Times each {@link GpuCase} on the first GPU, by PyTorch on the same card and on the host, taking turns; a line of JSON per figure at
 * once. Medians; the device is waited for inside the time. What fails gets a line that says so, and takes no other with it.
 *
 * <p>Arguments: the file, the seconds after which no case is begun, by how much sizes are divided (1; more is a rehearsal), and the
 * command of {@link GpuPeer}, if any.
 */
final class GpuFigures {
    private static final Device GPU = Device.cuda(0);
    private static final int ROUNDS = 9;
    private static final int LEAST_ROUNDS = 3;

    /** Seconds of a case, after which it has no more rounds than the least. */
    private static final double ENOUGH = 3;

    /** An operation that took the host longer than this is not given to it at a larger size. */
    private static final double LONG = 2;

    private final long start = System.nanoTime();
    private final Path file;
    private final double limit;
    private final Optional<GpuPeer> torch;
    private final Set<String> tooLong = new HashSet<>();

    private GpuFigures(Path file, double limit, Optional<GpuPeer> torch) {
        this.file = file;
        this.limit = limit;
        this.torch = torch;
    }

    public static void main(String[] args) throws IOException {
        Path file = Path.of(args[0]);
        Files.writeString(file, "");
        long scale = Long.parseLong(args[2]);
        Optional<GpuPeer> torch =
                GpuPeer.start(String.join(" ", Arrays.asList(args).subList(3, args.length)));
        try {
            GpuFigures figures = new GpuFigures(file, Double.parseDouble(args[1]), torch);
            for (GpuCase each : goals(scale)) {
                figures.measure(each, torch, false);
            }
            for (GpuCase each : ladder(scale)) {
                figures.measure(each, Optional.empty(), true);
            }
        } finally {
            torch.ifPresent(GpuPeer::close);
        }
    }

    // ---- the cases

    /** Those that a goal is set for, and what the limits are taken from. */
    static List<GpuCase> goals(long scale) {
        List<GpuCase> all = new ArrayList<>();
        for (DType type : List.of(DType.F32, DType.F64)) {
            all.add(GpuCase.of("copy", type, 1 << 28));
            all.add(GpuCase.of("matmul", type, 8192, 8192, 8192));
            all.add(GpuCase.of("matmul", type, 4096, 4096, 4096));
        }
        for (String how : List.of("TF32", "BF16")) {
            all.add(GpuCase.of("matmul", how, DType.F32, 4096, 4096, 4096));
        }
        for (String how : List.of("", "TF32", "BF16")) {
            all.add(GpuCase.of("bmm", how, DType.F32, 64, 1024, 1024, 1024));
        }
        long[][] batches = {
            {1024, 64, 64, 64}, {256, 128, 128, 128}, {4096, 16, 16, 16}, {64, 256, 64, 256}, {512, 256, 64, 64}
        };
        for (long[] batch : batches) {
            all.add(GpuCase.of("bmm", DType.F32, batch));
        }
        all.add(GpuCase.of("linear", DType.F32, 8192, 1024, 4096));
        all.add(GpuCase.of("steps", "recorded", DType.F32, 64));
        all.add(GpuCase.of("steps", DType.F32, 64));
        all.add(GpuCase.of("svd", DType.F32, 10000, 32, 32));
        for (long exponent : new long[] {1, 3, 6}) {
            all.add(GpuCase.of("svd-condition", DType.F32, 1000000, 256, exponent));
        }
        for (DType type : List.of(DType.F32, DType.F64)) {
            all.add(GpuCase.of("svd", type, 1024, 1024));
            all.add(GpuCase.of("truncated", type, 200000, 4096, 64));
        }
        for (String how : List.of("", "pinned")) {
            all.add(GpuCase.of("upload", how, DType.F32, 1 << 26));
            all.add(GpuCase.of("download", how, DType.F32, 1 << 26));
        }
        for (DType type : List.of(DType.F32, DType.F64)) {
            all.add(GpuCase.of("svd", type, 4096, 4096));
        }
        return all.stream().map(each -> smaller(each, scale)).collect(Collectors.toList());
    }

    /** From sizes for which the host is faster to those for which it is not, on both. */
    static List<GpuCase> ladder(long scale) {
        List<GpuCase> all = new ArrayList<>();
        for (DType type : List.of(DType.F32, DType.F64)) {
            for (long n : new long[] {64, 128, 256, 512, 1024, 2048, 4096}) {
                all.add(GpuCase.of("matmul", type, n, n, n));
            }
            for (String op : List.of("copy", "exp", "sum")) {
                for (long n : new long[] {1 << 10, 1 << 13, 1 << 16, 1 << 20, 1 << 24}) {
                    all.add(GpuCase.of(op, type, n));
                }
            }
            for (long n : new long[] {32, 64, 128, 256, 512, 1024}) {
                all.add(GpuCase.of("svd", type, n, n));
            }
            for (long n : new long[] {8, 64, 512, 4096}) {
                all.add(GpuCase.of("svd", type, n, 32, 32));
            }
            for (long n : new long[] {500, 2000, 8000, 32000}) {
                all.add(GpuCase.of("truncated", type, n, Math.min(n, 2000), 50));
            }
        }
        return all.stream().map(each -> smaller(each, scale)).collect(Collectors.toList());
    }

    /** Not below what the operation still makes sense for. */
    private static GpuCase smaller(GpuCase what, long scale) {
        if (scale == 1 || what.op().equals("steps")) {
            return what.op().equals("steps") && scale > 1 ? GpuCase.of(what.op(), what.how(), what.dtype(), 2) : what;
        }
        long[] sizes = what.sizes().clone();
        boolean last = what.op().equals("svd-condition") || what.op().equals("truncated");
        for (int i = 0; i < sizes.length - (last ? 1 : 0); i++) {
            sizes[i] = Math.max(4, sizes[i] / scale);
        }
        if (what.op().equals("truncated")) {
            sizes[2] = Math.max(1, Math.min(sizes[0], sizes[1]) / 8);
        }
        return GpuCase.of(what.op(), what.how(), what.dtype(), sizes);
    }

    // ---- measuring

    private void measure(GpuCase what, Optional<GpuPeer> peer, boolean onHost) throws IOException {
        if ((System.nanoTime() - start) / 1e9 > limit) {
            return;
        }
        try (GpuWork here = GpuWork.of(what, GPU)) {
            Map<String, Double> accuracy = here.accuracy();
            here.run();
            boolean other = peer.isPresent() && prepared(peer.get(), what, accuracy.getOrDefault("error", 0.0));
            List<Double> ours = new ArrayList<>();
            List<Double> theirs = new ArrayList<>();
            double spent = 0;
            for (int i = 0; i < ROUNDS && (i < LEAST_ROUNDS || spent < ENOUGH); i++) {
                ours.add(time(here));
                spent += ours.get(i);
                if (other) {
                    theirs.add(Double.parseDouble(peer.get().run().getOrDefault("seconds", "NaN")));
                    spent += theirs.get(i);
                }
            }
            Map<String, String> more = new LinkedHashMap<>();
            accuracy.forEach((name, value) -> more.put(name, String.format(Locale.ROOT, "%.3e", value)));
            if (what.how().equals("recorded")) {
                more.put("overhead", String.format(Locale.ROOT, "%.4f", overhead(here)));
            }
            line(what, "eckart " + GPU, ours, here.driver(), more);
            if (other) {
                Map<String, String> torchs =
                        new LinkedHashMap<>(peer.get().accuracy(accuracy.getOrDefault("error", 0.0)));
                String driver = Optional.ofNullable(torchs.remove("driver")).orElse("");
                line(what, "torch", theirs, driver, torchs);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            failed(what, "eckart " + GPU, String.valueOf(e.getMessage()));
        } finally {
            if (peer.isPresent()) {
                peer.get().forget();
            }
            trim();
        }
        if (onHost && !tooLong.contains(what.op() + what.dtype() + what.sizes().length)) {
            host(what);
        }
    }

    private static void trim() {
        try {
            Memory.trim(GPU);
        } catch (RuntimeException e) {
            System.err.println("trim: " + e.getMessage());
        }
    }

    private boolean prepared(GpuPeer peer, GpuCase what, double error) throws IOException {
        Map<String, String> answer = peer.prepare(what);
        if (!answer.containsKey("failed")) {
            answer = peer.accuracy(error);
        }
        if (answer.containsKey("failed")) {
            failed(what, "torch", answer.get("failed"));
            return false;
        }
        return true;
    }

    private void host(GpuCase what) throws IOException {
        try (GpuWork host = GpuWork.of(what, Device.cpu())) {
            host.accuracy();
            host.run();
            List<Double> times = new ArrayList<>();
            double spent = 0;
            for (int i = 0; i < ROUNDS && (i < LEAST_ROUNDS || spent < 1) && spent < LONG; i++) {
                times.add(time(host));
                spent += times.get(i);
            }
            line(what, "eckart cpu", times, host.driver(), Map.of());
            if (times.get(0) > LONG / 8) {
                tooLong.add(what.op() + what.dtype() + what.sizes().length);
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            failed(what, "eckart cpu", String.valueOf(e.getMessage()));
        }
    }

    private static double time(GpuWork work) {
        long begin = System.nanoTime();
        work.run();
        return (System.nanoTime() - begin) / 1e9;
    }

    /** What the host takes to launch a recording, of what the device takes to do it: many are launched, and waited for once. */
    private static double overhead(GpuWork work) {
        double[] shares = new double[5];
        for (int i = 0; i < shares.length; i++) {
            double[] seconds = work.queue(20);
            shares[i] = seconds[0] / seconds[1];
        }
        Arrays.sort(shares);
        return shares[2];
    }

    // ---- lines

    private void line(GpuCase what, String by, List<Double> seconds, String driver, Map<String, String> more)
            throws IOException {
        double[] sorted =
                seconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        StringBuilder text = begin(what, by)
                .append(String.format(
                        Locale.ROOT,
                        ", \"seconds\": %.6g, \"fastest\": %.6g, \"slowest\": %.6g, \"flops\": %.6g, \"bytes\": %.6g",
                        sorted[sorted.length / 2],
                        sorted[0],
                        sorted[sorted.length - 1],
                        what.flops(),
                        what.bytes()));
        if (!driver.isEmpty()) {
            text.append(", \"driver\": \"").append(driver).append('"');
        }
        more.forEach(
                (name, value) -> text.append(", \"").append(name).append("\": ").append(value));
        write(text.append('}').toString());
    }

    private void failed(GpuCase what, String by, String reason) throws IOException {
        String clean = reason.replaceAll("[\"\\\\\\p{Cntrl}]", " ");
        write(begin(what, by)
                .append(", \"failed\": \"")
                .append(clean)
                .append("\"}")
                .toString());
    }

    private static StringBuilder begin(GpuCase what, String by) {
        return new StringBuilder("{\"case\": \"" + what.name() + "\", \"op\": \"" + what.op() + "\", \"dtype\": \""
                + what.dtype() + "\", \"by\": \"" + by + "\"");
    }

    private void write(String line) throws IOException {
        Files.write(file, List.of(line), StandardOpenOption.APPEND);
        System.out.println(line);
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
