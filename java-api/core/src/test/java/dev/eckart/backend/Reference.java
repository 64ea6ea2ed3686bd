package dev.eckart.backend;

import dev.eckart.memory.DType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * What every backend operation means, written from the definitions in plain Java, slowly; sums in double-double. Nothing here
 * calls Eckart. Results of floating type are not rounded where a backend is given some ulps; they are where it must be exact.
 */
final class Reference {
    private Reference() {}

    /** A sum of twice the precision of double (Knuth, TAOCP 4.2.2, theorem B; Dekker 1971). */
    static final class Sum {
        private double high;
        private double low;

        void add(double x) {
            double s = high + x;
            double b = s - high;
            low += (high - (s - b)) + (x - b);
            high = s;
        }

        void addProduct(double x, double y) {
            double p = x * y;
            add(p);
            if (Math.abs(p) <= Double.MAX_VALUE) {
                add(Math.fma(x, y, -p));
            }
        }

        double value() {
            return Math.abs(high) <= Double.MAX_VALUE ? high + low : high;
        }
    }

    // ---- numbers

    /** The number of type {@code dtype} nearest to x, ties to even. */
    static double round(DType dtype, double x) {
        return switch (dtype) {
            case F64 -> x;
            case F32 -> (float) x;
            default -> Double.isNaN(x) || Math.abs(x) > Double.MAX_VALUE ? x : roundToBFloat16(x, 0);
        };
    }

    /** The bfloat16 nearest to x + rest, where rest is what x lacks of a long. Every difference below is exact near a tie. */
    private static double roundToBFloat16(double x, double rest) {
        double magnitude = Math.abs(x);
        int bits = Float.floatToIntBits((float) magnitude) & 0xFFFF0000;
        bits -= Float.intBitsToFloat(bits) > magnitude ? 0x10000 : 0;
        double above = bits == 0x7F7F0000 ? 0x1p128 : Float.intBitsToFloat(bits + 0x10000);
        double side = (magnitude - Float.intBitsToFloat(bits)) - (above - magnitude) + 2 * Math.signum(x) * rest;
        bits += side > 0 || side == 0 && (bits & 0x10000) != 0 ? 0x10000 : 0;
        return Math.copySign(Float.intBitsToFloat(bits), x);
    }

    /** Element-wise cast, as Java casts; to U8 saturating. */
    static Values cast(Values a, DType to) {
        int n = a.count();
        double[] floats = new double[to.isFloating() ? n : 0];
        long[] integers = new long[to.isFloating() ? 0 : n];
        for (int i = 0; i < n; i++) {
            if (to.isFloating()) {
                floats[i] = a.dtype().isFloating() ? round(to, a.floats()[i]) : fromLong(to, a.integers()[i]);
            } else {
                integers[i] = a.dtype().isFloating() ? toLong(to, a.floats()[i]) : narrow(to, a.integers()[i]);
            }
        }
        return new Values(to, floats, integers);
    }

    private static double fromLong(DType to, long x) {
        double near = x;
        return to == DType.F64 ? near : to == DType.F32 ? (float) x : roundToBFloat16(near, exactDifference(x, near));
    }

    private static double exactDifference(long x, double near) {
        return BigDecimal.valueOf(x).subtract(new BigDecimal(near)).doubleValue();
    }

    private static long toLong(DType to, double x) {
        return to == DType.I64 ? (long) x : to == DType.I32 ? (int) x : Math.max(0, Math.min(255, (int) x));
    }

    private static long narrow(DType to, long x) {
        return to == DType.I64 ? x : to == DType.I32 ? (int) x : Math.max(0, Math.min(255, x));
    }

    // ---- element by element

    /** The value of an op that is exact up to one rounding; {@link PreciseFunctions} has the others. */
    static double unary(UnaryOp op, DType dtype, double x) {
        return switch (op) {
            case NEGATE -> -x;
            case ABS -> Math.abs(x);
            case SQUARE -> exact(dtype, x * x);
            case SQRT -> exact(dtype, Math.sqrt(x));
            case RECIPROCAL -> exact(dtype, 1 / x);
            case SIGN -> Math.signum(x);
            default -> throw new IllegalArgumentException(op + " is not rounded once");
        };
    }

