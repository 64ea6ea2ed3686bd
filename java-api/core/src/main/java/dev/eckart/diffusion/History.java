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
        Tensor copy;
        if (entries.size() < most) {
            copy = Scope.outside(clean::copy);
        } else {
            copy = entries.remove(most - 1).clean();
            copy.assign(clean);
        }
        entries.add(0, new Entry(level, copy));
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
