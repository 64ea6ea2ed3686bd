package dev.eckart.cli.genes;

import dev.eckart.cli.Progress;
import dev.eckart.cli.Report;
import dev.eckart.cli.Story;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** The page "Genes mirror geography": the components of the people of the world, and of Europe's alone. */
public final class GenesDemo implements Story {
    /** As {@code --data} has it. */
    public static final String NAME = "ehgdp";

    private static final String EUROPE = "EUROPE";
    private static final String OBJECT = "eHGDP";

    private final Genes genes;
    private final DType dtype;
    private final Device device;
    private final long seed;
    private final double loadSeconds;
    private Atlas world;
    private Atlas europe;
    private double computeSeconds;

    private GenesDemo(Genes genes, DType dtype, Device device, long seed, double loadSeconds) {
        this.genes = genes;
        this.dtype = dtype;
        this.device = device;
        this.seed = seed;
        this.loadSeconds = loadSeconds;
    }

    /**
     * Reads the data.
     *
     * @param file eHGDP.rda, as {@code ci/data ehgdp} brings it
     * @param seed of the certificates
     * @throws dev.eckart.cli.UsageException when it is not what it should be
     */
    public static GenesDemo read(Path file, DType dtype, Device device, long seed) throws IOException {
        long start = System.nanoTime();
        Genes genes = Genes.read(file, OBJECT);
        return new GenesDemo(genes, dtype, device, seed, (System.nanoTime() - start) / 1e9);
    }

    @Override
    public SvdPlan explain() {
        try (Tensor x = genes.shares(everybody(), dtype, device)) {
            return Svd.options().explain(x);
        }
    }

    @Override
    public void run(Progress progress) {
        long start = System.nanoTime();
        progress.update("components of the world", 0);
        world = Atlas.of(genes, everybody(), dtype, device, seed);
        progress.update("components of Europe", 0.8);
        europe = Atlas.of(genes, genes.of(EUROPE), dtype, device, seed);
        computeSeconds = (System.nanoTime() - start) / 1e9;
    }

    private int[] everybody() {
        return IntStream.range(0, genes.people()).toArray();
    }

    @Override
    public String page() {
        return new GenesPage(world, europe, loadSeconds, computeSeconds).html();
    }

    @Override
    public Report report(Device on) {
        return new Report()
                .put("data", NAME)
                .put("seed", seed)
                .put("shape", new long[] {world.who().length, world.alleles()})
                .put("dtype", dtype.toString())
                .put("missing", genes.missing())
                .put("rank", world.ratio().length)
                .putDecomposition(world.certificate(), loadSeconds, computeSeconds)
                .put("world", numbers(world))
                .put("europe", numbers(europe))
                .putMachine(on);
    }

    private static Map<String, Object> numbers(Atlas atlas) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("people", atlas.who().length);
        out.put("alleles", atlas.alleles());
        out.put("explainedVarianceRatio", atlas.ratio());
        out.put("longitudeRSquared", atlas.longitude());
        out.put("latitudeRSquared", atlas.latitude());
        Procrustes map = atlas.onMap();
        Map<String, Object> procrustes = new LinkedHashMap<>();
        procrustes.put("degrees", map.degrees());
        procrustes.put("mirrored", map.mirrored());
        procrustes.put("similarity", map.similarity());
        procrustes.put("points", List.of(map.points()));
        out.put("onMap", procrustes);
        return out;
    }
}