    /** An operation of the arithmetic of {@code dtype}: BF16 computes in F32. Double holds enough bits for one rounding. */
    private static double exact(DType dtype, double x) {
        return round(dtype, dtype == DType.F64 ? x : (float) x);
    }

    static long unary(UnaryOp op, DType dtype, long x) {
        long y = switch (op) {
            case NEGATE -> -x;
            case ABS -> Math.abs(x);
            case SQUARE -> x * x;
            case SIGN -> Long.signum(x);
            default -> throw new IllegalArgumentException(op + " of an integer");
        };
        return dtype == DType.I32 ? (int) (op == UnaryOp.ABS ? Math.abs((int) x) : y) : y;
    }

    /** The value of op at (x, y); for POWER not rounded to the type. */
    static double binary(BinaryOp op, DType dtype, double x, double y) {
        return switch (op) {
            case ADD -> exact(dtype, x + y);
            case SUBTRACT -> exact(dtype, x - y);
            case MULTIPLY -> exact(dtype, x * y);
            case DIVIDE -> exact(dtype, x / y);
            case MIN -> Math.min(x, y);
            case MAX -> Math.max(x, y);
            // C and IEEE 754 give 1 where Java gives NaN.
            case POWER -> x == 1 || x == -1 && Math.abs(y) > Double.MAX_VALUE ? 1 : StrictMath.pow(x, y);
        };
    }

    static long binary(BinaryOp op, DType dtype, long x, long y) {
        long z = switch (op) {
            case ADD -> x + y;
            case SUBTRACT -> x - y;
            case MULTIPLY -> x * y;
            case DIVIDE -> x / y;
            case MIN -> Math.min(x, y);
            case MAX -> Math.max(x, y);
            case POWER ->
                y >= 0
                        ? BigInteger.valueOf(x).pow((int) y).longValue()
                        : BigInteger.ONE
                                .divide(BigInteger.valueOf(x).pow((int) -y))
                                .longValue();
        };
        return dtype == DType.I32 ? (int) z : z;
    }

    // ---- shapes: a shape is its dimensions, an index a row-major number

    /** Element {@code index} of shape {@code to}, in an array of shape {@code from} that is broadcast to it. */
    static int broadcastIndex(int index, long[] from, long[] to) {
        long at = 0;
        long step = 1;
        long rest = index;
        for (int i = 1; i <= to.length; i++) {
            long coordinate = rest % to[to.length - i];
            rest /= to[to.length - i];
            if (i <= from.length) {
                at += from[from.length - i] == 1 ? 0 : coordinate * step;
                step *= from[from.length - i];
            }
        }
        return (int) at;
    }

    // ---- reductions

    /** For each output, the row-major numbers of the inputs reduced into it, in order. */
    static int[][] groups(long[] dims, boolean[] reduced) {
        long[] kept = dims.clone();
        for (int i = 0; i < dims.length; i++) {
            kept[i] = reduced[i] ? 1 : dims[i];
        }
        int total = (int) Arrays.stream(dims).reduce(1, (a, b) -> a * b);
        int[][] groups = new int[(int) Arrays.stream(kept).reduce(1, (a, b) -> a * b)][];
        int[] sizes = new int[groups.length];
        for (int i = 0; i < total; i++) {
            sizes[broadcastIndex(i, kept, dims)]++;
        }
        Arrays.setAll(groups, g -> new int[sizes[g]]);
        for (int i = total - 1; i >= 0; i--) {
            int g = broadcastIndex(i, kept, dims);
            groups[g][--sizes[g]] = i;
        }
        return groups;
    }

