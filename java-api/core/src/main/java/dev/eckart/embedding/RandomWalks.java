package dev.eckart.embedding;

import dev.eckart.linalg.Csr;
import dev.eckart.memory.Interrupts;
import dev.eckart.memory.Threads;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Random walks along the edges of a graph, from each node in turn: a step is taken by the weights of the edges (DeepWalk; Perozzi, Al-Rfou
 * and Skiena 2014), by alias tables; or depends on the node before as well (node2vec; Grover and Leskovec 2016), by rejection: a
 * step drawn by the weights is taken with probability in proportion to 1/p back to where the walk came from, 1 to a neighbour of
 * that, 1/q elsewhere. A walk ends early where no edge leaves. Walk i depends on the seed and i alone.
 */
public final class RandomWalks {
    private static final int BLOCK_STEPS = 1 << 22;

    private final Graph graph;
    private final int[] alias;
    private final double[] threshold;
    private int length = 40;
    private int perNode = 10;
    private double p = 1;
    private double q = 1;
    private long seed;

    private RandomWalks(Graph graph) {
        this.graph = graph;
        int n = graph.nodes().size();
        this.alias = new int[graph.start(n)];
        this.threshold = new double[alias.length];
        for (int i = 0; i < n; i++) {
            fill(i);
        }
    }

    /** Walks in a graph, with the defaults. */
    public static RandomWalks in(Graph graph) {
        return new RandomWalks(graph);
    }

    /** How many nodes a walk has; 40 by default. */
    public RandomWalks length(int nodes) {
        this.length = positive("length", nodes);
        return this;
    }

    /** How many walks start at each node; 10 by default. */
    public RandomWalks perNode(int walks) {
        this.perNode = positive("walks per node", walks);
        return this;
    }

    /** node2vec's parameters; 1 and 1, the default, make DeepWalk. A large p avoids going back, a small q goes far. */
    public RandomWalks bias(double p, double q) {
        if (!(p > 0 && p < Double.POSITIVE_INFINITY && q > 0 && q < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("walks: p = " + p + " and q = " + q + " have to be positive");
        }
        this.p = p;
        this.q = q;
        return this;
    }

    /** Seed of all walks; 0 by default. */
    public RandomWalks seed(long value) {
        this.seed = value;
        return this;
    }

    private static int positive(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("walks: " + what + " " + value + " is below 1");
        }
        return value;
    }

    /** The edges of a node as a table of Walker's alias method (Vose 1991): edge e with probability threshold[e], else alias[e]. */
    private void fill(int node) {
        int from = graph.start(node);
        int count = graph.start(node + 1) - from;
        double degree = graph.degree(node);
        int[] small = new int[count];
        int[] large = new int[count];
        int smalls = 0;
        int larges = 0;
        for (int e = from; e < from + count; e++) {
            threshold[e] = graph.weight(e) * count / degree;
            alias[e] = e;
            if (threshold[e] < 1) {
                small[smalls++] = e;
            } else {
                large[larges++] = e;
            }
        }
        while (smalls > 0 && larges > 0) {
            int less = small[--smalls];
            int more = large[larges - 1];
            alias[less] = more;
            threshold[more] -= 1 - threshold[less];
            if (threshold[more] < 1) {
                small[smalls++] = more;
                larges--;
            }
        }
        // What rounding leaves over is 1.
        while (smalls > 0) {
            threshold[small[--smalls]] = 1;
        }
        while (larges > 0) {
            threshold[large[--larges]] = 1;
        }
    }

    /** Takes walks, one at a time. */
    public interface Taker {
        /** A walk: its first {@code length} numbers, valid during the call. */
        void accept(int[] walk, int length);
    }

    /**
     * Makes all walks, several threads at once, and hands them out in their order: for each round, one from each node.
     *
     * @throws java.util.concurrent.CancellationException when this thread is interrupted
     */
    public void forEach(Taker taker) {
        int n = graph.nodes().size();
        long walks = (long) n * perNode;
        int block = Math.max(1, (int) Math.min(walks, BLOCK_STEPS / length));
        int[] nodes = new int[block * length];
        int[] lengths = new int[block];
        int[] single = new int[length];
        for (long from = 0; from < walks; from += block) {
            Interrupts.check("walks");
            int count = (int) Math.min(block, walks - from);
            long first = from;
            int parts = Math.min(count, 8 * Threads.current());
            Parallel.run("walks", parts, part -> {
                int end = (int) ((long) count * (part + 1) / parts);
                for (int i = (int) ((long) count * part / parts); i < end; i++) {
                    lengths[i] = walk((int) ((first + i) % n), first + i, nodes, i * length);
                }
            });
            for (int i = 0; i < count; i++) {
                System.arraycopy(nodes, i * length, single, 0, lengths[i]);
                taker.accept(single, lengths[i]);
            }
        }
    }

    private int walk(int start, long number, int[] nodes, int at) {
        SplittableRandom random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + number);
        nodes[at] = start;
        int before = -1;
        int now = start;
        for (int i = 1; i < length; i++) {
            int from = graph.start(now);
            int count = graph.start(now + 1) - from;
            if (count == 0) {
                return i;
            }
            int next = p == 1 && q == 1 || before < 0 ? step(random, from, count) : biased(random, before, from, count);
            before = now;
            now = next;
            nodes[at + i] = next;
        }
        return length;
    }

    private int step(SplittableRandom random, int from, int count) {
        double place = random.nextDouble() * count;
        int e = Math.min(count - 1, (int) place);
        return graph.target(place - e < threshold[from + e] ? from + e : alias[from + e]);
    }

    private int biased(SplittableRandom random, int before, int from, int count) {
        double most = Math.max(1, Math.max(1 / p, 1 / q));
        while (true) {
            int next = step(random, from, count);
            double share = next == before ? 1 / p : graph.leads(before, next) ? 1 : 1 / q;
            if (random.nextDouble() * most < share) {
                return next;
            }
        }
    }

    /** Counts of nodes that stand within a window of each other in a walk, (n, n). */
    Csr cooccurrences(int window) {
        double[] ones = new double[window + 1];
        Arrays.fill(ones, 1);
        try (WindowCounter windows = new WindowCounter(graph.nodes().size(), ones, 1, 1 << 24)) {
            forEach((walk, count) -> {
                for (int i = 0; i < count; i++) {
                    windows.add(walk[i]);
                }
                windows.endSentence();
            });
            return windows.finish();
        }
    }
}
