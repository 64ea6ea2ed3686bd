package dev.eckart.cli.demo;

import java.util.stream.IntStream;

/** Numbers of components to choose among. */
final class Grid {
    private static final int[] COMPONENTS = {
        1, 2, 3, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 130, 160, 200, 250, 300
    };

    private Grid() {}

    /** Those of at most {@code most}, and {@code most} itself. */
    static int[] upTo(int most) {
        return IntStream.concat(IntStream.of(COMPONENTS).filter(k -> k < most), IntStream.of(most))
                .toArray();
    }

    /** The position of the smallest value, the first of several. */
    static int smallest(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            if (values[i] < values[best]) {
                best = i;
            }
        }
        return best;
    }
}
