package dev.eckart.embedding;

import dev.eckart.memory.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/** Independent parts of one job in Java, on as many threads as {@link Threads} says; they live no longer than the job. */
final class Parallel {
    private Parallel() {}

    /**
     * Runs all parts; returns when none runs any more. The first failure ends the hand-out and is thrown.
     *
     * @throws CancellationException when this thread is interrupted; parts under way end first
     */
    static void run(String operation, int parts, IntConsumer part) {
        AtomicInteger next = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Runnable work = () -> {
            try {
                for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
                    part.accept(i);
                }
            } catch (RuntimeException | Error e) {
                next.set(parts);
                failure.compareAndSet(null, e);
            }
        };
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < Math.min(parts, Threads.current()); i++) {
            Thread thread = new Thread(work, "eckart-" + operation);
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            interrupted |= join(thread, () -> next.set(parts));
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
            throw new CancellationException(operation + ": interrupted; nothing of it is kept");
        }
        if (failure.get() instanceof RuntimeException e) {
            throw e;
        }
        if (failure.get() instanceof Error e) {
            throw e;
        }
    }

    /** Waits for the end of a thread; at an interrupt ends the hand-out. Whether there was one. */
    private static boolean join(Thread thread, Runnable stop) {
        for (boolean interrupted = false; ; interrupted = true) {
            try {
                thread.join();
                return interrupted;
            } catch (InterruptedException e) {
                stop.run();
            }
        }
    }
}
