package dev.eckart.cli.demo;

import java.util.Arrays;

/**
 * Three parts of a data set: models are fitted on the first, choices made on the second, and the third is looked at once.
 *
 * @param fit for fitting
 * @param validation for choosing
 * @param test for the one figure that is reported
 */
record Split(LabelledImages fit, LabelledImages validation, LabelledImages test) {
    private static final int LARGEST_VALIDATION = 5000;

    /** Draws the parts by seed: a fifth for each of validation (5,000 at most) and test, where the set has no test part itself. */
    static Split of(DigitSet set, Seeds seeds) {
        LabelledImages all = set.train();
        int[] order = seeds.draw("split", all.count(), all.count());
        int tests = set.test().isPresent() ? 0 : all.count() / 5;
        int validations = Math.min(LARGEST_VALIDATION, all.count() / 5);
        LabelledImages test = set.test().orElseGet(() -> all.take(Arrays.copyOf(order, tests)));
        LabelledImages validation = all.take(Arrays.copyOfRange(order, tests, tests + validations));
        LabelledImages fit = all.take(Arrays.copyOfRange(order, tests + validations, order.length));
        return new Split(fit, validation, test);
    }
}
