package dev.eckart.backend;

/** What follows a layer's product and bias; the native files have these numbers. */
public enum Finish {
    /** Nothing. */
    NONE,
    /** GELU. */
    GELU,
    /** GELU by its tanh approximation, x/2·(1 + tanh(√(2/π)·(x + .044715·x³))) (Hendrycks and Gimpel 2016). */
    GELU_TANH,
    /** SiLU. */
    SILU
}
