package dev.eckart.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A library under comparison. Each has a {@code main} that serves it by {@link Worker#serve}. */
public interface Peer {
    /** Name, version and settings, for the report. */
    String describe();

    /**
     * Reads the inputs and readies the operation; empty when this library has none of that name and type.
     *
     * @param operation {@code matmul}, {@code svd} …: those of {@code benchmarks/runner/cases.py}
     * @param inputs {@code .npy} files
     */
    Optional<Task> load(String operation, List<Path> inputs) throws IOException;

    /** One operation on loaded inputs, run again and again. */
    interface Task extends AutoCloseable {
        /** Untimed: drops the last result, makes fresh copies of what {@link #run} destroys. */
        default void prepare() {}

        /** Timed: from loaded inputs to results ready in the memory of the device. */
        void run();

        /** Writes the last results to {@code folder} as {@code .npy}, by the names that {@code accuracy.py} reads. */
        void write(Path folder) throws IOException;

        @Override
        void close();
    }
}
