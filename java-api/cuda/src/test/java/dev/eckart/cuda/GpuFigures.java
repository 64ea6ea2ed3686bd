package dev.eckart.cuda;

import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Memory;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Times each {@link GpuCase} on the first GPU, by PyTorch on the same card and on the host, taking turns. Medians; the device is waited
 * for inside the time. What fails gets a line that says so, and takes no other with it: where the device serves this process no more, or
 * does not answer, the process ends with status 3, and the next one, started with the same file, goes on with the next case.
 *
 * <p>Arguments: the file, the seconds after which no case is begun, by how much sizes are divided (1; more is a rehearsal), and the
 * command of {@link GpuPeer}, if any.
 */
final class GpuFigures {
    /** For alarms. */
    static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "clock");
        thread.setDaemon(true);
        return thread;
    });

    private static final Device GPU = Device.cuda(0);
    private static final String OURS = "eckart " + GPU;
    private static final int ROUNDS = 9;
    private static final int LEAST_ROUNDS = 3;

    /** Seconds of a case, after which it has no more rounds than the least. */
    private static final double ENOUGH = 1.5;

    /** What short cases are repeated for before the device is waited for, in seconds; and how often at most. */
    private static final double REPEATED = 4e-3;

    private static final int MOST_TIMES = 50;

    /** Recordings that are started before they are waited for. */
    private static final int QUEUE = 20;

    /** An operation that took the host longer than this is not given to it at a larger size. */
    private static final double LONG = .25;

    /** Seconds without an answer of the device, after which this process is given up. */
    private static final long PATIENCE = 60;

    private static final int GIVEN_UP = 3;

    private final long start = System.nanoTime();
    private final double limit;
    private final GpuLines lines;
    private final Optional<GpuPeer> torch;
    private final Set<String> tooLong = new HashSet<>();

    private GpuFigures(GpuLines lines, double limit, Optional<GpuPeer> torch) {
        this.lines = lines;
        this.limit = limit;
        this.torch = torch;
    }

    public static void main(String[] args) throws IOException {
        long scale = Long.parseLong(args[2]);
        Optional<GpuPeer> torch = GpuPeer.start(Arrays.asList(args).subList(3, args.length));
        try {
            GpuFigures figures = new GpuFigures(GpuLines.of(Path.of(args[0])), Double.parseDouble(args[1]), torch);
            figures.goals(GpuCases.goals(scale));
            figures.ladder(GpuCases.ladder(scale));
        } finally {
            torch.ifPresent(GpuPeer::close);
        }
    }

    private void goals(List<GpuCase> cases) throws IOException {
        lines.part("goals");
        for (GpuCase each : cases) {
            if (!lines.begin(each)) {
                continue;
            }
            if (late()) {
                lines.failed(each, OURS, "no time was left");
            } else {
                onCard(each, torch);
            }
        }
    }

    private void ladder(List<GpuCase> cases) throws IOException {
        lines.part("ladder");
        for (GpuCase each : cases) {
            if (late() || !lines.begin(each)) {
                continue;
            }
            onCard(each, Optional.empty());
            if (!tooLong.contains(kind(each))) {
                onHost(each);
            }
        }
    }

    private boolean late() {
        return (System.nanoTime() - start) / 1e9 > limit;
    }

    private static String kind(GpuCase what) {
        return what.op() + what.dtype() + what.sizes().length;
    }

    // ---- measuring

    private void onCard(GpuCase what, Optional<GpuPeer> peer) throws IOException {
        boolean failed = false;
        try (GpuWork here = watched(() -> GpuWork.of(what, GPU))) {
            turns(what, here, peer);
        } catch (RuntimeException | OutOfMemoryError e) {
            lines.failed(what, OURS, String.valueOf(e.getMessage()));
            failed = true;
        }
        peer.ifPresent(GpuPeer::forget);
        if (!trimmed() || failed && !serves()) {
            System.exit(GIVEN_UP);
        }
    }

    private void turns(GpuCase what, GpuWork here, Optional<GpuPeer> peer) throws IOException {
        Map<String, Double> accuracy = watched(here::accuracy);
        double first = watched(() -> here.seconds(1));
        int times = what.repeats() ? (int) Math.max(1, Math.min(MOST_TIMES, REPEATED / first)) : 1;
        Map<String, String> theirs =
                peer.isPresent() ? prepared(peer.get(), what, accuracy.getOrDefault("error", 0.0)) : Map.of();
        boolean both = peer.isPresent() && !theirs.containsKey("failed");
        List<Double> ours = new ArrayList<>();
        List<Double> torchs = new ArrayList<>();
        double spent = 0;
        for (int i = 0; i < ROUNDS && (i < LEAST_ROUNDS || spent < ENOUGH); i++) {
            ours.add(watched(() -> here.seconds(times)));
            spent += times * ours.get(i);
            if (both) {
                Map<String, String> answer = peer.get().run(times);
                both = answer.containsKey("seconds");
                theirs = both ? theirs : answer;
                torchs.add(GpuReport.number(answer, "seconds"));
                spent += times * torchs.get(i);
            }
        }
        Map<String, String> more = new LinkedHashMap<>();
        accuracy.forEach((name, value) -> more.put(name, String.format(Locale.ROOT, "%.3e", value)));
        if (what.how().equals("recorded")) {
            more.put("queued", number(median(() -> watched(() -> here.seconds(QUEUE)))));
        }
        lines.figure(what, OURS, ours, here.driver(), more);
        if (both) {
            Map<String, String> told = new LinkedHashMap<>(theirs);
            String driver = Optional.ofNullable(told.remove("driver")).orElse("");
            if (what.how().equals("recorded")) {
                told.put(
                        "queued",
                        number(median(() -> GpuReport.number(peer.get().run(QUEUE), "seconds"))));
            }
            lines.figure(what, "torch", torchs, driver, told);
        } else if (peer.isPresent()) {
            lines.failed(what, "torch", theirs.getOrDefault("failed", "no answer"));
        }
    }

    /** How good PyTorch's result is; or why there is none. */
    private static Map<String, String> prepared(GpuPeer peer, GpuCase what, double error) throws IOException {
        Map<String, String> answer = peer.prepare(what);
        return answer.containsKey("failed") ? answer : peer.accuracy(error);
    }

    private void onHost(GpuCase what) throws IOException {
        try (GpuWork host = GpuWork.of(what, Device.cpu())) {
            host.accuracy();
            double first = host.seconds(1);
            List<Double> times = new ArrayList<>();
            double spent = first;
            for (int i = 0; i < ROUNDS && (i < LEAST_ROUNDS || spent < 1) && (i == 0 || spent < 8 * LONG); i++) {
                times.add(host.seconds(1));
                spent += times.get(i);
            }
            lines.figure(what, "eckart cpu", times, host.driver(), Map.of());
            if (times.get(0) > LONG) {
                tooLong.add(kind(what));
            }
        } catch (RuntimeException | OutOfMemoryError e) {
            lines.failed(what, "eckart cpu", String.valueOf(e.getMessage()));
        }
    }

    private static double median(Supplier<Double> seconds) {
        double[] all = new double[5];
        Arrays.setAll(all, i -> seconds.get());
        Arrays.sort(all);
        return all[2];
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.6g", value);
    }

    // ---- a device that does not answer

    /** Ends the process where it takes too long: a call of CUDA that does not return can be ended in no other way. */
    private static <T> T watched(Supplier<T> work) {
        ScheduledFuture<?> alarm = CLOCK.schedule(
                () -> {
                    System.err.println("no answer within " + PATIENCE + " s");
                    Runtime.getRuntime().halt(GIVEN_UP);
                },
                PATIENCE,
                TimeUnit.SECONDS);
        try {
            return work.get();
        } finally {
            alarm.cancel(false);
        }
    }

    private static boolean trimmed() {
        try {
            Memory.trim(GPU);
            return true;
        } catch (RuntimeException e) {
            System.err.println("trim: " + e.getMessage());
            return false;
        }
    }

    private static boolean serves() {
        try (Tensor two = Tensor.full(DType.F64, 1, 2);
                Tensor there = two.to(GPU);
                Tensor back = there.to(Device.cpu())) {
            return back.get(1) == 1;
        } catch (RuntimeException e) {
            System.err.println(e.getMessage());
            return false;
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
