package dev.eckart.cli.genes;

import dev.eckart.cli.rdata.RFile;
import dev.eckart.cli.rdata.RValue;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A made-up eHGDP: populations at the crossings of a grid, allele frequencies that change steadily with place. */
public final class PeopleFile {
    static final int PER_PLACE = 8;
    static final int LOCI = 200;
    private static final double[] EAST = {-90, -30, 30, 90, 150};
    private static final double[] NORTH = {-30, 0, 30};
    private static final double[][] EUROPE = {{-40, 70}, {0, 40}, {40, 65}, {80, 40}, {90, 70}, {20, 20}};
    static final int PLACES = EAST.length * NORTH.length + EUROPE.length;
    static final int PEOPLE = PLACES * PER_PLACE;

    private PeopleFile() {}

    private static double[] place(int p) {
        int grid = EAST.length * NORTH.length;
        return p < grid ? new double[] {EAST[p % EAST.length], NORTH[p / EAST.length]} : EUROPE[p - grid];
    }

    /** Columns 2l and 2l + 1 are the alleles of locus l; locus 0 is not known of anybody in Europe. */
    private static int[] counts() {
        SplittableRandom random = new SplittableRandom(5);
        int[] out = new int[PEOPLE * 2 * LOCI];
        for (int l = 0; l < LOCI; l++) {
            double base = 0.35 + 0.3 * random.nextDouble();
            double byEast = (random.nextDouble() - 0.5) * 0.7;
            double byNorth = (random.nextDouble() - 0.5) * 0.5;
            for (int i = 0; i < PEOPLE; i++) {
                double[] at = place(i / PER_PLACE);
                double p = Math.min(
                        0.98, Math.max(0.02, base + byEast * (at[0] - 30) / 100 + byNorth * (at[1] - 15) / 45));
                boolean lost = random.nextDouble() < 0.04 || l == 0 && i / PER_PLACE >= EAST.length * NORTH.length;
                int count = (random.nextDouble() < p ? 1 : 0) + (random.nextDouble() < p ? 1 : 0);
                out[i + PEOPLE * 2 * l] = lost ? RValue.NA : count;
                out[i + PEOPLE * (2 * l + 1)] = lost ? RValue.NA : 2 - count;
            }
        }
        return out;
    }

    public static byte[] bytes() throws IOException {
        return RFile.bzip2(RFile.of(2, "eHGDP", genind(counts())));
    }

    static RFile.Value genind(int[] counts) {
        String[] names = new String[PLACES];
        String[] regions = new String[PLACES];
        double[] latitude = new double[PLACES];
        double[] longitude = new double[PLACES];
        for (int p = 0; p < PLACES; p++) {
            names[p] = "People " + p;
            regions[p] = p >= EAST.length * NORTH.length ? "EUROPE" : p % EAST.length < 2 ? "FAR_WEST" : "EAST";
            longitude[p] = place(p)[0];
            latitude[p] = place(p)[1];
        }
        int[] ploidy = new int[PEOPLE];
        Arrays.fill(ploidy, 2);
        int[] pop = new int[PEOPLE];
        Arrays.setAll(pop, i -> i / PER_PLACE + 1);
        RFile.Value info = RFile.with(
                List.of(names, regions, latitude, longitude),
                "names",
                new String[] {"Population", "Region", "Latitude", "Longitude"},
                "class",
                new String[] {"data.frame"});
        Map<String, Object> slots = new LinkedHashMap<>();
        slots.put("tab", RFile.with(counts, "dim", new int[] {PEOPLE, 2 * LOCI}));
        slots.put("ploidy", ploidy);
        slots.put("other", RFile.with(List.of(info), "names", new String[] {"popInfo"}));
        slots.put("pop", RFile.with(pop, "levels", new String[] {"1", "2"}, "class", new String[] {"factor"}));
        slots.put("class", new String[] {"genind"});
        return new RFile.Value(null, slots);
    }
}
