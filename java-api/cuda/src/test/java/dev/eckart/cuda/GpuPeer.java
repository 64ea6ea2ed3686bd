package dev.eckart.cuda;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * PyTorch on the same card: a process that runs {@code torch_figures.py}, asked in lines and answering each by a line of JSON. One that
 * ends, or keeps silent for too long and is ended, is started anew for the next case.
 */
final class GpuPeer implements AutoCloseable {
    /** Seconds for an answer; finding the fastest driver for the largest matrices takes it longest. */
    private static final long PATIENCE = 75;

    private final List<String> command;
    private Process process;
    private PrintStream to;
    private BufferedReader from;

    private GpuPeer(List<String> command) {
        this.command = command;
    }

    /**
     * Where there is a Python with PyTorch that has the device; else its reason goes to standard error.
     *
     * @param command as {@code python3 torch_figures.py cuda}; empty for none
     */
    static Optional<GpuPeer> start(List<String> command) throws IOException {
        GpuPeer peer = new GpuPeer(command);
        Map<String, String> hello = command.isEmpty() ? Map.of("failed", "no Python was named") : peer.begin();
        if (hello.containsKey("failed")) {
            System.err.println("torch: " + hello.get("failed"));
            peer.close();
            return Optional.empty();
        }
        System.out.println("torch " + hello);
        return Optional.of(peer);
    }

    private Map<String, String> begin() throws IOException {
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        to = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        return answer();
    }

    /** Makes the inputs, and runs the case until it is warm; {@code failed} says why it can't. */
    Map<String, String> prepare(GpuCase what) throws IOException {
        if (!process.isAlive()) {
            Map<String, String> hello = begin();
            if (hello.containsKey("failed")) {
                return hello;
            }
        }
        return ask(what.json());
    }

    /** So many runs, waited for once: {@code seconds} of each. */
    Map<String, String> run(int times) {
        return ask("run " + times);
    }

    /** How good a result is, as {@link GpuWork#accuracy}; where there is a choice, of one that is at least as good as the given error. */
    Map<String, String> accuracy(double error) {
        return ask(String.format(Locale.ROOT, "accuracy %.9g", error));
    }

    /** Frees what it holds. */
    void forget() {
        if (process.isAlive()) {
            ask("forget");
        }
    }

    private Map<String, String> ask(String line) {
        to.println(line);
        return answer();
    }

    private Map<String, String> answer() {
        Process now = process;
        ScheduledFuture<?> alarm = GpuFigures.CLOCK.schedule(now::destroyForcibly, PATIENCE, TimeUnit.SECONDS);
        try {
            String line = from.readLine();
            if (line != null) {
                return GpuReport.object(line);
            }
        } catch (IOException e) {
            System.err.println("torch: " + e.getMessage()); // closed by the alarm, or no JSON
        } finally {
            alarm.cancel(false);
        }
        boolean late = alarm.isDone() && !alarm.isCancelled();
        now.destroyForcibly();
        return Map.of("failed", late ? "no answer within " + PATIENCE + " s" : "torch_figures.py has ended");
    }

    @Override
    public void close() {
        if (process != null) {
            to.close();
            process.destroy();
        }
    }
}
