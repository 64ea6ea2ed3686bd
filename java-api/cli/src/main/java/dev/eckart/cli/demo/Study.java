package dev.eckart.cli.demo;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.SvdPlan;
import dev.eckart.pca.Pca;

/**
 * What all chapters look at.
 *
 * @param set the pictures
 * @param whole decomposition of all of {@code set.train()}: for what is described
 * @param split its parts: for what is predicted
 * @param basis components of the fitting part alone
 * @param seeds of all that is drawn
 */
record Study(DigitSet set, Decomposition whole, Split split, Pca basis, Seeds seeds) {
    private static final int BASIS = 300;

    static Study of(DigitSet set, Seeds seeds) {
        Decomposition whole = Decomposition.of(set.train().images(), seeds.of("certificate"));
        Split split = Split.of(set, seeds);
        int k = Math.min(BASIS, Math.min(set.height() * set.width(), split.fit().count()));
        Pca basis = Pca.components(k).seed(seeds.of("basis")).fit(split.fit().images());
        return new Study(set, whole, split, basis, seeds);
    }

    /** What the decomposition of the pictures will take, and why. */
    static SvdPlan explain(DigitSet set) {
        return Svd.options().explain(set.train().images());
    }

    Certificate certificate() {
        return whole.certificate();
    }
}
