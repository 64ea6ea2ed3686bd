package dev.eckart.backend;

/** Element-wise functions of one argument, in the order of {@code eckart.h}. */
public enum UnaryOp {
    NEGATE,
    ABS,
    SQUARE,
    SQRT,
    RECIPROCAL,
    EXP,
    LOG,
    TANH,
    SIGMOID,
    SIGN,
    /** The error function. */
    ERF,
    /** x / (1 + e^−x). */
    SILU,
    /** x·(1 + erf(x / √2)) / 2. */
    GELU;

    /** Whether integers are accepted too. */
    public boolean acceptsIntegers() {
        return this == NEGATE || this == ABS || this == SQUARE || this == SIGN;
    }
}
