package dev.eckart.memory;

/**
 * How many CPU threads Eckart's native calls and readers of large files may use, the caller's included: a scoped setting of the calling
 * thread.
 *
 * <pre>{@code
 * try (Threads t = Threads.use(1)) { … }
 * }</pre>
 *
 * <p>The default is the property {@code eckart.threads}, else the CPUs of the process's container. Concurrent callers share one
 * native pool; they do not multiply it.
 */
public final class Threads implements AutoCloseable {
    private static final int DEFAULT = initial();
    private static final ThreadLocal<Integer> CURRENT = ThreadLocal.withInitial(() -> DEFAULT);

    private final int before;
    private final Thread owner = Thread.currentThread();
    private boolean closed;

    private Threads(int before) {
        this.before = before;
    }

    /** The number of threads in force on this thread. */
    public static int current() {
        return CURRENT.get();
    }

    /**
     * Sets the number for this thread until the result is closed.
     *
     * @throws IllegalArgumentException unless {@code count} is 1..256
     */
    public static Threads use(int count) {
        Threads previous = new Threads(current());
        CURRENT.set(checked(count, "threads"));
        return previous;
    }

    /** Restores the number that was in force before {@link #use}. Closing again does nothing. */
    @Override
    public void close() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("threads: closed on another thread than the one that opened it");
        }
        if (!closed) {
            closed = true;
            CURRENT.set(before);
        }
    }

    private static int initial() {
        String set = System.getProperty("eckart.threads");
        if (set == null) {
            return Math.min(256, Runtime.getRuntime().availableProcessors());
        }
        try {
            return checked(Integer.parseInt(set.strip()), "eckart.threads");
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("eckart.threads: '" + set + "' is not a number of threads", e);
        }
    }

    private static int checked(int count, String name) {
        if (count < 1 || count > 256) {
            throw new IllegalArgumentException(name + ": " + count + " is outside 1..256");
        }
        return count;
    }
}
