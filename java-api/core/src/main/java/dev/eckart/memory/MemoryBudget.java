package dev.eckart.memory;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Eckart's account of the host memory that its tensors and workspaces take, and the most that it may ever take: the property
 * {@code eckart.memory.max} (bytes, or a number with k, m, g); without it no limit but the machine's. Thread-safe.
 */
public final class MemoryBudget {
    private static final AtomicLong USED = new AtomicLong();
    private static final AtomicLong PEAK = new AtomicLong();
    private static volatile long max = initial();

    private MemoryBudget() {}

    private static long initial() {
        String set = System.getProperty("eckart.memory.max");
        return set == null ? Long.MAX_VALUE : Bytes.parse("eckart.memory.max", set);
    }

    /** Bytes in use now. */
    public static long used() {
        return USED.get();
    }

    /** The most bytes in use at any one time since the start, or since {@link #resetPeak}. */
    public static long peak() {
        return PEAK.get();
    }

    /** Starts a new measurement of {@link #peak}. */
    public static void resetPeak() {
        PEAK.set(USED.get());
    }

    /** The limit in bytes; {@code Long.MAX_VALUE} for none. */
    public static long max() {
        return max;
    }

    /** Sets the limit; what is already in use stays. */
    public static void setMax(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("memory budget: " + bytes + " is negative");
        }
        max = bytes;
    }

    /** Bytes that may still be taken. */
    public static long available() {
        return Math.max(0, max - USED.get());
    }

    /** Takes {@code bytes}, or throws. For backends. */
    public static void take(String operation, long bytes) {
        long after = USED.addAndGet(bytes);
        if (after > max || after < 0) {
            USED.addAndGet(-bytes);
            throw new MemoryLimitException(
                    operation, bytes, available(), "raise -Deckart.memory.max (now " + Bytes.text(max) + ")");
        }
        PEAK.accumulateAndGet(after, Math::max);
    }

    /** Gives {@code bytes} back. For backends. */
    public static void give(long bytes) {
        USED.addAndGet(-bytes);
    }
}
