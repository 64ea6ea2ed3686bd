package dev.eckart.cli.demo;

import java.util.SplittableRandom;

/**
 * Independent random streams for named purposes, all from one seed: what one chapter draws does not depend on the others.
 *
 * @param seed of everything
 */
record Seeds(long seed) {
    /** A seed for one purpose. */
    long of(String purpose) {
        return new SplittableRandom(seed ^ (long) purpose.hashCode() * 0x9e3779b97f4a7c15L).nextLong();
    }

    /** A source of random numbers for one purpose. */
    SplittableRandom random(String purpose) {
        return new SplittableRandom(of(purpose));
    }

    /** {@code count} different numbers below {@code bound}, in random order (Fisher and Yates, stopped early). */
    int[] draw(String purpose, int count, int bound) {
        SplittableRandom random = random(purpose);
        int[] all = new int[bound];
        for (int i = 0; i < bound; i++) {
            all[i] = i;
        }
        for (int i = 0; i < count; i++) {
            int j = random.nextInt(i, bound);
            int swap = all[i];
            all[i] = all[j];
            all[j] = swap;
        }
        return java.util.Arrays.copyOf(all, count);
    }
}
