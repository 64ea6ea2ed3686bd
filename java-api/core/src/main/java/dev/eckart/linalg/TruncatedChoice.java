package dev.eckart.linalg;

import dev.eckart.backend.Backends;
import dev.eckart.backend.SvdDriver;
import dev.eckart.memory.Shape;
import dev.eckart.tensor.Devices;
import dev.eckart.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Which driver finds leading triplets, and which one comes after it when it gives up: the fastest, as predicted, of those that may. */
final class TruncatedChoice {
    /** Columns of AᵀA up to which it is thought of. */
    private static final long GRAM_COLUMNS = 8192;
    /** m·n·min(m, n) below which a full decomposition is done before the others' products have begun. */
    private static final double TINY = 1e5;
    /** Triplets of which a tolerance makes a first trial. */
    private static final long TRIAL = 32;
    /** What such a trial may take of the time of that which knows all values. */
    private static final double TRIAL_SHARE = 0.4;

    private final LinearOperator a;
    private final Wanted wanted;
    private final Sketching how;
    private final Driver asked;
    private final Driver full;
    private final long small;

    TruncatedChoice(LinearOperator a, Wanted wanted, Sketching how, Driver asked) {
        this.a = a;
        this.wanted = wanted;
        this.how = how;
        this.asked = asked;
        this.full = Driver.valueOf(Backends.of(a.device()).svdDrivers().get(0).name());
        this.small = Math.min(a.rows(), a.columns());
        if (asked == Driver.GESVDR
                && !Backends.of(a.device()).svdLeadingDrivers().contains(SvdDriver.GESVDR)) {
            throw new IllegalArgumentException("truncated svd: driver gesvdr does not exist on " + a.device()
                    + "; take auto, krylov, gram or randomized");
        }
        if (asked == Driver.GESVDR && !wanted.byRank()) {
            throw new IllegalArgumentException("truncated svd: driver gesvdr takes a rank; for a tolerance take auto");
        }
        if ((isFull(asked) || asked == Driver.GESVDR) && !(a instanceof DenseOperator)) {
            throw new IllegalArgumentException("truncated svd: driver " + asked
                    + " needs a dense matrix; an operator takes auto, krylov, gram or randomized");
        }
    }

    /** Whether a driver decomposes all of A. */
    static boolean isFull(Driver driver) {
        return driver != Driver.AUTO && !driver.leading();
    }

    /** A as it stands, or as a dense matrix. */
    Tensor dense() {
        if (a instanceof DenseOperator matrix) {
            return matrix.a();
        }
        Matrices.requireMemory(
                "truncated svd of " + shape() + " as a dense matrix",
                a.device(),
                bytes(),
                "ask for a rank, or a larger tolerance");
        return a.columns(0, a.columns());
    }

    /** What to do first. */
    SvdPlan plan() {
        if (asked != Driver.AUTO) {
            return plan(asked, "as asked");
        }
        if (mostColumns() >= TRIAL) {
            return plan(
                    Driver.RANDOMIZED,
                    "the rank is not known before: up to " + mostColumns() + " triplets, then " + best().driver());
        }
        return best();
    }

    /** What to do when {@code given} gave up: it is the fastest of full accuracy. */
    Driver after(Driver given) {
        if (!wanted.byRank() && given == Driver.RANDOMIZED && asked == Driver.AUTO) {
            return best().driver();
        }
        boolean dense = a instanceof DenseOperator;
        if (!wanted.byRank()
                || dense
                        && plan(full, "").seconds()
                                < plan(Driver.RANDOMIZED, "").seconds()) {
            return full;
        }
        return Driver.RANDOMIZED;
    }

    /** Columns at which a randomized search for a tolerance ends; all of them, where it was asked for. */
    long mostColumns() {
        if (asked != Driver.AUTO) {
            return small;
        }
        long columns = 0;
        if (!wanted.byRank() && wanted.certifiable(a.dtype())) {
            double all = TRIAL_SHARE * best().seconds();
            while (columns < small && rangeSeconds(columns + TRIAL) <= all) {
                columns += TRIAL;
            }
        }
        return columns;
    }

    private double rangeSeconds(long columns) {
        Work work = RangeFinder.work(a, columns, how);
        return SvdPlan.of(a.device(), a.dtype(), shape(), columns, Driver.RANDOMIZED, "", work, 0, 0)
                .seconds();
    }

    /** The fastest, as predicted, of those that AUTO may take. */
    private SvdPlan best() {
        List<Driver> drivers = new ArrayList<>();
        if (a instanceof DenseOperator || !wanted.byRank()) {
            drivers.add(full);
        }
        boolean tiny = a instanceof DenseOperator && (double) a.rows() * a.columns() * small < TINY;
        if (!tiny) {
            addLeading(drivers);
        }
        String reason = wanted.byRank() ? wanted.rank() + " of " + small + " triplets" : "all values tell the rank";
        return SvdPlan.best(drivers.stream().map(d -> plan(d, reason)).toList(), Devices.available(a.device()));
    }

    /** Those that do not decompose all of A. */
    private void addLeading(List<Driver> drivers) {
        if (wanted.certifiable(a.dtype()) && small <= GRAM_COLUMNS && !(a.isStreamed() && a.rows() < a.columns())) {
            drivers.add(Driver.GRAM);
        }
        if (wanted.byRank()) {
            drivers.add(Driver.KRYLOV);
            drivers.add(Driver.RANDOMIZED);
        }
    }

    private SvdPlan plan(Driver driver, String reason) {
        long k = wanted.byRank() ? wanted.rank() : small;
        // A search grows until it has found the rank: only its first trial is sure.
        long counted = wanted.byRank() || isFull(driver) || driver == Driver.GRAM ? k : Math.min(small, TRIAL);
        long workspace = workspace(driver, counted);
        long results = counted * (a.rows() + a.columns() + 1) * a.dtype().bytes();
        return SvdPlan.of(
                a.device(), a.dtype(), shape(), k, driver, reason, work(driver, k), workspace + results, workspace);
    }

    private Work work(Driver driver, long k) {
        return switch (driver) {
            case KRYLOV -> KrylovSvd.work(a, wanted.byRank() ? k : small / 4, how);
            case GRAM -> GramSvd.work(a, wanted);
            case GESVDR -> SubspaceIteration.work(a, k, how);
            case RANDOMIZED ->
                wanted.byRank() ? SubspaceIteration.work(a, k, how) : RangeFinder.work(a, small / 4.0, how);
            default -> DenseWork.of(driver, a.dtype(), a.rows(), a.columns(), true);
        };
    }

    private long workspace(Driver driver, long k) {
        long bytes = a.dtype().bytes();
        long sides = a.rows() + a.columns();
        return switch (driver) {
            case KRYLOV -> KrylovSvd.workspace(a, k, how);
            case GRAM -> GramSvd.workspace(a, k);
            case GESVDR -> bytes() + 3 * sides * how.block(small, k) * bytes;
            case RANDOMIZED -> 3 * sides * how.block(small, k) * bytes;
            default ->
                small == 0
                        ? 0
                        : (a instanceof DenseOperator ? 1 : 2) * bytes()
                                + small * sides * bytes
                                + Backends.of(a.device())
                                        .svdWorkspace(
                                                SvdDriver.valueOf(full.name()), true, a.dtype(), a.rows(), a.columns());
        };
    }

    private long bytes() {
        return a.rows() * a.columns() * a.dtype().bytes();
    }

    private Shape shape() {
        return Shape.of(a.rows(), a.columns());
    }
}
