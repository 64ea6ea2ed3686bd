package dev.eckart.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Parts of one job that the calling thread does together with helpers, which live no longer than the job. */
final class SharedWork {
    private final int parts;
    private final Part part;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** One part, by its number. */
    interface Part {
        void run(int number) throws IOException;
    }

    private SharedWork(int parts, Part part) {
        this.parts = parts;
        this.part = part;
    }

    /**
     * Runs all parts, on this thread and {@code helpers} others; returns when none runs any more. The first failure ends the hand-out
     * and is thrown, that of this thread before those of the helpers.
     */
    static void run(int parts, int helpers, Part part) throws IOException {
        SharedWork work = new SharedWork(parts, part);
        List<Thread> threads = new ArrayList<>();
        try {
            for (int i = 0; i < helpers; i++) {
                Thread thread = new Thread(() -> work.failure.compareAndSet(null, work.takeParts()), "eckart-io");
                thread.setDaemon(true);
                thread.start();
                threads.add(thread);
            }
        } catch (OutOfMemoryError e) {
            // No more threads to be had: fewer do it.
        }
        Throwable own = work.takeParts();
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= join(thread);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        // An interrupt closes the channel: the helpers only see that it is closed.
        rethrow(own == null ? work.failure.get() : own);
    }

    /** Takes parts until none is left or one fails; that failure, or null. */
    private Throwable takeParts() {
        try {
            for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                part.run(i);
            }
            return null;
        } catch (IOException | RuntimeException | Error e) {
            next.set(parts);
            return e;
        }
    }

    /** Waits for the end of a thread, which is near; whether this one was interrupted meanwhile. */
    private static boolean join(Thread thread) {
        for (boolean interrupted = false; ; interrupted = true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                // Its part uses memory of the caller's: it has to end first.
            }
        }
    }

    private static void rethrow(Throwable thrown) throws IOException {
        if (thrown instanceof IOException e) {
            throw e;
        }
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }
}
