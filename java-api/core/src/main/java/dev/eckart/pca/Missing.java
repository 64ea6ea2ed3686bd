package dev.eckart.pca;

/** What a fit does about NaN, which stands for a value that is not known. */
public enum Missing {
    /** Says where the first one is. */
    REFUSE,
    /** Puts the mean of the variable's known values in its place. Shrinks variances: by the share that is missing. */
    MEAN,
    /**
     * Begins with the means, then fits and puts the fitted values in place until they stay: the least-squares components of what is
     * known (Troyanskaya et al. 2001, SVDimpute; Josse and Husson 2012, iterative PCA). Needs a given number of components, a small
     * one: the more there are, the more freely they invent.
     */
    ITERATIVE
}
