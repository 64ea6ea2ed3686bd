package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/**
 * DPM-Solver++(2M) (Lu et al. 2022, DPM-Solver++, algorithm 2; for the SDE as in its authors' code): order 2 with one
 * evaluation a step. The first step, and one that ends without noise, is of order 1.
 *
 * @param equation what is solved
 */
public record DpmSolverPlusPlus(Equation equation) implements Sampler {
    /** Both lead to the same distribution. */
    public enum Equation {
        /** The probability-flow ODE. */
        ODE,
        /** The reverse SDE, which adds noise in each step. */
        SDE
    }

    /** For the ODE. */
    public DpmSolverPlusPlus() {
        this(Equation.ODE);
    }

    @Override
    public String name() {
        return equation == Equation.ODE ? "dpm-solver++" : "dpm-solver++-sde";
    }

    @Override
    public Stepper begin() {
        return new Run();
    }

    private final class Run implements Stepper {
        private final History history = new History(1);

        @Override
        public Tensor step(Step step) {
            NoiseLevel t = step.from();
            NoiseLevel s = step.to();
            Tensor clean = step.clean();
            Tensor data = clean;
            if (history.size() > 0 && !s.isClean()) {
                History.Entry before = history.get(0);
                // 1/(2r), r the ratio of the step before to this one.
                double w =
                        (s.lambda() - t.lambda()) / (t.lambda() - before.level().lambda()) / 2;
                data = Combination.of(1 + w, clean, -w, before.clean());
            }
            history.add(t, clean);
            return equation == Equation.ODE || s.isClean() ? Ode.solve(t, s, step.x(), data) : stochastic(step, data);
        }

        @Override
        public void close() {
            history.close();
        }
    }

    /** (σ_s/σ_t)·e^−h·x + α_s·(1 − e^−2h)·D + σ_s·√(1 − e^−2h)·z. */
    private static Tensor stochastic(Step step, Tensor data) {
        NoiseLevel t = step.from();
        NoiseLevel s = step.to();
        double h = s.lambda() - t.lambda();
        double added = -Math.expm1(-2 * h);
        double kept = s.sigma() / t.sigma() * Math.exp(-h);
        return Combination.of(kept, step.x(), s.alpha() * added, data, s.sigma() * Math.sqrt(added), step.noise());
    }
}
