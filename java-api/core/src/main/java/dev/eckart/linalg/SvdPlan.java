package dev.eckart.linalg;

import dev.eckart.memory.Bytes;
import dev.eckart.memory.DType;
import dev.eckart.memory.Device;
import dev.eckart.memory.Shape;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a decomposition would do, decided before it starts.
 *
 * @param shape of A
 * @param rank how many singular triplets
 * @param driver the choice
 * @param reason why
 * @param flops floating-point operations
 * @param bytes memory for copy, results and workspace, A itself not counted
 * @param workspace the part of {@code bytes} that is freed before the result is returned
 * @param seconds predicted: the driver's operations and bytes, counted, each over the rate at which A's device does their kind
 *     (products of matrices, of a matrix with a vector, copies; measured once, and on a GPU for each driver), and some microseconds for
 *     each call of a kernel
 * @param candidates the drivers that were compared, this one among them, in the order in which equals are preferred
 */
public record SvdPlan(
        Shape shape,
        long rank,
        Driver driver,
        String reason,
        double flops,
        long bytes,
        long workspace,
        double seconds,
        List<Candidate> candidates) {
    /**
     * A driver that would give the same.
     *
     * @param driver which
     * @param seconds predicted
     * @param bytes as {@link SvdPlan#bytes}
     */
    public record Candidate(Driver driver, double seconds, long bytes) {}

    /** A plan with no other candidate. */
    static SvdPlan of(
            Device device,
            DType dtype,
            Shape shape,
            long rank,
            Driver driver,
            String reason,
            Work work,
            long bytes,
            long workspace) {
        double seconds = Rates.of(device, dtype, shape, driver).seconds(work);
        Candidate self = new Candidate(driver, seconds, bytes);
        return new SvdPlan(shape, rank, driver, reason, work.flops(), bytes, workspace, seconds, List.of(self));
    }

    /** This plan, with one more reason. */
    SvdPlan with(String more) {
        String both = reason + "; " + more;
        return new SvdPlan(shape, rank, driver, both, flops, bytes, workspace, seconds, candidates);
    }

    /**
     * Of plans for the same result the one predicted to be the fastest of those that fit into {@code available} bytes; where none does, the one
     * that needs the fewest, for the caller to refuse.
     */
    static SvdPlan best(List<SvdPlan> plans, long available) {
        List<Candidate> all = plans.stream().map(p -> p.candidates.get(0)).toList();
        SvdPlan fastest =
                plans.stream().min(Comparator.comparingDouble(SvdPlan::seconds)).orElseThrow();
        Optional<SvdPlan> fitting =
                plans.stream().filter(p -> p.bytes <= available).min(Comparator.comparingDouble(SvdPlan::seconds));
        SvdPlan best = fitting.orElseGet(() ->
                plans.stream().min(Comparator.comparingLong(SvdPlan::bytes)).orElseThrow());
        String why = best == fastest
                ? plans.size() == 1 ? "" : ", predicted to be the fastest of " + plans.size()
                : String.format(
                        Locale.ROOT,
                        "; %s, predicted to take %.3g s, would need %s of the %s there are",
                        fastest.driver,
                        fastest.seconds,
                        Bytes.text(fastest.bytes),
                        Bytes.text(available));
        return new SvdPlan(
                best.shape,
                best.rank,
                best.driver,
                best.reason + why,
                best.flops,
                best.bytes,
                best.workspace,
                best.seconds,
                all);
    }

    /** Several lines for a person. */
    @Override
    public String toString() {
        String others = candidates.size() < 2
                ? ""
                : candidates.stream()
                        .map(c -> String.format(Locale.ROOT, "%s %.3g s", c.driver, c.seconds))
                        .collect(Collectors.joining(", ", System.lineSeparator() + "  compared   ", ""));
        return String.format(
                Locale.ROOT,
                "svd of %s, %d singular triplets%n  driver     %s: %s%n  work       %.3g Gflop, predicted %.3g s%n"
                        + "  memory     %s beside A, %s of it workspace%s",
                shape,
                rank,
                driver,
                reason,
                flops / 1e9,
                seconds,
                Bytes.text(bytes),
                Bytes.text(workspace),
                others);
    }
}
