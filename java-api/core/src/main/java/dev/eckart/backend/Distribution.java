package dev.eckart.backend;

/** Random distributions with two parameters a and b, in the order of {@code eckart.h}. */
public enum Distribution {
    /** Uniform on [a, b). */
    UNIFORM,
    /** Normal with mean a and standard deviation b. */
    NORMAL,
    /** Integers, uniform on [a, b). */
    INTEGERS
}
