package dev.eckart.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A daemon thread that shows the latest state: five times a second on a terminal, every ten seconds as a line elsewhere. */
final class LiveProgress extends Progress {
    private static final long QUIET_MILLIS = 1000;
    private static final long LINE_MILLIS = 10_000;
    private static final int STEPS = 1000;

    private final PrintWriter err;
    private final String task;
    private final long start = System.nanoTime();
    private final Thread thread = new Thread(this::show, "eckart-progress");
    private String phase = "";
    private double fraction = Double.NaN;
    private double expected = Double.NaN;
    private long phaseStart = start;
    private boolean closed;

    LiveProgress(PrintWriter err, String task) {
        this.err = err;
        this.task = task;
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void update(String phase, double fraction) {
        if (!phase.equals(this.phase)) {
            phaseStart = System.nanoTime();
        }
        this.phase = phase;
        this.fraction = fraction;
        this.expected = Double.NaN;
    }

    @Override
    public synchronized void expect(String phase, double seconds) {
        update(phase, Double.NaN);
        expected = seconds;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void show() {
        if (pause(QUIET_MILLIS)) {
            return;
        }
        if (onTerminal()) {
            bar();
        } else {
            do {
                err.println(text());
            } while (!pause(LINE_MILLIS));
        }
    }

    private void bar() {
        try (ProgressBar bar = new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(STEPS)
                .setUpdateIntervalMillis(200)
                .showSpeed()
                .hideEta()
                .clearDisplayOnFinish()
                .build()) {
            do {
                double done = done();
                bar.maxHint(Double.isNaN(done) ? -1 : STEPS);
                bar.stepTo(Double.isNaN(done) ? 0 : Math.round(done * STEPS));
                bar.setExtraMessage(phase());
            } while (!pause(200));
        }
    }

    /** Waits; true when closed meanwhile. */
    private synchronized boolean pause(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            for (long left = millis; !closed && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        } catch (InterruptedException e) {
            return true;
        }
        return closed;
    }

    private synchronized String phase() {
        return phase;
    }

    /** The fraction told, else the share of the expected time that has passed, never quite the whole; NaN when unknown. */
    private synchronized double done() {
        if (Double.isNaN(expected)) {
            return fraction;
        }
        return Math.min(0.99, seconds(phaseStart) / Math.max(expected, 1e-3));
    }

    private synchronized String text() {
        String amount = "";
        if (expected >= 1) {
            amount = String.format(Locale.ROOT, " (about %.0f s)", expected);
        } else if (!Double.isNaN(fraction)) {
            amount = String.format(Locale.ROOT, " (%.0f %%)", 100 * fraction);
        }
        return String.format(Locale.ROOT, "%s: %s%s, %.0f s so far", task, phase, amount, seconds(start));
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    /** From JDK 22 on there is a console even when it is no terminal. */
    static boolean onTerminal() {
        Console console = System.console();
        if (console == null || Runtime.version().feature() < 22) {
            return console != null;
        }
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }
}
