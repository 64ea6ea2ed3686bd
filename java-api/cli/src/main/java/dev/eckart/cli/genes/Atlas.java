package dev.eckart.cli.genes;

import dev.eckart.linalg.Certificate;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.pca.Missing;
import dev.eckart.pca.Pca;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * The principal components of some people's alleles, and how well they tell where the people live. Plain Java values.
 *
 * @param genes of all people
 * @param who is looked at
 * @param alleles how many were known of anybody
 * @param scores (who, k)
 * @param ratio share of the variance of each component
 * @param longitude R² of the longitude from the first 1, 2, … components
 * @param latitude R² of the latitude
 * @param certificate of the decomposition
 */
record Atlas(
        Genes genes,
        int[] who,
        long alleles,
        double[][] scores,
        double[] ratio,
        double[] longitude,
        double[] latitude,
        Certificate certificate) {
    static final int COMPONENTS = 10;

    static Atlas of(Genes genes, int[] who, DType dtype, Device device, long seed) {
        try (Scope scope = Scope.open()) {
            Tensor x = genes.shares(who, dtype, device);
            long k = Math.min(COMPONENTS, Math.min(x.dim(0) - 1, x.dim(1)));
            Pca pca = Pca.components(k)
                    .seed(seed)
                    .solver(Pca.Solver.SVD)
                    .missing(Missing.MEAN)
                    .fit(x);
            double[][] scores = pca.transform(x).toMatrix();
            return new Atlas(
                    genes,
                    who,
                    x.dim(1),
                    scores,
                    pca.explainedVarianceRatio(),
                    explained(scores, coordinate(genes, who, Place::longitude)),
                    explained(scores, coordinate(genes, who, Place::latitude)),
                    pca.certificate().orElseThrow());
        }
    }

    /**
     * R² of the regression of {@code y} on the first 1, 2, … columns of {@code z}. As scores are centred and uncorrelated, each adds
     * its own (z·y)² / (‖z‖²‖y‖²).
     */
    static double[] explained(double[][] z, double[] y) {
        double mean = Arrays.stream(y).average().orElse(0);
        double total = Arrays.stream(y).map(v -> (v - mean) * (v - mean)).sum();
        double[] out = new double[z.length == 0 ? 0 : z[0].length];
        double sum = 0;
        for (int k = 0; k < out.length; k++) {
            double product = 0;
            double square = 0;
            for (int i = 0; i < y.length; i++) {
                product += z[i][k] * (y[i] - mean);
                square += z[i][k] * z[i][k];
            }
            sum += square == 0 || total == 0 ? 0 : product * product / (square * total);
            out[k] = sum;
        }
        return out;
    }

    static double[] coordinate(Genes genes, int[] who, ToDoubleFunction<Place> of) {
        return Arrays.stream(who)
                .mapToDouble(i -> of.applyAsDouble(genes.place(i)))
                .toArray();
    }

    double[] longitudes() {
        return coordinate(genes, who, Place::longitude);
    }

    double[] latitudes() {
        return coordinate(genes, who, Place::latitude);
    }

    double[] score(int component) {
        return Arrays.stream(scores).mapToDouble(row -> row[component]).toArray();
    }

    /** R² from the first {@code k} components, or from as many as there are. */
    static double at(double[] explained, int k) {
        return explained.length == 0 ? 0 : explained[Math.min(k, explained.length) - 1];
    }

    /**
     * The first two components laid on the map: as (longitude, latitude) in degrees. The map's degrees of longitude are shortened as they
     * are on the globe at the people's mean latitude.
     */
    Procrustes onMap() {
        double shorter = shorter();
        double[] east = longitudes();
        double[] north = latitudes();
        double[][] goal = new double[who.length][];
        double[][] points = new double[who.length][];
        for (int i = 0; i < who.length; i++) {
            goal[i] = new double[] {east[i] * shorter, north[i]};
            points[i] = new double[] {scores[i][0], scores[i][1]};
        }
        Procrustes laid = Procrustes.of(points, goal);
        double[][] degrees = Arrays.stream(laid.points())
                .map(p -> new double[] {p[0] / shorter, p[1]})
                .toArray(double[][]::new);
        return new Procrustes(degrees, laid.degrees(), laid.mirrored(), laid.similarity());
    }

    private double shorter() {
        return Math.cos(Math.toRadians(Arrays.stream(latitudes()).average().orElse(0)));
    }
}
