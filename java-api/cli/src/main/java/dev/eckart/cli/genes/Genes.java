package dev.eckart.cli.genes;

import dev.eckart.cli.UsageException;
import dev.eckart.cli.rdata.RData;
import dev.eckart.cli.rdata.RValue;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How often each person carries each allele, and where the person's population lives: a {@code genind} object of R's package adegenet
 * with a table {@code popInfo}, as its data set eHGDP is (Jombart, Devillard and Balloux 2010).
 *
 * @param people how many
 * @param alleles how many, over all loci
 * @param counts of allele j in person i at i + people·j, 0 to {@code ploidy}; {@link RValue#NA} where missing
 * @param ploidy how many copies of a locus a person has
 * @param population of each person, from 0
 * @param places of the populations
 */
record Genes(int people, int alleles, int[] counts, int ploidy, int[] population, List<Place> places) {
    private static final int BLOCK = 1 << 19;

    /**
     * Reads the object of this name.
     *
     * @throws UsageException when the file is no such object
     */
    static Genes read(Path file, String name) throws IOException {
        RValue saved = RData.read(file);
        try {
            return of(saved.get(name));
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    file + ": holds no genind object '" + name + "' with popInfo: " + e.getMessage(), e);
        }
    }

    private static Genes of(RValue genind) {
        int[] dims = genind.get("tab").get("dim").ints();
        int[] population = genind.get("pop").ints();
        RValue info = genind.get("other").get("popInfo");
        String[] names = info.get("Population").strings();
        String[] regions = info.get("Region").strings();
        double[] latitude = info.get("Latitude").doubles();
        double[] longitude = info.get("Longitude").doubles();
        require(dims.length == 2 && population.length == dims[0], "tab and pop do not fit together");
        require(
                regions.length == names.length && latitude.length == names.length && longitude.length == names.length,
                "the columns of popInfo differ in length");
        int[] counts = genind.get("tab").ints();
        require(counts.length == (long) dims[0] * dims[1], "tab has other dimensions than it says");
        int[] copies = genind.get("ploidy").ints();
        int ploidy = copies.length == 0 ? 0 : copies[0];
        require(ploidy > 0 && IntStream.of(copies).allMatch(c -> c == ploidy), "the ploidy differs, or is not known");
        List<Place> places = new ArrayList<>();
        for (int i = 0; i < names.length; i++) {
            places.add(new Place(names[i], regions[i], latitude[i], longitude[i]));
        }
        int[] from0 = IntStream.of(population).map(p -> p - 1).toArray();
        require(
                IntStream.of(from0).allMatch(p -> p >= 0 && p < places.size()),
                "pop names populations that are not there");
        return new Genes(dims[0], dims[1], counts, ploidy, from0, places);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /** Where a person lives. */
    Place place(int person) {
        return places.get(population[person]);
    }

    /** Numbers of the people of a region. */
    int[] of(String region) {
        return IntStream.range(0, people)
                .filter(i -> place(i).region().equals(region))
                .toArray();
    }

    /**
     * Shares of the alleles, 0 to 1, NaN where missing: (who, alleles), without the alleles that are missing in all of {@code who}.
     */
    Tensor shares(int[] who, DType dtype, Device device) {
        int[] known = IntStream.range(0, alleles)
                .filter(j -> IntStream.of(who).anyMatch(i -> counts[i + people * j] != RValue.NA))
                .toArray();
        int width = Math.max(1, BLOCK / Math.max(1, who.length));
        try (Scope scope = Scope.open()) {
            Tensor all = Tensor.empty(Device.cpu(), dtype, who.length, known.length);
            for (int from = 0; from < known.length; from += width) {
                int to = Math.min(known.length, from + width);
                try (Scope inner = Scope.open()) {
                    Tensor block = Tensor.of(block(who, known, from, to), to - from, who.length);
                    all.slice(1, from, to).assign(block.transpose().to(dtype));
                }
            }
            return scope.keep(all.to(device));
        }
    }

    private double[] block(int[] who, int[] known, int from, int to) {
        double[] out = new double[(to - from) * who.length];
        for (int j = from, at = 0; j < to; j++) {
            for (int i : who) {
                int count = counts[i + people * known[j]];
                out[at++] = count == RValue.NA ? Double.NaN : count / (double) ploidy;
            }
        }
        return out;
    }

    /** Share of the people × alleles that is missing. */
    double missing() {
        return IntStream.of(counts).filter(c -> c == RValue.NA).count() / (double) Math.max(1, counts.length);
    }
}
