package dev.eckart.embedding;

import dev.eckart.memory.Interrupts;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Minimizes a smooth function by limited-memory BFGS: Nocedal and Wright 2006, algorithms 7.4 and 7.5, with a line search by bisection
 * for the weak Wolfe conditions (Lewis and Overton 2013, algorithm 2.6).
 */
final class Lbfgs {
    private static final int MEMORY = 10;
    private static final double DECREASE = 1e-4;
    private static final double CURVATURE = 0.9;
    private static final int LONGEST_SEARCH = 60;
    private static final double FLAT = 1000;

    private Lbfgs() {}

    /** A function and its gradient. */
    interface Objective {
        /** The value at x; writes the gradient there. */
        double at(double[] x, double[] gradient);
    }

    /**
     * Where the search ended.
     *
     * @param converged whether the largest entry of the gradient is within the tolerance, or the function flat to its last digits
     */
    record Result(double[] x, double value, int iterations, boolean converged) {}

    private record Pair(double[] step, double[] change, double product) {}

    static Result minimize(Objective f, double[] start, int iterations, double tolerance) {
        double[] x = start.clone();
        double[] gradient = new double[x.length];
        double value = f.at(x, gradient);
        ArrayDeque<Pair> pairs = new ArrayDeque<>();
        for (int i = 0; i < iterations; i++) {
            Interrupts.check("l-bfgs");
            if (largest(gradient) <= tolerance) {
                return new Result(x, value, i, true);
            }
            double[] direction = direction(gradient, pairs);
            double[] next = new double[x.length];
            double[] nextGradient = new double[x.length];
            double first = pairs.isEmpty() ? Math.min(1, 1 / norm(gradient)) : 1;
            double found = search(f, x, value, gradient, direction, first, next, nextGradient);
            if (!(found < value)) {
                // Rounding hides any further decrease: a minimum, when the slope promises none that could be seen.
                boolean flat = -dot(gradient, direction) <= FLAT * Math.ulp(value);
                return new Result(x, value, i, flat || largest(gradient) <= tolerance);
            }
            double[] step = minus(next, x);
            double[] change = minus(nextGradient, gradient);
            double product = dot(step, change);
            if (product > 0) {
                pairs.addFirst(new Pair(step, change, product));
                if (pairs.size() > MEMORY) {
                    pairs.removeLast();
                }
            }
            x = next;
            gradient = nextGradient;
            value = found;
        }
        return new Result(x, value, iterations, largest(gradient) <= tolerance);
    }

    /** −H·g, two loops over the last steps. */
    private static double[] direction(double[] gradient, ArrayDeque<Pair> pairs) {
        double[] q = gradient.clone();
        double[] alphas = new double[pairs.size()];
        int i = 0;
        for (Pair pair : pairs) {
            alphas[i] = dot(pair.step, q) / pair.product;
            add(q, -alphas[i++], pair.change);
        }
        if (!pairs.isEmpty()) {
            Pair last = pairs.getFirst();
            double scale = last.product / dot(last.change, last.change);
            for (int j = 0; j < q.length; j++) {
                q[j] *= scale;
            }
        }
        for (Iterator<Pair> oldest = pairs.descendingIterator(); oldest.hasNext(); ) {
            Pair pair = oldest.next();
            double beta = dot(pair.change, q) / pair.product;
            add(q, alphas[--i] - beta, pair.step);
        }
        for (int j = 0; j < q.length; j++) {
            q[j] = -q[j];
        }
        return q;
    }

    private static double search(
            Objective f,
            double[] x,
            double value,
            double[] gradient,
            double[] direction,
            double first,
            double[] next,
            double[] nextGradient) {
        double slope = dot(gradient, direction);
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double t = first;
        double found = value;
        for (int i = 0; i < LONGEST_SEARCH; i++) {
            System.arraycopy(x, 0, next, 0, x.length);
            add(next, t, direction);
            found = f.at(next, nextGradient);
            if (!(found <= value + DECREASE * t * slope)) {
                high = t;
            } else if (dot(nextGradient, direction) < CURVATURE * slope) {
                low = t;
            } else {
                return found;
            }
            t = high < Double.POSITIVE_INFINITY ? (low + high) / 2 : 2 * t;
        }
        return found;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double norm(double[] a) {
        return Math.sqrt(dot(a, a));
    }

    private static double largest(double[] a) {
        double most = 0;
        for (double x : a) {
            most = Math.max(most, Math.abs(x));
        }
        return most;
    }

    private static double[] minus(double[] a, double[] b) {
        double[] c = a.clone();
        add(c, -1, b);
        return c;
    }

    /** a += t·b. */
    private static void add(double[] a, double t, double[] b) {
        for (int i = 0; i < a.length; i++) {
            a[i] += t * b[i];
        }
    }
}
