package dev.eckart.memory;

import java.util.concurrent.CancellationException;

/**
 * How an interrupt ends a long operation: between native calls and blocks of rows it is looked for; a running call ends first. What
 * the operation made is closed, and the thread stays interrupted.
 */
public final class Interrupts {
    private Interrupts() {}

    /**
     * Ends an operation of an interrupted thread.
     *
     * @throws CancellationException naming the operation, when this thread is interrupted
     */
    public static void check(String operation) {
        if (Thread.currentThread().isInterrupted()) {
            throw new CancellationException(operation + ": interrupted; nothing of it is kept");
        }
    }
}
