package dev.eckart.benchmarks.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An operation of a library whose results are objects on the heap.
 *
 * @param <P> what an untimed preparation makes for each run
 * @param <R> the library's own result
 */
public final class ArrayTask<P, R> implements Peer.Task {
    private final Supplier<P> preparation;
    private final Function<P, R> work;
    private final Function<R, Map<String, NpyArray>> export;
    private P prepared;
    private R result;

    /**
     * A task of three parts.
     *
     * @param preparation untimed, before each run
     * @param work timed
     * @param export untimed: the result as arrays by their names
     */
    public ArrayTask(Supplier<P> preparation, Function<P, R> work, Function<R, Map<String, NpyArray>> export) {
        this.preparation = preparation;
        this.work = work;
        this.export = export;
    }

    @Override
    public void prepare() {
        result = null;
        prepared = preparation.get();
    }

    @Override
    public void run() {
        result = work.apply(prepared);
    }

    @Override
    public void write(Path folder) throws IOException {
        for (Map.Entry<String, NpyArray> array : export.apply(result).entrySet()) {
            array.getValue().write(folder.resolve(array.getKey() + ".npy"));
        }
    }

    @Override
    public void close() {
        prepared = null;
        result = null;
    }
}
