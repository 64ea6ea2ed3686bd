package dev.eckart.diffusion;

/** Which n of the T steps that a schedule has a sampler takes, most noise first (Lin et al. 2024, table 2). */
public enum Spacing {
    /** i·⌊T/n⌋: 900, 800 … 0 for 10 of 1000. Ends at 0, does not begin at T − 1. */
    LEADING {
        @Override
        double step(int i, int n, int total) {
            return (double) (n - 1 - i) * (total / n);
        }
    },
    /** T − i·T/n − 1, rounded: 999, 899 … 99 for 10 of 1000. Begins at T − 1, does not end at 0. */
    TRAILING {
        @Override
        double step(int i, int n, int total) {
            return Math.rint(total - i * ((double) total / n)) - 1;
        }
    },
    /** Evenly from T − 1 to 0, rounded: 999, 888 … 0 for 10 of 1000. */
    LINSPACE {
        @Override
        double step(int i, int n, int total) {
            return n == 1 ? total - 1 : Math.rint((n - 1.0 - i) * (total - 1) / (n - 1));
        }
    };

    abstract double step(int i, int n, int total);

    /**
     * The chosen steps, in descending order.
     *
     * @param n how many
     * @param total T, how many there are
     * @throws IllegalArgumentException when n is not in 1..T
     */
    public int[] steps(int n, int total) {
        if (n < 1 || n > total) {
            throw new IllegalArgumentException("steps: " + n + " of " + total + "; take 1 to " + total);
        }
        int[] steps = new int[n];
        for (int i = 0; i < n; i++) {
            steps[i] = (int) step(i, n, total);
        }
        return steps;
    }
}
