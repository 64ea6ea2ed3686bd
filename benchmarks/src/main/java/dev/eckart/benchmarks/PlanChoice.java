package dev.eckart.benchmarks;

import dev.eckart.linalg.Certificate;
import dev.eckart.linalg.Driver;
import dev.eckart.linalg.Svd;
import dev.eckart.linalg.TruncatedSvd;
import dev.eckart.memory.DType;
import dev.eckart.tensor.Scope;
import dev.eckart.tensor.Tensor;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * The plan's choice against every driver that gives the same: {@code PlanChoice COUNT SEED}. Draws a type, a shape, a number of triplets (or all)
 * and a decay of the singular values, lets the drivers take turns, and prints a line for each: what it was, the choice, its seconds,
 * those of the fastest, and all of them.
 */
public final class PlanChoice {
    private static final int ROUNDS = 3;
    /** Short ones take more rounds, until one driver has run for so long in all, in seconds: another job's share of a core then tells less. */
    private static final double SPENT = 0.3;

    private static final int MOST_ROUNDS = 25;
    /** One that takes this many times as long as the fastest so far need not run again. */
    private static final double HOPELESS = 3;
    /** Error of an approximation above the smallest possible, relative: those within it are equally good. */
    private static final double EXCESS = 0.01;
    /** Beyond this short side LAPACK's slow drivers would take all the time. */
    private static final long SLOW = 200;

    private static final double LARGEST = 4e6; // elements

    private record Case(DType type, long rows, long columns, long rank, double decay) {
        static Case random(Random random) {
            double small = Math.exp(random.nextDouble() * Math.log(1000 / 30.0)) * 30;
            double large = Math.min(LARGEST / small, small * Math.exp(random.nextDouble() * Math.log(40)));
            long shortSide = (long) small;
            long longSide = Math.max(shortSide, (long) large);
            boolean wide = random.nextBoolean();
            boolean all = random.nextBoolean();
            long rank = (long) Math.exp(random.nextDouble() * Math.log(shortSide / 2.0));
            return new Case(
                    random.nextBoolean() ? DType.F64 : DType.F32,
                    wide ? shortSide : longSide,
                    wide ? longSide : shortSide,
                    all ? 0 : Math.max(1, rank),
                    List.of(0.0, 0.5, 1.0, 2.0).get(random.nextInt(4)));
        }

        long shortSide() {
            return Math.min(rows, columns);
        }

        /** Singular values near i^-decay. */
        Tensor matrix(long seed) {
            double[] scale = new double[(int) shortSide()];
            for (int i = 0; i < scale.length; i++) {
                scale[i] = Math.pow(i + 1, -decay);
            }
            Tensor left = Tensor.normal(type, seed, rows, shortSide());
            Tensor right = Tensor.normal(type, seed + 1, shortSide(), columns);
            return left.multiply(Tensor.of(scale).to(type)).matmul(right);
        }

        Driver choice(Tensor a) {
            return rank == 0
                    ? Svd.options().explain(a).driver()
                    : TruncatedSvd.rank(rank).explain(a).driver();
        }

        Svd run(Tensor a, Driver driver) {
            return rank == 0
                    ? Svd.options().driver(driver).of(a)
                    : TruncatedSvd.rank(rank).driver(driver).of(a);
        }

        /** Drivers that may do this: a truncated one by cutting all triplets too, by the fastest driver for all. */
        List<Driver> drivers() {
            List<Driver> some = rank == 0
                    ? List.of(Driver.GESDD, Driver.GESVD, Driver.GEJSV, Driver.QR, Driver.CHOLESKY_QR)
                    : List.of(Driver.GESDD, Driver.RANDOMIZED, Driver.KRYLOV, Driver.GRAM);
            return some.stream()
                    .filter(d -> shortSide() <= SLOW || d != Driver.GESVD && d != Driver.GEJSV)
                    .toList();
        }
    }

    private PlanChoice() {}

    /** Prints COUNT lines. */
    public static void main(String[] args) {
        Random random = new Random(Long.parseLong(args[1]));
        for (int i = 0; i < Integer.parseInt(args[0]); i++) {
            System.out.println(line(Case.random(random), i));
            System.out.flush();
        }
    }

    private static String line(Case drawn, long seed) {
        Map<Driver, Double> seconds = new EnumMap<>(Driver.class);
        Map<Driver, Double> errors = new EnumMap<>(Driver.class);
        try (Scope scope = Scope.open()) {
            Tensor a = drawn.matrix(seed);
            double norm = a.norm();
            Driver choice = drawn.choice(a);
            double fastest = Double.POSITIVE_INFINITY;
            for (int round = -1; round < ROUNDS || round < MOST_ROUNDS && round * fastest < SPENT; round++) {
                for (Driver driver : drawn.drivers()) {
                    fastest =
                            seconds.values().stream().mapToDouble(d -> d).min().orElse(Double.POSITIVE_INFINITY);
                    if (round > 0 && seconds.getOrDefault(driver, Double.POSITIVE_INFINITY) > HOPELESS * fastest) {
                        continue;
                    }
                    Optional<Double> took = time(drawn, a, driver, choice, norm, errors);
                    if (round >= 0) {
                        took.ifPresent(t -> seconds.merge(driver, t, Math::min));
                    }
                }
            }
            double least = errors.values().stream().mapToDouble(d -> d).min().orElse(0);
            double allowed = Math.max((1 + EXCESS) * least, errors.getOrDefault(choice, 0.0)) + 1e-6 * norm;
            seconds.keySet().removeIf(d -> errors.getOrDefault(d, 0.0) > allowed);
            double best = seconds.values().stream().mapToDouble(d -> d).min().orElseThrow();
            return String.format(
                    Locale.ROOT,
                    "%s %d %d %d %.1f %s %.6f %.6f %s",
                    drawn.type,
                    drawn.rows,
                    drawn.columns,
                    drawn.rank,
                    drawn.decay,
                    choice,
                    seconds.get(choice),
                    best,
                    seconds.entrySet().stream()
                            .map(e -> String.format(Locale.ROOT, "%s=%.6f", e.getKey(), e.getValue()))
                            .collect(Collectors.joining(",")));
        }
    }

    /** Seconds of one run; none of a driver that refuses, or that another had to take over from, unless it was the choice. */
    private static Optional<Double> time(
            Case drawn, Tensor a, Driver driver, Driver choice, double norm, Map<Driver, Double> errors) {
        long start = System.nanoTime();
        try (Svd svd = drawn.run(a, driver)) {
            double took = (System.nanoTime() - start) / 1e9;
            Certificate certificate = svd.certificate();
            if (certificate.driver() != driver && driver != choice) {
                return Optional.empty();
            }
            if (drawn.rank > 0) {
                double kept = svd.s().norm();
                errors.put(driver, Math.sqrt(Math.max(0, (norm - kept) * (norm + kept))));
            }
            return Optional.of(took);
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // refused
        }
    }
}
