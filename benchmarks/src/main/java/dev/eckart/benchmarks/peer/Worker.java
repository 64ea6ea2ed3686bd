package dev.eckart.benchmarks.peer;

import dev.eckart.memory.Device;
import dev.eckart.memory.Threads;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
 * Arguments: {@code eckart[:DEVICE]} or {@code ejml}.
 */
public final class Worker {
    private final Peer peer;
    private Optional<Peer.Task> task = Optional.empty();

    private Worker(Peer peer) {
        this.peer = peer;
    }

    /** Serves until standard input ends. */
    public static void main(String[] args) throws IOException {
        Worker worker = new Worker(peer(args[0]));
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            System.out.println(worker.answer(List.of(line.split("\t"))));
            System.out.flush();
        }
    }

    private static Peer peer(String name) {
        if (name.startsWith("eckart")) {
            return new EckartPeer(Device.parse(name.contains(":") ? name.substring(name.indexOf(':') + 1) : "cpu"));
        }
        if (name.equals("ejml")) {
            return new EjmlPeer(Threads.current());
        }
        throw new IllegalArgumentException("worker: '" + name + "' is none of eckart, eckart:DEVICE, ejml");
    }

    private String answer(List<String> request) throws IOException {
        switch (request.get(0)) {
            case "describe":
                return peer.describe();
            case "load":
                task.ifPresent(Peer.Task::close);
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
}
