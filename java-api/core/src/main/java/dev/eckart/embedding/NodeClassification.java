package dev.eckart.embedding;

import dev.eckart.linalg.LinearOperator;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Indexing;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * How well vectors of nodes tell their classes: a share of the nodes, drawn at random, teaches a logistic regression, the others are
 * asked. Where every node has one class at most that is one regression over all of them, the most probable class is the answer, and
 * Micro-F1 is the share of right answers. Where nodes have several, it is one regression for each class against the rest, and a
 * node is given as many classes, the most probable ones, as it has (Perozzi, Al-Rfou and Skiena 2014, section 5; Tang and Liu 2009).
 * Entries of vectors are scaled to mean 0 and variance 1 over the nodes that teach.
 */
public final class NodeClassification {
    private static final int ITERATIONS = 200;
    private static final double TOLERANCE = 1e-5;

    private NodeClassification() {}

    /**
     * Agreement on the nodes that were asked.
     *
     * @param microF1 2·right / (given + true), over all classes together
     * @param macroF1 the mean over the classes of 2·right / (given + true); of those that no asked node has or is given, nothing
     * @param asked how many nodes
     */
    public record Scores(double microF1, double macroF1, int asked) {}

    /**
     * Teaches and asks.
     *
     * @param classes of each node, in the order of the vocabulary, numbered from 0; a node without any is left out
     * @param share of the nodes that teach, in (0, 1)
     * @param seed of the draw
     * @throws IllegalArgumentException when there is not one array for each node, a number is negative, or those that teach have fewer
     *     than two classes
     */
    public static Scores f1(WordVectors vectors, int[][] classes, double share, long seed) {
        if (classes.length != vectors.vocabulary().size()) {
            throw new IllegalArgumentException("node classification: " + classes.length + " lists of classes, "
                    + vectors.vocabulary().size() + " nodes; needed is one for each");
        }
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("node classification: share " + share + " is outside (0, 1)");
        }
        for (int i = 0; i < classes.length; i++) {
            for (int c : classes[i]) {
                if (c < 0) {
                    throw new IllegalArgumentException(
                            "node classification: node " + i + " has class " + c + "; number them from 0");
                }
            }
        }
        int[] order = shuffled(classes, seed);
        int teaching = (int) Math.min(order.length - 1L, Math.max(1, Math.round(share * order.length)));
        int[] taught = Arrays.copyOf(order, Math.max(0, teaching));
        int[] asked = Arrays.copyOfRange(order, taught.length, order.length);
        long different = IntStream.of(taught)
                .flatMap(i -> IntStream.of(classes[i]))
                .distinct()
                .count();
        if (different < 2 || asked.length == 0) {
            throw new IllegalArgumentException("node classification: the " + taught.length + " nodes that teach have "
                    + different + " classes; two are needed");
        }
        return scores(answers(vectors, classes, taught, asked), classes, asked);
    }

    /** The nodes that have a class, in an order drawn at random. */
    private static int[] shuffled(int[][] classes, long seed) {
        int[] order = IntStream.range(0, classes.length)
                .filter(i -> classes[i].length > 0)
                .toArray();
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int other = order[j];
            order[j] = order[i];
            order[i] = other;
        }
        return order;
    }

    /** Of each node that is asked as many classes as it has. */
    private static int[][] answers(WordVectors vectors, int[][] classes, int[] taught, int[] asked) {
        try (Scope scope = Scope.open()) {
            Tensor rows = vectors.vectors().to(DType.F64);
            Tensor train = Indexing.gather(rows, 0, Tensor.of(taught));
            Vectors.Scaling scaling = Vectors.Scaling.of(train);
            LinearOperator known = LinearOperator.of(scaling.apply(train));
            LinearOperator questions = LinearOperator.of(scaling.apply(Indexing.gather(rows, 0, Tensor.of(asked))));
            double[][] likely = Arrays.stream(classes).allMatch(of -> of.length <= 1)
                    ? regression(known, taught, i -> classes[i][0]).probabilities(questions)
                    : oneAgainstRest(known, questions, classes, taught);
            return IntStream.range(0, asked.length)
                    .mapToObj(i -> most(likely[i], classes[asked[i]].length))
                    .toArray(int[][]::new);
        }
    }

    private static LogisticRegression regression(LinearOperator known, int[] taught, IntUnaryOperator label) {
        return LogisticRegression.options()
                .iterations(ITERATIONS)
                .tolerance(TOLERANCE)
                .fit(known, IntStream.of(taught).map(label).toArray());
    }

    /** The probability of each class by itself, (asked, classes); of one that all or none teach, 1 or 0. */
    private static double[][] oneAgainstRest(
            LinearOperator known, LinearOperator questions, int[][] classes, int[] taught) {
        int count =
                1 + Arrays.stream(classes).flatMapToInt(Arrays::stream).max().orElse(0);
        double[][] likely = new double[Math.toIntExact(questions.rows())][count];
        for (int c = 0; c < count; c++) {
            int one = c;
            long having = IntStream.of(taught).filter(i -> has(classes[i], one)).count();
            double[][] found = having == 0 || having == taught.length
                    ? null
                    : regression(known, taught, i -> has(classes[i], one) ? 1 : 0)
                            .probabilities(questions);
            for (int i = 0; i < likely.length; i++) {
                likely[i][c] = found == null ? having / taught.length : found[i][1];
            }
        }
        return likely;
    }

    private static boolean has(int[] classes, int one) {
        return IntStream.of(classes).anyMatch(c -> c == one);
    }

    private static int[] most(double[] likely, int count) {
        return IntStream.range(0, likely.length)
                .boxed()
                .sorted(Comparator.comparingDouble(c -> -likely[c]))
                .limit(count)
                .mapToInt(c -> c)
                .toArray();
    }

    /** Of classes that were given to nodes. */
    static Scores scores(int[][] given, int[][] classes, int[] asked) {
        int count = 1
                + Math.max(
                        Arrays.stream(given).flatMapToInt(Arrays::stream).max().orElse(0),
                        Arrays.stream(classes)
                                .flatMapToInt(Arrays::stream)
                                .max()
                                .orElse(0));
        long[] right = new long[count];
        long[] sum = new long[count];
        for (int i = 0; i < asked.length; i++) {
            for (int c : given[i]) {
                sum[c]++;
                right[c] += has(classes[asked[i]], c) ? 1 : 0;
            }
            for (int c : classes[asked[i]]) {
                sum[c]++;
            }
        }
        double macro = IntStream.range(0, count)
                .filter(c -> sum[c] > 0)
                .mapToDouble(c -> 2.0 * right[c] / sum[c])
                .average()
                .orElse(0);
        return new Scores(2.0 * Arrays.stream(right).sum() / Arrays.stream(sum).sum(), macro, asked.length);
    }
}
