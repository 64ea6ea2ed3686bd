package dev.eckart.cli;

import java.io.PrintWriter;

/**
 * Tells a person that long work goes on: a bar on a terminal, plain lines elsewhere, nothing at all during the first second. Make it
 * with {@link GlobalOptions#progress}, close it when the work is done.
 */
public abstract class Progress implements AutoCloseable {
    private static final Progress NONE = new Progress() {
        @Override
        public void update(String phase, double fraction) {}

        @Override
        public void close() {}
    };

    Progress() {}

    /** Shows nothing. */
    public static Progress none() {
        return NONE;
    }

    static Progress to(PrintWriter err, String task) {
        return new LiveProgress(err, task);
    }

    /**
     * Says what is being done now.
     *
     * @param fraction how much of it is done, 0..1; NaN when that is not known
     */
    public abstract void update(String phase, double fraction);

    /**
     * Says what is being done now, by one call that tells nothing until it ends.
     *
     * @param seconds how long it is expected to take; NaN when that is not known
     */
    public void expect(String phase, double seconds) {
        update(phase, Double.NaN);
    }

    /** Removes the bar. */
    @Override
    public abstract void close();
}
