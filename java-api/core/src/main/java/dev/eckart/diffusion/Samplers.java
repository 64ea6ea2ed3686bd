package dev.eckart.diffusion;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The samplers by name, each as it is used most. */
public final class Samplers {
    private static final Map<String, Sampler> ALL = new LinkedHashMap<>();

    static {
        List<Sampler> all = List.of(
                new Ddpm(Ddpm.Variance.FIXED_SMALL),
                new Ddim(0),
                new Euler(),
                new EulerAncestral(1),
                new Heun(),
                new DpmSolverPlusPlus(),
                new DpmSolverPlusPlus(DpmSolverPlusPlus.Equation.SDE),
                new UniPc(2));
        for (Sampler each : all) {
            ALL.put(each.name(), each);
        }
    }

    private Samplers() {}

    /** All names. */
    public static List<String> names() {
        return List.copyOf(ALL.keySet());
    }

    /**
     * A sampler.
     *
     * @throws IllegalArgumentException for another name; lists those there are
     */
    public static Sampler named(String name) {
        Sampler found = ALL.get(name);
        if (found == null) {
            throw new IllegalArgumentException("sampler " + name + ": is none of " + String.join(", ", ALL.keySet()));
        }
        return found;
    }
}
