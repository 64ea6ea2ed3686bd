package dev.eckart.cli.demo;

import dev.eckart.linalg.Svd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;

/**
 * A made-up table of homes in which one column is another in other units, exactly or with measuring errors, and what the singular
 * values of the table, each column divided by its norm, say about that.
 *
 * @param table rows of the columns {@link #COLUMNS}
 * @param sigma singular values of the scaled table
 * @param tolerance what counts as zero: absolute
 * @param rank number of singular values above the tolerance
 * @param relation coefficients c of Σ cⱼ·columnⱼ ≈ 0 from the last right singular vector, in the units of the table, with −1 for the
 *     area in ft²
 */
record Homes(double[][] table, double[] sigma, double tolerance, int rank, double[] relation) {
    static final String[] COLUMNS = {
        "area, m²", "area, ft²", "rooms", "age, years", "to the centre, km", "price, 1000 €"
    };
    static final double SQUARE_FEET = 10.763910416709722; // in a square metre: 1 / 0.3048²
    private static final int COUNT = 200;
    private static final int FEET = 1;

    /** Draws the table; {@code error} is the relative standard deviation of the second measurement. */
    static Homes of(Seeds seeds, double error) {
        double[][] table = draw(seeds, error);
        try (Scope scope = Scope.open()) {
            Tensor x = Tensor.of(table);
            Tensor norms = x.square().sum(0).sqrt();
            Svd svd = Svd.of(x.divide(norms));
            double[] sigma = svd.s().toArray();
            // Weyl: an error E of the table moves a singular value by ‖E‖ at most. A column of norm 1 with relative
            // error e has
            // ‖E‖ about e; without, there is rounding.
            double rounding = Math.max(COUNT, COLUMNS.length) * DType.F64.epsilon() * sigma[0];
            double tolerance = Math.max(error, rounding);
            int rank = (int) Arrays.stream(sigma).filter(s -> s > tolerance).count();
            double[] last = svd.vt().select(0, sigma.length - 1).divide(norms).toArray();
            double unit = -1 / last[FEET];
            return new Homes(
                    table,
                    sigma,
                    tolerance,
                    rank,
                    Arrays.stream(last).map(c -> c * unit).toArray());
        }
    }

    private static double[][] draw(Seeds seeds, double error) {
        try (Scope scope = Scope.open()) {
            double[][] u =
                    Tensor.uniform(DType.F64, seeds.of("homes"), COUNT, 3).toMatrix();
            double[][] g =
                    Tensor.normal(DType.F64, seeds.of("homes errors"), COUNT, 4).toMatrix();
            double[][] rows = new double[COUNT][];
            for (int i = 0; i < COUNT; i++) {
                double area = Math.round(350 + 1250 * u[i][0]) / 10.0;
                double feet = area * SQUARE_FEET * (1 + error * g[i][0]);
                double rooms = Math.max(1, Math.round(area / 26 + 0.8 * g[i][1]));
                double age = Math.round(90 * u[i][1]);
                double distance = Math.round(10 * (1 + 24 * u[i][2])) / 10.0;
                double price = Math.round(60 + 4.1 * area - 1.1 * age - 6 * distance + 35 * g[i][2]);
                rows[i] = new double[] {area, feet, rooms, age, distance, price};
            }
            return rows;
        }
    }

    /** The coefficient of the area in m². */
    double feetPerMetre() {
        return relation[0];
    }
}
