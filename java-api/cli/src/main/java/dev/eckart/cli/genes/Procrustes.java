package dev.eckart.cli.genes;

import dev.eckart.linalg.Svd;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;

/**
 * Points turned, turned over, stretched and moved so that they lie as near as can be to others: with the centred points Z and G, both
 * (n, 2), ZᵀG = UΣVᵀ gives the rotation R = UVᵀ and the scale tr Σ / ‖Z‖² that minimize ‖s·Z·R − G‖ (Schönemann 1966).
 *
 * @param points s·Z·R + mean of G, (n, 2)
 * @param degrees by which the first axis turns towards the second
 * @param mirrored whether R turns over as well
 * @param similarity √(1 − D) = tr Σ / (‖Z‖·‖G‖), 1 for the same shape (Wang et al. 2010)
 */
public record Procrustes(double[][] points, double degrees, boolean mirrored, double similarity) {
    /** Lays {@code points} on {@code goal}, both (n, 2), n ≥ 2. */
    public static Procrustes of(double[][] points, double[][] goal) {
        try (Scope scope = Scope.open()) {
            Tensor z = centred(Tensor.of(points));
            Tensor target = Tensor.of(goal);
            Tensor g = centred(target);
            Svd svd = Svd.of(z.transpose().matmul(g));
            double trace = Arrays.stream(svd.s().toArray()).sum();
            Tensor rotation = svd.u().matmul(svd.vt());
            double[][] r = rotation.toMatrix();
            double lengths = z.norm() * g.norm();
            double scale = z.norm() == 0 ? 0 : trace / (z.norm() * z.norm());
            return new Procrustes(
                    z.matmul(rotation).multiply(scale).add(target.mean(0)).toMatrix(),
                    Math.toDegrees(Math.atan2(r[0][1], r[0][0])),
                    r[0][0] * r[1][1] - r[0][1] * r[1][0] < 0,
                    lengths == 0 ? 0 : trace / lengths);
        }
    }

    private static Tensor centred(Tensor x) {
        return x.subtract(x.mean(0));
    }
}
