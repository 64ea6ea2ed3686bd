package dev.eckart.diffusion;

import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** The latest estimates of x₀ of a multistep sampler, the latest first, as copies that outlive the step. */
final class History implements AutoCloseable {
    /** An estimate and the level it was made at. */
    record Entry(NoiseLevel level, Tensor clean) {}

    private final int most;
    private final List<Entry> entries = new ArrayList<>();

    /** @param most how many are remembered */
    History(int most) {
        this.most = most;
    }

    void add(NoiseLevel level, Tensor clean) {
        entries.add(0, new Entry(level, Scope.outside(clean::copy)));
        if (entries.size() > most) {
            entries.remove(most).clean().close();
        }
    }

    int size() {
        return entries.size();
    }

    Entry get(int i) {
        return entries.get(i);
    }

    @Override
    public void close() {
        entries.forEach(entry -> entry.clean().close());
        entries.clear();
    }
}
