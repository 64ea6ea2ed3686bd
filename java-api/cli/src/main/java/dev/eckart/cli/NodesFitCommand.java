package dev.eckart.cli;

import dev.eckart.embedding.Graph;
import dev.eckart.embedding.NodeVectors;
import dev.eckart.embedding.WordVectors;
import dev.eckart.linalg.Certificate;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nodes fit EDGES [--method deepwalk|node2vec|netmf|netmf-low-rank|prone] --dim 64 --out V.txt}. */
@Command(
        name = "fit",
        description = "Vectors of nodes, in the text format of GloVe; eckart words near and analogy read them.")
final class NodesFitCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "EDGES",
            description = "two or three columns: from, to, weight; between tabs, commas or blanks")
    private Path edges;

    @Option(
            names = "--method",
            paramLabel = "M",
            description =
                    "auto, deepwalk, node2vec, netmf, netmf-low-rank or prone (default: auto: netmf up to 20,000 nodes,"
                            + " else deepwalk)")
    private String method = "auto";

    @Option(names = "--dim", paramLabel = "D", description = "how many dimensions (default: 64)")
    private int dim = 64;

    @Option(names = "--directed", description = "an edge leads one way only")
    private boolean directed;

    @Option(names = "--window", paramLabel = "W", description = "largest distance along a walk (default: 10)")
    private int window = 10;

    @Option(names = "--walks", paramLabel = "N", description = "walks from each node (default: 10)")
    private int walks = 10;

    @Option(names = "--length", paramLabel = "N", description = "nodes of a walk (default: 40)")
    private int length = 40;

    @Option(names = "--p", paramLabel = "P", description = "of node2vec: a large one avoids going back (default: 1)")
    private double p = 1;

    @Option(names = "--q", paramLabel = "Q", description = "of node2vec: a small one goes far (default: 1)")
    private double q = 1;

    @Option(names = "--out", paramLabel = "V.txt", description = "the file to write to")
    private Path out;

    @Mixin
    private GlobalOptions options;

    @Override
    public Integer call() throws IOException {
        if (out == null && !options.explain()) {
            throw new UsageException("nodes fit: --out V.txt is missing (or --explain, which only explains)");
        }
        NodeVectors.Method choice = method();
        if (out != null) {
            Targets.prepare(out, edges);
        }
        try (Session session = options.open();
                Progress progress = options.progress(edges.toString())) {
            Device device = Host.require(options, session);
            Stopwatch watch = new Stopwatch();
            progress.update("reading", Double.NaN);
            try (Graph graph = read()) {
                watch.lap("load");
                progress.update("walking", Double.NaN);
                NodeVectors how = how(choice);
                how.onPlan(plan -> {
                    if (options.explain()) {
                        Plans.print(options, plan);
                    }
                    if (out == null) {
                        throw new Explained();
                    }
                    progress.expect("fitting " + plan.shape(), plan.seconds());
                });
                try (WordVectors vectors = how.fit(graph)) {
                    watch.lap("compute");
                    progress.update("writing", Double.NaN);
                    VectorFiles.write(vectors, out);
                    watch.lap("write");
                    progress.close();
                    tell(graph, how, vectors, watch, device);
                }
            }
        } catch (Explained e) {
            return 0;
        }
        return 0;
    }

    private Graph read() {
        Graph graph;
        try {
            graph = Graph.read(edges, directed);
        } catch (IOException e) {
            throw new UsageException(Errors.text(e), e);
        }
        for (String name : graph.nodes().words()) {
            if (name.chars().anyMatch(c -> c <= ' ')) {
                graph.close();
                throw new UsageException(edges + ": the node '" + name
                        + "' has a blank in its name, which the file of vectors cannot hold; write _ instead");
            }
        }
        return graph;
    }

    private NodeVectors.Method method() {
        for (NodeVectors.Method each : NodeVectors.Method.values()) {
            if (name(each).equals(method)) {
                return each;
            }
        }
        throw new UsageException(
                "--method " + method + ": is none of auto, deepwalk, node2vec, netmf, netmf-low-rank, prone");
    }

    private static String name(NodeVectors.Method method) {
        return method.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private NodeVectors how(NodeVectors.Method choice) {
        return NodeVectors.dimensions(dim)
                .method(choice)
                .window(window)
                .walks(walks, length)
                .bias(p, q)
                .dtype(options.precision() == null ? DType.F32 : options.precision())
                .seed(options.seed());
    }

    private void tell(Graph graph, NodeVectors how, WordVectors vectors, Stopwatch watch, Device device) {
        Certificate certificate = how.certificate().orElseThrow();
        String used = name(how.methodFor(graph));
        if (options.json()) {
            options.out()
                    .println(new Report()
                            .put("command", "nodes fit")
                            .put("input", edges.toString())
                            .put("shape", vectors.vectors().shape().dims())
                            .put("dtype", vectors.vectors().dtype().toString())
                            .put("rank", dim)
                            .put("method", used)
                            .put("driver", certificate.driver().toString())
                            .put("seed", options.seed())
                            .put("seconds", watch.seconds())
                            .put("certificate", Certificates.fields(certificate))
                            .putMachine(device));
            return;
        }
        options.out().println("nodes of " + edges + ": " + graph + ", " + dim + " dimensions by " + used);
        options.out().println("  quality  " + Certificates.text(certificate));
        options.out().println("  time     " + watch);
        options.out().println("  written  " + out);
    }
}
