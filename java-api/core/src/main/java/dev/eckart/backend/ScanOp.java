package dev.eckart.backend;

/** Running totals, in the order of {@code eckart.h}. */
public enum ScanOp {
    SUM,
    /** NaN wins. */
    MIN,
    /** NaN wins. */
    MAX,
    /** From left to right. */
    PRODUCT
}