    /** The running total after one more element; products of integers wrap. */
    static double scan(ScanOp op, double total, double x) {
        return switch (op) {
            case SUM -> total + x;
            case MIN -> Math.min(total, x);
            case MAX -> Math.max(total, x);
            case PRODUCT -> total * x;
        };
    }

    static long scan(ScanOp op, long total, long x) {
        return switch (op) {
            case SUM -> total + x;
            case MIN -> Math.min(total, x);
            case MAX -> Math.max(total, x);
            case PRODUCT -> total * x;
        };
    }

    /** For each element of (outer, index, inner), its number in (outer, rows, inner). */
    static int[] gathered(long[] index, long outer, long rows, long inner) {
        int[] from = new int[(int) (outer * index.length * inner)];
        int at = 0;
        for (long o = 0; o < outer; o++) {
            for (long i : index) {
                for (long j = 0; j < inner; j++) {
                    from[at++] = (int) ((o * rows + i) * inner + j);
                }
            }
        }
        return from;
    }

    static double reduce(ReduceOp op, double[] a, int[] group) {
        Sum sum = new Sum();
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        for (int i : group) {
            sum.addProduct(a[i], op == ReduceOp.SUM_OF_SQUARES ? a[i] : 1);
            least = Math.min(least, a[i]);
            most = Math.max(most, a[i]);
        }
        return op == ReduceOp.MIN ? least : op == ReduceOp.MAX ? most : sum.value();
    }

    static long reduce(ReduceOp op, long[] a, int[] group) {
        long result = op == ReduceOp.MIN ? Long.MAX_VALUE : op == ReduceOp.MAX ? Long.MIN_VALUE : 0;
        for (int i : group) {
            result = switch (op) {
                case SUM -> result + a[i];
                case SUM_OF_SQUARES -> result + a[i] * a[i];
                case MIN -> Math.min(result, a[i]);
                case MAX -> Math.max(result, a[i]);
            };
        }
        return result;
    }

    // ---- matrices, row-major

    /** A product, and the sums of the magnitudes of its terms. */
    record Product(double[] value, double[] magnitude) {}

    /** alpha·A·B + beta·C, A (m, k), B (k, n). */
    static Product gemm(int m, int n, int k, double alpha, double[] a, double[] b, double beta, double[] c) {
        Product out = new Product(new double[m * n], new double[m * n]);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                Sum sum = new Sum();
                double magnitude = 0;
                for (int p = 0; p < k; p++) {
                    sum.addProduct(a[i * k + p], b[p * n + j]);
                    magnitude += Math.abs(a[i * k + p] * b[p * n + j]);
                }
                double old = beta == 0 ? 0 : beta * c[i * n + j];
                out.value[i * n + j] = alpha * sum.value() + old;
                out.magnitude[i * n + j] = Math.abs(alpha) * magnitude + Math.abs(old);
            }
        }
        return out;
    }

    static double[] transpose(int rows, int columns, double[] a) {
        double[] t = new double[a.length];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                t[j * rows + i] = a[i * columns + j];
            }
        }
        return t;
    }

    /** X with T·X = B, T (n, n) triangular, B (n, columns): by substitution. */
    static double[] solve(boolean upper, int n, int columns, double[] t, double[] b) {
        double[] x = b.clone();
        for (int step = 0; step < n; step++) {
            int i = upper ? n - 1 - step : step;
            for (int j = 0; j < columns; j++) {
                Sum sum = new Sum();
                sum.add(b[i * columns + j]);
                for (int p = upper ? i + 1 : 0; p < (upper ? n : i); p++) {
                    sum.addProduct(-t[i * n + p], x[p * columns + j]);
                }
                x[i * columns + j] = sum.value() / t[i * n + i];
            }
        }
        return x;
    }

    static double norm(double[] a) {
        double scale = Arrays.stream(a).map(Math::abs).max().orElse(0);
        Sum sum = new Sum();
        for (double x : a) {
            sum.addProduct(x / scale, x / scale);
        }
        return scale == 0 ? 0 : scale * Math.sqrt(sum.value());
    }
}
