package dev.eckart.cuda;

import dev.eckart.backend.BinaryOp;
import dev.eckart.backend.UnaryOp;
import dev.eckart.backend.View;
import dev.eckart.memory.DType;
import java.util.Locale;

/** The kernels of {@code elementwise.cuh}. */
final class Elementwise {
    private final Gpu gpu;

    Elementwise(Gpu gpu) {
        this.gpu = gpu;
    }

    private static String module(String macro, DType dtype) {
        return "elementwise.cuh " + macro + "(" + Types.name(dtype) + ")";
    }

    void copy(View source, View target) {
        Walk walk = Walk.byOutput(target, source);
        String kernel = source.dtype() == target.dtype() ? "move" : "from_" + source.dtype();
        gpu.launch(module("ECKART_COPIES", target.dtype()), kernel, walk.count(), walk.addTo(new Arguments()));
    }

    void fill(View target, double value) {
        Walk walk = Walk.byOutput(target);
        gpu.launch(
                module("ECKART_COPIES", target.dtype()),
                "fill",
                walk.count(),
                walk.addTo(new Arguments()).add(value));
    }

    void unary(UnaryOp op, View a, View out) {
        String kernel = switch (op) {
            case NEGATE -> "negate";
            case ABS -> "abs_";
            case SQUARE -> "square";
            case SQRT -> "sqrt_";
            case RECIPROCAL -> "reciprocal";
            case EXP -> "exp_";
            case LOG -> "log_";
            case TANH -> "tanh_";
            case SIGMOID -> "sigmoid";
            case SIGN -> "sign";
            case ERF -> "erf_";
            case SILU -> "silu_";
            case GELU -> "gelu_";
        };
        Walk walk = Walk.byOutput(out, a);
        String macro = out.dtype().isFloating() ? "ECKART_UNARIES" : "ECKART_UNARIES_OF_INTEGERS";
        gpu.launch(module(macro, out.dtype()), kernel, walk.count(), walk.addTo(new Arguments()));
    }

    void binary(BinaryOp op, View a, View b, View out) {
        String kernel = switch (op) {
            case ADD -> "add";
            case SUBTRACT -> "subtract";
            case MULTIPLY -> "multiply";
            case DIVIDE -> "divide";
            case MIN -> "min_";
            case MAX -> "max_";
            case POWER -> "power";
        };
        Walk walk = Walk.byOutput(out, a, b);
        boolean mayFail = !out.dtype().isFloating() && (op == BinaryOp.DIVIDE || op == BinaryOp.POWER);
        try (Scratch byZero = new Scratch(gpu, "binary", mayFail ? 8 : 0)) {
            if (mayFail) {
                Cuda.set(byZero.address(), 0, 8, gpu.stream());
            }
            gpu.launch(
                    module("ECKART_BINARIES", out.dtype()),
                    kernel,
                    walk.count(),
                    walk.addTo(new Arguments()).add(byZero.address()));
            if (mayFail && byZero.readLong() != 0) {
                throw new ArithmeticException(op.name().toLowerCase(Locale.ROOT) + ": division by zero");
            }
        }
    }

    void multiply(View a, View b, View out) {
        binary(BinaryOp.MULTIPLY, a, b, out);
    }

    void axpby(double alpha, View x, double beta, View y) {
        Walk walk = Walk.byOutput(y, x);
        gpu.launch(
                module("ECKART_AXPBY", y.dtype()),
                "axpby",
                walk.count(),
                walk.addTo(new Arguments()).add(alpha).add(beta));
    }
}
