package dev.eckart.cli.demo;

import dev.eckart.linalg.Eigh;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * Ridge regression on the one-hot labels: W = (XᵀX + αI)⁻¹XᵀY of the centred data, the largest of the ten outputs wins. One
 * eigen-decomposition XᵀX = Vᵀ·diag(w)·V serves every α.
 */
final class LeastSquares implements Classifier {
    /** α as a share of the largest eigenvalue. */
    private static final double[] SHARES = {1e-6, 1e-5, 1e-4, 1e-3, 1e-2};

    @Override
    public String name() {
        return "least squares";
    }

    @Override
    public String[] settings() {
        return java.util.Arrays.stream(SHARES)
                .mapToObj(share -> "ridge 10<sup>−" + Math.round(-Math.log10(share)) + "</sup>·<i>σ</i><sub>1</sub>²")
                .toArray(String[]::new);
    }

    @Override
    public int[][] guesses(Tensor x, int[] labels, Tensor queries) {
        int[][] out = new int[SHARES.length][];
        try (Scope scope = Scope.open()) {
            Tensor mean = x.mean(0);
            Tensor centred = x.subtract(mean);
            Tensor y = new LabelledImages(x, labels).oneHot();
            Tensor meanY = y.mean(0);
            Tensor right = centred.transpose().matmul(y.subtract(meanY));
            Eigh eigh = Eigh.of(centred.transpose().matmul(centred));
            Tensor rotated = eigh.vt().matmul(right);
            Tensor seen = queries.subtract(mean).matmul(eigh.vt().transpose());
            double largest = eigh.w().get(0);
            for (int s = 0; s < SHARES.length; s++) {
                try (Scope inner = Scope.open()) {
                    Tensor shifted = eigh.w().add(SHARES[s] * largest).reshape(x.dim(1), 1);
                    out[s] = Classifier.largest(
                            seen.matmul(rotated.divide(shifted)).add(meanY));
                }
            }
        }
        return out;
    }
}
