package dev.eckart.backend;

import dev.eckart.memory.DType;
import dev.eckart.memory.Threads;
import java.util.List;
import java.util.function.Supplier;

/** What the parts of {@link BackendContract} share. */
interface BackendFixture {
    /** Types of factorizations and products. */
    List<DType> REAL = List.of(DType.F64, DType.F32);

    /** Numbers of threads whose results are compared. */
    int[] THREADS = {1, 2};

    /** The backend under test. */
    Backend backend();

    /**
     * Runs {@code body} with each number of threads and demands the very same elements every time. Once only, for a {@code size}
     * that is not worth a second thread.
     */
    default Values sameForAllThreads(int size, Supplier<String> what, Supplier<Values> body) {
        Values first = null;
        for (int count : size < 1000 ? new int[] {1} : THREADS) {
            try (Threads threads = Threads.use(count)) {
                Values now = body.get();
                if (first != null) {
                    now.assertEquals(first, () -> what.get() + ": " + count + " threads differ from 1");
                } else {
                    first = now;
                }
            }
        }
        return first;
    }
}
