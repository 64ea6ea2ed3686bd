package dev.eckart.cuda;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** PyTorch on the same card: a process that runs {@code torch_figures.py}, asked in lines and answering each by a line of JSON. */
final class GpuPeer implements AutoCloseable {
    private final Process process;
    private final PrintStream to;
    private final BufferedReader from;

    private GpuPeer(Process process) {
        this.process = process;
        to = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        from = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Where there is a Python with PyTorch that has the device.
     *
     * @param command as {@code python3 torch_figures.py cuda}; empty for none
     */
    static Optional<GpuPeer> start(String command) throws IOException {
        if (command.isEmpty()) {
            return Optional.empty();
        }
        GpuPeer peer = new GpuPeer(new ProcessBuilder(command.split(" "))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
        Map<String, String> hello = peer.answer();
        if (hello.containsKey("failed")) {
            System.err.println("torch: " + hello.get("failed"));
            peer.close();
            return Optional.empty();
        }
        return Optional.of(peer);
    }

    /** Makes the inputs, and runs the case until it is warm; {@code failed} says why it can't. */
    Map<String, String> prepare(GpuCase what) throws IOException {
        return ask(what.json());
    }

    /** One run; its {@code seconds}. */
    Map<String, String> run() throws IOException {
        return ask("run");
    }

    /** How good a result is, as {@link GpuWork#accuracy}; where there is a choice, of one that is at least as good as the given error. */
    Map<String, String> accuracy(double error) throws IOException {
        return ask(String.format(Locale.ROOT, "accuracy %.9g", error));
    }

    /** Frees what it holds. */
    void forget() throws IOException {
        ask("forget");
    }

    private Map<String, String> ask(String line) throws IOException {
        to.println(line);
        return answer();
    }

    private Map<String, String> answer() throws IOException {
        String line = from.readLine();
        return line == null ? Map.of("failed", "torch_figures.py has ended") : GpuReport.object(line);
    }

    @Override
    public void close() {
        to.close();
        process.destroy();
    }
}
