package dev.eckart.benchmarks.peer;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One peer in a process of its own, driven line by line over standard input by {@code ci/bench}, so that peers take turns in one
 * run. Fields are separated by tabs:
 *
 * <pre>
 * describe               its description
 * load OPERATION FILE…   "ok", or "missing" when it has no such operation
 * run                    seconds
 * write FOLDER           "ok"
 * </pre>
 *
 * What a library prints goes to standard error.
 */
public final class Worker {
    private final Peer peer;
    private Optional<Peer.Task> task = Optional.empty();

    Worker(Peer peer) {
        this.peer = peer;
    }

    /** The number of threads that a peer is to use: {@code -Deckart.threads}. */
    public static int threads() {
        return Integer.getInteger("eckart.threads", Runtime.getRuntime().availableProcessors());
    }

    /** Name and version of a library: those of the jar that holds the class. */
    public static String library(Class<?> type) {
        String jar = type.getProtectionDomain().getCodeSource().getLocation().getPath();
        return jar.substring(jar.lastIndexOf('/') + 1).replaceFirst("\\.jar$", "");
    }

    /** What the {@code main} of a peer calls: serves until standard input ends. */
    public static void serve(Startable start) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Worker worker = new Worker(start.peer());
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            answers.println(worker.answer(List.of(line.split("\t"))));
            answers.flush();
        }
    }

    String answer(List<String> request) throws IOException {
        switch (request.get(0)) {
            case "describe":
                return peer.describe();
            case "load":
                task.ifPresent(Peer.Task::close);
                task = Optional.empty();
                Path[] inputs = request.stream().skip(2).map(Path::of).toArray(Path[]::new);
                task = peer.load(request.get(1), Arrays.asList(inputs));
                return task.isPresent() ? "ok" : "missing";
            case "run":
                Peer.Task current = task.orElseThrow();
                current.prepare();
                long start = System.nanoTime();
                current.run();
                return Double.toString((System.nanoTime() - start) / 1e9);
            case "write":
                task.orElseThrow().write(Path.of(request.get(1)));
                return "ok";
            default:
                throw new IllegalArgumentException("worker: unknown request " + request);
        }
    }

    /** Makes the peer, once standard output is kept for answers. */
    @FunctionalInterface
    public interface Startable {
        /** The peer, its library loaded. */
        Peer peer() throws Exception;
    }
}
