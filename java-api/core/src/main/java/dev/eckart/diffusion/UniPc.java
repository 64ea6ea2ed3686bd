package dev.eckart.diffusion;

import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;

/**
 * The unified predictor-corrector for the ODE (Zhao et al. 2023, UniPC, for estimates of x₀, with B(h) = e^h − 1): a
 * multistep prediction, corrected once the next evaluation is there, which also serves the next prediction. One evaluation a step,
 * order p + 1.
 *
 * @param order p of the predictor, 1 to 3; 2 is usual. The first steps, and one that ends without noise, have less.
 */
public record UniPc(int order) implements Sampler {
    /** Checks the order. */
    public UniPc {
        if (order < 1 || order > 3) {
            throw new IllegalArgumentException("unipc: order " + order + " is outside 1..3");
        }
    }

    @Override
    public String name() {
        return "unipc";
    }

    @Override
    public Stepper begin() {
        return new Run();
    }

    private final class Run implements Stepper {
        private final History history = new History(order);
        /** The corrected samples of the step before, once there is one, and the order it was predicted by. */
        private Tensor corrected;

        private int predictedBy;

        @Override
        public Tensor step(Step step) {
            NoiseLevel t = step.from();
            Tensor clean = step.clean();
            Tensor x = step.x();
            if (corrected != null) {
                NoiseLevel before = history.get(0).level();
                x = Ode.solve(before, t, corrected, data(predictedBy, before, t, clean));
            }
            history.add(t, clean);
            remember(x);
            predictedBy = step.to().isClean() ? 1 : Math.min(order, history.size());
            return Ode.solve(t, step.to(), x, data(predictedBy, t, step.to(), null));
        }

        /**
         * The estimate for the way from t to s: m₀ + Σ ρ_k/r_k·(m_k − m₀) over those before, and that at s when it is known.
         *
         * @param atEnd the estimate at s, or null
         */
        private Tensor data(int p, NoiseLevel t, NoiseLevel s, Tensor atEnd) {
            double h = s.lambda() - t.lambda();
            int count = p - 1 + (atEnd == null ? 0 : 1);
            double[] r = new double[count];
            for (int k = 0; k < count; k++) {
                r[k] = k < p - 1 ? (history.get(k + 1).level().lambda() - t.lambda()) / h : 1;
            }
            double[] rho = weights(r, h);
            Tensor latest = history.get(0).clean();
            double rest = 1;
            for (int k = 0; k < count; k++) {
                rest -= rho[k] / r[k];
            }
            Tensor sum = Combination.of(rest, latest);
            for (int k = 0; k < count; k++) {
                Combination.plus(
                        sum, rho[k] / r[k], k < p - 1 ? history.get(k + 1).clean() : atEnd);
            }
            return sum;
        }

        private void remember(Tensor x) {
            if (corrected == null) {
                corrected = Scope.outside(x::copy);
            } else {
                corrected.assign(x);
            }
        }

        @Override
        public void close() {
            history.close();
            if (corrected != null) {
                corrected.close();
            }
        }
    }

    /** ρ with Σ_k r_k^(j−1)·ρ_k = j!·hφ_{j+1}/B, j = 1, 2 … (theorem 3.1, at −h); ½ for one, as in the paper and its code. */
    static double[] weights(double[] r, double h) {
        int n = r.length;
        if (n == 1) {
            return new double[] {.5};
        }
        double b = Math.expm1(-h);
        double[][] system = new double[n][n + 1];
        double phi = b / -h - 1;
        double factorial = 1;
        for (int j = 0; j < n; j++) {
            for (int k = 0; k < n; k++) {
                system[j][k] = Math.pow(r[k], j);
            }
            system[j][n] = phi * factorial / b;
            factorial *= j + 2;
            phi = phi / -h - 1 / factorial;
        }
        return solve(system);
    }

    /** Elimination of rows [A | b]; A is a Vandermonde matrix of different nodes, whose pivots don't vanish. */
    private static double[] solve(double[][] rows) {
        int n = rows.length;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                double factor = rows[j][i] / rows[i][i];
                for (int k = i; k <= n; k++) {
                    rows[j][k] -= factor * rows[i][k];
                }
            }
        }
        double[] x = new double[n];
        for (int i = n - 1; i >= 0; i--) {
            x[i] = rows[i][n];
            for (int k = i + 1; k < n; k++) {
                x[i] -= rows[i][k] * x[k];
            }
            x[i] /= rows[i][i];
        }
        return x;
    }
}
