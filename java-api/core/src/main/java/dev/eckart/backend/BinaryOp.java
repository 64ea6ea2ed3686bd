package dev.eckart.backend;

/** Element-wise functions of two arguments, in the order of {@code eckart.h}. MIN and MAX give NaN when either argument is NaN. */
public enum BinaryOp {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE,
    MIN,
    MAX,
    POWER
}
