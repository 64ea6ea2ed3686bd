package dev.eckart.cli.airports;

import dev.eckart.cli.Progress;
import dev.eckart.cli.Report;
import dev.eckart.cli.Story;
import dev.eckart.cli.genes.Procrustes;
import dev.eckart.embedding.NodeVectors;
import dev.eckart.embedding.WordVectors;
import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.RidgeRegression;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/** The page "Flights mirror geography": vectors of airports from nothing but who flies where, and the map in them. */
public final class AirportsDemo implements Story {
    /** As {@code --data} has it. */
    public static final String NAME = "airports";

    static final int DIMENSIONS = 64;
    static final int WINDOW = 10;
    static final int FOLDS = 10;
    static final int NEAREST = 5;

    private final Airports airports;
    private final DType dtype;
    private final long seed;
    private final double loadSeconds;
    private Findings found;
    private double computeSeconds;

    /**
     * What the page tells.
     *
     * @param longitude of each airport, predicted from vectors of others
     * @param latitude likewise
     * @param onMap the first two principal components of the vectors, laid on the map
     * @param flights of each airport
     * @param nearest names of the most similar airports of each
     * @param certificate of the decomposition
     */
    record Findings(
            double[] longitude,
            double[] latitude,
            Procrustes onMap,
            double[] flights,
            List<List<String>> nearest,
            Certificate certificate) {}

    private AirportsDemo(Airports airports, DType dtype, long seed, double loadSeconds) {
        this.airports = airports;
        this.dtype = dtype;
        this.seed = seed;
        this.loadSeconds = loadSeconds;
    }

    /**
     * Reads the data.
     *
     * @param folder of airports.csv and flights-airport.csv, as {@code ci/data airports} brings them
     * @param seed of the decomposition and of the parts that are held out
     * @throws dev.eckart.cli.UsageException when it is not what it should be
     */
    public static AirportsDemo read(Path folder, DType dtype, long seed) throws IOException {
        long start = System.nanoTime();
        Airports airports = Airports.read(folder);
        return new AirportsDemo(airports, dtype, seed, (System.nanoTime() - start) / 1e9);
    }

    private NodeVectors how() {
        int dimensions = Math.min(DIMENSIONS, airports.list().size());
        return NodeVectors.dimensions(dimensions)
                .method(NodeVectors.Method.NETMF)
                .window(WINDOW)
                .dtype(dtype)
                .seed(seed);
    }

    @Override
    public SvdPlan explain() {
        AtomicReference<SvdPlan> plan = new AtomicReference<>();
        how().onPlan(plan::set).fit(airports.graph()).close();
        return plan.get();
    }

    @Override
    public void run(Progress progress) {
        long start = System.nanoTime();
        progress.update("vectors of airports", 0);
        NodeVectors how = how();
        try (WordVectors vectors = how.fit(airports.graph());
                Scope scope = Scope.open()) {
            Tensor v = vectors.vectors().to(DType.F64);
            double[][] rows = v.toMatrix();
            double[] longitude = airports.each(Airport::longitude);
            double[] latitude = airports.each(Airport::latitude);
            progress.update("the map in them", 0.3);
            double[][] goal = IntStream.range(0, rows.length)
                    .mapToObj(i -> new double[] {longitude[i], latitude[i]})
                    .toArray(double[][]::new);
            double[][] two = Pca.components(2).seed(seed).fit(v).transform(v).toMatrix();
            found = new Findings(
                    heldOut(v, longitude),
                    heldOut(v, latitude),
                    Procrustes.of(two, goal),
                    airports.graph()
                            .adjacency()
                            .multiply(Tensor.full(DType.F64, 1, rows.length, 1))
                            .toArray(),
                    IntStream.range(0, rows.length)
                            .mapToObj(i -> nearest(vectors, i))
                            .toList(),
                    how.certificate().orElseThrow());
        }
        computeSeconds = (System.nanoTime() - start) / 1e9;
    }

    private double[] heldOut(Tensor vectors, double[] y) {
        return RidgeRegression.crossValidated(vectors, Tensor.of(y, y.length), FOLDS, seed)
                .toArray();
    }

    static double determination(double[] y, double[] predicted) {
        try (Tensor seen = Tensor.of(y, y.length);
                Tensor expected = Tensor.of(predicted, y.length)) {
            return RidgeRegression.determination(seen, expected);
        }
    }

    private List<String> nearest(WordVectors vectors, int airport) {
        String code = airports.list().get(airport).code();
        return vectors.nearest(code, NEAREST).stream().map(m -> m.name()).toList();
    }

    @Override
    public String page() {
        return new AirportsPage(airports, found, loadSeconds, computeSeconds).html();
    }

    @Override
    public Report report(Device on) {
        Map<String, Object> nearest = new LinkedHashMap<>();
        for (int i = 0; i < airports.list().size(); i++) {
            nearest.put(airports.list().get(i).code(), found.nearest().get(i));
        }
        int n = airports.list().size();
        return new Report()
                .put("data", NAME)
                .put("seed", seed)
                .put("shape", new long[] {n, n})
                .put("dtype", dtype.toString())
                .put("connections", airports.connections())
                .put("flights", airports.flights())
                .put("rank", Math.min(DIMENSIONS, n))
                .putDecomposition(found.certificate(), loadSeconds, computeSeconds)
                .put("longitudeRSquared", determination(airports.each(Airport::longitude), found.longitude()))
                .put("latitudeRSquared", determination(airports.each(Airport::latitude), found.latitude()))
                .put("similarity", found.onMap().similarity())
                .put("nearest", nearest)
                .putMachine(on);
    }
}
