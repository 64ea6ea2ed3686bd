package dev.eckart.benchmarks.jmh;

import dev.eckart.backend.BinaryOp;
import dev.eckart.backend.ReduceOp;
import dev.eckart.backend.UnaryOp;
import org.apache.commons.math3.special.Erf;

/** The element-wise functions in plain Java. */
final class Reference {
    private Reference() {}

    static double unary(UnaryOp op, double x) {
        return switch (op.name()) {
            case "NEGATE" -> -x;
            case "ABS" -> Math.abs(x);
            case "SQUARE" -> x * x;
            case "SQRT" -> Math.sqrt(x);
            case "RECIPROCAL" -> 1 / x;
            case "EXP" -> Math.exp(x);
            case "LOG" -> Math.log(x);
            case "TANH" -> Math.tanh(x);
            case "SIGMOID" -> 1 / (1 + Math.exp(-x));
            case "SIGN" -> Math.signum(x);
            case "ERF" -> Erf.erf(x);
            case "SILU" -> x / (1 + Math.exp(-x));
            case "GELU" -> x * Erf.erfc(-x / Math.sqrt(2)) / 2;
            default -> throw new IllegalStateException("no reference for " + op + ": add it to Reference.unary");
        };
    }

    static double binary(BinaryOp op, double x, double y) {
        return switch (op) {
            case ADD -> x + y;
            case SUBTRACT -> x - y;
            case MULTIPLY -> x * y;
            case DIVIDE -> x / y;
            case MIN -> Math.min(x, y);
            case MAX -> Math.max(x, y);
            case POWER -> Math.pow(x, y);
        };
    }

    static double combine(ReduceOp op, double sum, double x) {
        return switch (op) {
            case SUM -> sum + x;
            case MIN -> Math.min(sum, x);
            case MAX -> Math.max(sum, x);
            case SUM_OF_SQUARES -> sum + x * x;
        };
    }
}
