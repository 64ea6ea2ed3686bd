package dev.eckart.benchmarks.quality;

/** Figures on the standard output, a line each: name, value; read by {@code benchmarks/runner/quality.py}. */
final class Figures {
    private Figures() {}

    static void print(String name, Object value) {
        System.out.println(name + "\t" + value);
        System.out.flush();
    }

    static double since(long nanos) {
        return (System.nanoTime() - nanos) * 1e-9;
    }
}
