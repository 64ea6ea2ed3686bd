package dev.eckart.memory;

import java.lang.ref.Cleaner;
import java.util.Comparator;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * A block of device memory, counted: every tensor, view and running native call holds a share, and the memory is freed when the
 * last share is given back. So closing a tensor while another thread computes on it frees the memory afterwards. A buffer that
 * becomes unreachable with shares left is freed by a {@link Cleaner}; with {@code -Deckart.debug=true} that is reported with the
 * place of its allocation, and so is at the end of the process what was not freed. Thread-safe.
 */
public final class Buffer {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final boolean DEBUG = Boolean.getBoolean("eckart.debug");

    /** Those not freed, when that is to be reported. */
    private static final Set<Shares> LIVE = ConcurrentHashMap.newKeySet();

    static {
        if (DEBUG) {
            // The log is closed by then.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> live().forEach(System.err::println)));
        }
    }

    private final Device device;
    private final long address;
    private final long bytes;
    private final Object owner;
    private final Shares shares;
    private final Cleaner.Cleanable cleanable;

    private Buffer(Device device, long address, long bytes, Object owner, Runnable free) {
        this.device = device;
        this.address = address;
        this.bytes = bytes;
        this.owner = owner;
        this.shares = new Shares(free, bytes);
        this.cleanable = CLEANER.register(this, shares);
    }

    /**
     * A buffer with one share, the caller's.
     *
     * @param free frees the memory, must not refer to the buffer; called exactly once
     */
    public static Buffer owned(Device device, long address, long bytes, Runnable free) {
        return new Buffer(device, address, bytes, null, free);
    }

    /** A buffer over somebody else's memory, whose {@code owner} is held strongly while the buffer is reachable. */
    public static Buffer wrapped(Device device, long address, long bytes, Object owner) {
        return new Buffer(device, address, bytes, owner, () -> {});
    }

    /** The device whose memory this is. */
    public Device device() {
        return device;
    }

    /** The address of the first byte; valid while the caller holds a share. */
    public long address() {
        return address;
    }

    /** Size in bytes. */
    public long bytes() {
        return bytes;
    }

    /** Whose memory this is, for a wrapped buffer; else null. */
    public Object owner() {
        return owner;
    }

    /**
     * Takes a share; pair it with {@link #release}.
     *
     * @return false when the memory has already been freed
     */
    public boolean retain() {
        return shares.retain();
    }

    /**
     * Takes a share for {@code holder}, given back once that is unreachable.
     *
     * @return false when the memory has already been freed
     */
    public boolean retainFor(Object holder) {
        if (!retain()) {
            return false;
        }
        CLEANER.register(holder, this::release);
        return true;
    }

    /** Gives a share back; the last one frees the memory. */
    public void release() {
        if (shares.release()) {
            cleanable.clean();
        }
    }

    /** The buffers that are not freed, by the place of their allocation, most bytes first; known with {@code -Deckart.debug=true}. */
    public static List<String> live() {
        Map<String, LongSummaryStatistics> places = LIVE.stream()
                .collect(Collectors.groupingBy(Shares::place, Collectors.summarizingLong(shares -> shares.bytes)));
        return places.entrySet().stream()
                .sorted(Comparator.comparingLong(place -> -place.getValue().getSum()))
                .map(place -> "eckart: not closed: " + place.getValue().getCount() + " of "
                        + Bytes.text(place.getValue().getSum()) + ", made at " + place.getKey())
                .toList();
    }

    /** What the cleaner holds; it must not refer to the buffer. */
    private static final class Shares implements Runnable {
        private final AtomicInteger count = new AtomicInteger(1);
        private final Runnable free;
        private final long bytes;
        private final Throwable allocated = DEBUG ? new Throwable("allocated here") : null;

        Shares(Runnable free, long bytes) {
            this.free = free;
            this.bytes = bytes;
            if (DEBUG) {
                LIVE.add(this);
            }
        }

        /** The first caller outside of the layers that allocate for others. */
        String place() {
            for (StackTraceElement frame : allocated.getStackTrace()) {
                if (!frame.getClassName().matches("dev\\.eckart\\.(memory|backend|tensor)\\..*")) {
                    return frame.toString();
                }
            }
            return "an unknown place";
        }

        boolean retain() {
            int now;
            do {
                now = count.get();
                if (now == 0) {
                    return false;
                }
            } while (!count.compareAndSet(now, now + 1));
            return true;
        }

        boolean release() {
            int left = count.decrementAndGet();
            if (left < 0) {
                throw new IllegalStateException("buffer: released more often than retained");
            }
            return left == 0;
        }

        /** Runs once: from the last release, or when the buffer became unreachable. */
        @Override
        public void run() {
            if (DEBUG) {
                LIVE.remove(this);
            }
            if (count.get() > 0 && allocated != null) {
                System.getLogger(Buffer.class.getName())
                        .log(
                                System.Logger.Level.WARNING,
                                "a tensor of " + Bytes.text(bytes) + " was never closed: use a Scope",
                                allocated);
            }
            free.run();
        }
    }
}
