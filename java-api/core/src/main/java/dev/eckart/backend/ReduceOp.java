package dev.eckart.backend;

/** Reductions, in the order of {@code eckart.h}. */
public enum ReduceOp {
    SUM,
    MIN,
    MAX,
    SUM_OF_SQUARES
}
