package dev.eckart.diffusion;

import dev.eckart.tensor.Tensor;

/** A way from noise to data along given levels. Implementations are immutable; what one run remembers is in its {@link Stepper}. */
public interface Sampler {
    /** The name that {@link Samplers#named} takes, for messages. */
    String name();

    /** Begins a run. */
    Stepper begin();

    /** Takes the steps of one run, in order. Belongs to one thread. */
    @FunctionalInterface
    interface Stepper extends AutoCloseable {
        /** The samples at {@code step.to()}; tensors made on the way may be left to the scope that is open. */
        Tensor step(Step step);

        /** Closes what was remembered. */
        @Override
        default void close() {}
    }
}
